"""Decoded JSON to plain data; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

__all__ = ["members", "number", "objects", "text"]

_HALF = re.compile("[\ud800-\udfff]")


def text(value: object) -> str | None:
    """A text; None of what is none, or holds half a character."""
    return value if isinstance(value, str) and not _HALF.search(value) else None


def number(value: object) -> int | None:
    """A number of RT's, which REST 2.0 writes as a text here and as a number there."""
    if isinstance(value, str):
        # Longer ones are no numbers of RT's, and int() takes a limited count of digits.
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else None  # noqa: PLR2004
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def members(value: object) -> Mapping[str, object]:
    """The members of an object; none of what is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def objects(value: object) -> list[Mapping[str, object]] | None:
    """A list of objects; None of what is none.

    RT writes an empty text for a list of nothing (RT 5.0).
    """
    if value == "":
        return []
    if not isinstance(value, list):
        return None
    listed = cast("list[object]", value)
    return [members(each) for each in listed] if all(isinstance(o, dict) for o in listed) else None
