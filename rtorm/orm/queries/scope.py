"""Which queues a query is for, so that custom fields of one name are told apart; pure.

Where fields of several queues have one name, RT finds every ticket by the denial of a value, since
it lacks the fields of the other queues (RT 4.4-5.0).
"""

from __future__ import annotations

from collections.abc import Sequence

from rtorm.orm.columns import And, Clause, Comparison, Or
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.queries.clauses import comparisons
from rtorm.orm.queries.operators import NEGATIVE
from rtorm.orm.record import Record

__all__ = ["queues_of", "uncertain"]

_CUSTOM = "CF.{"


def queues_of(clause: Clause, cls: type[Record]) -> Sequence[str]:
    """The queues whose tickets alone fulfil a clause, as far as it can be told; none if not.

    Args:
        clause: A clause in its normal form.
        cls: The class of tickets that the query is for.
    """
    own: Sequence[str] = getattr(cls, "__rt_queues__", ())
    parts = clause.clauses if isinstance(clause, And) else (clause,)
    given = next((names for part in parts if (names := _named(part))), ())
    queues = own or given
    # RT reads the name of the queue up to the brace, and takes digits for a number.
    return () if any(".{" in name or name.isdecimal() for name in queues) else queues


def uncertain(clause: Clause, cls: type[Record]) -> str:
    """A custom field that is denied, of which RT may find too much; empty if there is none."""
    if queues_of(clause, cls):
        return ""
    denied = (each.field for each in comparisons(clause) if _is_denial(each))
    return next((field for field in denied if not _is_numbered(field, cls)), "")


def _named(clause: Clause) -> tuple[str, ...]:
    parts = clause.clauses if isinstance(clause, Or) else (clause,)
    names = [_queue(part) for part in parts]
    return tuple(name for name in names if name) if all(names) else ()


def _queue(clause: Clause) -> str:
    if not isinstance(clause, Comparison) or (clause.field, clause.operator) != ("Queue", "="):
        return ""
    value: object = getattr(clause.value, "name", clause.value)
    return value if isinstance(value, str) else ""


def _is_denial(clause: Comparison) -> bool:
    empty = clause.operator == "=" and clause.value == ""
    return clause.field.startswith(_CUSTOM) and (clause.operator in NEGATIVE or empty)


def _is_numbered(wire: str, cls: type[Record]) -> bool:
    field = layout_of(cls).at_wire(wire)
    declared = field is not None and field.spec.number is not None
    return declared or wire.removeprefix(_CUSTOM).removesuffix("}").isdecimal()
