"""How long the parsers take for replies that are made to be slow, by their size.

What takes twice as long for twice the size is in proportion to it. Seconds of the processor, in one
process, no server.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import Any, cast

from benchmarks.figures import keep
from rtorm.errors import RTError
from rtorm.gateway import Edit, Entry, Message, Shown
from rtorm.models.changes import field_of, values_of
from rtorm.models.saving import plain_name
from rtorm.orm.columns import Comparison
from rtorm.orm.queries.matching import matches
from rtorm.rest1 import codecs
from rtorm.rest1.client import Client
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import Codec
from rtorm.rest1.joined import joined_list
from rtorm.rest1.networks import CF_IP, CF_NETWORK
from rtorm.rest1.readers.links import LinkReader
from rtorm.rest1.replies.attachments import read_details, read_files
from rtorm.rest1.replies.by_number import read_sizes
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.definitions import read_definitions, read_outline
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.history import read_counts, read_history, read_history_and_files
from rtorm.rest1.replies.messages import read_message, read_said
from rtorm.rest1.replies.reply import Reply, forms_of, read_http
from rtorm.rest1.replies.searches import read_ids, read_records
from rtorm.rest1.replies.sentences import error_for
from rtorm.rest1.replies.shows import read_shows
from rtorm.rest1.wire.identity import read_identity
from rtorm.rest1.wire.masking import masked
from rtorm.rest2.choices import read_choices
from rtorm.rest2.fields import read_numbers, read_own_fields
from rtorm.rest2.values import fields_of, read_types, read_values

__all__ = ["measure"]

_MB = 1_000_000
_SIZES = tuple(int(size * _MB) for size in (1.25, 2.5, 5, 10))
# Seconds: the next size is not tried after a size that took longer.
_PATIENCE = 20.0
_UTC = Clock(UTC, exact=True)
_EDITS = [Edit("ticket", number, {"Subject": "x"}) for number in range(1, 101)]
_KEYS = {"Subject": "x", "Queue": "General", "Cc": "a@x", "CF.{a}": "b", "Status": "new"}
_FIELDS = ("Ticket", "TimeTaken", "Type", "Field", "OldValue", "NewValue", "Data", "Description")
_ENTRY = (
    "id: 5\n"
    + "".join(f"{key}: 1\n" for key in _FIELDS)
    + "Content: a\n\nCreator: root\nCreated: 2026-01-01 00:00:00\nAttachments: "
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A text: a beginning, one piece again and again, an end."""

    piece: str
    before: str = ""
    after: str = "\n\n"

    def of(self, size: int) -> str:
        """About that many characters; `{}` in the piece counts."""
        if "{}" not in self.piece:
            count = size // len(self.piece.encode())
            return self.before + self.piece * count + self.after
        count = size // (len(self.piece) + 4)
        return self.before + "".join(map(self.piece.format, range(count))) + self.after


_Read = Callable[[str], object]


def _of_reply(read: Callable[[Reply], object], status: str = "200 Ok") -> _Read:
    def run(text: str) -> None:
        with suppress(RTError):
            content = f"RT/5.0.3 {status}\n\n{text}".encode()
            read(read_http(200, "text/plain", "", content))

    return run


def _decode(codec: Codec, clock: Clock = _UTC) -> _Read:
    def run(text: str) -> None:
        with suppress(ValueError):
            codec.decode(text, clock)

    return run


def _entry(**values: str) -> Entry:
    told: dict[str, Any] = dict.fromkeys(
        ("type", "field", "old_value", "new_value", "data", "description", "creator"), ""
    )
    told |= {"id": 1, "ticket": 1, "content": None, "created": None, "minutes": 0, "files": ()}
    told |= values
    return Entry(**told)


def _changes(text: str) -> None:
    by = f"{text} by root"
    values_of(_entry(type="Set", field="Queue", description=by, creator="root"), {})
    date = "2026-01-01"
    field_of(_entry(type="CustomField", field="1", old_value=date, description=by, creator="root"))


