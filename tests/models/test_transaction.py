"""Entries of a history as a program wants them."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from rtorm import Session
from rtorm.errors import DetachedError, RTError
from rtorm.gateway import Edit, Entry, FileDetails, ListedFile, Message, Upload
from rtorm.models.attachment import Attachment, held
from rtorm.models.transaction import History, Transaction, principals_of, transaction_of
from rtorm.rest1.gateway import Rest1

Connect = Callable[..., Session]

CREATED = datetime(2026, 11, 24, 19, 44, 7, tzinfo=UTC)
NO_CONTENT = "This transaction appears to have no content"


def entry(**values: Any) -> Entry:
    """An entry with these values."""
    given: dict[str, Any] = {
        "id": 48, "ticket": 1, "type": "Comment", "field": "", "old_value": "", "new_value": "",
        "data": "", "description": "", "content": None, "creator": "root", "created": CREATED,
        "minutes": 0, "files": (),
    }  # fmt: skip
    return Entry(**given | values)


class Shelf:
    """A session's stand-in that gives one content, and counts how often it is asked."""

    def __init__(self, content: bytes = b"<p>\xc3\xa9</p>") -> None:
        self.content = content
        self.asked = 0

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        self.asked += 1
        return nullcontext(iter([self.content]))

    def details(self, file: int) -> FileDetails:
        return FileDetails(file, "", "text/html", 1, CREATED, "")


def files(shelf: Shelf, *listed: tuple[str, str, int]) -> list[Attachment]:
    """Attachments with these names, types and sizes."""
    return [
        held(shelf, 1, ListedFile(number, *each)) for number, each in enumerate(listed, start=7)
    ]


def made(names: Mapping[int, str] | None = None, **values: Any) -> Transaction:
    return transaction_of(entry(**values), [], names or {})


def test_what_is_as_rt_shows_it() -> None:
    """Number, type, creator, instant, minutes and words are RT's own."""
    got = made(
        type="Status", field="Status", old_value="new", new_value="open", data="d", minutes=5,
        description="Status changed from 'new' to 'open' by root",
    )  # fmt: skip
    assert (got.id, got.ticket_id, got.type, got.creator) == (48, 1, "Status", "root")
    assert (got.created, got.time_taken, got.data) == (CREATED, 5, "d")
    assert (got.field, got.field_id, got.old_value, got.new_value) == (
        "Status", None, "new", "open",
    )  # fmt: skip
    assert got.description == "Status changed from 'new' to 'open' by root"
    assert (got.content, got.content_type, got.attachments) == (None, "", ())
    assert repr(got) == str(got) == "<Transaction 48 Status by root 2026-11-24 19:44>"


def test_entries_do_not_change() -> None:
    """An entry is a value."""
    with pytest.raises(ValidationError, match="frozen"):
        made().type = "Create"  # type: ignore[misc]
    assert made() == made()
    assert made() != made(id=49)
    assert made() != 48
    assert len({made(), made(), made(id=49)}) == 2


PEOPLE = [
    ("Set", "Owner"),
    ("Give", "Owner"),
    ("Take", "Owner"),
    ("Untake", "Owner"),
    ("Steal", "Owner"),
    ("Force", "Owner"),
    ("SetWatcher", "Owner"),
    ("AddWatcher", "Cc"),
    ("DelWatcher", "RT::CustomRole-1"),
]


@pytest.mark.parametrize(("kind", "field"), PEOPLE)
def test_people_have_names(kind: str, field: str) -> None:
    """Numbers of users and groups become names, as far as they are known."""
    values: dict[str, Any] = {"type": kind, "field": field, "old_value": "6", "new_value": "27"}
    assert principals_of(entry(**values)) == [6, 27]
    got = made({6: "Nobody"}, **values)
    assert (got.old_value, got.new_value) == ("Nobody", "27")
    assert principals_of(entry(type=kind, field=field, old_value="", new_value="x")) == []


@pytest.mark.parametrize("field", ["Subject", "Queue", "Priority", ""])
def test_other_numbers_are_nobody(field: str) -> None:
    """A subject of `6` is no user."""
    assert principals_of(entry(type="Set", field=field, old_value="6", new_value="27")) == []
    assert principals_of(entry(type="CustomField", field="6", new_value="27")) == []


