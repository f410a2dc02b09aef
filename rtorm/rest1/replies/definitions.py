"""RT's lists of the custom fields that a queue or a group defines; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtorm.errors import ProtocolError
from rtorm.gateway import Definition
from rtorm.rest1.replies.reply import Reply, forms_of
from rtorm.rest1.replies.sentences import error_for

__all__ = ["read_definitions", "read_outline"]

_EMPTY_VALUE = ": "
_KIND = r"(?P<values>Single|Multi)Value(?P<type>\w+)(?: (?P<pattern>[^\n]*))?"

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
    found = [_ENTRY.match(line) for line in _lines(details)]
    known = [each for each in found if each is not None]
    return list(map(_definition, known)) if len(known) == len(found) else None


def _lines(reply: Reply) -> list[str]:
    form = forms_of(reply)[0]
    if form.comments:
        raise error_for(form.comments[0])
    # The first line is the id; the last ones are empty.
    return reply.body.rstrip("\n").split("\n")[1:]


def _detailed(names: Sequence[str], text: str) -> list[Definition]:
    found: list[Definition] = []
    at = 0
    for number, name in enumerate(names):
        following = names[number + 1] if number + 1 < len(names) else None
        end = r"\Z" if following is None else rf"\n+(?={re.escape(following)} \()"
        # A description may have several lines, so each entry ends where the next one begins.
        described = rf"(?P<name>{re.escape(name)}) \((?P<description>.*?)\): "
        entry = re.compile(described + _KIND + end, re.DOTALL)
        match = entry.match(text, at)
        if match is None:
            message = f"RT's two lists of custom fields differ at {name!r}: ask again"
            raise ProtocolError(message)
        at = match.end()
        found.append(_definition(match))
    return found


def _definition(entry: re.Match[str]) -> Definition:
    return Definition(
        name=entry["name"],
        description=entry["description"],
        type=entry["type"],
        multiple=entry["values"] == "Multi",
        pattern=entry["pattern"] or "",
    )
