"""What an entry of a history says has changed: of what, from which value to which.

RT tells users, groups, queues and custom fields by numbers; the names of the latter two stand only
in its sentence, which is in the account's language (RT 4.4-5.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from rtorm.gateway import Entry

__all__ = ["Value", "field_of", "is_about", "principals_of", "value_of", "values_of"]

Value = str | int | datetime | None

_ABOUT_PEOPLE = frozenset(
    {"AddWatcher", "DelWatcher", "SetWatcher", "Take", "Untake", "Give", "Steal", "Force"}
)
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?\Z")
# Custom fields of dates: in the account's zone, where they have a time.
_DATE_SHOWN = r"\w{3} \w{3} [0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})? [0-9]{4}"
_QUEUES = "Queue changed from "
_BOTH = 2
_UNSET = frozenset({"", "1970-01-01 00:00:00"})


def principals_of(entry: Entry) -> list[int]:
    """The numbers in an entry's values that are users or groups, whose names are wanted."""
    if entry.type not in _ABOUT_PEOPLE and (entry.type, entry.field) != ("Set", "Owner"):
        return []
    return [int(value) for value in (entry.old_value, entry.new_value) if _NUMBER.match(value)]


def values_of(entry: Entry, names: Mapping[int, str]) -> tuple[Value, Value]:
    """The values before and after, as a program wants them.

    Args:
        entry: The entry.
        names: The names of users and groups, by number, as far as they are known.
    """
    raw = (entry.old_value, entry.new_value)
    if principals_of(entry):
        old, new = (
            names.get(int(value), value) if _NUMBER.match(value) else value for value in raw
        )
        return old, new
    if entry.type not in ("Set", "Told"):
        return raw
    if entry.field == "Queue":
        return _queue_names(entry) or raw
    return value_of(entry.field, entry.old_value), value_of(entry.field, entry.new_value)


def value_of(field: str, text: str) -> Value:
    """A value before or after, of one of RT's own fields that holds no name."""
    return _READERS.get(field, str)(text)


def _instant(text: str) -> Value:
    if text in _UNSET:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return text


def _integer(text: str) -> Value:
    return int(text) if _NUMBER.match(text.removeprefix("-")) else text


_READERS: Mapping[str, Callable[[str], Value]] = {
    **dict.fromkeys(("Due", "Starts", "Started", "Told", "Resolved"), _instant),
    **dict.fromkeys(("Priority", "InitialPriority", "FinalPriority"), _integer),
    **dict.fromkeys(("TimeEstimated", "TimeWorked", "TimeLeft"), _integer),
}


def _said(entry: Entry) -> str:
    """RT's sentence without who did it; empty if it is not in English."""
    by = f" by {entry.creator}"
    return entry.description.removesuffix(by) if entry.description.endswith(by) else ""


def _queue_names(entry: Entry) -> tuple[str, str] | None:
    said = _said(entry)
    names = said.removeprefix(_QUEUES).split(" to ", 2)
    if not said.startswith(_QUEUES) or len(names) != _BOTH or not all(names):
        return None
    # Of a queue whose name it does not tell, RT shows the number.
    old, new = (
        number if name == f"#{number}" else name
        for name, number in zip(names, (entry.old_value, entry.new_value), strict=True)
    )
    return old, new


def field_of(entry: Entry) -> tuple[str, int | None]:
    """The name of what an entry is about, and the number of a custom field."""
    if entry.type != "CustomField" or not _NUMBER.match(entry.field):
        return entry.field, None
    return _custom_field_name(entry), int(entry.field)


def _custom_field_name(entry: Entry) -> str:
    """The name that RT's sentence tells, or the number if it tells none for certain."""
    said, old, new = _said(entry), entry.old_value, entry.new_value
    as_it_is = f" {_change(old, new)}"
    if said.endswith(as_it_is):
        name = said.removesuffix(as_it_is)
    elif any(map(_DATE.match, (old, new))):
        as_date = re.compile(f"(.+) {_change(old and _DATE_SHOWN, new and _DATE_SHOWN)}", re.DOTALL)
        found = as_date.fullmatch(said)
        name = found[1] if found else ""
    else:
        # RT 5 does not show the values of a text.
        verb = " added" if not old else " changed" if new else " deleted"
        name = said.removesuffix(verb) if said.endswith(verb) else ""
    # Such is the name of a field that is gone.
    return entry.field if name in ("", "a custom field") else name


def is_about(name: str, description: str, old: str, new: str) -> bool:
    """Whether RT's sentence, if it is in English, is about a custom field of this name.

    Args:
        name: The name, in any letter case.
        description: The sentence, with who did it.
        old: The value before.
        new: The value after.
    """
    start, said = description[: len(name) + 1], description[len(name) + 1 :]
    if start.lower() != f"{name} ".lower():
        return False
    # RT 5 does not show the values of a text.
    plain = ("added", "changed", "deleted", _change(old, new))
    if any(said.startswith(f"{change} by ") for change in plain):
        return True
    as_date = _change(old and _DATE_SHOWN, new and _DATE_SHOWN)
    return re.match(f"{as_date} by ", said) is not None


def _change(old: str, new: str) -> str:
    """How RT's sentence about a custom field goes on after its name."""
    if not old:
        return f"{new} added"
    return f"{old} changed to {new}" if new else f"{old} deleted"
