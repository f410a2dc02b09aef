"""Lines of JSON as a Parquet file, a column for each attribute and custom field.

It needs the extra: `pip install "rtorm[pandas]"`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import GenericAlias
from typing import Any, Union

from rtorm.errors import ConfigurationError
from rtorm.exports.columns import CUSTOM, EVERY_CUSTOM
from rtorm.exports.journal import Field, Plan
from rtorm.models.ticket import Ticket

try:
    _arrow: Any = import_module("pyarrow")
    _parquet: Any = import_module("pyarrow.parquet")
    from rtorm.frames import Column, column_of, schema_of, typed_columns
except ImportError as error:
    message = f'Parquet needs pandas and pyarrow: pip install "rtorm[pandas]" ({error})'
    raise ConfigurationError(message) from error

__all__ = ["write_parquet"]

Row = Mapping[str, Any]

# What is held at a time; rows with their history can have any size.
_ROWS, _BYTES = 10_000, 32 << 20
_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "timestamp": datetime.fromisoformat,
    "date32": date.fromisoformat,
}
_TYPES: Mapping[str, Any] = {"Date": date, "DateTime": datetime}
_INSTANT = _arrow.timestamp("us", "UTC")
_NUMBER, _TEXT = _arrow.int64(), _arrow.string()
# What RT tells of them has the same types on every server.
_HISTORY = {
    "id": _NUMBER,
    "ticket_id": _NUMBER,
    "type": _TEXT,
    "creator": _TEXT,
    "created": _INSTANT,
    "field": _TEXT,
    "field_id": _NUMBER,
    "old_value": _TEXT,
    "new_value": _TEXT,
    "data": _TEXT,
    "description": _TEXT,
    "content": _TEXT,
    "content_type": _TEXT,
    "time_taken": _NUMBER,
    "attachments": _arrow.list_(_NUMBER),
}
_ATTACHMENTS = {
    "id": _NUMBER,
    "filename": _TEXT,
    "content_type": _TEXT,
    "size": _NUMBER,
    "file": _TEXT,
}


def write_parquet(lines: Path, target: Path, plan: Plan, fields: Iterable[Field]) -> list[str]:
    """Write a file of Parquet, some thousand rows a row group, fewer where they are large.

    A column's type is that of the attribute, or of the custom field as the queues define it, so
    that it depends on the values in no way: unless one of them does not fit, as where RT shows what
    cannot be read. Then the whole column is text.

    Args:
        lines: The rows.
        target: The file; what is there is written over.
        plan: What was exported.
        fields: The custom fields that were met.

    Returns:
        Which columns are text for that reason, and by which ticket.

    Raises:
        OSError: It cannot be read or written.
    """
    columns = _columns(plan.columns, fields)
    unfit = _unfit(columns, lines)
    columns = [_as_text(each) if each.name in unfit else each for each in columns]
    schema = _schema(columns, plan)
    with _parquet.ParquetWriter(target, schema) as writer:
        for rows in _batches(lines):
            cells = {each.name: [_cell(each, row) for row in rows] for each in columns}
            cells |= {name: _nested(name, rows) for name in schema.names[len(columns) :]}
            arrays = [_arrow.array(cells[each.name], each.type) for each in schema]
            writer.write_table(_arrow.Table.from_arrays(arrays, schema=schema))
    return list(unfit.values())


def _columns(names: Sequence[str], fields: Iterable[Field]) -> list[Column]:
    """The columns; custom fields in the order in which they were met."""
    own = [name for name in names if name != EVERY_CUSTOM and not name.startswith(CUSTOM)]
    fields = list(fields)
    wanted = [name for name in names if name.startswith(CUSTOM)]
    if EVERY_CUSTOM in names:
        wanted = list(dict.fromkeys(CUSTOM + each.name for each in fields))
    types = {name: [_type_of(each) for each in fields if _is_of(name, each)] for name in wanted}
    custom = [column_of(name, _any_of(kinds)) for name, kinds in types.items()]
    return [*typed_columns(Ticket, own), *custom]


def _is_of(column: str, field: Field) -> bool:
    return column.removeprefix(CUSTOM).lower() == field.name.lower()


def _any_of(types: Sequence[Any]) -> Any:
    union: Any = Union
    return union[tuple(types) or (str | None)]


def _type_of(field: Field) -> Any:
    item = _TYPES.get(field.type, str)
    return GenericAlias(list, (item,)) if field.multiple else item | None


def _schema(columns: Iterable[Column], plan: Plan) -> Any:
    schema = schema_of(columns)
    for name, parts, is_wanted in (
        ("history", _HISTORY, plan.history),
        ("attachments", _ATTACHMENTS, plan.attachments is not None),
    ):
        if is_wanted:
            entries = _arrow.list_(_arrow.struct(list(parts.items())))
            schema = schema.append(_arrow.field(name, entries))
    return schema


def _unfit(columns: Iterable[Column], lines: Path) -> dict[str, str]:
    """What does not fit its column, by the column's name."""
    found: dict[str, str] = {}
    for rows in _batches(lines):
        for column in columns:
            for row in rows:
                try:
                    _cell(column, row)
                except ValueError:
                    told = (
                        f"{column.name} is text, since ticket {row['id']} has {row[column.name]!r}"
                    )
                    found.setdefault(column.name, told)
    return found


def _as_text(column: Column) -> Column:
    text = column_of(column.name, list[str] if column.many else str | None)
    return replace(text, nullable=True)


def _cell(column: Column, row: Row) -> Any:
    """A value of a line as its column holds it."""
    value = row.get(column.name)
    parse = _PARSERS.get(column.kind.arrow, _as_it_is)
    if value is not None and column.many:
        value = [parse(each) for each in _several(value)]
    elif value:
        value = parse(value)
    return column.cell({"id": row["id"], column.name: value})


def _several(value: Any) -> Sequence[Any]:
    is_list = issubclass(type(value), list)
    return value if is_list else [value]


def _as_it_is(value: Any) -> Any:
    return value


def _nested(name: str, rows: Iterable[Row]) -> list[Any]:
    return [[_entry(each, name) for each in row[name]] for row in rows]


def _entry(entry: Row, name: str) -> Row:
    if name != "history":
        return entry
    texts = {key: _text(entry[key]) for key in ("old_value", "new_value")}
    return {**entry, **texts, "created": datetime.fromisoformat(entry["created"])}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _batches(lines: Path) -> Iterator[list[Row]]:
    with lines.open("rb") as file:
        rows, size = list[Row](), 0
        for line in file:
            rows.append(json.loads(line))
            size += len(line)
            if len(rows) == _ROWS or size >= _BYTES:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows
