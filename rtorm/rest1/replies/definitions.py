"""RT's lists of the custom fields that a queue or a group defines; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rtorm.errors import ProtocolError
from rtorm.gateway import Definition
from rtorm.rest1.replies.reply import Reply, forms_of
from rtorm.rest1.replies.sentences import error_for

__all__ = ["read_definitions", "read_outline"]

_EMPTY_VALUE = ": "
_KIND = r"(?P<values>Single|Multi)Value(?P<type>\w+)(?: (?P<pattern>[^\n]*))?"
_BRACKET = " ("
_CLOSED = re.compile(rf"\): {_KIND}\Z")

# With no brackets but the description's own, so that it is known which text is the name.
_ENTRY = re.compile(rf"(?P<name>[^(\n]+) \((?P<description>[^()\n]*)\): {_KIND}\Z")


def read_definitions(names: Reply, details: Reply) -> list[Definition]:
    """The custom fields that a queue or a group defines, in RT's order.

    A name may hold anything but a line break, and the details write it beside a description of
    any text: `Name (description): SingleValueFreeform [Digits]`. The names themselves stand in
    the short list, in the same order (RT 4.4-5.0).

    Args:
        names: The reply to the short list.
        details: The reply to the long one.

    Raises:
        NotFound: There is no such queue or group.
        ProtocolError: The lists do not fit together, RT crashed, or a reply was cut short.
    """
    known = [line.removesuffix(_EMPTY_VALUE) for line in _lines(names)]
    # Beside an entry of several lines RT leaves a line blank, also above the first one.
    return _detailed(known, "\n".join(_lines(details)).lstrip("\n"))


def read_outline(details: Reply) -> list[Definition] | None:
    """The same by the long list alone; None if it does not tell where a name ends.

    Raises:
        NotFound: There is no such queue or group.
        ProtocolError: RT crashed, or the reply was cut short.
    """
    told: list[Definition] = []
    for line in _lines(details):
        found = _ENTRY.match(line)
        if found is None:
            return None
        told.append(_definition(found, found["name"], found["description"]))
    return told


def _lines(reply: Reply) -> list[str]:
    form = forms_of(reply, 1)[0]
    if form.comments:
        raise error_for(form.comments[0])
    # The first line is the id; the last ones are empty.
    return reply.body.rstrip("\n").split("\n")[1:]


def _detailed(names: Sequence[str], text: str) -> list[Definition]:
    found: list[Definition] = []
    at = 0
    for number, name in enumerate(names):
        begin = at + len(name) + len(_BRACKET)
        last = number + 1 == len(names)
        ends = ((len(text), len(text)),) if last else _ends(text, begin, names[number + 1])
        fits = text.startswith(name + _BRACKET, at)
        read = next(_read(text, begin, ends), None) if fits else None
        if read is None:
            message = f"RT's two lists of custom fields differ at {name!r}: ask again"
            raise ProtocolError(message)
        kind, at = read
        found.append(_definition(kind, name, text[begin : kind.start()]))
    return found


def _read(
    text: str, begin: int, ends: Iterable[tuple[int, int]]
) -> Iterator[tuple[re.Match[str], int]]:
    """The ways to read an entry's description and kind, and where the next entry begins."""
    for end, following in ends:
        # A description may have several lines, and the kind stands in the last one.
        line = max(begin, text.rfind("\n", begin, end) + 1)
        if kind := _CLOSED.search(text, line, end):
            yield kind, following


def _ends(text: str, begin: int, following: str) -> Iterator[tuple[int, int]]:
    """Where an entry may end and the following one begin, with line breaks between the two."""
    mark = f"\n{following}{_BRACKET}"
    while (found := text.find(mark, begin)) >= 0:
        end = found
        while end > begin and text[end - 1] == "\n":
            end -= 1
        yield end, found + 1
        begin = found + 1


def _definition(entry: re.Match[str], name: str, description: str) -> Definition:
    return Definition(
        name=name,
        description=description,
        type=entry["type"],
        multiple=entry["values"] == "Multi",
        pattern=entry["pattern"] or "",
    )
