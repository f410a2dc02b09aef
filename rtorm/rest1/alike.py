"""Many forms of one reply, one at a time; those that look like the first one are read at once.

A reply to a search has as many forms as tickets, nearly all with the same lines in the same order.
One regular expression, made of the first form's names, then reads what `parse` reads line by line
in a third of the time. What it does not match whole is left to `parse`. Pure, standard library
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from rtorm.rest1.forms import Form, parse

__all__ = ["count_forms", "each_form", "fields_or_form"]

_SEPARATOR = "\n--\n\n"
# To make a regular expression costs as much as to read a hundred forms, once for each shape.
_MANY = 20
# Names, and characters in them: of more, the expression would take longer than what it saves.
_MOST_NAMES, _LONGEST_NAMES = 1000, 30_000

_EMPTY = Form()

Read = Callable[[str], Mapping[str, str] | None]


def count_forms(body: str, *, tail: int = 1) -> int:
    """How many forms a reply's body has; as `each_form`."""
    return body.count(_SEPARATOR, 0, _end(body, tail)) + 1


def each_form(body: str, *, tail: int = 1) -> Iterator[Form]:
    """The forms of a reply's body, each read when it is asked for.

    Args:
        body: The text after the status line and its empty line.
        tail: How many newlines RT puts after the last form: 1 after a show or an edit, 2 after a
            search.
    """
    read = fields_or_form(body, tail=tail)
    return (each if isinstance(each, Form) else Form(each) for each in read)


def fields_or_form(body: str, *, tail: int = 1) -> Iterator[Mapping[str, str] | Form]:
    """The same, where of most forms, which have nothing but fields, these alone are given."""
    blocks = _blocks(body, tail)
    first = parse(next(blocks))
    yield first
    bare = first.comments or first.loose or first.doubled or not first.fields
    if bare or _is_wide(first) or body.count(_SEPARATOR) < _MANY:
        yield from (parse(block) if block else _EMPTY for block in blocks)
        return
    fields_of = _shape(tuple(first.fields))
    for block in blocks:
        yield fields_of(block) or parse(block)


def _is_wide(form: Form) -> bool:
    return len(form.fields) > _MOST_NAMES or sum(map(len, form.fields)) > _LONGEST_NAMES


def _end(body: str, tail: int) -> int:
    return len(body) - tail if body.endswith("\n" * tail) else len(body)


def _blocks(body: str, tail: int) -> Iterator[str]:
    at, end = 0, _end(body, tail)
    while (to := body.find(_SEPARATOR, at, end)) >= 0:
        yield body[at:to]
        at = to + len(_SEPARATOR)
    yield body[at:end]


@lru_cache(maxsize=64)
def _shape(keys: tuple[str, ...]) -> Read:
    """Reads a form of these names in this order, each with a value of one line."""
    # A name is at the beginning of its line, so that no value can be taken for another field, and
    # neither a line that goes on nor an empty one is matched.
    lines = "\n".join(f"{re.escape(key)}: (.*)" for key in keys)
    match = re.compile(rf"{lines}\n?\Z").match

    def read(form: str) -> Mapping[str, str] | None:
        found = match(form)
        return dict(zip(keys, found.groups(), strict=True)) if found else None

    return read
