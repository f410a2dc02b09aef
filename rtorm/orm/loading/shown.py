"""What the server shows to values on records; pure.

Decoded, never validated: a value that cannot be read stays as its text, so that one odd value
never costs the record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rtorm.errors import ConfigurationError
from rtorm.orm.declaring.custom import WRITTEN
from rtorm.orm.declaring.layout import FieldLayout, Layout, layout_of
from rtorm.orm.record import Record
from rtorm.orm.records.defined import PREFIX, Defined, layout_for
from rtorm.orm.state import NOT_LOADED, TrackedList, state_of
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import as_shown, shown_values

__all__ = [
    "become",
    "begin_life",
    "blank",
    "decode",
    "drop_unshown",
    "fill",
    "fill_blank",
    "forget",
    "forget_all",
    "numbered_texts",
    "place",
    "undeclared",
]


_set = object.__setattr__


def blank(cls: type[Record], number: int) -> Record:
    """A record that exists in RT and of which nothing is loaded."""
    record = cls.__new__(cls)
    _set(record, "__dict__", {"id": number})
    _set(record, "__pydantic_fields_set__", set())
    _set(record, "__pydantic_extra__", None)
    _set(record, "__pydantic_private__", _private(cls) if cls.__private_attributes__ else None)
    record.__rt_state__.persistent = True
    return record


@dataclass(frozen=True, slots=True)
class _Shape:
    """How forms of the same lines become values.

    Attributes:
        names: The attribute of each line.
        decoded: Of those that hold no text, the decoders.
        absent: What was asked for and RT leaves out where it does not apply.
    """

    names: tuple[str, ...]
    decoded: tuple[tuple[str, Callable[[str, Clock], Any]], ...]
    absent: tuple[str, ...]


@lru_cache(maxsize=256)
def _shape(layout: Layout, wires: tuple[str, ...], asked: tuple[str, ...]) -> _Shape | None:
    """The shape of forms with these lines; None if they hold lists, or what is no field."""
    found = [layout.by_wire.get(wire) for wire in wires]
    fields = [field for field in found if field is not None and not field.many]
    if len(fields) < len(wires):
        return None
    kinds = [(field.name, field.codec.decode) for field in fields if field.name != "id"]
    odd = tuple((name, decode) for name, decode in kinds if decode is not as_shown)
    absent = [f.name for f in layout.optional if f.spec.wire in asked and f not in fields]
    return _Shape(tuple(field.name for field in fields), odd, tuple(absent))


def fill_blank(
    record: Record, fields: Mapping[str, str], clock: Clock, asked: tuple[str, ...]
) -> bool:
    """Put what the server shows onto a record of which nothing is loaded, as quickly as can be.

    Args:
        record: The record.
        fields: RT's names and texts.
        clock: The account's clock.
        asked: RT's names of what was asked for.

    Returns:
        Whether that was possible: `fill` knows what is to be done with odd values.
    """
    shape = _shape(layout_of(type(record)), tuple(fields), asked)
    if shape is None:
        return False
    values: dict[str, Any] = dict(zip(shape.names, fields.values(), strict=True))
    values["id"] = record.__dict__["id"]
    try:
        for name, decode in shape.decoded:
            values[name] = decode(values[name], clock)
    except (ValueError, KeyError, OverflowError):
        return False
    for name in shape.absent:
        values[name] = None
    _set(record, "__dict__", values)
    return True


def become(record: Record, cls: type[Record]) -> None:
    """Make a record one of another class of its kind; what is unsaved stays.

    What is loaded stays, too, but for the custom fields of a class that is no base of the other:
    they may hold values of other types there.
    """
    if not issubclass(cls, type(record)):
        _unname(record)
    private = _private(cls) | (record.__pydantic_private__ or {})
    _set(record, "__class__", cls)
    _set(record, "__pydantic_private__", private or None)
    state_of(record).layout = None
    _rename(record, layout_of(cls))


def _unname(record: Record) -> None:
    """Have unsaved custom fields that the class declares under their own names alone."""
    state, declared = state_of(record), layout_of(type(record)).fields
    forget_all(record)
    changed = [declared[name] for name in state.original if name in declared]
    for field in [field for field in changed if field.spec.custom]:
        alone = f"{PREFIX}{field.spec.custom}"
        _move(record, field.name, alone)
        state.original[alone] = NOT_LOADED
    # Of no queue, until it is asked which ones there are.
    state.defined = Defined("", ())


def _move(record: Record, name: str, to: str) -> None:
    """Have a field of a record under another name."""
    state, values = state_of(record), vars(record)
    value: Any = values.pop(name)
    tracked = value.__class__ is TrackedList
    values[to] = TrackedList.track(value, record, to) if tracked else value
    for noted in (state.original, state.outdated, state.errors):
        if name in noted:
            noted[to] = noted.pop(name)
    state.undecoded.pop(name, None)


def _rename(record: Record, layout: Layout) -> None:
    """Have what was set by the name of a custom field under the attribute that a class declares."""
    for name in [name for name in vars(record) if name.startswith(PREFIX)]:
        field = layout.at_wire(WRITTEN.name.format(name.removeprefix(PREFIX)))
        if field is not None:
            _move(record, name, field.name)


def _private(cls: type[Record]) -> dict[str, Any]:
    private = cls.__private_attributes__
    return {name: attribute.get_default() for name, attribute in private.items()}


def fill(
    record: Record,
    fields: Mapping[str, str],
    clock: Clock,
    *,
    asked: Iterable[str] | None = None,
    rebase: bool = False,
    doubled: Collection[str] = (),
) -> None:
    """Put what the server shows onto a record; what was changed here stays.

    Args:
        record: The record.
        fields: RT's names and texts.
        clock: The account's clock.
        asked: RT's names of what was asked for; None for everything.
        rebase: Compare later with the values shown now, for fields changed here, too.
        doubled: RT's names that two custom fields have, of which it shows one.

    Raises:
        ConfigurationError: The account's language makes RT's dates unreadable.
    """
    layout = layout_for(record)
    state, values = state_of(record), vars(record)
    original, undecoded = state.original, state.undecoded
    decoders = layout.decoders
    fields = _own(layout, fields, doubled)
    unknown: list[str] = []
    for wire, text in fields.items():
        found = decoders.get(wire) or _otherwise_spelt(layout, wire, fields)
        if found is None:
            unknown.append(wire)
            continue
        name, decode = found
        try:
            value = decode(text, clock)
        except (ValueError, KeyError, OverflowError):
            _refuse_language(wire, text, clock)
            value = undecoded[name] = text
        else:
            if undecoded:
                undecoded.pop(name, None)
        if original and name in original:
            state.learn(record, name, value, rebase=rebase)
        elif value.__class__ is list:
            _put(record, name, value)
        else:
            values[name] = value
    if asked is None:
        state.unread = {wire: fields[wire] for wire in unknown if wire.startswith("CF.{")}
    _set_missing(layout, fields, values, original, asked)


def numbered_texts(field: FieldLayout, values: Mapping[int, Sequence[str]]) -> dict[str, str]:
    """The values of a custom field as the text that RT would show of it, by what it calls it."""
    told = values.get(field.spec.number or 0)
    if told is None:
        return {}
    return {field.edit_wire: shown_values(told) if field.many else "".join(told[:1])}


def _own(layout: Layout, fields: Mapping[str, str], doubled: Collection[str]) -> Mapping[str, str]:
    """What RT shows but for texts that may be another custom field's than the declared one's."""
    if not doubled:
        return fields
    others = {wire for wire in doubled if (f := layout.at_wire(wire)) and f.spec.number is not None}
    return {w: t for w, t in fields.items() if w not in others} if others else fields


def undeclared(layout: Layout, fields: Mapping[str, str]) -> dict[str, str]:
    """The texts of custom fields that are no fields of the record."""
    custom = {wire: text for wire, text in fields.items() if wire.startswith("CF.{")}
    return {w: text for w, text in custom.items() if field_at(layout, w, fields) is None}


def field_at(layout: Layout, wire: str, fields: Mapping[str, str]) -> FieldLayout | None:
    """The field that RT shows under this name.

    A declaration may spell a name in other letters than RT; but not where RT shows that name, too.
    """
    field = layout.by_wire.get(wire)
    if field is None and (other := layout.at_wire(wire)) and other.spec.wire not in fields:
        field = other
    return field


def _otherwise_spelt(
    layout: Layout, wire: str, fields: Mapping[str, str]
) -> tuple[str, Callable[[str, Clock], Any]] | None:
    field = None if wire == "id" else field_at(layout, wire, fields)
    return None if field is None else (field.name, field.codec.decode)


def _set_missing(
    layout: Layout,
    fields: Mapping[str, str],
    values: dict[str, Any],
    original: Mapping[str, Any],
    asked: Iterable[str] | None,
) -> None:
    """RT leaves some fields out where they do not apply; they are None."""
    for field in layout.optional:
        wire = field.spec.wire
        if wire not in fields and (asked is None or wire in asked) and field.name not in original:
            values[field.name] = None


def _refuse_language(wire: str, text: str, clock: Clock) -> None:
    # Every ticket has this date, so text that is none tells of the account, not of the ticket.
    if wire == "Created" and text and clock.zone is not None:
        message = (
            f"RT shows this account's dates as {text!r}, which cannot be read: set the account's "
            "language to English and its date format to the default"
        )
        raise ConfigurationError(message)


def decode(
    record: Record,
    fields: Mapping[str, str],
    clock: Clock,
    *,
    asked: Iterable[str] | None,
    expected: Mapping[str, Any],
    doubled: Collection[str] = (),
) -> dict[str, Any]:
    """The values that the server shows, by attribute name, without touching the record.

    Args:
        record: The record.
        fields: RT's names and texts.
        clock: The account's clock.
        asked: RT's names of what was asked for; None for everything.
        expected: What the server should hold. A text of these fields that cannot be read is given
            as it stands, of others it is left out.
        doubled: RT's names that two custom fields have, of which it shows one.
    """
    layout = layout_for(record)
    seen: dict[str, Any] = {
        field.name: None for field in layout.optional if asked is None or field.spec.wire in asked
    }
    fields = _own(layout, fields, doubled)
    for wire, text in fields.items():
        field = field_at(layout, wire, fields)
        if field is None or wire == "id":
            continue
        name = field.name
        try:
            seen[name] = field.codec.decode(text, clock)
        except (ValueError, KeyError, OverflowError):
            if name in expected:
                seen[name] = text
    return seen


def place(record: Record, seen: Mapping[str, Any]) -> None:
    """Put decoded values onto a record; what was changed here stays."""
    state, values = state_of(record), vars(record)
    for name, value in seen.items():
        if name not in state.original:
            given: Any = value
            if given.__class__ is list:
                _put(record, name, given)
            else:
                values[name] = given


def _put(record: Record, name: str, loaded: Any) -> None:
    """Put a list that the server shows: into the one that is there, which a program may hold."""
    values = vars(record)
    held: Any = values.get(name)
    if held.__class__ is TrackedList:
        held.put(loaded)
    else:
        values[name] = TrackedList.track(loaded, record, name)


def forget_all(record: Record) -> None:
    """Forget everything that is not dirty."""
    layout = layout_for(record)
    forget(record, (*layout.fields, *layout.related))
    state_of(record).unread = None


def forget(record: Record, names: Iterable[str]) -> None:
    """Drop loaded values that were not changed here; they load again when they are read."""
    state, values = state_of(record), vars(record)
    if state.persistent:
        state.settle(record)
    for name in names:
        if name != "id" and name not in state.original:
            dropped: Any = values.pop(name, None)
            if dropped.__class__ is TrackedList:
                dropped.forgotten = True
            state.undecoded.pop(name, None)
            state.told.pop(name, None)


def begin_life(record: Record) -> None:
    """A new record becomes one that RT holds."""
    fields, state = layout_for(record).fields, state_of(record)
    untold = state.original.keys() - record.changes.keys()
    state.persistent = True
    forget(record, untold)
    for values in state.defaults.values():
        values.forgotten = True
    state.defaults.clear()
    drop_unshown(record, fields, fields.keys())


def drop_unshown(record: Record, fields: Mapping[str, FieldLayout], names: Iterable[str]) -> None:
    """Drop what RT took but never shows."""
    state, values = state_of(record), vars(record)
    for name in names:
        if not fields[name].spec.stored:
            values.pop(name, None)
            state.original.pop(name, None)
