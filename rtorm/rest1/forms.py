"""RT's forms: text to fields and fields to text, exactly; pure, standard library alone.

A form is lines of `Key: value`. RT writes and reads them by different rules (RT 3.8-6.0,
REST 1.0), so `compose` and `parse` are not each other's mirror: `compose` writes what RT's
reader restores, `parse` restores what RT's writer wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = [
    "EncodeError",
    "Form",
    "check_key",
    "check_text",
    "compose",
    "compose_many",
    "parse",
]

_KEY = re.compile(r"(?:CF\.\{[^,\n\r\0]+\}|[A-Za-z][A-Za-z0-9_-]*)\Z")
_CF_LINE = re.compile(r"(CF\.\{.+?\}):(?: (.*))?\Z", re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
# A custom field of a queue, a group or a user.
_OWN_CF = "CF-"
# What stands between its values.
_NEXT_LINE = ",\n"
_TICKET_CF = "CF.{"
_CUSTOM = (_OWN_CF, _TICKET_CF)
_NONE: frozenset[str] = frozenset()
_NO_FIELD = ("", "")
# Behind the last line; no line is that.
_END = "\n"

# RT stores noncharacters and surrogates as literal text such as `\xEF\xBF\xBF`.
_UNSTORABLE = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)

# The one field in which RT keeps U+0000.
_MESSAGE = "Text"

_WIDEST_INDENT = 16
_FALLBACK_INDENT = 4


class EncodeError(ValueError):
    """A value or name that RT cannot hold or would change; the message says why."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form as RT wrote it.

    Attributes:
        fields: Key to value, keys as RT spells them (`Subject`, `CF.{Name}`, `CF-Name`).
        comments: The `# ` lines above the fields, without the mark.
        loose: Lines that are neither: RT's bare sentences.
        doubled: The keys of custom fields that stand there twice: two of a ticket's have the name,
            and RT shows the value of the last one in the place of each (RT 4.4-5.0).
    """

    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    comments: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    doubled: frozenset[str] = frozenset()


def check_key(key: str) -> None:
    """Refuse a key that RT would skip in silence or that could become another field.

    Raises:
        EncodeError: The key is not a core field's name or `CF.{Name}` without comma or newline.
    """
    if not _KEY.match(key) or _UNSTORABLE.search(key):
        message = f"{key!r} cannot be the name of a field: RT would skip it or read it as another"
        raise EncodeError(message)


def check_text(value: str, *, nul: bool = False) -> None:
    """Refuse text that RT would change on the way.

    Args:
        value: The text.
        nul: Whether RT keeps U+0000 here (it does in messages, not in fields).

    Raises:
        EncodeError: Leading newlines (lost), noncharacters and surrogates (stored as escapes),
            U+0000 in a field (PostgreSQL cuts the value there).
    """
    if value.startswith("\n"):
        message = "RT drops newlines at the start of a value"
        raise EncodeError(message)
    if bad := _UNSTORABLE.search(value):
        message = f"RT cannot store the character U+{ord(bad.group()):04X}"
        raise EncodeError(message)
    if not nul and "\0" in value:
        message = "RT cuts a value off at the character U+0000"
        raise EncodeError(message)


def compose(fields: Iterable[tuple[str, str]]) -> str:
    """Write one form so that RT's reader restores every value exactly.

    Args:
        fields: Keys and values in order; a key may come again (`Attachment`, one per file).

    Raises:
        EncodeError: A key that RT's reader does not accept, or a value that it would change.
    """
    return "".join(_compose_field(key, value) for key, value in fields)


def compose_many(forms: Iterable[Iterable[tuple[str, str]]]) -> str:
    """Write several forms for one request; RT works through them in order."""
    return "--\n".join(compose(fields) for fields in forms)


def _compose_field(key: str, value: str) -> str:
    check_key(key)
    check_text(value, nul=key == _MESSAGE)
    if not value:
        return f"{key}:\n"
    if "\n" not in value and value == value.lstrip() and "}:" not in value:
        return f"{key}: {value}\n"
    # RT removes the smallest indent of all continuation lines: a line of one blank fixes it at
    # one, so that blanks at the start of the value's own lines survive. A `}:` in the first line
    # of a value would be read as the end of a custom field's name.
    return f"{key}:\n \n" + "".join(f" {line}\n" for line in value.split("\n"))


def parse(block: str) -> Form:
    """Read one form; never fails: what is not a field or a comment is kept as `loose`."""
    # Not splitlines(): values may hold U+2028, U+0085, VT or FF.
    lines = block.removesuffix("\n").split("\n")
    lines.append(_END)
    fields: dict[str, str] = {}
    comments: list[str] = []
    loose: list[str] = []
    again: dict[str, _Together] = {}
    rest = pairwise(lines)
    for line, following in rest:
        if not line:
            continue
        key, plain, value = line.partition(": ")
        if not (plain and key.isalnum() and key.isascii()):
            key, value = _field_line(line) if ":" in line and line[0] != "#" else _NO_FIELD
            if not key:
                if line[0] == "#" and not fields:
                    comments.append(line[2:])
                else:
                    loose.append(line)
                continue
        if not following or following[0] == " ":
            value = _continue(key, value, following, rest)
        if key in fields and key.startswith(_CUSTOM):
            if key not in again:
                again[key] = _Together(fields[key])
            again[key].add(value)
        fields[key] = value
    doubled = _settle(again, fields) if again else _NONE
    return Form(fields, tuple(comments), tuple(loose), doubled)


def _field_line(line: str) -> tuple[str, str]:
    """The name and the value that the line begins; both empty if it begins no field."""
    if line.startswith(_OWN_CF):
        key, blank, value = line.partition(": ")
        if blank:
            return key, value
        # Without a value there is no blank either.
        return (line[:-1], "") if line.endswith(":") else _NO_FIELD
    if line.startswith(_TICKET_CF) and (found := _CF_LINE.match(line)):
        return found.group(1), found.group(2) or ""
    key, _, value = line.partition(":")
    if _PLAIN_KEY.match(key) and (not value or value[0] == " "):
        return key, value[1:]
    return _NO_FIELD


def _settle(again: Mapping[str, _Together], fields: dict[str, str]) -> frozenset[str]:
    """Put values of custom fields that stand in several places together.

    Args:
        again: The values of each of them.
        fields: The last values, which are mended.

    Returns:
        The keys of those fields that RT shows once for each of two of one name.
    """
    doubled = frozenset(key for key in again if key.startswith(_TICKET_CF))
    fields |= {key: values.text for key, values in again.items() if key not in doubled}
    return doubled


class _Together:
    """What RT shows of a custom field in several places.

    Among several values one of several lines stands by itself; two fields of one name are shown
    twice with the values of the last one.
    """

    __slots__ = ("_length", "_values")

    def __init__(self, first: str) -> None:
        self._values = [first]
        self._length = len(first)

    @property
    def text(self) -> str:
        return _NEXT_LINE.join(self._values)

    def add(self, value: str) -> None:
        # Not put together for each of them, of which there may be millions.
        if len(value) != self._length or value != self.text:
            self._values.append(value)
            self._length += len(_NEXT_LINE) + len(value)


def _continue(key: str, first: str, following: str, rest: Iterator[tuple[str, str]]) -> str:
    """The whole of a value, of which the further lines are taken.

    Args:
        key: The name of the field.
        first: What stands beside it.
        following: The next line.
        rest: That and the one behind it, and so on.
    """
    indent = len(key) + 2
    prefix = " " * (indent if indent <= _WIDEST_INDENT else _FALLBACK_INDENT)
    parts = [first]
    while following.startswith(prefix):
        parts.append(following[len(prefix) :])
        _, following = next(rest)
    empty = 0
    while not following:
        empty += 1
        _, following = next(rest)
    # One empty line sets a long value apart from its neighbours; a second one is the value's own
    # last newline.
    if empty > 1:
        parts.append("")
    return "\n".join(parts)
