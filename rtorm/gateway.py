"""The seam between the records and the server's language: verbs and plain data.

The session plans and maps with these types alone, so that another of RT's APIs can stand beside
REST 1.0 behind the same verbs. Imports the standard library, `rtorm.errors` and how texts
are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from rtorm.errors import RTError
from rtorm.texts import brief

__all__ = [
    "WITH_CHOICES",
    "Action",
    "Created",
    "Definition",
    "Edit",
    "EditReply",
    "Entry",
    "EntryFound",
    "FileDetails",
    "FileFound",
    "Gateway",
    "Holders",
    "Identity",
    "ListedFile",
    "Message",
    "Said",
    "Shown",
    "Step",
    "Steps",
    "Upload",
]

Action = Literal["take", "untake", "steal"]

WITH_CHOICES = ("Select", "Combobox", "Autocomplete")
"""The kinds of custom fields that have values to choose from."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server takes us for.

    Attributes:
        user: The account's name in RT.
        offset: The account's distance from UTC at that time, or None where it cannot be told.
        time: The server's time, in UTC.
        version: The server's version, such as `5.0.3`.
    """

    user: str
    offset: timedelta | None
    time: datetime
    version: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One record as the server shows it.

    Attributes:
        id: Its true id.
        fields: Wire names to wire text.
        doubled: Wire names of custom fields of which there are two, as far as it can be seen: only
            where everything was asked for. The text is that of one of them.
    """

    id: int
    fields: Mapping[str, str]
    doubled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """New values for some fields of one existing record, in wire names and wire text.

    Attributes:
        kind: What it is: `ticket`, `queue`, `user`, `group`.
        id: Its id.
        fields: The new values.
        part: What of the record has these fields: `links`; empty for the record itself.
    """

    kind: str
    id: int
    fields: Mapping[str, str]
    part: str = ""


@dataclass(frozen=True, slots=True)
class EditReply:
    """What the server said to one `Edit`.

    Attributes:
        errors: Refused fields, wire name to messages; the others were applied. The key `""`
            holds what the server said without naming a field.
        refusal: Why the edit was refused as a whole; then nothing of it was applied.
        unclear: Why it cannot be known which fields were applied; empty if it can.
        merged_into: The id of the record that this one has been merged into, if it was.
    """

    errors: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    refusal: RTError | None = None
    unclear: str = ""
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """What the server said to a create.

    Attributes:
        id: The new record's id; None if there is no new record.
        errors: Refused fields, wire name to messages; `""` for the record as a whole.
        unclear: Why errors may be missing from this answer; empty if they cannot.
    """

    id: int | None
    errors: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to send: its name in RT, its bytes, its media type."""

    filename: str
    content: bytes
    content_type: str = "application/octet-stream"

    def __repr__(self) -> str:
        name = brief(self.filename)
        return f"<Upload {name} {self.content_type} {len(self.content)} bytes>"


@dataclass(frozen=True, slots=True)
class Message:
    """A comment or a reply to send.

    Attributes:
        kind: `comment` goes to staff, `correspond` to the requestors, too.
        text: The message.
        content_type: The media type of `text`.
        cc: Addresses that get this message, too.
        bcc: The same, unseen by the others.
        minutes: Time worked, added to the ticket's.
        status: The ticket's status afterwards; empty to leave it to the server.
        files: What goes with the message.
    """

    kind: Literal["comment", "correspond"]
    text: str = ""
    content_type: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    minutes: int = 0
    status: str = ""
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What the server said to a message, a change of owner or a merge.

    Attributes:
        refusal: Why nothing was done.
        errors: What was refused though the rest was done, by wire name.
    """

    refusal: RTError | None = None
    errors: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass(frozen=True, slots=True)
