"""The names in a query that RT may not know, since it says nothing of these; pure.

It finds no ticket by their equality, and every one by their denial (RT 4.4-5.0).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rtorm.orm.columns import Clause, Comparison
from rtorm.orm.queries.clauses import comparisons
from rtorm.orm.queries.operators import NEGATIVE

__all__ = ["Mentions", "mentions"]

_PEOPLE = ("Owner", "Creator", "Requestors", "Cc", "AdminCc")
_EQUAL = ("=", "!=")
_NUMBERED = "CF.{"


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a query for tickets names.

    Attributes:
        queues: Names of queues, each once.
        users: Names of users; e-mail addresses of watchers are none.
        custom_fields: Names of custom fields.
    """

    queues: tuple[str, ...]
    users: tuple[str, ...]
    custom_fields: tuple[str, ...]


def mentions(clause: Clause, *, denied: bool = False) -> Mentions:
    """The names in a clause in its normal form; raw conditions are not looked into.

    Args:
        clause: The clause.
        denied: Whether only those are meant that are denied.
    """
    every = [each for each in comparisons(clause) if not denied or each.operator in NEGATIVE]
    equal = [each for each in every if each.operator in _EQUAL and isinstance(each.value, str)]
    people = [each for each in equal if each.field in _PEOPLE and not _is_address(each)]
    fields = [each.field for each in every if each.field.startswith(_NUMBERED)]
    names = (field.removeprefix(_NUMBERED).removesuffix("}") for field in fields)
    return Mentions(
        queues=_once(str(each.value) for each in equal if each.field == "Queue"),
        users=_once(str(each.value) for each in people),
        custom_fields=_once(name for name in names if not name.isdecimal()),
    )


def _is_address(clause: Comparison) -> bool:
    return clause.field not in ("Owner", "Creator") and "@" in str(clause.value)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
