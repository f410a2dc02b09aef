"""One entry and one attachment by number, without a server; and what a session gets at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from rtorm import (
    Attachment,
    Client,
    CustomField,
    Links,
    NotFound,
    Queue,
    Session,
    Ticket,
    Transaction,
)
from rtorm.gateway import Entry, EntryFound, FileDetails, FileFound, Gateway, ListedFile
from rtorm.models.transaction import History
from rtorm.orm.record import Record
from rtorm.orm.workspace import Workspace
from tests.orm.doubles import loaded

CREATED = datetime(2026, 11, 24, 19, 44, 7, tzinfo=UTC)
LISTED = ListedFile(7, "photo.png", "image/png", 3)


@dataclass
class Desk:
    """A server that finds one entry and one attachment, and notes what it is asked."""

    entries: dict[int, Entry] = field(default_factory=dict[int, Entry])
    asked: list[Any] = field(default_factory=list[Any])

    def entry(self, number: int) -> EntryFound:
        self.asked.append(("entry", number))
        if number not in self.entries:
            message = f"transaction {number} does not exist"
            raise NotFound(message)
        entry = self.entries[number]
        return EntryFound(entry, (LISTED,) if entry.files else ())

    def file(self, number: int) -> FileFound:
        self.asked.append(("file", number))
        headers = "Content-Type: image/png\n"
        details = FileDetails(number, LISTED.filename, LISTED.content_type, 48, CREATED, headers)
        return FileFound(3, LISTED, details)

    def names(self, principals: Sequence[int]) -> dict[int, str]:
        self.asked.append(("names", *principals))
        return {6: "Nobody", 27: "alice"}

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        self.asked.append(("download", ticket, file.id))
        return nullcontext(iter([b"png"]))


def entry(**values: Any) -> Entry:
    """An entry with these values."""
    given: dict[str, Any] = {
        "id": 48, "ticket": 3, "type": "Comment", "field": "", "old_value": "", "new_value": "",
        "data": "", "description": "", "content": None, "creator": "root", "created": CREATED,
        "minutes": 0, "files": (),
    }  # fmt: skip
    return Entry(**given | values)


def workspace(*entries: Entry) -> tuple[Any, Desk]:
    """A session's inside before such a server; untyped, as what it is given here may be."""
    desk = Desk({each.id: each for each in entries})
    return Workspace(cast("Gateway", desk), zone=UTC, verify="risky", batch=50), desk


def test_an_entry_has_names_and_its_attachments() -> None:
    """Names of users are asked for once; attachments load from the ticket of the entry."""
    owned = entry(id=49, type="Set", field="Owner", old_value="6", new_value="27")
    work, desk = workspace(entry(files=(7,)), owned)
    got = work.get(Transaction, 48)
    assert isinstance(got, Transaction)
    assert (got.id, got.ticket_id, got.type) == (48, 3, "Comment")
    assert [file.filename for file in got.attachments] == ["photo.png"]
    assert got.attachments[0].content == b"png"
    assert work.get(Transaction, "49").new_value == "alice"
    assert work.get(Transaction, 49).old_value == "Nobody"
    assert desk.asked == [
        ("entry", 48),
        ("download", 3, 7),
        ("entry", 49),
        ("names", 6, 27),
        ("entry", 49),
    ]


def test_an_attachment_knows_what_was_told_of_it() -> None:
    """Its instant and headers cost nothing more; its content is loaded when it is read."""
    work, desk = workspace()
    got = work.get(Attachment, 7)
    assert isinstance(got, Attachment)
    assert (got.id, got.filename, got.content_type, got.size) == (7, "photo.png", "image/png", 3)
    assert (got.created, got.headers.get_content_type()) == (CREATED, "image/png")
    assert desk.asked == [("file", 7)]
    assert got.content == got.content == b"png"
    assert desk.asked[1:] == [("download", 3, 7)]


def test_errors_of_the_server_are_passed_on() -> None:
    """As they are."""
    work, _ = workspace()
    with pytest.raises(NotFound, match="transaction 5 does not exist"):
        work.get(Transaction, 5)


NO_CLASSES: list[tuple[Any, str]] = [
    (History, r"takes no History \(read the history of a ticket\)"),
    (CustomField, r"takes no CustomField \(read the custom_fields"),
    (Links, r"takes no Links \(read the links of a ticket\)"),
    (Record, "takes no Record"),
    (int, "takes no int"),
    ("Ticket", "not an object of str"),
    (None, "not an object of NoneType"),
    (loaded(Ticket), "not an object of Ticket"),
]


@pytest.mark.parametrize(("given", "says"), NO_CLASSES)
def test_other_classes_are_refused(given: Any, says: str) -> None:
    """The error says which there are, whatever the id; and nothing is asked."""
    work, desk = workspace()
    with pytest.raises(TypeError, match=f"{says}.*give Ticket.*Group, Transaction, Attachment"):
        work.get(given, "no id")
    assert desk.asked == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        *NO_CLASSES,
        (Transaction, r"takes no Transaction \(session.get\(\) gets one by its number\)"),
        (Attachment, r"takes no Attachment \(session.get\(\) gets one by its number\)"),
    ],
)
def test_many_are_got_of_records_alone(given: Any, says: str) -> None:
    """So is what is looked for and edited; entries and attachments are got one by one."""
    session = Session(Client("http://127.0.0.1:1", auth=("me", "secret")))
    for attempt in (
        lambda: session.get_many(given, [1]),
        lambda: session.query(given),
        lambda: session.edit(given, 1, subject="x"),
    ):
        with pytest.raises(TypeError, match=rf"{says}.*give Ticket or .*, Queue, User, Group\Z"):
            attempt()


def test_classes_of_a_program_are_taken() -> None:
    """A class of tickets, whatever it is derived from; and one derived from an attachment's."""

    class Fault(Ticket, queue="Faults"):
        pass

    class Outage(Fault, queue="Outages"):
        pass

    class File(Attachment, frozen=True):
        pass

    session = Session(Client("http://127.0.0.1:1", auth=("me", "secret")))
    for cls in (Ticket, Fault, Outage, Queue):
        assert "Query" in repr(session.query(cls))
    work, _ = workspace()
    assert work.get(File, 7).filename == "photo.png"
