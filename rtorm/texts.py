"""Values as short texts that print as what they are; pure, standard library alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, cast

__all__ = ["NOTHING", "REST", "brief", "clipped", "in_line", "listed", "printable", "readable"]

NOTHING: Final = "—"
"""Stands for no value."""

REST: Final = "…"
"""Stands for what was left out."""

# Joiners within words and emoji: nothing that moves other text, though Python would not print them.
_JOINERS = "\u200c\u200d"
_KEPT = f"\n\t{_JOINERS}"
_LONG = 400
_LINES = 8


def clipped(text: str, width: int) -> str:
    """The beginning of a text, as Python prints it, in at most so many columns of a terminal."""
    # A character is wide by two columns at most, and by none where it belongs to the one before.
    kept = list[str]()
    used = 0
    for at, character in enumerate(text):
        columns = _columns(character)
        last = at == len(text) - 1
        if used + columns > width - (0 if last else 1):
            return f"{''.join(kept)}{REST}"
        if len(kept) > 2 * width:
            return f"{''.join(kept)}{REST}"
        kept.append(character)
        used += columns
    return text


def brief(value: object, width: int = 60) -> str:
    """The `repr` of a value in about so many columns, of large values without all of it."""
    if isinstance(value, str):
        return repr(clipped(value, width))
    if isinstance(value, bytes):
        return repr(value) if len(value) <= width // 4 else f"<{len(value):,} bytes>"
    if isinstance(value, list | tuple):
        items = cast("Iterable[Any]", value)
        left, right = ("[", "]") if isinstance(value, list) else ("(", ")")
        return f"{left}{listed((brief(item, width) for item in items), width)}{right}"
    return clipped(repr(value), width)


def listed(texts: Iterable[str], width: int) -> str:
    """Texts with commas between them, as many as there is room for, at least one of them."""
    shown, used = list[str](), 0
    for text in texts:
        if shown and used + len(text) > width:
            return ", ".join([*shown, REST])
        shown.append(text)
        used += len(text) + 2
    return ", ".join(shown)


def in_line(text: str, width: int) -> str:
    """A text on one line, in at most so many columns."""
    # No more of it than could be shown, since it may be long.
    return clipped(printable(" ".join(text[: 8 * width].split())), width)


def printable(text: str) -> str:
    r"""A text in which nothing moves the cursor, hides, or turns other text around.

    Newlines and tabs stay; every other character that has no shape of its own is told as Python
    tells it, `\x1b`, `\u202e`.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _KEPT else repr(character)[1:-1]
        for character in text
    )


def readable(value: object) -> str:
    """A value for people: no quotes, dates with their zone, of long texts the beginning."""
    value = value.value if isinstance(value, Enum) else value
    telling = next((tell for kind, tell in _TELLING if isinstance(value, kind)), None)
    return _opening(str(value)) if telling is None else telling(value)


def _instant(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value.tzinfo == UTC else str(value)


def _items(values: Iterable[object]) -> str:
    return listed(map(readable, values), _LONG) or NOTHING


def _opening(text: str) -> str:
    """A text, or its first lines and how long it is."""
    head = text[: _LONG + 1]
    lines = head.split("\n")
    if len(head) <= _LONG and len(lines) <= _LINES:
        return printable(head) or NOTHING
    kept = "\n".join(lines[:_LINES])[:_LONG]
    return f"{printable(kept)}{REST} ({len(text):,} characters)"


def _columns(character: str) -> int:
    if not character.isprintable():
        return len(repr(character)) - 2
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


_TELLING: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _: NOTHING),
    (str, _opening),
    ((list, tuple), _items),
    (datetime, _instant),
    (bytes, lambda value: f"{len(value):,} bytes"),
)
