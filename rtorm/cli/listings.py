"""Lists of tickets as a table, JSON, JSON Lines or CSV, written as they come; pure but for that."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, TextIO

from rtorm.cli.cells import plain, shown, visible
from rtorm.cli.terminal import Grid

__all__ = ["grid", "safe", "write_csv", "write_ids", "write_json", "write_json_lines"]

Rows = Iterable[Mapping[str, Any]]

# With what a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def grid(names: Sequence[str], rows: Rows, zone: tzinfo) -> Grid:
    """The table, of which the widths are known only when all of it is there."""
    return Grid(names, [[shown(name, row[name], zone) for name in names] for row in rows])


def write_json(out: TextIO, rows: Rows) -> None:
    """One array, an object a line."""
    before = "[\n"
    for row in rows:
        out.write(before + _object(row))
        before = ",\n"
    out.write("[]\n" if before == "[\n" else "\n]\n")


def write_json_lines(out: TextIO, rows: Rows) -> None:
    """An object a line."""
    out.writelines(_object(row) + "\n" for row in rows)


def write_ids(out: TextIO, ids: Iterable[int]) -> None:
    """A number a line, as `rtorm edit` and others take them."""
    out.writelines(f"{each}\n" for each in ids)


def write_csv(out: TextIO, names: Sequence[str], rows: Rows, *, is_exact: bool) -> None:
    """A line for the names, then one a ticket.

    Args:
        out: Where it goes.
        names: The columns.
        rows: Their values.
        is_exact: Whether a text stays as it is that a spreadsheet takes for a formula.
    """
    text = str if is_exact else safe
    # Python 3.11 puts those line breaks in quotes that end its own lines, too, and no others.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([text(visible(name) if out.isatty() else name) for name in names])
    for row in rows:
        cells = [_cell(row[name], exact=is_exact) for name in names]
        writer.writerow([visible(cell) if out.isatty() else cell for cell in cells])


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what it might be.

    Subjects come by mail from anybody, and a formula may send what else is in the sheet away.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Any, *, exact: bool) -> str:
    if isinstance(value, list | tuple):
        # No value holds a line break, but any may hold a comma.
        return "\n".join(_cell(each, exact=exact) for each in plain(value))
    if isinstance(value, str):
        return value if exact else safe(value)
    told = plain(value)
    return "" if told is None else str(told)


def _object(row: Mapping[str, Any]) -> str:
    return json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
