"""What `edit` and `create` are told: ids, then `name=value`, `name+=value`, `name-=value`; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

__all__ = [
    "Assignment",
    "Operator",
    "UsageError",
    "assignment",
    "grouped",
    "ids_and_rest",
    "number",
]

Operator = Literal["=", "+=", "-="]

# The name ends at the first sign; in braces it may hold one.
_PARTS = re.compile(
    r"(?:(?P<custom>cf\.)\{(?P<braced>.+?)\}|(?P<plain>[^=]+?))(?P<operator>\+=|-=|=)(?P<value>.*)",
    re.DOTALL | re.IGNORECASE,
)
_ID = re.compile(r"(?:ticket/)?([0-9]{1,18})")


class UsageError(ValueError):
    """The command line says nothing that can be done."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One argument.

    Attributes:
        name: What is changed: an attribute, or `cf.` and RT's name of a custom field.
        operator: Whether it is set, added to, or taken from.
        value: The text behind the operator.
    """

    name: str
    operator: Operator
    value: str


def ids_and_rest(arguments: Sequence[str]) -> tuple[list[int], list[Assignment]]:
    """The ids, each once, and what stands behind them.

    Raises:
        UsageError: There is no id or no assignment, or something is neither.
    """
    first = next((at for at, each in enumerate(arguments) if "=" in each), len(arguments))
    ids = list(dict.fromkeys(_number_or_change(each) for each in arguments[:first]))
    if not ids:
        message = "which tickets? give their numbers first: rtorm edit 42 status=open"
        raise UsageError(message)
    if first == len(arguments):
        message = "what is to change? give it behind the numbers: rtorm edit 42 status=open"
        raise UsageError(message)
    return ids, [assignment(each) for each in arguments[first:]]


def number(text: str) -> int:
    """The number of a ticket, `42` or `ticket/42`.

    Raises:
        UsageError: It is none.
    """
    found = _ID.fullmatch(text)
    if found is None or not int(found[1]):
        message = f"{text!r} is not the number of a ticket"
        raise UsageError(message)
    return int(found[1])


def _number_or_change(text: str) -> int:
    try:
        return number(text)
    except UsageError:
        message = f"{text!r} is neither the number of a ticket nor name=value"
    raise UsageError(message)


def assignment(text: str) -> Assignment:
    """What one argument says.

    A name that holds `=`, or ends in `+` or `-`, stands in braces, as in RT: `cf.{C+}=value`.

    Raises:
        UsageError: It is no assignment.
    """
    found = _PARTS.fullmatch(text)
    if found is None:
        message = f"{text!r} is not name=value"
        raise UsageError(message)
    name = f"cf.{found['braced']}" if found["braced"] else found["plain"]
    return Assignment(name, cast("Operator", found["operator"]), found["value"])


def grouped(assignments: Iterable[tuple[str, Assignment]]) -> dict[str, list[Assignment]]:
    """Assignments by what they change.

    Args:
        assignments: Each with the attribute that its name stands for.

    Raises:
        UsageError: Something is both set and added to or taken from.
    """
    found: dict[str, list[Assignment]] = {}
    for attribute, each in assignments:
        found.setdefault(attribute, []).append(each)
    for attribute, several in found.items():
        signs = {each.operator for each in several}
        if "=" in signs and len(signs) > 1:
            message = f"{attribute}: either set it by =, or change it by += and -="
            raise UsageError(message)
    return found
