"""A record as a table: what is loaded, what is unsaved, what RT refused; loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from rtorm.display.tables import Cell, Mark, Row, Table
from rtorm.orm.records.defined import PREFIX, layout_for
from rtorm.orm.state import NOT_LOADED, Change, Status, state_of
from rtorm.texts import in_line, readable

if TYPE_CHECKING:
    from rtorm.orm.declaring.layout import FieldLayout
    from rtorm.orm.record import Record

__all__ = ["WHOLE", "changed", "headline", "named", "record_table"]

WHOLE: Final = "(as a whole)"
"""What stands in place of a field's name where RT spoke of the record."""

_ABOUT = 100
_NAMED = ("subject", "name")
_STANDING: Mapping[Status, str] = {
    Status.NEW: "It is new and in no session: session.add() has it created.",
    Status.PENDING: "It is new: the session's next commit creates it.",
    Status.DELETED: "It is deleted in RT.",
    Status.DETACHED: "It belongs to no session: nothing of it can be loaded or saved.",
}


def record_table(record: Record) -> Table:
    """What is loaded of a record, field by field, and the names of the rest."""
    state, held = state_of(record), vars(record)
    changes, errors = record.changes, state.errors
    edited = changes if state.persistent else {}
    rows, empty = list[Row](), list[str]()
    for name in _names(record, held, errors):
        if name in held and held[name] in (None, "", [], ()) and name not in {*changes, *errors}:
            empty.append(name)
        elif name in held or name in changes or name in errors:
            rows.append(_row(name, held, edited, errors, told=bool(errors)))
    head = ("Field", "Value", "RT said") if errors else ("Field", "Value")
    notes = (
        _STANDING.get(state.status, ""),
        _naming("Unsaved", changes),
        _naming("Empty", empty),
        _naming("Not loaded, and asked for when read", _absent(record, held)),
        _naming("In RT's words, since they do not fit their types", state.undecoded),
    )
    return Table(
        named(record), headline(record)[1], head, tuple(rows), tuple(note for note in notes if note)
    )


def headline(record: Record) -> tuple[str, str]:
    """A record's number, or "new"; its subject or name, as far as it is loaded."""
    held = vars(record)
    about = next((held[name] for name in _NAMED if held.get(name)), "")
    number = str(held.get("id")) if state_of(record).persistent else "new"
    return number, in_line(str(about), _ABOUT)


def named(record: Record) -> str:
    """A record's class and number."""
    return f"{type(record).__name__} {headline(record)[0]}"


def changed(change: Change[Any]) -> Cell:
    """A change from old to new."""
    old = "" if change.old is NOT_LOADED else readable(change.old)
    return Cell(readable(change.new), old)


def _names(record: Record, held: Mapping[str, Any], errors: Iterable[str]) -> list[str]:
    """What there may be, in the order of its declaration."""
    layout = layout_for(record)
    return list(dict.fromkeys((*layout.fields, *layout.related, *held, *errors)))


def _row(
    name: str,
    held: Mapping[str, Any],
    changes: Mapping[str, Change[Any]],
    errors: Mapping[str, list[str]],
    *,
    told: bool,
) -> Row:
    value = changed(changes[name]) if name in changes else Cell(_value(held.get(name)))
    words = " ".join(errors.get(name, ()))
    said = (Cell(words and readable(words)),) if told else ()
    mark: Mark = "refused" if name in errors else "changed" if name in changes else "plain"
    return Row((Cell(readable(name or WHOLE)), value, *said), mark)


def _value(value: object) -> str:
    """A value; of what is a list of things, such as attachments, how many and their names."""
    if not isinstance(value, tuple):
        return readable(value)
    things = list(cast("Iterable[Any]", value))
    names = [getattr(thing, "filename", "") or getattr(thing, "name", "") for thing in things]
    told = readable(list(filter(None, names))) if any(names) else ""
    return f"{len(things)}: {told}" if told else str(len(things))


def _naming(what: str, names: Iterable[str]) -> str:
    told = readable(list(names))
    return f"{what}: {told}." if any(names) else ""


def _absent(record: Record, held: Mapping[str, Any]) -> list[str]:
    """What reading it would load; of links and custom fields by their names the whole."""
    state, layout = state_of(record), layout_for(record)
    if not state.persistent:
        return []
    missing = [f for f in layout.fields.values() if f.spec.stored and f.name not in held]
    names = [_part_of(field) for field in missing]
    names += [name for name in layout.related if name not in held]
    by_name = hasattr(type(record), _CF) and (state.defined is None or state.unread is None)
    return list(dict.fromkeys([*names, *([_CF] if by_name else [])]))


_CF = PREFIX.rstrip(".")


def _part_of(field: FieldLayout) -> str:
    return field.spec.part or (_CF if field.name.startswith(PREFIX) else field.name)
