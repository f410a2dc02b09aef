"""Tables for a Rich console; Rich is needed by whoever asks for them, and by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from rtorm.display.tables import Cell, Mark, Table

__all__ = ["rich_of"]

# Of the terminal's own colours, which it has made readable on its background.
_STYLES: Final[Mapping[Mark, str]] = {
    "plain": "",
    "changed": "yellow",
    "applied": "green",
    "refused": "red",
    "unknown": "magenta",
}


def rich_of(table: Table) -> RenderableType:
    """The table, its title above and its notes below; square brackets in a value mean nothing."""
    title = Text.assemble((table.title, "bold"), " " if table.about else "", table.about)
    drawn = RichTable(show_header=bool(table.head), title=title, title_justify="left")
    drawn.title_style = "none"
    for at, head in enumerate(table.head or ("",) * _width(table)):
        drawn.add_column(Text(head), overflow="fold", no_wrap=False, min_width=0 if at else 8)
    for row in table.rows:
        drawn.add_row(*map(_cell, row.cells), style=_STYLES[row.mark])
    return Group(drawn, *(Text(note, style="dim") for note in table.notes))


def _width(table: Table) -> int:
    return max((len(row.cells) for row in table.rows), default=1)


def _cell(cell: Cell) -> Text:
    if cell.old is None:
        return Text(cell.text)
    return Text.assemble(cell.old, " → " if cell.old else "→ ", (cell.text, "bold"))
