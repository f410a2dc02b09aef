"""The values to choose from; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from rtorm.gateway import WITH_CHOICES
from rtorm.rest2.plain import members, text

__all__ = ["has_choices", "read_choices", "read_listed"]


def has_choices(data: object) -> bool:
    """Whether a custom field is of a kind with values to choose from."""
    return members(data).get("Type") in WITH_CHOICES


def read_choices(data: object) -> tuple[str, ...] | None:
    """The values that RT tells with a custom field, in its order; None if it does not.

    It tells those of the kind Select, if there are any (RT 5.0).
    """
    values = members(data).get("Values")
    return _texts(cast("list[object]", values)) if isinstance(values, list) else None


def read_listed(items: Sequence[Mapping[str, object]]) -> tuple[str, ...] | None:
    """The values that RT lists of a custom field, in its order; None if one has no name."""
    return _texts([item.get("name") for item in items])


def _texts(values: Sequence[object]) -> tuple[str, ...] | None:
    found = [value for each in values if (value := text(each)) is not None]
    return tuple(found) if len(found) == len(values) else None
