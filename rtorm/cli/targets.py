"""What the names of `edit` and `create` stand for, and how the text of a value is read; pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import Enum, auto
from typing import Any, Protocol

from rtorm.cli.assignments import Assignment, UsageError

__all__ = [
    "ATTRIBUTES",
    "CUSTOM",
    "OF_LINKS",
    "READ_ONLY",
    "Defined",
    "Kind",
    "Target",
    "changed",
    "target_of",
]

CUSTOM = "cf."
"""What the name of a custom field begins with."""

_LINKS = "links."
_NEAR = 3
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_BLANKS = re.compile(r"[\s_-]+")
# What an address holds that has a comma of its own.
_QUOTING = re.compile(r'["<>]')


class Kind(Enum):
    """How the text of a value is read."""

    TEXT = auto()
    """As it stands; never empty."""
    LINE = auto()
    """As it stands; empty for an empty text."""
    OPTIONAL = auto()
    """As it stands; empty for none."""
    NUMBER = auto()
    INSTANT = auto()
    DAY = auto()
    NAMES = auto()
    """Several, joined by commas."""
    VALUES = auto()
    """Several, one each time."""


ATTRIBUTES: Mapping[str, Kind] = {
    "queue": Kind.TEXT,
    "subject": Kind.LINE,
    "status": Kind.TEXT,
    "owner": Kind.TEXT,
    "priority": Kind.NUMBER,
    "initial_priority": Kind.NUMBER,
    "final_priority": Kind.NUMBER,
    "requestors": Kind.NAMES,
    "cc": Kind.NAMES,
    "admin_cc": Kind.NAMES,
    "starts": Kind.INSTANT,
    "started": Kind.INSTANT,
    "due": Kind.INSTANT,
    "resolved": Kind.INSTANT,
    "told": Kind.INSTANT,
    "time_estimated": Kind.NUMBER,
    "time_worked": Kind.NUMBER,
    "time_left": Kind.NUMBER,
    "sla": Kind.OPTIONAL,
    "depends_on": Kind.NAMES,
    "depended_on_by": Kind.NAMES,
    "refers_to": Kind.NAMES,
    "referred_to_by": Kind.NAMES,
    "parents": Kind.NAMES,
    "children": Kind.NAMES,
}
"""What a ticket has that can be changed, by the names of its attributes; the last six are links."""

READ_ONLY = ("id", "creator", "created", "last_updated")
"""What RT sets."""

OF_LINKS = tuple(ATTRIBUTES)[-6:]
"""Those that are links."""

_HOW_TO_EMPTY = {
    "owner": "a ticket without an owner is Nobody's: owner=Nobody",
    "queue": "a ticket is always in a queue",
    "status": "a ticket always has a status",
}
_NONE_SHOWN = (
    "; RT shows it none there, as without the right SeeCustomField globally or on the custom field"
)
_CUSTOM_KINDS = {"Date": Kind.DAY, "DateTime": Kind.INSTANT}


class Defined(Protocol):
    """What is to be known of a custom field."""

    @property
    def name(self) -> str:
        """RT's name of it."""
        ...

    @property
    def type(self) -> str:
        """Its kind in RT's words."""
        ...

    @property
    def multiple(self) -> bool:
        """Whether it holds several values."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for.

    Attributes:
        attribute: Its name among a ticket's changes: `subject`, `links.depends_on`, `cf.Severity`.
        kind: How its text is read.
        item: Of several values of a custom field: how the text of one is read.
    """

    attribute: str
    kind: Kind
    item: Kind = Kind.LINE


def target_of(name: str, defined: Callable[[], Sequence[Defined]], queue: str) -> Target:
    """What a name stands for.

    An attribute goes before a custom field of the same name, which is `cf.` and its name.

    Args:
        name: As it was given.
        defined: Gives the custom fields of the ticket's queue; called only where one may be meant.
        queue: The queue's name.

    Raises:
        UsageError: It stands for nothing, for several, or for what RT sets.
    """
    lower = name.lower()
    bare = lower.removeprefix(_LINKS)
    if bare in OF_LINKS:
        return Target(_LINKS + bare, Kind.NAMES)
    if lower in ATTRIBUTES:
        return Target(lower, ATTRIBUTES[lower])
    if lower in READ_ONLY:
        message = f"{lower}: RT sets it"
        raise UsageError(message)
    if lower.startswith(CUSTOM):
        return _custom(_called(name[len(CUSTOM) :], defined(), queue))
    return _custom(_called_alike(name, defined(), queue))


def changed(target: Target, before: Any, several: Sequence[Assignment], zone: tzinfo | None) -> Any:
    """The value after some assignments to one attribute.

    Args:
        target: The attribute.
        before: What it is now.
        several: The assignments, in their order; either all set it, or none.
        zone: The account's time zone, for dates without one.

    Raises:
        UsageError: A text is no such value, or it cannot be changed so.
    """
    try:
        return _changed(target, before, several, zone)
    except UsageError as error:
        hint = _HOW_TO_EMPTY.get(target.attribute, "") if not several[0].value else ""
        message = f"{target.attribute}: {hint or error}"
    raise UsageError(message)