@pytest.mark.parametrize(
    ("kind", "field", "raw", "value"),
    [
        ("Set", "Due", "2030-01-02 03:04:05", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("Set", "Due", "1970-01-01 00:00:00", None),
        ("Set", "Starts", "", None),
        ("Set", "Started", "soon", "soon"),
        ("Told", "Told", "2030-01-02 03:04:05", datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("Set", "Resolved", "2030-02-30 03:04:05", "2030-02-30 03:04:05"),
        ("Set", "Priority", "7", 7),
        ("Set", "FinalPriority", "-7", -7),
        ("Set", "TimeWorked", "2 hours", "2 hours"),
        ("Set", "Subject", "7", "7"),
        ("Set", "Subject", "2030-01-02 03:04:05", "2030-01-02 03:04:05"),
        ("CustomField", "7", "2030-01-02 03:04:05", "2030-01-02 03:04:05"),
        ("AddLink", "RefersTo", "http://x/", "http://x/"),
    ],
)
def test_values(kind: str, field: str, raw: str, value: object) -> None:
    """Dates are instants, numbers are numbers, and what cannot be read stays text."""
    got = made(type=kind, field=field, old_value=raw, new_value=raw)
    assert (got.old_value, got.new_value) == (value, value)


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Queue changed from General to Two Words by root", ("General", "Two Words")),
        ("Queue changed from #3 to General by root", ("3", "General")),
        ("Queue changed from A to B to C by root", ("3", "1")),
        ("Queue changed from General to Two Words by alice", ("3", "1")),
        ("File changée de General en Two Words par root", ("3", "1")),
    ],
)
def test_queues(said: str, values: tuple[str, str]) -> None:
    """Queues have names where RT's sentence tells them without a doubt, else numbers."""
    got = made(type="Set", field="Queue", old_value="3", new_value="1", description=said)
    assert (got.old_value, got.new_value) == values


@pytest.mark.parametrize(
    ("said", "old", "new", "name"),
    [
        ("Severity low added by root", "", "low", "Severity"),
        ("Severity low deleted by root", "low", "", "Severity"),
        ("Severity low changed to high by root", "low", "high", "Severity"),
        ("added by x y added by root", "", "y", "added by x"),
        ("Note one\ntwo added by root", "", "one\ntwo", "Note"),
        ("Note added by root", "", "one\ntwo", "Note"),
        ("Note changed by root", "a", "b", "Note"),
        ("Note deleted by root", "a", "", "Note"),
        ("Report date Wed Jan 02 2030 added by root", "", "2030-01-02", "Report date"),
        (
            "When Wed Jan 02 03:04:05 2030 changed to Wed Jul 02 05:04:05 2031 by root",
            "2030-01-02 03:04:05",
            "2031-07-02 03:04:05",
            "When",
        ),
        ("When 2030-01-02 added by root", "", "2030-01-02", "When"),
        ("When 02/01/2030 added by root", "", "2030-01-02", "12"),
        ("a custom field x added by root", "", "x", "12"),
        ("Severity low added by alice", "", "low", "12"),
        ("Severity low ajouté par root", "", "low", "12"),
        (" low added by root", "", "low", "12"),
        ("", "", "low", "12"),
    ],
)
def test_custom_fields(said: str, old: str, new: str, name: str) -> None:
    """A custom field has the name that RT's sentence tells; where it does not fit, its number."""
    got = made(type="CustomField", field="12", old_value=old, new_value=new, description=said)
    assert (got.field, got.field_id) == (name, 12)
    assert (got.old_value, got.new_value) == (old, new)


TEXT, HTML = "text/plain", "text/html"


@pytest.mark.parametrize(
    ("listed", "content", "chosen"),
    [
        ([("", TEXT, 5)], "hello", 0),
        ([("", "multipart/mixed", 0), ("", TEXT, 5), ("a.txt", TEXT, 5)], "hello", 1),
        ([("", "multipart/alternative", 0), ("", TEXT, 5), ("", HTML, 99)], "hello", 1),
        ([("", "multipart/alternative", 0), ("", TEXT, 0), ("", HTML, 99)], "hello", 2),
        ([("", TEXT, 0), ("", "image/png", 99)], "", 0),
        ([("", HTML, 99)], "hello", 0),
        ([("a.txt", TEXT, 5), ("", TEXT, 5)], "hello", 1),
        # Passed over by RT: a text that its sender marked as an attachment.
        ([("", TEXT, 99), ("", TEXT, 5)], "hello", 1),
        ([("", TEXT, 1994)], "x" * 2000, 0),
        ([("", TEXT, 3000), ("", TEXT, 1994)], "x" * 2000, 1),
        ([("", TEXT, 43)], NO_CONTENT, 0),
        # Never lost, even if no length fits.
        ([("", TEXT, 4)], "hello", 0),
    ],
)
def test_which_text_is_the_message(
    listed: list[tuple[str, str, int]], content: str, chosen: int
) -> None:
    """The one that RT shows: its type tells whether the content is HTML."""
    shelf = Shelf()
    got = transaction_of(entry(content=content), files(shelf, *listed), {})
    assert got.content_type == listed[chosen][1]
    assert len(got.attachments) == len(listed)
    assert got.content == (content if got.content_type == TEXT else "<p>é</p>")