class ListedFile:
    """An attachment as the server lists it.

    Attributes:
        id: Its number.
        filename: Its name; empty if it has none.
        content_type: Its media type.
        size: Its size as listed: characters of a text, else bytes; rounded above 1024.
    """

    id: int
    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class FileDetails:
    """What the server tells of an attachment beside its bytes.

    Attributes:
        id: Its number.
        filename: Its name; empty if it has none.
        content_type: Its media type.
        transaction: The id of the history entry that it belongs to.
        created: When it came, in UTC.
        headers: Its mail headers, as text.
    """

    id: int
    filename: str
    content_type: str
    transaction: int
    created: datetime | None
    headers: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ticket's history as the server shows it.

    Attributes:
        id: Its number.
        ticket: The id of the ticket that it happened to.
        type: What happened, in RT's words: `Create`, `Correspond`, `Set`, `CustomField` …
        field: What it happened to: a field's name, or a custom field's number.
        old_value: The value before; users as numbers, dates in UTC.
        new_value: The value after.
        data: What else the server keeps: a message's subject, a mail's Message-ID.
        description: The server's sentence.
        content: The text of its message; None if it has none. HTML is turned into plain text.
        creator: The name of who did it.
        created: When, in UTC.
        minutes: The time worked.
        files: The ids of its attachments.
    """

    id: int
    ticket: int
    type: str
    field: str
    old_value: str
    new_value: str
    data: str
    description: str
    content: str | None
    creator: str
    created: datetime
    minutes: int
    files: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What an entry of a ticket's history says has changed, without its message.

    Attributes:
        id: Its number.
        type: What happened, as in `Entry`; empty of an entry that the account may not see.
        field: What it happened to, as in `Entry`.
        old_value: The value before.
        new_value: The value after.
        minutes: The time worked.
        description: The server's sentence.
    """

    id: int
    type: str
    field: str
    old_value: str
    new_value: str
    minutes: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """The history of a ticket, without its messages.

    Attributes:
        seen: What the account may see of it, oldest first.
        total: How many entries there are, as `lengths` counts them.
    """

    seen: tuple[Step, ...]
    total: int


@dataclass(frozen=True, slots=True)
class EntryFound:
    """An entry of some ticket's history, found by its number alone.

    Attributes:
        entry: The entry.
        files: Its attachments, in the order of their numbers.
    """

    entry: Entry
    files: tuple[ListedFile, ...]


@dataclass(frozen=True, slots=True)
class FileFound:
    """An attachment of some ticket, found by its number alone.

    Attributes:
        ticket: The id of the ticket.
        listed: The attachment as it is listed.
        details: What else the server tells of it.
    """

    ticket: int
    listed: ListedFile
    details: FileDetails


