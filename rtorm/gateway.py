"""The seam between the records and the server's language: verbs and plain data.

The session plans and maps with these types alone, so that another of RT's APIs can stand beside
REST 1.0 behind the same verbs. Imports the standard library and `rtorm.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from rtorm.errors import RTError

__all__ = ["Created", "Edit", "EditReply", "Gateway", "Identity", "Shown", "Upload"]


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
    """One record as the server shows it: wire names to wire text, and its true id."""

    id: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """New values for some fields of one existing record, in wire names and wire text."""

    kind: str
    id: int
    fields: Mapping[str, str]


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


class Gateway(Protocol):
    """The verbs in which a session speaks to a server."""

    def identity(self) -> Identity:
        """Who we are, what time it is there, which version it is."""
        ...

    def show(
        self, kind: str, ids: Sequence[int], fields: Sequence[str] | None = None
    ) -> list[Shown | RTError]:
        """The records of these ids, in the order of the ids, or why one cannot be shown."""
        ...

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        """Carry out the edits in their order, in one request; one reply each."""
        ...

    def create(self, kind: str, fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Created:
        """Make one record; sent once, never repeated."""
        ...
