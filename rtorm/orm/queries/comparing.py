"""What all conditions in TicketSQL have in common: literals, refusals, records for names; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from rtorm.errors import QueryError
from rtorm.orm.columns import Comparison, Operator
from rtorm.orm.queries.operators import DATE, FORMS, NAMED, NEGATIVE
from rtorm.orm.record import Record
from rtorm.rest1.conditions import quoted
from rtorm.rest1.forms import EncodeError

__all__ = ["impossible", "joined", "literal", "misfit", "name_of", "single"]


def single(clause: Comparison) -> object:
    """The value of a comparison, which is no list."""
    if isinstance(clause.value, list | tuple | set | frozenset):
        raise impossible(clause, "it is compared with one value: use has()")
    return clause.value


def joined(operator: Operator, texts: Iterable[str]) -> str:
    """Alternatives, or for a denial conditions that all hold, as one condition."""
    parts = list(texts)
    if len(parts) == 1:
        return parts[0]
    return f"({(' AND ' if operator in NEGATIVE else ' OR ').join(parts)})"


def misfit(clause: Comparison) -> str:
    """Why a value is refused that the field cannot have."""
    wanted = ": it is compared with a datetime" if FORMS.get(clause.field) is DATE else ""
    return f"the value does not fit the field{wanted}"


def name_of(clause: Comparison, record: Record) -> str:
    """The name that a record stands for in a comparison."""
    if type(record).__rt_kind__ != NAMED.get(clause.field):
        raise impossible(clause, misfit(clause))
    name: str | None = cast("Any", record).name
    if name is None:
        raise impossible(clause, "it has no name yet")
    return name


def impossible(clause: Comparison, why: str) -> QueryError:
    """The error of a comparison that RT cannot be asked, or would answer wrongly."""
    return QueryError(f"{clause.field} {clause.operator} {clause.value!r}: {why}")


def literal(text: str, *, person: bool = False) -> str:
    """A text as a value in TicketSQL.

    Args:
        text: The text.
        person: Whether RT may put the account's own name in the place of `__CurrentUser__`.

    Raises:
        EncodeError: RT would take it for something else.
    """
    if text.lower().startswith("cf."):
        message = "RT takes a value that begins with 'CF.' for the name of a custom field"
        raise EncodeError(message)
    if text.startswith("__CurrentUser") and not person:
        message = "RT puts the account's own name or number in the place of this value"
        raise EncodeError(message)
    return quoted(text)