class _Silent:
    """A client of a server that finds nothing."""

    def get(self, *_: object) -> Reply:
        return Reply()


def _links(text: str) -> None:
    client = cast("Client", _Silent())
    LinkReader(client).joined([Shown(1, {}), Shown(1, {"RefersTo": text})])


def _name(text: str) -> None:
    with suppress(ValueError):
        plain_name(text)


def _like(text: str) -> None:
    for wanted in ("%b%c%d", "a_%a_b%c"):
        matches(Comparison("Name", "LIKE", wanted), {"Name": text})


def _lists(text: str) -> None:
    """The two lists of definitions, which stand apart by a form feed."""
    names, _, details = text.partition("\f")
    with suppress(RTError):
        read_definitions(Reply(body=names + "\n\n"), Reply(body=details))


def _rest2(text: str) -> None:
    try:
        told = json.loads(text)
    except RecursionError:
        return
    read_choices(told)
    read_own_fields(told)
    read_numbers(told)
    read_values(told, read_types(fields_of(told)))


_READERS: Mapping[str, _Read] = {
    "forms": _of_reply(forms_of),
    "show": _of_reply(lambda reply: read_shows(reply, [1, 2])),
    "ids": _of_reply(read_ids),
    "records": _of_reply(lambda reply: sum(1 for _ in read_records(reply))),
    "refused search": _of_reply(read_ids, "400 Bad Request"),
    "100 edits": _of_reply(lambda reply: read_edits(reply, _EDITS)),
    "create": _of_reply(lambda reply: read_created(reply, _KEYS)),
    "message": _of_reply(lambda reply: read_message(reply, Message("comment", "x"))),
    "take, merge": _of_reply(read_said),
    "history": _of_reply(lambda reply: read_history(reply, [1])),
    "history with files": _of_reply(lambda reply: read_history_and_files(reply, [1])),
    "counts": _of_reply(lambda reply: read_counts(reply, [1])),
    "attachments": _of_reply(lambda reply: read_files(reply, [1])),
    "attachment": _of_reply(lambda reply: read_details(reply, 5)),
    "entry": _of_reply(lambda reply: read_sizes(reply, 5)),
    "outline": _of_reply(read_outline),
    "definitions": _lists,
    "identity": _of_reply(lambda reply: read_identity("http://x", reply, "")),
    "no RT": lambda text: _quiet(lambda: read_http(200, "text/html", "", text.encode())),
    "crash": lambda text: _quiet(lambda: read_http(200, "text/plain", "", text.encode())),
    "log": masked,
    "sentence": error_for,
    "list": _decode(codecs.cf_list(codecs.CF_TEXT)),
    "list of old RT": _decode(
        codecs.cf_list(codecs.CF_TEXT), Clock(UTC, exact=True, old_lists=True)
    ),
    "addresses": _decode(codecs.ADDRESSES),
    "members": _decode(codecs.MEMBERS),
    "links": _decode(codecs.LINKS),
    "links of a ticket": _links,
    "joined": _decode(joined_list("CF-a", codecs.CF_TEXT)),
    "joined, 3 choices": _decode(joined_list("CF-a", codecs.CF_TEXT, ("a", "b", "a, b"))),
    "date": _decode(codecs.INSTANT),
    "number": _decode(codecs.CF_INTEGER),
    "minutes": _decode(codecs.MINUTES),
    "address": _decode(CF_IP),
    "network": _decode(CF_NETWORK),
    "change": _changes,
    "LIKE": _like,
    "file name": _name,
    "REST 2.0": _rest2,
}


def _quiet(read: Callable[[], object]) -> None:
    with suppress(RTError):
        read()


