"""What REST 2.0 tells of custom fields; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rtorm.gateway import Definition
from rtorm.rest2.pages import read_page
from rtorm.rest2.plain import members, number, objects, text

__all__ = [
    "ASKED",
    "OF_TICKETS",
    "Field",
    "completed",
    "read_field",
    "read_numbers",
    "read_own_fields",
]

ASKED = "Name,Description,Type,MaxValues,Pattern,LookupType"
"""What to ask for, as RT names it."""

OF_TICKETS = "RT::Queue-RT::Ticket"
"""What RT calls the custom fields of tickets."""


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field.

    Attributes:
        id: Its number.
        name: Its name.
        description: What it is for.
        type: Its kind in RT's words.
        limit: How many values it holds at most, 0 for any number; None where it is not told.
        pattern: What values must match, as a regular expression.
        owner: What has it, in RT's words, such as `RT::Queue-RT::Ticket`.
    """

    id: int
    name: str
    description: str
    type: str
    limit: int | None
    pattern: str
    owner: str


def read_field(item: Mapping[str, object]) -> Field | None:
    """One custom field; None if it has no number or no name."""
    own, name = number(item.get("id")), _name_of(item)
    if own is None or name is None:
        return None
    return Field(
        id=own,
        name=name,
        description=text(item.get("Description")) or "",
        type=text(item.get("Type")) or "",
        limit=number(item.get("MaxValues")),
        pattern=text(item.get("Pattern")) or "",
        owner=text(item.get("LookupType")) or "",
    )


def _name_of(item: Mapping[str, object]) -> str | None:
    return text(item.get("Name", item.get("name")))


def read_own_fields(data: object) -> list[Field]:
    """The custom fields of the one queue or group in a list, in no order."""
    page = read_page(data)
    if page is None or len(page.items) != 1:
        return []
    listed = objects(page.items[0].get("CustomFields")) or []
    return [field for each in listed if (field := read_field(each)) is not None]


def read_numbers(data: object) -> dict[str, tuple[int, ...]]:
    """The numbers of the custom fields of a queue's tickets by name."""
    listed = objects(members(data).get("TicketCustomFields")) or []
    told: dict[str, list[int]] = {}
    for item in listed:
        own, name = number(item.get("id")), _name_of(item)
        if own is not None and name is not None:
            told.setdefault(name, []).append(own)
    return {name: tuple(numbers) for name, numbers in told.items()}


def completed(
    definitions: Sequence[Definition], fields: Sequence[Field], *, in_order: bool
) -> list[Definition]:
    """Definitions with the numbers, limits and patterns of the same fields.

    A field is known by its place if the two lists agree in their order and tell the same names; or
    else by its name, or by all that REST 1.0 tells of it. One that cannot be known stays as it is.

    Args:
        definitions: What REST 1.0 tells.
        fields: What REST 2.0 tells of the same fields, or of some of them.
        in_order: Whether the two lists have one order.
    """
    if in_order and [each.name for each in definitions] == [each.name for each in fields]:
        return [_with(*both) for both in zip(definitions, fields, strict=True)]
    by_name = _unique(fields, _name)
    by_all = _unique(fields, _all)
    names, wholes = Counter(map(_name, definitions)), Counter(map(_all, definitions))
    return [
        _with(each, by_name[_name(each)])
        if names[_name(each)] == 1 and _name(each) in by_name
        else _with(each, by_all[_all(each)])
        if wholes[_all(each)] == 1 and _all(each) in by_all
        else each
        for each in definitions
    ]


def _name(field: Definition | Field) -> object:
    return field.name


def _all(field: Definition | Field) -> object:
    multiple = field.multiple if isinstance(field, Definition) else field.limit != 1
    return field.name, field.description, field.type, multiple


def _unique(fields: Iterable[Field], key: Callable[[Field], object]) -> dict[object, Field]:
    found: dict[object, list[Field]] = {}
    for field in fields:
        found.setdefault(key(field), []).append(field)
    return {each: same[0] for each, same in found.items() if len(same) == 1}


def _with(definition: Definition, field: Field) -> Definition:
    """A definition and what REST 2.0 tells of the field.

    Of two fields of one name and one description, REST 1.0 tells the kind of the last one twice
    (RT 4.4-5.0).
    """
    told = definition if field.limit is None else replace(definition, multiple=field.limit != 1)
    return replace(
        told,
        id=field.id,
        maximum=field.limit or None,
        type=field.type or told.type,
        pattern=field.pattern or told.pattern,
    )
