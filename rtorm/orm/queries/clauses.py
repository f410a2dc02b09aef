"""Clauses brought into a form that every search can work with; pure, standard library alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rtorm.orm.columns import And, Clause, Comparison, Not, Operator, Or

__all__ = ["ALL", "NONE", "comparisons", "normal"]

ALL: Final = And(())
"""The clause that everything fulfils."""

NONE: Final = Or(())
"""The clause that nothing fulfils."""

_OPPOSITE: Mapping[Operator, Operator] = {
    "=": "!=",
    "!=": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "LIKE": "NOT LIKE",
    "NOT LIKE": "LIKE",
    "STARTSWITH": "NOT STARTSWITH",
    "NOT STARTSWITH": "STARTSWITH",
    "IS": "IS NOT",
    "IS NOT": "IS",
}


def normal(clause: Clause) -> Clause:
    """The same clause with `Not` on nothing but raw conditions, and without needless levels.

    Like in SQL, a field without value is neither smaller nor greater than anything, whether the
    comparison is denied or not.
    """
    return _normal(clause, denied=False)


def _normal(clause: Clause, *, denied: bool) -> Clause:
    match clause:
        case Not(inner):
            return _normal(inner, denied=not denied)
        case And(parts) | Or(parts):
            joined = [_normal(part, denied=denied) for part in parts]
            return _all(joined) if isinstance(clause, And) != denied else _any(joined)
        case Comparison(field, operator, value) if denied:
            return Comparison(field, _OPPOSITE[operator], value)
        case _:
            return Not(clause) if denied else clause


def _all(parts: Iterable[Clause]) -> Clause:
    flat: list[Clause] = []
    for part in parts:
        if part == NONE:
            return NONE
        flat.extend(part.clauses if isinstance(part, And) else [part])
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def _any(parts: Iterable[Clause]) -> Clause:
    flat: list[Clause] = []
    for part in parts:
        if part == ALL:
            return ALL
        flat.extend(part.clauses if isinstance(part, Or) else [part])
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def comparisons(clause: Clause) -> Iterator[Comparison]:
    """All comparisons in a clause."""
    match clause:
        case Comparison():
            yield clause
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(inner):
            yield from comparisons(inner)
        case _:
            return
