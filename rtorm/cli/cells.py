"""Values as text for people and as plain data for programs; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from typing import Any, cast

__all__ = ["MINUTES", "plain", "shown", "visible"]

MINUTES = frozenset({"time_worked", "time_left", "time_estimated", "time_taken"})
"""The attributes that are minutes."""

# What turns the direction of text, and so can make it look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_KEPT = frozenset("\n\t")


def visible(text: str, *, one_line: bool = False) -> str:
    """A text of RT as a terminal may show it: what would steer the terminal is spelt out.

    Args:
        text: The text.
        one_line: Whether line breaks and tabs are spelt out, too.
    """
    if text.isprintable():
        return text
    kept: frozenset[str] = frozenset() if one_line else _KEPT
    return "".join(each if each in kept or _is_harmless(each) else _spelt(each) for each in text)


def shown(name: str, value: Any, zone: tzinfo) -> str:
    """A value for people: dates in a zone, times in minutes, nothing for None.

    Args:
        name: The attribute.
        value: Its value.
        zone: The account's time zone.
    """
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        each = cast("Iterable[Any]", value)
        return ", ".join(shown(name, item, zone) for item in each)
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"{text} min" if name in MINUTES and isinstance(value, int) else text


def plain(value: Any) -> Any:
    """A value for JSON: instants in UTC, as ISO 8601; minutes and numbers as numbers."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("Iterable[Any]", value)]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _is_harmless(character: str) -> bool:
    return unicodedata.category(character) != "Cc" and character not in _TURNING


def _spelt(character: str) -> str:
    return character.encode("unicode_escape").decode()