@dataclass(frozen=True, slots=True)
class Definition:
    """A custom field as the server defines it.

    Attributes:
        name: Its name.
        description: What it is for.
        type: Its kind in RT's words: `Select`, `Freeform`, `Date` …
        multiple: Whether it holds several values.
        pattern: What values must match: RT's name of it in brackets (`[Digits]`), or a Perl regular
            expression; empty if nothing.
        id: Its number; None where the server does not tell it.
        maximum: How many values it holds at most; None for any number, or where the server does
            not tell it.
    """

    name: str
    description: str
    type: str
    multiple: bool
    pattern: str
    id: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a role of a ticket.

    Attributes:
        groups: Groups, their names by their numbers.
        users: The names and e-mail addresses of single users, in small letters.
    """

    groups: Mapping[int, str]
    users: frozenset[str]


class Gateway(Protocol):
    """The verbs in which a session speaks to a server."""

    def identity(self) -> Identity:
        """Who we are, what time it is there, which version it is."""
        ...

    def now(self) -> datetime | None:
        """The server's own time, in UTC, asked each time; None where it does not tell it."""
        ...

    def show(
        self,
        kind: str,
        ids: Sequence[int],
        fields: Sequence[str] | None = None,
        *,
        links: bool = False,
    ) -> list[Shown | RTError]:
        """The records of these ids, in the order of the ids, or why one cannot be shown.

        With `links`, the fields of a ticket's links are shown among its own.
        """
        ...

    def named(self, kind: str, name: str) -> Shown | RTError:
        """The queue, user or group of this name, or why it cannot be shown."""
        ...

    def names(self, principals: Sequence[int]) -> dict[int, str]:
        """The names of users and groups, as far as they can be told."""
        ...

    def search(self, kind: str, query: str, order: str = "") -> list[int]:
        """The ids of what a query in the server's own language finds, in their order."""
        ...

    def search_shown(
        self, kind: str, query: str, order: str = "", fields: Sequence[str] | None = None
    ) -> Iterator[Shown]:
        """What a query finds, each record with these fields, or all; read as it is asked for."""
        ...

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        """Carry out the edits in their order, in one request; one reply each."""
        ...

    def untellable(
        self, fields: Mapping[str, str], files: Sequence[Upload] = ()
    ) -> Mapping[str, str]:
        """What of a record a server of this version cannot be told, by wire name, and why.

        It would drop it, or take it for something else; so nothing of the record is to be sent.
        """
        ...

    def create(self, kind: str, fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Created:
        """Make one record; sent once, never repeated."""
        ...

    def message(self, ticket: int, message: Message) -> Said:
        """Comment on a ticket or reply to it; sent once, never repeated."""
        ...

    def own(self, ticket: int, action: Action) -> Said:
        """Take a ticket, give it up, or take it from its owner; sent once."""
        ...

    def merge(self, ticket: int, into: int) -> Said:
        """Merge a ticket into another one; sent once, never repeated."""
        ...

    def files(self, tickets: Sequence[int]) -> list[list[ListedFile] | RTError]:
        """The attachments of each ticket, in few requests, or why they cannot be listed."""
        ...

    def related(
        self, tickets: Sequence[int]
    ) -> list[tuple[Shown | RTError, list[ListedFile] | RTError]]:
        """The links of each ticket, as fields of its own, and its attachments, in few requests."""
        ...

    def file_details(self, file: int) -> FileDetails:
        """What the server tells of an attachment beside its bytes."""
        ...

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        """The exact bytes of an attachment, by pieces, while the connection is open."""
        ...

    def history(self, tickets: Sequence[int]) -> list[list[Entry] | RTError]:
        """The history of each ticket, oldest first, in few requests, or why it cannot be shown."""
        ...

    def history_and_files(
        self, tickets: Sequence[int]
    ) -> list[tuple[list[Entry] | RTError, list[ListedFile] | RTError]]:
        """The history of each ticket and its attachments, in few requests."""
        ...

    def lengths(self, tickets: Sequence[int]) -> list[int | RTError]:
        """How many entries each ticket's history has, or why it is not told; at little cost.

        Those that the account may not see are among them, as far as the server counts them.
        """
        ...

    def steps(self, tickets: Sequence[int]) -> list[Steps | RTError]:
        """The history of each ticket, without its messages, or why it cannot be shown."""
        ...

    def entry(self, number: int) -> EntryFound:
        """One entry of whichever ticket's history it is, with its attachments."""
        ...

    def file(self, number: int) -> FileFound:
        """One attachment of whichever ticket it is."""
        ...

    def outline(self, queue: str) -> list[Definition]:
        """The custom fields of a queue's tickets by the queue's name, as far as one request tells.

        Their numbers are not told.
        """
        ...

    def field_numbers(self, queue: int) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the custom fields of a queue's tickets by name, as far as they are told.

        Also to an account that may not see their definitions.
        """
        ...

    def definitions(self, kind: str, number: int, of: str) -> list[Definition]:
        """Custom fields that a queue or a group defines, as far as the account may see them.

        Args:
            kind: `queue` or `group`.
            number: Its id.
            of: What has the custom fields: `ticket` for a queue's tickets, else the kind itself.
        """
        ...

    def choices(self, custom_field: int) -> tuple[str, ...] | None:
        """The values to choose from of the custom field of this number; None if it is not told."""
        ...

    def numbered_values(
        self, tickets: Sequence[int], custom_fields: Sequence[int]
    ) -> list[Mapping[int, tuple[str, ...]]] | None:
        """The values of custom fields by their numbers, of each ticket; None if it is not told.

        Of two custom fields with one name, REST 1.0 shows the value of one under both.
        """
        ...

    def holders(self, tickets: Sequence[int]) -> Mapping[int, Mapping[str, Holders]]:
        """Who holds the roles of tickets, by the names that `show` gives to these.

        What the server does not tell is left out.
        """
        ...