_S = _Shape
_ANY: Mapping[str, _Shape] = {
    "one line": _S("a"),
    "newlines": _S("\n"),
    "#": _S("#"),
    "# lines": _S("# a\n"),
    "separators": _S("\n--\n\n"),
    "-- lines": _S("--\n"),
    "colons": _S(": "),
    "fields": _S("a: \n"),
    "many names": _S("a{}: \n"),
    "continuations": _S("    \n", "Subject: a\n"),
    "deep": _S(" "),
    "CF- again": _S("CF-a: {}\n"),
    "CF.{": _S("CF.{a}:"),
    "CRLF": _S("\r\n"),
    "many forms": _S("id: ticket/1\nSubject: x\n\n--\n\n"),
    "wide forms": _S("\n--\n\n", "".join(f"a{n}: x\n" for n in range(100_000))),
    "letters": _S("é"),
}
_LISTS = {
    **{
        name: _S(piece)
        for name, piece in {
            "quotes": "'",
            "commas": ",",
            "backslashes": "\\",
            "values": "'a,b',",
            "open": "'a,",
            "escaped": "'\\',",
            "quoted quotes": "\\',",
        }.items()
    },
    "one value": _S("a", "'", ",'"),
    "one escaped": _S("\\\\", "'", ",'"),
}
_SHAPES: Mapping[str, Mapping[str, _Shape]] = {
    "ids": {"ids": _S("ticket/1\n"), "long ids": _S("9", "ticket/")},
    "records": {"records": _S("id: ticket/{}\nSubject: x\n\n--\n\n", "", "id: ticket/1\n\n\n")},
    "refused search": {"perl": _S(" at /x", "Invalid query: '")},
    "100 edits": {
        "updated": _S("# Ticket 1 updated.\n"),
        "denied": _S("\n--\n\n# Permission Denied\n", "# Ticket 1 updated.\n" * 50),
        "half": _S("x", "# Ticket 1 updated.\n" * 50 + "\n--\n\n# Permission Denied\n" * 49 + "# "),
    },
    "create": {"unknown": _S("# a: Unknown field.\n"), "could not": _S("Could not create ")},
    "message": {"said": _S("# Status changed from \n", "# Comments added\n")},
    "history": {
        "status lines": _S("RT/5.0 200 Ok\n\n"),
        "RT/": _S("RT/5 "),
        "entries": _S(f"{_ENTRY}\n\n--\n\n"),
        "files": _S("             7: x (3b)\n", f"{_ENTRY}\n"),
        "open files": _S("7: x (", f"{_ENTRY}\n             "),
    },
    "history with files": {
        "status lines": _S("RT/5.0 200 Ok\n\nid: ticket/1\n\n\n"),
        "said": _S("\n--\n\n# Ticket 1 does not exist.\n"),
    },
    "counts": {"counts": _S("# 1/1 (/total)\n\n--\n\n")},
    "attachments": {
        name: _S(piece, "id: ticket/1\n\n--\n\nid: ticket/1/attachments\nAttachments: ")
        for name, piece in {
            "items": "5: a (b/c / 3b), ",
            "lines": "5: a (b/c / 3b),\n             ",
            "open": "5: a (b / ",
            "brackets": " (",
            "sizes": " (b / 3b",
        }.items()
    },
    "attachment": {"headers": _S("         a: b\n", "id: 5\nCreated: 2026-01-01\n\nHeaders: a\n")},
    "entry": {
        "sizes": _S("             7: x (3b)\n", "id: 5\nAttachments: \n"),
        "brackets": _S(" (3b", "id: 5\nAttachments: 7: "),
    },
    "outline": {
        "brackets": _S(" (", "id: queue/1\n"),
        "kinds": _S(" (): SingleValueText", "id: queue/1\na"),
    },
    "definitions": {
        "one line": _S("): SingleValueA ", "id\na: \nb: \fid\na (", "\nc (\n\n"),
        "lines": _S("): SingleValueA\nb", "id\na: \nb: \fid\na ("),
        "newlines": _S("\n", "id\na: \nb: \fid\na (): SingleValueA", "c\n\n"),
    },
    "no RT": {
        "titles": _S("<title>"),
        "blanks": _S(" ", "<title>"),
        "open": _S("<"),
    },
    "crash": {"at": _S(" at x"), "at line": _S(" at x line", " "), "path": _S("x", " at ")},
    "log": {
        "passwords": _S("Password: x\n"),
        "blank lines": _S(" \n", "Password: x\n"),
        "newlines": _S("\n", "Password: x\n"),
    },
    "sentence": {
        "does": _S(" does not exist"),
        "named": _S(" exists", "No user named "),
        "words": _S("a "),
    },
    "list": _LISTS,
    "list of old RT": _LISTS,
    "addresses": {"commas": _S(","), "apart": _S(", "), "far": _S(" ", ",")},
    "members": {"members": _S("<a>, "), "commas": _S(","), "far": _S(" ", "<a>,")},
    "links": {"links": _S("fsck.com-rt://x/ticket/5, "), "numbers": _S("5, ")},
    "links of a ticket": {
        "one RT": _S("fsck.com-rt://x/ticket/{}, "),
        "many RTs": _S("fsck.com-rt://{}/ticket/5, "),
    },
    "joined": {"values": _S("a, "), "lines": _S("a,\n"), "commas": _S(",")},
    "joined, 3 choices": {"values": _S("a, "), "both": _S("a, b, ")},
    "date": {"blanks": _S(" ", "Mon, Jan 1, 2026"), "digits": _S("9"), "mail": _S("1 ", "Mon, 1 ")},
    "number": {"blanks": _S(" ", "", "x"), "digits": _S("9")},
    "minutes": {"digits": _S("9"), "blanks": _S(" ", "1")},
    "address": {"colons": _S(":"), "dots": _S("1."), "digits": _S("9")},
    "network": {"dashes": _S("-"), "slashes": _S("1/")},
    "change": {"to": _S(" to ", "Queue changed from a"), "dates": _S("Mon Jan 01 2026 deleted ")},
    "LIKE": {"a": _S("a"), "ab": _S("ab")},
    "file name": {"dots": _S(".", "", "x"), "blanks": _S(" ", "x"), "CON": _S(" ", "CON", "x")},
    "REST 2.0": {
        "brackets": _S("[", "", ""),
        "one name": _S(
            '{"id":"1","name":"a"},', '{"TicketCustomFields":[', '{"id":"1","name":"a"}]}'
        ),
        "choices": _S('"a",', '{"Values":[', '"a"]}'),
        "values": _S('"a",', '{"CustomFields":[{"id":1,"Type":"Text","values":[', '"a"]}]}'),
    },
}
_OF_FORMS = (
    *("forms", "show", "ids", "records", "100 edits", "create", "message", "history"),
    *("history with files", "attachments", "outline", "identity", "no RT", "crash", "log"),
)


def measure() -> None:
    """Measure, print and keep: seconds for 1.25, 2.5, 5 and 10 MB, and how they grow."""
    rows: list[dict[str, Any]] = []
    for name, read in _READERS.items():
        shapes = {**(_ANY if name in _OF_FORMS else {}), **_SHAPES.get(name, {})}
        for shape, text in shapes.items():
            rows.append({"parser": name, "shape": shape, "seconds": _seconds(read, text)})
            print(_told(rows[-1]), flush=True)
    keep("hostile", {"sizes": _SIZES, "rows": rows})


def _seconds(read: _Read, shape: _Shape) -> list[float]:
    taken: list[float] = []
    for size in _SIZES:
        text = shape.of(size)
        gc.collect()
        began = time.process_time()
        read(text)
        taken.append(round(time.process_time() - began, 4))
        if taken[-1] > _PATIENCE:
            break
    return taken


def _told(row: Mapping[str, Any]) -> str:
    seconds: list[float] = row["seconds"]
    ratios = [after / before for before, after in pairwise(seconds)]
    times = "".join(f"{each:8.3f}" for each in seconds)
    growth = "".join(f"{each:6.1f}" for each in ratios)
    return f"  {row['parser']:19}{row['shape']:15}{times:32} s  ×{growth}"
