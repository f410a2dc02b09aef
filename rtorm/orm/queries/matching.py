"""Clauses on queues, users and groups, of which RT evaluates one condition; pure.

RT is asked for what narrows most, and everything is evaluated on what it shows, so that no
condition is ignored. The facts hold for RT 4.4-5.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from rtorm.errors import QueryError
from rtorm.gateway import Shown
from rtorm.orm.columns import And, Clause, Comparison, Operator, Or, Ordering
from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.orm.queries.clauses import comparisons
from rtorm.orm.record import Record
from rtorm.rest1.clock import Clock
from rtorm.rest1.conditions import words
from rtorm.rest1.forms import EncodeError

__all__ = ["in_order", "matches", "searches", "sort_keys", "values_of"]

Values = Mapping[str, Any]
"""What RT shows of a record, decoded: RT's name of a field to its value."""

_NO_CLOCK = Clock(None, exact=False)
_DISABLED = "Disabled"
_ANY = words("id", ">", "0")
_PRIVILEGED = ""
_MOST_SEARCHES = 20


@dataclass(frozen=True, slots=True, order=True)
class _Search:
    """One condition for RT; the lower its rank, the less it finds."""

    rank: int
    query: str


def searches(clause: Clause, cls: type[Record]) -> tuple[str, ...]:
    """What to ask RT for, in its own language, so that all that matches is among the answers.

    RT leaves disabled records out unless it is asked for nothing but them; they are sought only
    where the clause speaks of them.

    Args:
        clause: A clause in its normal form.
        cls: The class of records.

    Raises:
        QueryError: A field that RT cannot search or show, or a value that it cannot hold.
    """
    _check(clause, cls)
    asked = any(each.field == _DISABLED for each in comparisons(clause))
    found: list[str] = []
    if not asked or _possible(clause, disabled=False):
        try:
            narrowest = _narrowest(clause, cls)
        except EncodeError as error:
            raise QueryError(str(error)) from None
        found.extend(each.query for each in narrowest or [_Search(0, _ANY)])
    if asked and _possible(clause, disabled=True):
        found.append(words(_DISABLED, "=", "1"))
    return tuple(dict.fromkeys(found))


def values_of(shown: Shown, cls: type[Record]) -> Values:
    """The values that RT shows; text that cannot be read stays as it is."""
    return {
        wire: _decoded(field, shown.fields.get(wire, ""))
        for wire, field in layout_of(cls).by_wire.items()
        if wire != "id"
    } | {"id": shown.id}


def matches(clause: Clause, values: Values) -> bool:
    """Whether a record of these values fulfils a clause in its normal form."""
    match clause:
        case And(parts):
            return all(matches(part, values) for part in parts)
        case Or(parts):
            return any(matches(part, values) for part in parts)
        case Comparison(field, operator, value):
            return _TESTS[operator](_folded(values[field]), _folded(value))
        case _:
            message = "only tickets are searched by sql()"
            raise QueryError(message)


def sort_keys(orderings: Sequence[Ordering], cls: type[Record]) -> list[tuple[str, bool]]:
    """RT's names of the fields to sort by, and whether the greatest comes first.

    Raises:
        QueryError: A field by which nothing can be sorted.
    """
    return [(_field(cls, each.field).spec.wire, each.descending) for each in orderings]


def in_order(
    records: Sequence[tuple[Shown, Values]], keys: Sequence[tuple[str, bool]]
) -> list[Shown]:
    """The records sorted by the keys, the first one first; by id where they are equal."""
    rows = sorted(records, key=lambda row: row[0].id)
    for wire, descending in reversed(keys):
        rows.sort(key=lambda row: _rank_of(row[1][wire]), reverse=descending)
    return [shown for shown, _ in rows]


def _decoded(field: FieldLayout, text: str) -> Any:
    try:
        return field.codec.decode(text, _NO_CLOCK)
    except ValueError:
        return text


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _rank_of(value: Any) -> tuple[bool, bool, Any]:
    # Text among other values is what could not be read.
    return (not _empty(value), isinstance(value, str), _folded(value))


def _empty(value: Any) -> bool:
    return value is None or value == ""


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda held, wanted: not _empty(held) and test(held, wanted)


@lru_cache
def _pattern(text: str, *, anywhere: bool) -> re.Pattern[str]:
    """A text with SQL's wildcards, `%` for any text and `_` for a character."""
    first, *more = (
        "".join("." if sign == "_" else re.escape(sign) for sign in part)
        for part in text.split("%")
    )
    # Where each part is found first, it stays: to try others would lead nowhere, and take ages.
    found = [f"(?>.*?{first})" if anywhere else first, *(f"(?>.*?{part})" for part in more)]
    return re.compile("".join(found), re.DOTALL)