@pytest.mark.parametrize(
    ("listed", "content"),
    [
        ([], None),
        ([("a.txt", TEXT, 5)], None),
        ([("", TEXT, 5)], None),
        # In an account's own language, RT's sentence cannot be told from a text.
        ([("a.txt", TEXT, 5), ("", "image/png", 8)], "Pas de contenu"),
    ],
)
def test_no_message(listed: list[tuple[str, str, int]], content: str | None) -> None:
    """Files alone are no message."""
    got = transaction_of(entry(content=content), files(Shelf(), *listed), {})
    assert (got.content, got.content_type) == (None, "")


def test_html_is_loaded_once_when_it_is_read() -> None:
    """RT shows HTML as plain text: the HTML itself comes from its attachment."""
    shelf = Shelf()
    got = transaction_of(entry(content="é"), files(shelf, ("", HTML, 8)), {})
    again = transaction_of(entry(content="é"), files(shelf, ("", HTML, 8)), {})
    assert got == again
    assert repr(got)
    assert hash(got) == hash(again)
    assert "content" not in got.model_dump()
    assert got.model_dump()["attachments"][0]["id"] == 7
    assert shelf.asked == 0
    assert got.content == got.content == "<p>é</p>"
    assert shelf.asked == 1
    assert got == again


def test_pickled_entries() -> None:
    """What was loaded is there; the rest is an error that says so."""
    got = transaction_of(entry(content="é"), files(Shelf(), ("", HTML, 8)), {})
    other = pickle.loads(pickle.dumps(got))
    assert other == got
    with pytest.raises(DetachedError):
        _ = other.content
    assert got.content
    assert pickle.loads(pickle.dumps(got)).content == "<p>é</p>"


def test_entries_of_some_types() -> None:
    """A history is a tuple that gives entries of some types."""
    history = History([made(id=1, type="Create"), made(id=2), made(id=3, type="Correspond")])
    assert [each.id for each in history.of_type("Create", "Comment")] == [1, 2]
    assert isinstance(history.of_type(), History)
    assert History() == ()
    assert pickle.loads(pickle.dumps(history)) == history


# What follows runs on real servers.


@pytest.fixture
def gate(session: Session) -> Rest1:
    return Rest1(session.client)


class Behind:
    """Loads attachments from a server."""

    def __init__(self, gate: Rest1) -> None:
        self.gate = gate

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        return self.gate.download(ticket, file)

    def details(self, file: int) -> FileDetails:
        return self.gate.file_details(file)


def new_ticket(gate: Rest1, **fields: str) -> int:
    number = gate.create("ticket", {"Queue": "Incidents", "Subject": "old", **fields}).id
    assert number is not None
    return number


def history_of(gate: Rest1, ticket: int) -> History:
    [entries], [listed] = gate.history([ticket]), gate.files([ticket])
    assert not isinstance(entries, RTError)
    assert not isinstance(listed, RTError)
    there = {file.id: held(Behind(gate), ticket, file) for file in listed}
    return History(transaction_of(each, [there[n] for n in each.files], {}) for each in entries)


def edit(gate: Rest1, ticket: int, **fields: str) -> None:
    for name, value in fields.items():
        [reply] = gate.edit([Edit("ticket", ticket, {name: value})])
        assert not reply.errors
        assert reply.refusal is None


