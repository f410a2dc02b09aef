"""The values of custom fields by the fields' numbers, as REST 1.0 would show each of them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import cast

from rtorm.rest2.plain import members, number, objects, text

__all__ = ["fields_of", "read_types", "read_values"]

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z")


def fields_of(ticket: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The custom fields of a ticket, with their values."""
    return objects(ticket.get("CustomFields")) or []


def read_types(fields: Iterable[Mapping[str, object]]) -> dict[int, str]:
    """The kinds of custom fields by their numbers, as far as they are told."""
    return {
        own: kind
        for field in fields
        if (own := number(field.get("id"))) is not None and (kind := text(field.get("Type")))
    }


def read_values(
    ticket: Mapping[str, object], types: Mapping[int, str]
) -> dict[int, tuple[str, ...]]:
    """The values of one ticket's custom fields.

    A field without a value has none. What the account may not see is missing, and so is a field
    of which the kind is not known, or with a value that is not as it should be.

    Args:
        ticket: The ticket.
        types: The kinds of custom fields by their numbers.
    """
    told: dict[int, tuple[str, ...]] = {}
    for field in fields_of(ticket):
        own, values = number(field.get("id")), field.get("values")
        kind = None if own is None else types.get(own)
        if own is not None and kind is not None and isinstance(values, list):
            listed = cast("list[object]", values)
            texts = [each for value in listed if (each := _text(value, kind)) is not None]
            if len(texts) == len(listed):
                told[own] = tuple(texts)
    return told


def _text(value: object, kind: str) -> str | None:
    if kind in ("Image", "Binary"):
        return text(members(value).get("filename"))
    written = text(value)
    if kind != "DateTime" or written is None:
        return written
    found = _INSTANT.fullmatch(written)
    return f"{found[1]} {found[2]}" if found else None