def _like(held: Any, wanted: str) -> bool:
    return _pattern(wanted, anywhere=True).match(str(held)) is not None


def _starts(held: Any, wanted: str) -> bool:
    return _pattern(wanted, anywhere=False).match(str(held)) is not None


_TESTS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    "<": _ordered(lt),
    "<=": _ordered(le),
    ">": _ordered(gt),
    ">=": _ordered(ge),
    "LIKE": _like,
    "NOT LIKE": lambda held, wanted: not _like(held, wanted),
    "STARTSWITH": _starts,
    "NOT STARTSWITH": lambda held, wanted: not _starts(held, wanted),
    "IS": lambda held, _: _empty(held),
    "IS NOT": lambda held, _: not _empty(held),
}


def _check(clause: Clause, cls: type[Record]) -> None:
    """Refuse what cannot be evaluated before anything is sent."""
    if not isinstance(clause, And | Or | Comparison):
        message = f"only tickets are searched by sql(), not {cls.__rt_kind__}s"
        raise QueryError(message)
    for each in comparisons(clause):
        if why := _objection(each, _kind(_field(cls, each.field))):
            message = f"{each.field} {each.operator} {each.value!r}: {why}"
            raise QueryError(message)
    if isinstance(clause, And | Or):
        for part in clause.clauses:
            _check(part, cls)


def _objection(clause: Comparison, kind: type[object]) -> str:
    if clause.value is not None and type(clause.value) is not kind:
        return f"it is compared with a value of type {kind.__name__}"
    if kind is bool and clause.operator not in ("=", "!="):
        return "it is either True or False"
    return ""


def _field(cls: type[Record], wire: str) -> FieldLayout:
    field = layout_of(cls).at_wire(wire)
    if field is not None and field.spec.custom:
        message = (
            f"RT does not search {cls.__rt_kind__}s by their custom fields: compare what the "
            f"records that are found have as {field.name}"
        )
        raise QueryError(message)
    # RT lists neither passwords nor members.
    if field is None or field.spec.unlisted:
        message = f"{cls.__rt_kind__}s cannot be searched or sorted by {wire}"
        raise QueryError(message)
    return field


def _kind(field: FieldLayout) -> type[object]:
    """The Python type of a field's values: every codec has a value for the empty text."""
    value: object = 0 if field.spec.wire == "id" else _decoded(field, "")
    return type(value)


def _possible(clause: Clause, *, disabled: bool) -> bool:
    """Whether a record can fulfil the clause if it is disabled, or if it is not."""
    match clause:
        case And(parts):
            return all(_possible(part, disabled=disabled) for part in parts)
        case Or(parts):
            return any(_possible(part, disabled=disabled) for part in parts)
        case Comparison(field, operator, value) if field == _DISABLED:
            return _TESTS[operator](disabled, value)
        case _:
            return True


def _narrowest(clause: Clause, cls: type[Record]) -> Sequence[_Search]:
    """The searches that together find every record that fulfils the clause; nothing for all."""
    match clause:
        case Comparison():
            return _search(clause, cls)
        case And(parts):
            found = [each for part in parts if (each := _narrowest(part, cls))]
            return min(found, key=lambda each: (max(each).rank, len(each)), default=())
        case Or(parts):
            ways = [_narrowest(part, cls) for part in parts]
            together = [search for way in ways for search in way]
            few = all(ways) and len(together) <= _MOST_SEARCHES
            return together if few else ()
        case _:
            return ()


# RT's database finds no empty value by any condition, so that only those are sent which no empty
# value fulfils.
_RANKS: Mapping[Operator, int] = {"=": 2, "STARTSWITH": 3, "LIKE": 4}
_BY_ID = 0
_BY_NAME = 1
_BY_RIGHT = 5
_BY_RANGE = 6


def _search(clause: Comparison, cls: type[Record]) -> Sequence[_Search]:
    field, operator, value = clause.field, clause.operator, clause.value
    if field == "id" and isinstance(value, int):
        rank = _BY_ID if operator == "=" else _BY_RANGE
        return [] if operator == "!=" else [_Search(rank, words("id", operator, str(value)))]
    if field == "Privileged" and operator == "=" and value is True:
        return [_Search(_BY_RIGHT, _PRIVILEGED)]
    # A backslash before a wildcard means different things to different databases.
    if operator not in _RANKS or not isinstance(value, str) or not value.strip("%"):
        return []
    if "\\" in value and operator != "=":
        return []
    rank = _BY_NAME if (field, operator) == ("Name", "=") else _RANKS[operator]
    return [_Search(rank, words(_field(cls, field).edit_wire, operator, value))]