def _changed(
    target: Target, before: Any, several: Sequence[Assignment], zone: tzinfo | None
) -> Any:
    if target.kind in (Kind.NAMES, Kind.VALUES):
        return _changed_list(target, list(before or ()), several, zone)
    if target.kind is Kind.NUMBER and several[0].operator != "=":
        return (before or 0) + sum(map(_step, several))
    if len(several) > 1 or several[0].operator != "=":
        why = "set it once" if several[0].operator == "=" else "it holds one value: set it by ="
        raise UsageError(why)
    return _read(target.kind, several[0].value, zone)


def _changed_list(
    target: Target, values: list[Any], several: Sequence[Assignment], zone: tzinfo | None
) -> list[Any]:
    texts = [(each.operator, text) for each in several for text in _texts(target.kind, each.value)]
    sets = several[0].operator == "="
    if sets and not texts:
        return []
    if len(texts) < len(several):
        message = "an empty value beside others says nothing"
        raise UsageError(message)
    kept: list[Any] = [] if sets else values
    for operator, text in texts:
        value = _read(target.item, text, zone)
        same = [each for each in kept if _alike(each, value)]
        if operator == "-=":
            if not same:
                message = f"{text!r} is not among {', '.join(map(str, kept)) or 'its values: none'}"
                raise UsageError(message)
            kept = [each for each in kept if each not in same]
        elif not same:
            kept.append(value)
    return kept


def _texts(kind: Kind, value: str) -> list[str]:
    if not value:
        return []
    if kind is Kind.VALUES or "," not in value:
        return [value]
    if _QUOTING.search(value):
        message = (
            f"{value!r}: it cannot be told which commas stand between addresses: give each of them "
            "by an assignment of its own"
        )
        raise UsageError(message)
    return [each for text in value.split(",") if (each := text.strip())]


def _alike(one: Any, other: Any) -> bool:
    return str(one).lower() == str(other).lower()


def _step(each: Assignment) -> int:
    return _number(each.value) * (-1 if each.operator == "-=" else 1)


def _read(kind: Kind, text: str, zone: tzinfo | None) -> Any:
    match kind:
        case Kind.LINE:
            return text
        case Kind.TEXT:
            if not text:
                message = "it cannot be empty"
                raise UsageError(message)
            return text
        case Kind.NUMBER:
            return _number(text)
        case Kind.INSTANT:
            return _within_calendar(_instant(text, zone), text) if text else None
        case Kind.DAY:
            return _day(text) if text else None
        case _:
            return text or None


def _number(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        message = f"{text!r} is no whole number" if text else "it cannot be empty: set it to 0"
        raise UsageError(message)
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day: write it as 2026-12-31"
    raise UsageError(message)


def _instant(text: str, zone: tzinfo | None) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date: write 2026-12-31T18:00+01:00, or 2026-12-31 18:00"
        raise UsageError(message) from None
    if found.tzinfo is not None:
        return found
    if zone is None:
        message = f"{text!r} has no time zone: give --time-zone ZONE, that of the account in RT"
        raise UsageError(message)
    early, late = (found.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        message = f"{text!r} is twice or never there when clocks change: give its offset, as +01:00"
        raise UsageError(message)
    return early


def _within_calendar(instant: datetime, text: str) -> datetime:
    try:
        instant.astimezone(UTC)
    except OverflowError:
        message = f"{text!r} is in no year of the calendar: those are 1 to 9999, in UTC"
        raise UsageError(message) from None
    return instant


def _custom(field: Defined) -> Target:
    item = _CUSTOM_KINDS.get(field.type, Kind.OPTIONAL)
    return Target(CUSTOM + field.name, Kind.VALUES if field.multiple else item, item)


def _called(name: str, fields: Sequence[Defined], queue: str) -> Defined:
    exact = [field for field in fields if field.name == name]
    alike = exact or [field for field in fields if field.name.lower() == name.lower()]
    return _only(name, alike, fields, queue)


def _called_alike(name: str, fields: Sequence[Defined], queue: str) -> Defined:
    return _only(name, [f for f in fields if _folded(f.name) == _folded(name)], fields, queue)


def _only(name: str, found: Sequence[Defined], fields: Sequence[Defined], queue: str) -> Defined:
    names = list(dict.fromkeys(field.name for field in found))
    if len(names) == 1:
        return found[0]
    if names:
        message = f"{name!r} may be any of {', '.join(CUSTOM + each for each in names)}"
        raise UsageError(message)
    near = _near(name, [*ATTRIBUTES, *(CUSTOM + field.name for field in fields)])
    hint = "" if fields else _NONE_SHOWN
    if near:
        hint = f"; did you mean {' or '.join(near)}?"
    message = (
        f"{name!r} is neither an attribute of tickets nor a custom field of queue {queue!r} that "
        f"the account may see{hint}"
    )
    raise UsageError(message)


def _near(name: str, known: Iterable[str]) -> list[str]:
    by_folded = {_folded(each.removeprefix(CUSTOM)): each for each in known}
    return [by_folded[each] for each in difflib.get_close_matches(_folded(name), by_folded, _NEAR)]


def _folded(name: str) -> str:
    return _BLANKS.sub("_", name.strip()).casefold()
