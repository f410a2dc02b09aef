"""Several values in one text, joined by commas and not quoted; pure.

So RT shows the custom fields of queues, groups and users (RT 4.4-5.0, REST 1.0). It never takes
them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NoReturn

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import Codec
from rtorm.rest1.forms import EncodeError

__all__ = ["joined_list"]

# Blanks beside these are a value's own.
_NEXT = re.compile(r",[ \n]")
_NEXT_LINE = ",\n"
_WIDEST_LINE = 70
_WIDEST_INDENT = 16
_FALLBACK_INDENT = 4
# Steps for all ways to see a text as choices; the ways of an odd one may have no end.
_MOST_TRIES = 10_000


def joined_list(key: str, item: Codec, choices: Sequence[str] = ()) -> Codec:
    """A field of several values, each of the kind `item`, that RT only shows.

    A value that holds a comma and a blank looks like two. It is told from them where RT would have
    begun a new line between the two, and where all values are known; else it is taken for two.

    Args:
        key: RT's name of the field; the width of the lines depends on it.
        item: What one value is.
        choices: The texts of all values that there can be; none if there can be any.
    """
    known = tuple(dict.fromkeys(choices)) if any(map(_NEXT.search, choices)) else ()

    def decode(text: str, clock: Clock) -> list[Any]:
        values = _chosen(text, known) if known else _NEXT.split(text)
        return [item.decode(value, clock) for value in _values(key, text, values)]

    return Codec(decode, _refuse)


def _refuse(_value: Any, _clock: Clock) -> NoReturn:
    message = "RT shows the field over REST 1.0, and never takes it"
    raise EncodeError(message)


def _values(key: str, text: str, values: list[str]) -> list[str]:
    """The values, if RT would write them as this text."""
    if not text:
        return []
    if "\n" in text and _NEXT_LINE not in text:
        # RT writes a value of several lines apart from all others.
        return [text]
    if not all(values) or _written(key, values) != text:
        message = f"it cannot be told where the values begin and end: {text!r}"
        raise ValueError(message)
    return values


def _written(key: str, values: Sequence[str]) -> str:
    """The values as RT joins them, in lines of less than 70 characters as far as it can."""
    begin = len(key) + 2
    indent = begin if begin <= _WIDEST_INDENT else _FALLBACK_INDENT
    lines, width = [values[0]], begin + len(values[0])
    for value in values[1:]:
        if width + 1 + len(value) >= _WIDEST_LINE:
            lines.append(value)
            width = indent + len(value)
        else:
            lines[-1] += f", {value}"
            width += 2 + len(value)
    return _NEXT_LINE.join(lines)


def _chosen(text: str, choices: Sequence[str]) -> list[str]:
    """The only way to see the text as some of the choices, each once; nothing if there is none."""
    ways = list(islice(_ways(text, choices), 2))
    return ways[0] if len(ways) == 1 else [""]


def _ways(text: str, choices: Sequence[str]) -> Iterator[list[str]]:
    """The ways to see the text so; two of a kind where there are too many to try."""
    by_first: dict[str, list[str]] = {}
    for choice in choices:
        by_first.setdefault(_first(choice, 0), []).append(choice)
    way: list[str] = []
    taken: set[str] = set()
    tries = 0
    # What may still be tried after each value of the way, and where in the text that is.
    stack = [(0, iter(by_first.get(_first(text, 0), ())))]
    while stack:
        at, following = stack[-1]
        value = next(following, None)
        tries += 1
        if tries > _MOST_TRIES + len(text):
            yield from ([""], [""])
            return
        if value is None:
            stack.pop()
            taken.discard(way.pop() if way else "")
        elif value not in taken and text.startswith(value, at):
            end = at + len(value)
            if end == len(text):
                yield [*way, value]
            elif _NEXT.match(text, end):
                way.append(value)
                taken.add(value)
                stack.append((end + 2, iter(by_first.get(_first(text, end + 2), ()))))


def _first(text: str, at: int) -> str:
    """The text from there to what looks like the beginning of another value."""
    found = _NEXT.search(text, at)
    return text[at : found.start()] if found else text[at:]
