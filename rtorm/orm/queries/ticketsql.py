"""Clauses on tickets to TicketSQL, RT's query language; pure.

What RT would answer wrongly or in silence is written in another way, or refused before anything
is sent. The facts hold for RT 4.4-5.0.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, Literal, Union, cast, get_args, get_origin

from rtorm.errors import QueryError
from rtorm.orm.columns import And, Clause, Comparison, Operator, Or, Ordering, Raw
from rtorm.orm.declaring.kinds import codec_for, plain_type
from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.fields import declared_type
from rtorm.orm.queries.clauses import ALL, NONE
from rtorm.orm.queries.comparing import impossible, joined, literal, misfit, name_of, single
from rtorm.orm.queries.listsql import linked, watched
from rtorm.orm.queries.operators import (
    CUSTOM,
    DATE,
    EQUALITY,
    FORMS,
    LIKENESS,
    NAMED,
    NUMBER,
    OPTIONAL,
    ORDER,
    PEOPLE,
    RELATIONS,
)
from rtorm.orm.queries.scope import queues_of
from rtorm.orm.record import Record
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock
from rtorm.rest1.conditions import custom_field_key
from rtorm.rest1.forms import EncodeError

__all__ = ["order_of", "ticket_sql"]

_NO_CLOCK = Clock(None, exact=False)
_SHORT_BYTES = 255
_IPS = (IPv4Address, IPv6Address)
_NETWORKS = (IPv4Network, IPv6Network)
_NUMERIC = (int, float, Decimal)
# Whose texts have the order of their values, at least as RT keeps them.
_ORDERED = (str, date, *_IPS)


def ticket_sql(clause: Clause, cls: type[Record], clock: Callable[[], Clock]) -> str:
    """The condition in TicketSQL.

    Args:
        clause: A clause in its normal form.
        cls: The class of tickets that the query is for.
        clock: Gives the account's clock; asked only if a date is compared.

    Raises:
        QueryError: RT cannot be asked for this, or would answer wrongly.
        ConfigurationError: A date is compared, and the account's time zone was not given.
    """
    if clause == ALL:
        # RT takes a blank query for all tickets in some places, for none in others.
        return "id > 0"
    if clause == NONE:
        return "id < 0"
    return _Writer(cls, queues_of(clause, cls), clock).written(clause)


def order_of(orderings: Sequence[Ordering], cls: type[Record]) -> str:
    """The field to sort by, as RT takes it: `-Created`; by id unless another is given.

    Raises:
        QueryError: RT cannot sort so: it would answer that nothing matches, or sort by the first
            field alone.
    """
    if not orderings:
        return "+id"
    if len(orderings) > 1:
        names = ", ".join(ordering.field for ordering in orderings)
        message = f"RT sorts tickets by one field, not by {names}: sort the loaded records"
        raise QueryError(message)
    [ordering] = orderings
    return ("-" if ordering.descending else "+") + _sortable(ordering.field, cls)


def _sortable(wire: str, cls: type[Record]) -> str:
    if wire in FORMS:
        return wire
    if not wire.startswith("CF."):
        message = f"RT cannot sort tickets by {wire}"
        raise QueryError(message)
    field = layout_of(cls).at_wire(wire)
    if field is not None and any(issubclass(kind, _NUMERIC) for kind in _types(cls, field)):
        message = (
            f"RT sorts custom fields as text, which puts 10 before 9: sort by {wire} once the "
            "tickets are loaded"
        )
        raise QueryError(message)
    return f"CF.{{{_name(wire, field)}}}"


class _Writer:
    def __init__(
        self, cls: type[Record], queues: Sequence[str], clock: Callable[[], Clock]
    ) -> None:
        self._cls = cls
        # Of several custom fields of one name, those of these queues are meant.
        self._queues = queues
        self._clock = clock

    def written(self, clause: Clause) -> str:
        match clause:
            case Comparison():
                return self._comparison(clause)
            case And(parts):
                return " AND ".join(self._part(part) for part in parts)
            case Or(parts):
                return " OR ".join(self._alternative(part) for part in parts)
            case Raw(text):
                return text
            case _:
                message = "RT knows no NOT: write the raw condition the other way round"
                raise QueryError(message)

    def _part(self, clause: Clause) -> str:
        text = self.written(clause)
        # Of "and" and "or" on one level, RT takes all for the last one.
        return f"({text})" if isinstance(clause, And | Or | Raw) else text

    def _alternative(self, clause: Clause) -> str:
        text = self._part(clause)
        # RT takes "A != 1 OR A != 2" for "A is neither", unless they stand apart.
        differs = isinstance(clause, Comparison) and clause.operator == "!="
        return f"({text})" if differs and not text.startswith("(") else text

    def _comparison(self, clause: Comparison) -> str:
        try:
            if clause.field.startswith("CF."):
                return self._custom(clause)
            if clause.field in ROLES:
                return watched(clause)
            if clause.field in RELATIONS:
                return linked(clause)
            return self._own(clause)
        except EncodeError as error:
            raise impossible(clause, str(error)) from None
        except (AttributeError, TypeError, ValueError):
            raise impossible(clause, misfit(clause)) from None

    def _own(self, clause: Comparison) -> str:
        wire, operator, value = clause.field, clause.operator, clause.value
        forms = FORMS.get(wire)
        if forms is None:
            said = "RT cannot search tickets by this field; sql() takes conditions in TicketSQL"
            raise impossible(clause, said)
        if isinstance(value, Record):
            value = _told_apart(clause, value)
        elif operator in EQUALITY and wire in NAMED and str(value).strip().isdecimal():
            raise impossible(clause, _NUMBERED)
        elif forms is DATE and isinstance(value, datetime):
            operator, value = _whole_seconds(clause)
        elif forms is OPTIONAL and value == "":
            operator = _AS_NULL.get(operator, operator)
        if operator not in forms:
            raise impossible(clause, _REASONS.get(operator, "RT cannot search it so"))
        if forms is NUMBER and (not isinstance(value, int) or isinstance(value, bool)):
            raise impossible(clause, "it holds a whole number")
        if wire == "Status" and (why := _NO_STATUS.get((operator, str(value).lower()))):
            raise impossible(clause, why)
        field = layout_of(self._cls).at_wire(wire)
        text = "" if value is None or field is None else self._encoded(field, operator, value)
        wanted = text if forms is NUMBER else literal(text, person=wire in PEOPLE)
        return forms[operator].format(key=wire, value=wanted)

    def _custom(self, clause: Comparison) -> str:
        operator, value = clause.operator, single(clause)
        if isinstance(value, Record):
            raise impossible(clause, misfit(clause))
        if isinstance(value, _NETWORKS):
            raise impossible(clause, "RT finds networks that overlap, not equal ones")
        if operator in ORDER and not isinstance(value, _ORDERED):
            raise impossible(clause, "RT compares custom fields as text, where 10 is less than 9")
        if isinstance(value, datetime):
            operator, value = _whole_seconds(clause)
        field = layout_of(self._cls).at_wire(clause.field)
        text = "" if value is None else self._encoded(field, operator, value)
        # RT keeps no empty values of custom fields.
        operator = operator if text else _AS_NULL.get(operator, operator)
        # Beside other conditions, RT takes "=" of a long value for fulfilled by every ticket.
        long = operator == "=" and len(text.encode()) > _SHORT_BYTES
        if operator in EQUALITY and not text.isascii() and len(text.encode()) > _SHORT_BYTES:
            raise impossible(clause, _ENCODED)
        name, column = _name(clause.field, field), "LargeContent" if long else ""
        value = literal(text)
        return joined(
            operator,
            (
                CUSTOM[operator].format(key=custom_field_key(name, column, queue), value=value)
                for queue in (("",) if name.isdecimal() else self._queues or ("",))
            ),
        )

    def _encoded(self, field: FieldLayout | None, operator: Operator, value: object) -> str:
        if operator in LIKENESS:
            if not isinstance(value, str):
                message = "it is compared with a text"
                raise TypeError(message)
            return value
        own = field.codec if field is not None and not field.many else None
        # RT reads a day in the account's zone, and another one at the beginning of summer time.
        dated = isinstance(value, datetime) or (own is not None and isinstance(value, date))
        return (own or codec_for(type(value))).encode(value, self._clock() if dated else _NO_CLOCK)


_ENCODED = (
    "RT keeps values of more than 255 bytes encoded, and finds them by nothing but ASCII: compare "
    "what the loaded tickets have"
)
_NUMBERED = (
    "RT takes a number for that of a user or a queue, not for a name: give the User or the Queue"
)
_SEVERAL = "RT takes it for every status of this kind: ask for these by in_()"
_NO_STATUS: Mapping[tuple[Operator, str], str] = {
    ("=", "deleted"): "RT finds no deleted tickets: get() them by their id",
    **{
        (operator, status): _SEVERAL
        for operator in ("=", "!=")
        for status in ("__active__", "__inactive__")
    },
}
_REASONS: Mapping[Operator, str] = {
    "IS": "it always has a value",
    "IS NOT": "it always has a value",
    "STARTSWITH": "RT cannot search it by its beginning: use like()",
    "NOT STARTSWITH": "RT cannot search it by its beginning: use like()",
}


# Compared with an empty value, where RT keeps none.
_AS_NULL: Mapping[Operator, Operator] = {"=": "IS", "!=": "IS NOT"}

# RT keeps whole seconds: what is less than half past is at most the second before.
_ROUNDED: Mapping[Operator, Operator] = {"<": "<=", "<=": "<=", ">": ">", ">=": ">"}


def _whole_seconds(clause: Comparison) -> tuple[Operator, object]:
    instant = clause.value
    if not isinstance(instant, datetime) or not instant.microsecond:
        return clause.operator, instant
    if clause.operator not in _ROUNDED:
        raise impossible(clause, "RT keeps whole seconds: give it with microsecond=0")
    return _ROUNDED[clause.operator], instant.replace(microsecond=0)


def _told_apart(clause: Comparison, record: Record) -> str:
    """What RT takes for this queue or user and nothing else: its name, or else its number."""
    name = name_of(clause, record)
    if not name.strip().isdecimal():
        return name
    if not state_of(record).persistent:
        raise impossible(clause, _NUMBERED)
    return str(vars(record)["id"])


def _name(wire: str, field: FieldLayout | None) -> str:
    """The custom field's name, or its number where that was declared."""
    name = wire.removeprefix("CF.{").removesuffix("}")
    if field is not None and field.spec.number is None and name.isdecimal():
        message = f"RT takes the name {name!r} for a number: declare the field with its id"
        raise QueryError(message)
    return name


def _types(cls: type[Record], field: FieldLayout) -> Iterable[type[object]]:
    return _classes(declared_type(cls.model_fields[field.name].annotation))


def _classes(declared: Any) -> Iterable[type[object]]:
    """The classes of the values that a field of this type holds."""
    kind = plain_type(declared)
    origin = get_origin(kind)
    args: tuple[object, ...] = get_args(kind)
    if origin in (Union, types.UnionType, list):
        return [found for arg in args for found in _classes(arg)]
    if origin is Literal:
        return [type(arg) for arg in args]
    return [cast("type[object]", kind)] if isinstance(kind, type) else []
