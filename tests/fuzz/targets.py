"""Everything that reads what a server may send, by name: what it is given, and what it may raise.

One table for two drivers: `test_any_input.py` in the suite, and `scripts/fuzz`, which looks for hours
where the suite looks for a second. Each target takes any bytes. Nothing here needs the suite's tools.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any, cast
from zoneinfo import ZoneInfo

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from rtorm import rtrc
from rtorm.auth import Password
from rtorm.errors import RTError
from rtorm.gateway import Definition, Edit, Entry, ListedFile, Message, Shown
from rtorm.models.attachment import held
from rtorm.models.changes import field_of, values_of
from rtorm.models.saving import plain_name
from rtorm.orm.columns import Comparison
from rtorm.orm.loading.catalogue import numbers_told
from rtorm.orm.queries.matching import matches
from rtorm.orm.records.demands import type_of
from rtorm.rest1 import codecs, networks
from rtorm.rest1.alike import each_form
from rtorm.rest1.client import Client
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import Codec
from rtorm.rest1.forms import parse
from rtorm.rest1.joined import joined_list
from rtorm.rest1.readers.links import RELATIONS, LinkReader
from rtorm.rest1.replies import attachments, by_number, history, messages, named, searches
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.definitions import read_definitions, read_outline
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.reply import Reply, forms_of, read_http
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.unions import Kind, one_of
from rtorm.rest1.wire.answers import read_answer
from rtorm.rest1.wire.contents import begun
from rtorm.rest1.wire.identity import read_identity
from rtorm.rest1.wire.json_answers import read_json
from rtorm.rest1.wire.log import status_line
from rtorm.rest1.wire.masking import masked
from rtorm.rest1.wire.request import Request
from rtorm.rest1.wire.retrying import Retrying
from rtorm.rest2.choices import has_choices, read_choices, read_listed
from rtorm.rest2.fields import completed, read_field, read_numbers, read_own_fields
from rtorm.rest2.pages import all_pages, read_page
from rtorm.rest2.plain import members, objects
from rtorm.rest2.values import fields_of, read_types, read_values
from tests.fuzz.queries import read_query

__all__ = ["APART", "GROUPS", "TARGETS", "Target"]

APART = b"\xff"
"""Where a target is given several things: what stands between them, in no text of UTF-8."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that reads.

    Attributes:
        group: What it reads.
        read: Reads any bytes.
        like: Which recorded requests have replies that it should understand, as a regular
            expression; none where a reply is nothing that it reads.
        words: What else makes it understand something.
        may_raise: What it may raise beside errors of rtorm, as its docstring says.
    """

    group: str
    read: Callable[[bytes], object]
    like: str = ""
    words: tuple[str, ...] = ()
    may_raise: tuple[type[Exception], ...] = ()


_OWN = (RTError,)
_IDS = [1, 2, 7]
_KEYS = {"Subject": "x", "Queue": "General", "Cc": "a@x", "CF.{Severity}": "high", "Status": "new"}
_EDITS = [
    Edit("ticket", 1, {"Subject": "x", "CF.{Severity}": "high"}),
    Edit("ticket", 1, {"DependsOn": "2"}, "links"),
    Edit("ticket", 2, {"Status": "deleted"}),
    Edit("queue", 1, {"Description": "x"}),
    Edit("user", 12, {"RealName": "x", "Password": "y"}),
]
_STATUSES = (200, 302, 401, 403, 404, 413, 429, 500, 502, 503)
_UTC = Clock(UTC, exact=True)
_OLD = Clock(UTC, exact=True, old_lists=True)
_ROME = Clock(ZoneInfo("Europe/Rome"), exact=True)


def _text(data: bytes) -> str:
    """Text as it comes over the wire."""
    return data.decode("utf-8", "replace")


def _parts(data: bytes, count: int) -> list[bytes]:
    found = data.split(APART, count - 1)
    return found + [b""] * (count - len(found))


def _plain(data: bytes) -> Reply:
    return read_http(200, "text/plain; charset=utf-8", "", data)


def _of_reply(*readers: Callable[[Reply], object]) -> Callable[[bytes], object]:
    """Each of the readers of one reply, whatever the others say."""

    def read(data: bytes) -> None:
        reply = _plain(data)
        for reader in readers:
            with contextlib.suppress(*_OWN):
                reader(reply)

    return read


def _forms(data: bytes) -> None:
    """Forms, which many are read as they are one by one, and of which nothing gets lost."""
    body = _text(data)
    for tail in (1, 2):
        found = list(each_form(body, tail=tail))
        blocks = body.removesuffix("\n" * tail).split("\n--\n\n")
        assert found == list(map(parse, blocks))
        for form in found:
            assert all(key in body for key in form.fields)


def _status(data: bytes) -> int:
    """A status of HTTP."""
    return _STATUSES[len(data) % len(_STATUSES)]


def _http(data: bytes) -> None:
    status, kind, location, content = _parts(data, 4)
    reply = read_http(_status(status), _text(kind), _text(location), content)
    status_line(reply)
    forms_of(reply)


def _response(data: bytes) -> requests.Response:
    """What a web server, or whatever stands in its place, may answer."""
    status, headers, content = _parts(data, 3)
    response: Any = requests.Response()
    response.status_code = _status(status)
    lines = (line.partition(": ") for line in headers.decode("latin-1").split("\n"))
    response.headers = CaseInsensitiveDict({key: value.strip() for key, _, value in lines})
    response._content = content
    response._content_consumed = True
    response.raw = type("Raw", (), {"version": 11})
    return cast("requests.Response", response)


def _answer(data: bytes) -> None:
    response = _response(data)
    request = Request("edit", {}, "id: ticket/1\n") if len(data) % 2 else Request("ticket/1", {})
    auth = Password("root", "password")
    reply = read_answer("http://x", auth, request, response, response.content)
    status_line(reply)
    masked(reply.body)


def _download(data: bytes) -> None:
    def read(content: bytes) -> Reply:
        return read_http(response.status_code, "text/plain", "", content)

    response = _response(data)
    _, download = begun("http://x", response, lambda error: RTError(str(error)), read)
    assert sum(map(len, download.chunks())) <= len(response.content)


def _identity(data: bytes) -> None:
    date, content = _parts(data, 2)
    read_identity("http://x", _plain(content), date.decode("latin-1"))


def _waiting(data: bytes) -> None:
    answer: Any = requests.Response()
    answer.status_code, answer.headers = 503, {"Retry-After": data.decode("latin-1")}
    wait = Retrying(urllib3.Retry()).after(answer, b"", writes=True)
    assert wait is not None
    assert wait >= 0


def _definitions(data: bytes) -> None:
    one, other = _parts(data, 2)
    details = _plain(other)
    found = read_outline(details)
    read_definitions(_plain(one), details)
    for each in found or ():
        type_of(each)


def _edits(data: bytes) -> None:
    assert len(read_edits(_plain(data), _EDITS)) == len(_EDITS)
    assert len(read_edits(_plain(data), _EDITS[:1])) == 1


def _created(data: bytes) -> None:
    read_created(_plain(data), _KEYS)


def _messages(data: bytes) -> None:
    message = Message("comment", "x", status="open")
    _of_reply(messages.read_said, lambda reply: messages.read_message(reply, message))(data)


def _shows(data: bytes) -> None:
    _of_reply(
        lambda reply: read_shows(reply, [1]),
        lambda reply: read_shows(reply, _IDS),
        lambda reply: read_shows(reply, _IDS[:1], more=True),
        lambda reply: named.read_named(reply, "queue", "x"),
        named.read_names,
    )(data)


def _searches(data: bytes) -> None:
    _of_reply(searches.read_ids, lambda reply: list(searches.read_records(reply)))(data)


def _histories(data: bytes) -> None:
    def read(reply: Reply) -> None:
        for ids in ([1], _IDS):
            for answer in history.read_history(reply, ids):
                _understood(answer)

    def both(reply: Reply) -> None:
        for answer, _ in history.read_history_and_files(reply, _IDS[:1]):
            _understood(answer)

    counts: Callable[[Reply], object] = lambda reply: history.read_counts(reply, _IDS[:1])  # noqa: E731
    _of_reply(read, both, counts)(data)


def _understood(answer: Sequence[Entry] | RTError) -> None:
    """What records make of a history."""
    if isinstance(answer, RTError):
        return
    for entry in answer:
        values_of(entry, {12: "root"})
        field_of(entry)
    numbers_told(answer)


def _files(data: bytes) -> None:
    sizes = {5: 12, 7: 0}
    _of_reply(
        lambda reply: attachments.read_files(reply, [1]),
        lambda reply: attachments.read_files(reply, _IDS),
        lambda reply: attachments.read_little(reply, 5),
        lambda reply: attachments.read_names(reply, sizes),
        lambda reply: attachments.read_names(reply, {5: 1}),
        _details,
    )(data)


def _details(reply: Reply) -> None:
    told = attachments.read_details(reply, 5)
    listed = ListedFile(5, told.filename, told.content_type, 3)
    file = held(cast("Any", None), 1, listed, told)
    vars(file)["content"] = told.filename.encode()
    repr(file)
    assert isinstance(file.text, str)
    with contextlib.suppress(ValueError):
        plain_name(told.filename)


def _numbered(data: bytes) -> None:
    _of_reply(
        lambda reply: by_number.read_ticket(reply, 5),
        lambda reply: by_number.read_entry(reply, 5),
        lambda reply: by_number.read_sizes(reply, 5),
    )(data)


class _Finder:
    """A client whose searches find what they are told to."""

    def __init__(self, finds: Iterable[int]) -> None:
        self._finds = iter(finds)

    def get(self, *_: object) -> Reply:
        return Reply(body="ticket/1\n" if next(self._finds, 0) % 2 else "")


def _links(data: bytes) -> None:
    finds, *texts = _parts(data, 3)
    shown: dict[str, str] = dict(zip(RELATIONS, map(_text, texts), strict=False))
    reader = LinkReader(cast("Client", _Finder(finds)))
    reader.joined([Shown(1, {}), Shown(1, shown)])
    for text in shown.values():
        codecs.LINKS.decode(text, _UTC)


def _codec(*several: Codec) -> Callable[[bytes], object]:
    """What is read can be held, shown and compared with itself."""

    def read(data: bytes) -> None:
        text = _text(data)
        for codec in several:
            for clock in (_UTC, _ROME, _OLD):
                with contextlib.suppress(ValueError):
                    value = codec.decode(text, clock)
                    repr(value)
                    assert codec.same(value, value)

    return read


def _joined(data: bytes) -> None:
    choices, text = map(_text, _parts(data, 2))
    for known in ((), tuple(choices.split("|"))):
        with contextlib.suppress(ValueError):
            joined_list("CF-a", codecs.CF_TEXT, known).decode(text, _UTC)


def _like(data: bytes) -> None:
    wanted, value = map(_text, _parts(data, 2))
    for operator in ("LIKE", "STARTSWITH"):
        matches(Comparison("Name", operator, wanted), {"Name": value})


def _json(data: bytes) -> None:
    response = _response(b"" + APART + b"Content-Type: application/json" + APART + data)
    told = read_json(response).data
    json.dumps(told)
    read_page(told)
    has_choices(told)
    read_choices(told)
    read_listed(objects(told) or [])
    read_numbers(told)
    own = read_own_fields(told)
    own += [field for each in fields_of(members(told)) if (field := read_field(each))]
    known = [Definition(name, "", "Freeform", multiple=False, pattern="") for name in ("1", "a")]
    for each in completed(known, own, in_order=len(data) % 2 == 0):
        type_of(each)
    read_values(members(told), read_types(fields_of(members(told))))
    for number in (1, 2):
        all_pages(lambda page, number=number: told if page <= number else None)  # type: ignore[misc]


def _settings(data: bytes) -> None:
    rtrc.parse(data, ".rtrc")


_MIXED = one_of(
    [
        Kind(lambda value: isinstance(value, int), codecs.CF_INTEGER),
        Kind(lambda value: isinstance(value, datetime), codecs.CF_DATETIME),
        Kind(lambda value: isinstance(value, IPv4Address), networks.CF_IP),
        Kind(lambda value: isinstance(value, str), codecs.CF_TEXT),
    ]
)
_DATES = (codecs.INSTANT, codecs.CF_DATE, codecs.CF_DATETIME)
_NUMBERS = (codecs.INTEGER, codecs.CF_INTEGER, codecs.PRIORITY, codecs.MINUTES, codecs.FLAG)
_LISTS = (
    codecs.ADDRESSES,
    codecs.MEMBERS,
    codecs.LINKS,
    codecs.cf_list(codecs.CF_TEXT),
    codecs.cf_list(codecs.CF_INTEGER),
)
_NETWORKS = (networks.CF_IP, networks.CF_NETWORK, codecs.optional(networks.CF_NETWORK))

TARGETS: dict[str, Target] = {
    "forms": Target("forms", _forms, r"show|search|edit", ("\n--\n\n", "CF.{a}: ", "CF-a: ")),
    "http": Target("answers", _http, r".", ("<title>", "text/html", "/NoAuth/Login", "Stack:")),
    "answer": Target(
        "answers",
        _answer,
        r".",
        ("WWW-Authenticate: Basic", "Location: /SelfService", "RT/5.0 200 "),
    ),
    "download": Target("answers", _download, r"content", ("RT/4.4.3 200 Ok\n\n", "\n\n\n")),
    "identity": Target(
        "answers", _identity, r"ticket/new", ("Wed, 25 Nov 2026 09:51:17 GMT", "+2359", "Starts: ")
    ),
    "waiting": Target("answers", _waiting, "", ("Wed, 25 Nov 2026 09:51:17 GMT", "120")),
    "shows": Target("records", _shows, r"/show|show\?", ("id: ticket/1", "\n--\n\n")),
    "searches": Target("records", _searches, r"search/", ("ticket/1\n", "No matching results.")),
    "edits": Target("writes", _edits, r"\bedit\b", ("# Ticket 1 updated.\n", "does not exist.")),
    "creates": Target("writes", _created, r"/new\b", ("# Ticket 5 created.", "Could not create")),
    "messages": Target("writes", _messages, r"/(comment|take|merge)", ("# Comments added\n",)),
    "histories": Target("histories", _histories, r"history", ("Type: CustomField\n", "Field: ")),
    "numbered": Target("histories", _numbered, r"history/id|^transaction/", ("id: 5\n",)),
    "files": Target("files", _files, r"attachment", (": a (text/plain / 3b)", "Attachments: ")),
    "definitions": Target("definitions", _definitions, r"customfields", (" (): SingleValue",)),
    "links": Target("values", _links, "", ("fsck.com-rt://x/ticket/5", ", ", "http://x/")),
    "dates": Target(
        "values",
        _codec(*_DATES),
        "",
        ("Mon Nov 23 16:38:00 2026", "2026-11-23 16:38:00", "Not set"),
    ),
    "numbers": Target("values", _codec(*_NUMBERS), "", ("15 minutes", "-1", "0")),
    "lists": Target("values", _codec(*_LISTS), "", ("'a, b',", "\\'", ", ", ",\n")),
    "networks": Target("values", _codec(*_NETWORKS, _MIXED), "", ("10.0.0.1-10.0.0.9", "::1/64")),
    "joined": Target("values", _joined, "", ("a|a, b|b", ", ", ",\n")),
    "like": Target("values", _like, "", ("%", "_", "a")),
    "rest2": Target("rest2", _json, r"^2\.0", ('{"items": [', '"CustomFields": ', '"id": "1"')),
    "queries": Target("queries", read_query, "", ("'", "\\", "CF.{a}", "__CurrentUser__", "' OR ")),
    "rtrc": Target("settings", _settings, "", ("server https://x\n", "passwd y\n", "# z\n")),
}
"""By name."""

GROUPS = tuple(dict.fromkeys(target.group for target in TARGETS.values()))
