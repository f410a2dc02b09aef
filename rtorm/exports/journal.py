"""What an export keeps of itself beside its output, as text and back; pure.

The first line is the plan, with the ids that the search found. Each piece of tickets that is
written adds a line: how far it is, and the digest of all rows so far. Each line begins with its
own check, so that a line of which only a part was written is known, and so is all behind it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

__all__ = [
    "Field",
    "Journal",
    "Mark",
    "Plan",
    "Trouble",
    "Whole",
    "differences",
    "line_of",
    "read",
]

_VERSION = 1
_CHECK = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What is exported, from where, as whom.

    Attributes:
        query: The TicketSQL.
        columns: The columns.
        history: Whether rows hold the history.
        attachments: The folder for attachments; None if they are left out.
        time_zone: The zone that was given for the account; None if none was.
        replace: Whether the output may take the place of a file.
        parquet: Whether it becomes Parquet.
        server: RT's front page.
        account: The account's name in RT.
        ids: The tickets that the search found.
    """

    query: str
    columns: tuple[str, ...]
    history: bool
    attachments: str | None
    time_zone: str | None
    replace: bool
    parquet: bool = False
    server: str = ""
    account: str = ""
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field that was met, as its queue defines it."""

    name: str
    type: str
    multiple: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """A ticket that the output lacks, or holds in part, and why.

    Attributes:
        id: The ticket.
        why: What RT said.
        lacks: What of it is not there; empty for all of it.
    """

    id: int
    why: str
    lacks: str = ""

    def __str__(self) -> str:
        what = f"{self.lacks} of ticket {self.id}" if self.lacks else f"ticket {self.id}"
        return f"{what} is not in it: {self.why}"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the export was after a piece.

    Attributes:
        done: How many of the plan's ids, from the first one on.
        size: The bytes of all rows.
        digest: Their SHA-256.
        troubles: What of the piece is not among them.
        fields: Custom fields that were met for the first time.
    """

    done: int = 0
    size: int = 0
    digest: str = hashlib.sha256().hexdigest()
    troubles: tuple[Trouble, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """The file that takes the output's place: its bytes and their SHA-256."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Journal:
    """All that was kept.

    Attributes:
        plan: What is exported.
        marks: How far it was; first before all tickets.
        whole: The finished file, if it is known.
        ends: How many bytes of the text come until each mark, and with it.
    """

    plan: Plan
    marks: tuple[Mark, ...]
    whole: Whole | None
    ends: tuple[int, ...]


_KINDS: Mapping[str, type[Plan | Mark | Whole]] = {"plan": Plan, "mark": Mark, "whole": Whole}
_SEVERAL = ("columns", "ids")
_TOLD: Mapping[str, str] = {
    "query": "the query",
    "columns": "--columns",
    "history": "--history",
    "attachments": "--attachments",
    "server": "the server",
    "account": "the account",
    "time_zone": "the time zone",
}


def line_of(entry: Plan | Mark | Whole) -> bytes:
    """The line that says this."""
    [kind] = [name for name, each in _KINDS.items() if isinstance(entry, each)]
    told = {"rtorm": _VERSION, "is": kind, **asdict(entry)}
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()
    return b"%0*x %b\n" % (_CHECK, zlib.crc32(text), text)


def read(text: bytes) -> Journal | None:
    """What the lines say, up to the first one that is not whole; None if not even the plan is.

    Raises:
        ValueError: It is of another version of rtorm.
    """
    plan: Plan | None = None
    marks, ends, whole, end = [Mark()], list[int](), None, 0
    for line in text.splitlines(keepends=True):
        entry = _entry(line)
        if entry is None or (plan is None) != isinstance(entry, Plan):
            break
        end += len(line)
        match entry:
            case Plan():
                plan = entry
                ends.append(end)
            case Mark():
                marks.append(entry)
                ends.append(end)
            case Whole():
                whole = entry
    return None if plan is None else Journal(plan, tuple(marks), whole, tuple(ends))


def differences(old: Plan, new: Plan) -> list[str]:
    """In what two exports differ, so that one cannot go on with the other."""
    return [
        f"{told} was {_shown(getattr(old, name))}, not {_shown(getattr(new, name))}"
        for name, told in _TOLD.items()
        if getattr(old, name) != getattr(new, name)
    ]


def _entry(line: bytes) -> Plan | Mark | Whole | None:
    text = line[_CHECK + 1 : -1]
    if not line.endswith(b"\n") or line[: _CHECK + 1] != b"%0*x " % (_CHECK, zlib.crc32(text)):
        return None
    told: dict[str, Any] = json.loads(text)
    if told.pop("rtorm") != _VERSION:
        message = "another version of rtorm has written it"
        raise ValueError(message)
    kind = _KINDS[told.pop("is")]
    return kind(**{each.name: _value(each.name, told[each.name]) for each in fields(kind)})


def _value(name: str, value: Any) -> Any:
    if name == "troubles":
        return tuple(_each(Trouble, value))
    if name == "fields":
        return tuple(_each(Field, value))
    return tuple(value) if name in _SEVERAL else value


def _each(kind: type[Any], values: Sequence[Mapping[str, Any]]) -> Iterable[Any]:
    return (kind(**value) for value in values)


def _shown(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "given" if value else "not given"
    return ",".join(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else str(value)
