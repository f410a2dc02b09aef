"""Rows as columns of pandas and Arrow: which types they have, told from the fields' own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from importlib import import_module
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import AwareDatetime, FutureDate, FutureDatetime, PastDate, PastDatetime

from rtorm.orm.declaring.kinds import is_list, members_of, plain_type
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.fields import declared_type
from rtorm.orm.record import Record

__all__ = ["Column", "column_of", "frame_of", "schema_of", "typed_columns"]

# Neither of the two has types of its own.
_pandas: Any = import_module("pandas")
_arrow: Any = import_module("pyarrow")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type of values.

    Attributes:
        held: The Python types of the values.
        dtype: What pandas calls it where there is always a value.
        nullable: What pandas calls it where there may be none.
        arrow: What Arrow calls it.
        within: The values that it can hold; None for all of these types.
    """

    held: tuple[type, ...]
    dtype: str
    nullable: str
    arrow: str
    within: Container[object] | None = None


# Whole microseconds, since nanoseconds end in the year 2262, and dates of RT do not.
_INSTANT = "datetime64[us, UTC]"
_TEXT = _Kind((str,), "string[pyarrow]", "string[pyarrow]", "string")
# The first row whose types have it as a subclass: a bool is an int, and a datetime a date, too.
# Pydantic's constrained types are classes of their own at run time.
_KINDS: tuple[tuple[tuple[Any, ...], _Kind], ...] = (
    ((bool,), _Kind((bool,), "bool", "boolean", "bool")),
    ((int,), _Kind((int,), "int64", "Int64", "int64", within=range(-(2**63), 2**63))),
    ((float,), _Kind((float, int), "float64", "Float64", "float64")),
    (
        (datetime, AwareDatetime, PastDatetime, FutureDatetime),
        _Kind((datetime,), _INSTANT, _INSTANT, "timestamp"),
    ),
    ((date, PastDate, FutureDate), _Kind((date,), "object", "object", "date32")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame.

    Attributes:
        name: The attribute.
        kind: What its values are, or those of its lists.
        many: Whether it holds lists.
        nullable: Whether a value may be missing.
    """

    name: str
    kind: _Kind
    many: bool
    nullable: bool

    @property
    def dtype(self) -> str:
        """What pandas calls its type."""
        if self.many:
            return "object"
        return self.kind.nullable if self.nullable else self.kind.dtype

    @property
    def arrow(self) -> Any:
        """What Arrow calls its type."""
        unit = ("us", "UTC") if self.kind.arrow == "timestamp" else ()
        item = getattr(_arrow, "bool_" if self.kind.arrow == "bool" else self.kind.arrow)(*unit)
        return _arrow.list_(item) if self.many else item

    def cell(self, row: Mapping[str, Any]) -> Any:
        """The value of a row, as the column holds it.

        Raises:
            ValueError: It is text that RT shows and that does not fit the field's type, or a number
                beyond the 64 bits of the column.
        """
        value = row[self.name]
        if value is None or (value == "" and self.kind is not _TEXT):
            return None
        try:
            return [self._held(each) for each in value] if self.many else self._held(value)
        except (TypeError, OverflowError) as error:
            message = (
                f"{self.name} of {row['id']} is {value!r} in RT, which does not fit {error}: "
                f"declare it as text, leave it out by only(), or export it by to_bag()"
            )
            raise ValueError(message) from None

    def _held(self, value: Any) -> Any:
        if isinstance(value, Enum):
            value = value.value
        if self.kind is _TEXT:
            return str(value)
        if not isinstance(value, self.kind.held):
            message = "the declared type"
            raise TypeError(message)
        if self.kind.within is not None and value not in self.kind.within:
            message = f"a column of {self.kind.arrow}"
            raise OverflowError(message)
        return value


def typed_columns(cls: type[Record], names: Iterable[str]) -> tuple[Column, ...]:
    """The columns for some attributes of a class.

    Custom fields may have no value, whatever their declaration says.
    """
    return tuple(_column(cls, name) for name in names)


def column_of(name: str, declared: Any) -> Column:
    """The column for values of a declared type.

    Args:
        name: Its name.
        declared: The type; of a union it holds lists if one member is a list.
    """
    members = members_of(declared)
    lists = [each for each in members if is_list(each)]
    items = [item for each in lists for item in get_args(plain_type(each)) or (str,)]
    types = {kind for each in (items or members) for kind in _types(each)}
    return Column(
        name=name, kind=_kind(types - {NoneType}), many=bool(lists), nullable=NoneType in types
    )


def frame_of(columns: Iterable[Column], rows: Iterable[Mapping[str, Any]]) -> Any:
    """A `pandas.DataFrame` of the rows; its columns have their types without any row, too.

    Args:
        columns: Its columns.
        rows: Values by attribute; they are taken one by one.

    Raises:
        ValueError: A value does not fit its column.
    """
    columns = tuple(columns)
    cells: dict[str, list[Any]] = {column.name: [] for column in columns}
    for row in rows:
        for column in columns:
            cells[column.name].append(column.cell(row))
    return _pandas.DataFrame(
        {column.name: _pandas.Series(cells[column.name], dtype=column.dtype) for column in columns}
    )


def schema_of(columns: Iterable[Column]) -> Any:
    """The `pyarrow.Schema` of such frames."""
    return _arrow.schema([(column.name, column.arrow) for column in columns])


def _column(cls: type[Record], name: str) -> Column:
    column = column_of(name, _declared(cls, name))
    custom = layout_of(cls).fields[name].spec.custom
    return replace(column, nullable=column.nullable or bool(custom))


def _declared(cls: type[Record], name: str) -> Any:
    if name in cls.__rt_parts__:
        return cls.__rt_parts__[name][1]
    return declared_type(cls.__pydantic_fields__[name].annotation)


def _types(declared: Any) -> Iterable[Any]:
    """The types of the values of a declared type."""
    for member in members_of(declared):
        kind = plain_type(member)
        if get_origin(kind) is Literal:
            yield from map(type, get_args(kind))
        elif isinstance(kind, type) and issubclass(kind, Enum):
            yield from (type(each.value) for each in kind)
        else:
            yield kind


def _kind(types: set[Any]) -> _Kind:
    """The kind that all of these types have; text where they have none."""
    kinds = {_kind_of(kind) for kind in types}
    return kinds.pop() if len(kinds) == 1 else _TEXT


def _kind_of(kind: Any) -> _Kind:
    if not isinstance(kind, type):
        return _TEXT
    return next((held for declared, held in _KINDS if issubclass(kind, declared)), _TEXT)
