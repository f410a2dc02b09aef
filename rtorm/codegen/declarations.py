"""The custom fields of a queue to declarations of attributes; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtorm.codegen.kinds import Typed, typed
from rtorm.codegen.naming import attribute_names
from rtorm.codegen.source import sentence
from rtorm.models.custom_field import CustomField
from rtorm.orm.declaring.custom import is_lowered_wrongly, is_unnamable

__all__ = ["Declaration", "declarations", "is_nameless"]

_BY_NUMBER = (
    "RT does not find this field by its name when it is written, for the {} in it, and does not "
    "tell its number: declare it in a class of your own, with cf(name, id=number), to write it."
)
_LIKE_ANOTHER = (
    "Another custom field has this name, and RT tells no numbers to write the right one: it might "
    "write the other, and show its value here."
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One attribute of a class of tickets.

    Attributes:
        attribute: Its name in Python.
        name: The custom field's name in RT.
        id: Its number, where RT must be told it in place of the name.
        typed: Its type.
        read_only: Whether a program must not write it.
        remarks: Why it is declared so.
        documentation: What is to be said of its values.
    """

    attribute: str
    name: str
    id: int | None
    typed: Typed
    read_only: bool
    remarks: tuple[str, ...]
    documentation: tuple[str, ...]


def is_nameless(field: CustomField) -> bool:
    """Whether the field's name is blank, so that it cannot be declared."""
    return not field.name.strip()


def declarations(fields: Iterable[CustomField]) -> list[Declaration]:
    """An attribute for each custom field of a queue, in the order of their names.

    RT finds a custom field by its name in any letter case. Those that are called the same are
    declared with their numbers; where RT does not tell these, one attribute stands for all that
    bear the very same name.
    """
    # Not in RT's order, which can change without any field having changed.
    ordered = sorted(
        (field for field in _each_once(fields) if not is_nameless(field)),
        key=lambda field: (field.name.lower(), field.name, field.id or 0),
    )
    times = Counter(field.name.lower() for field in ordered)
    shared = {name for name, number in times.items() if number > 1}
    attributes = dict(zip(map(_key, ordered), attribute_names(ordered), strict=True))
    return [
        _declaration(field, attributes[_key(field)], shared=field.name.lower() in shared)
        for field in _told_apart(ordered)
    ]


def _each_once(fields: Iterable[CustomField]) -> list[CustomField]:
    """The fields without those that are listed again, as far as their numbers tell."""
    listed = list(fields)
    numbered = {_key(field): field for field in listed if field.id is not None}
    return [*numbered.values(), *(field for field in listed if field.id is None)]


def _told_apart(fields: Sequence[CustomField]) -> list[CustomField]:
    """The fields, with one in place of those that nothing tells from each other."""
    found: dict[tuple[str, int | None], CustomField] = {}
    for field in fields:
        key = _key(field)
        found[key] = _either(found[key], field) if key in found else field
    return list(found.values())


def _key(field: CustomField) -> tuple[str, int | None]:
    return field.name, field.id


def _either(one: CustomField, other: CustomField) -> CustomField:
    """What can be said of a field that is one of these two."""
    same = (one.type, one.multiple) == (other.type, other.multiple)
    return CustomField(name=one.name, type=one.type if same else "Freeform", multiple=one.multiple)


def _declaration(field: CustomField, attribute: str, *, shared: bool) -> Declaration:
    held = typed(field)
    needs_number = shared or is_unnamable(field.name) or is_lowered_wrongly(field.name)
    remarks = held.remarks
    if needs_number and field.id is None:
        remarks = (*remarks, _untold(field.name, shared=shared))
    return Declaration(
        attribute=attribute,
        name=field.name,
        id=field.id if needs_number else None,
        typed=held,
        read_only=held.read_only or (shared and field.id is None),
        remarks=remarks,
        documentation=(*sentence(field.description), *held.advice),
    )


def _untold(name: str, *, shared: bool) -> str:
    if shared:
        return _LIKE_ANOTHER
    return _BY_NUMBER.format("comma" if is_unnamable(name) else "capital letters")