def test_messages_on_a_server(gate: Rest1) -> None:
    """Plain text, HTML, files alone, mail of RT, and a text that says there is none."""
    ticket = new_ticket(gate, Text="created\n", Requestor="r@example.com")
    html = "<p>\nH&amp;i <b>é</b></p>\n"
    png = (Upload("a.png", b"x", "image/png"),)
    messages = [
        Message("comment", "  plain\n\n"),
        Message("comment", html, content_type="text/html", minutes=7),
        Message("comment", html, content_type="text/html", files=png),
        Message("comment", files=png),
        Message("comment", files=(Upload("a.txt", b"hello", "text/plain"),)),
        Message("comment", NO_CONTENT),
        Message("comment", f"{NO_CONTENT}\n", files=png),
    ]
    for message in messages:
        assert gate.message(ticket, message).refusal is None
    history = history_of(gate, ticket)
    assert [(each.content, each.content_type) for each in history.of_type("Create")] == [
        ("created\n", TEXT)
    ]
    assert [(each.content, each.content_type) for each in history.of_type("Comment")] == [
        ("  plain\n\n", TEXT),
        (html, HTML),
        (html, HTML),
        (None, ""),
        (None, ""),
        (NO_CONTENT, TEXT),
        (f"{NO_CONTENT}\n", TEXT),
    ]
    assert [each.time_taken for each in history.of_type("Comment")] == [0, 7, 0, 0, 0, 0, 0]
    [mail] = history.of_type("EmailRecord")
    assert mail.creator == "RT_System"
    assert mail.content is not None
    assert "created" in mail.content
    assert mail.content_type == TEXT
    assert mail.data.startswith("<rt-")
    assert HTML in [file.content_type for file in mail.attachments]


def test_people_on_a_server(gate: Rest1) -> None:
    """Every change of owner or watchers tells its principals, whatever RT calls it."""
    ticket = new_ticket(gate)
    edit(gate, ticket, Owner="alice", Cc="bob")
    assert gate.own(ticket, "steal").refusal is None
    assert gate.own(ticket, "untake").refusal is None
    assert gate.own(ticket, "take").refusal is None
    edit(gate, ticket, Cc="")
    [entries] = gate.history([ticket])
    assert not isinstance(entries, RTError)
    about = [each for each in entries if each.field in ("Owner", "Cc")]
    assert len(about) >= 6
    for each in about:
        values = [value for value in (each.old_value, each.new_value) if value]
        assert principals_of(each) == [int(value) for value in values]
    assert not any(principals_of(each) for each in entries if each not in about)


CUSTOM_FIELDS = {
    "Severity": ["low", "high", ""],
    "Affected hosts": ["'a, <b>&amp; \"c\"'", ""],
    "Teams": ["'net','db'", "'db'"],
    "Note": ["one\ntwo", "x" * 300, "y", ""],
    "Count": ["5", "6"],
    "Report date": ["2030-01-02", "2031-01-02", ""],
    "Deadline": ["2030-01-02 03:04:05", "2031-07-02 03:04:05", ""],
    "Address": ["1.2.3.4", "::1"],
    "Owner": ["7", "8", ""],
}


def test_custom_fields_on_a_server(gate: Rest1, connect: Connect) -> None:
    """Each kind of custom field is told by its name, for accounts in any time zone."""
    ticket = new_ticket(gate)
    for name, values in CUSTOM_FIELDS.items():
        for value in values:
            edit(gate, ticket, **{f"CF.{{{name}}}": value})
    told: list[str] = []
    for user in ("root", "roman"):
        history = history_of(Rest1(connect(user, time_zone="Europe/Rome").client), ticket)
        changes = history.of_type("CustomField")
        assert [each.field for each in changes if each.field.isdecimal()] == []
        told = list(dict.fromkeys(each.field for each in changes))
        assert sorted(told) == sorted(CUSTOM_FIELDS)
        assert len({each.field_id for each in changes}) == len(CUSTOM_FIELDS)
        assert len(changes) >= sum(map(len, CUSTOM_FIELDS.values()))


def test_values_on_a_server(gate: Rest1) -> None:
    """Dates, numbers and queues are what they are on a ticket."""
    ticket = new_ticket(gate)
    edit(gate, ticket, Due="2030-01-02 03:04:05", Priority="7", TimeWorked="5", Subject="new")
    edit(gate, ticket, Due="", Queue="Two Words", Told="2030-01-02 03:04:05")
    due = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    values = [
        (each.field, each.old_value, each.new_value)
        for each in history_of(gate, ticket).of_type("Set", "Told")
    ]
    assert values == [
        ("Due", None, due),
        ("Priority", 0, 7),
        ("TimeWorked", 0, 5),
        ("Subject", "old", "new"),
        ("Due", due, None),
        ("Queue", "Incidents", "Two Words"),
        ("Told", None, due),
    ]
