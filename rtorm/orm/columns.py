"""What `Ticket.subject` is on the class: a typed column and the clauses made of it.

A clause is data; it meets RT's query language only when a query runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Generic, Literal, NoReturn, Protocol, TypeVar

from rtorm.orm.declaring.loadable import Loadable
from rtorm.texts import in_line

__all__ = [
    "And",
    "Clause",
    "Column",
    "Comparison",
    "Named",
    "Not",
    "Operator",
    "Or",
    "Ordering",
    "Raw",
    "sql",
    "told",
]

T_co = TypeVar("T_co", covariant=True)
_SHOWN = 85
V = TypeVar("V")

Operator = Literal[
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "LIKE",
    "NOT LIKE",
    "STARTSWITH",
    "NOT STARTSWITH",
    "IS",
    "IS NOT",
]


class Clause:
    """A condition of a query; combine clauses with `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: Clause) -> Clause:
        return And((self, _clause(other)))

    def __or__(self, other: Clause) -> Clause:
        return Or((self, _clause(other)))

    def __invert__(self) -> Clause:
        return Not(self)

    def __repr__(self) -> str:
        return f"<Clause {in_line(told(self), _SHOWN)}>"

    def __bool__(self) -> NoReturn:
        message = (
            "a clause has no truth value: combine clauses with & and | instead of and, or, not"
        )
        raise TypeError(message)


def _clause(given: object) -> Clause:
    if not isinstance(given, Clause):
        message = f"{given!r} is no clause: compare columns of the class, such as Ticket.status"
        raise TypeError(message)
    return given


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Clause):
    """One field against one value."""

    field: str
    operator: Operator
    value: object


@dataclass(frozen=True, slots=True, repr=False)
class And(Clause):
    """All of the clauses."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Or(Clause):
    """Any of the clauses."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Not(Clause):
    """The clause denied."""

    clause: Clause


@dataclass(frozen=True, slots=True, repr=False)
class Raw(Clause):
    """A condition in RT's own query language, as it stands."""

    text: str


def told(clause: Clause) -> str:
    """A clause for people; nothing is sent to find it out."""
    match clause:
        case Comparison(field, operator, value):
            return f"{field} {operator} {_literal(value)}"
        case And(parts) | Or(parts) if parts:
            word = " AND " if isinstance(clause, And) else " OR "
            return word.join(
                f"({told(part)})" if isinstance(part, And | Or | Raw) else told(part)
                for part in parts
            )
        case Not(inner):
            return f"NOT ({told(inner)})"
        case Raw(text):
            return text
        case _:
            return "everything" if isinstance(clause, And) else "nothing"


def _literal(value: object) -> str:
    if isinstance(value, date):
        return repr(str(value))
    return "NULL" if value is None else repr(value)


def sql(text: str) -> Clause:
    """A condition on tickets in RT's own query language, TicketSQL.

    It stands in parentheses beside other clauses. Within it, use parentheses wherever `AND` and
    `OR` meet: RT takes all of one level for the last of them (RT 4.4-5.0).

    Args:
        text: The condition, such as `"Requestor.EmailAddress LIKE '@example.com'"`. It is sent as
            it stands: what comes from elsewhere does not belong into it.

    Raises:
        ValueError: It is blank, which RT takes for all tickets.
    """
    if not text.strip():
        message = "a condition must not be blank: RT would find all tickets"
        raise ValueError(message)
    return Raw(text)


@dataclass(frozen=True, slots=True)
class Ordering:
    """A field to sort by."""

    field: str
    descending: bool = False


class Named(Protocol):
    """For type checkers: a record, which stands for its name."""

    __rt_named__: ClassVar[bool]


class Column(Loadable, Generic[T_co]):
    """A field of a record class, to build conditions with, such as `Ticket.priority > 50`.

    Beside the methods it has `==`, `!=`, `<`, `<=`, `>` and `>=`. A text is compared in any letter
    case; `== None` is `is_null()`. What RT cannot be asked raises `QueryError` when the query runs.

    Attributes:
        name: The attribute's name.
        wire: RT's name of the field.
    """

    __slots__ = ("wire",)
    __hash__ = object.__hash__

    def __init__(self, name: str, wire: str) -> None:
        self.name = name
        self.wire = wire

    def __repr__(self) -> str:
        return f"<Column {self.wire}>"

    # A covariant parameter is what makes `Incident.severity == "huge"` an error in checkers; a
    # column is never asked for as something wider, which is what it would be unsound for.
    def __eq__(self, other: T_co) -> Clause:  # type: ignore[override, misc]
        return self._equals(other)

    def __ne__(self, other: T_co) -> Clause:  # type: ignore[override, misc]
        return self._differs(other)

    def __lt__(self, other: T_co) -> Clause:  # type: ignore[misc]
        return self._ordered("<", other)

    def __le__(self, other: T_co) -> Clause:  # type: ignore[misc]
        return self._ordered("<=", other)

    def __gt__(self, other: T_co) -> Clause:  # type: ignore[misc]
        return self._ordered(">", other)

    def __ge__(self, other: T_co) -> Clause:  # type: ignore[misc]
        return self._ordered(">=", other)

    def in_(self, values: Iterable[T_co]) -> Clause:
        """The field equals one of the values; of no values, none does."""
        return Or(tuple(map(self._equals, _several(values))))

    def not_in(self, values: Iterable[T_co]) -> Clause:
        """The field equals none of the values; it may have no value."""
        return And(tuple(map(self._differs, _several(values))))

    def between(self, low: T_co, high: T_co) -> Clause:  # type: ignore[misc]
        """The field lies between two values, both included."""
        return And((self._ordered(">=", low), self._ordered("<=", high)))

    def like(self: Column[str | Named | None] | Column[Sequence[str] | None], text: str) -> Clause:
        """The field, or one of its values, holds the text, in any letter case.

        Of watchers, the e-mail address does. In the text, `%` stands for any text and `_` for any
        character, and nothing makes them mean themselves.
        """
        return Comparison(self.wire, "LIKE", text)

    def not_like(
        self: Column[str | Named | None] | Column[Sequence[str] | None], text: str
    ) -> Clause:
        """Nothing in the field holds the text, understood as in `like`; it may have no value."""
        return Comparison(self.wire, "NOT LIKE", text)

    def starts_with(
        self: Column[str | Named | None] | Column[list[str] | None], text: str
    ) -> Clause:
        """The field, or one of its values, begins with the text, understood as in `like`."""
        return Comparison(self.wire, "STARTSWITH", text)

    def has(self: Column[list[V] | None], value: V) -> Clause:
        """One of the field's values equals this one."""
        return Comparison(self.wire, "=", value)

    def is_null(self) -> Clause:
        """The field has no value."""
        return Comparison(self.wire, "IS", None)

    def asc(self) -> Ordering:
        """Sort by the field, smallest first."""
        return Ordering(self.wire)

    def desc(self) -> Ordering:
        """Sort by the field, greatest first."""
        return Ordering(self.wire, descending=True)

    def _equals(self, value: object) -> Clause:
        return Comparison(self.wire, "IS" if value is None else "=", value)

    def _differs(self, value: object) -> Clause:
        return Comparison(self.wire, "IS NOT" if value is None else "!=", value)

    def _ordered(self, operator: Operator, value: object) -> Clause:
        if value is None:
            message = f"{self.wire} {operator} None: no value is neither smaller nor greater"
            raise TypeError(message)
        return Comparison(self.wire, operator, value)


def _several(values: Iterable[object]) -> Iterable[object]:
    if isinstance(values, str | bytes):
        message = f"{values!r} is one value: give a list of values"
        raise TypeError(message)
    return values
