"""What is printed: on a terminal with Rich, elsewhere as plain text of which nothing is cut."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from rtorm.cli.cells import visible
from rtorm.cli.options import settings_of

__all__ = [
    "Grid",
    "Part",
    "Sheet",
    "aligned",
    "for_programs",
    "lines_of",
    "notes",
    "print_grid",
    "print_sheet",
    "results",
]

_GAP = "  "
_WIDEST = 24
_BETWEEN = 3


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts.

    Attributes:
        columns: Its headings.
        rows: Its cells.
        styles: How cells look that begin with a word, by that word.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    styles: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Part:
    """Labels and texts under a heading, which may be empty."""

    heading: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of one thing."""

    title: str
    parts: Sequence[Part]


def results(context: typer.Context) -> Console:
    """Where results go: standard output."""
    return _console(context, is_error=False)


def notes(context: typer.Context) -> Console:
    """Where everything else goes: standard error."""
    return _console(context, is_error=True)


def for_programs() -> TextIO:
    """Standard output for what programs read: UTF-8, whatever the system's own encoding."""
    # Tests and notebooks have something else in its place.
    if sys.stdout is sys.__stdout__ and isinstance(sys.__stdout__, io.TextIOWrapper):
        sys.__stdout__.reconfigure(encoding="utf-8", newline="\n")
    return sys.stdout


def print_sheet(console: Console, sheet: Sheet) -> None:
    """Print what is known of one thing; where it is no terminal, with nothing cut or wrapped."""
    if not console.is_terminal:
        for line in lines_of(sheet):
            console.out(line, highlight=False)
        return
    parts = [each for part in sheet.parts for each in _rendered(part)]
    title = Text(visible(sheet.title, one_line=True), style="bold")
    console.print(Panel(Group(*parts), title=title, title_align="left", border_style="dim"))


def lines_of(sheet: Sheet) -> list[str]:
    """The same as lines; those of a text stand below each other."""
    found = [visible(sheet.title, one_line=True)]
    for part in sheet.parts:
        width = _width_of_labels(part)
        found += ["", part.heading] if part.heading else []
        for label, text in part.lines:
            first, *others = visible(text).split("\n")
            shown = visible(label, one_line=True)
            found.append(f"  {shown}{' ' * (width - cell_len(shown))}{_GAP}{first}".rstrip())
            found += [f"  {' ' * width}{_GAP}{each}".rstrip() for each in others]
    return found


def _width_of_labels(part: Part) -> int:
    return max((cell_len(visible(label, one_line=True)) for label, _ in part.lines), default=0)


def _rendered(part: Part) -> Iterator[RenderableType]:
    if part.heading:
        yield Text(f"\n{part.heading}", style="bold")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", min_width=min(_width_of_labels(part), _WIDEST), overflow="fold")
    table.add_column(overflow="fold")
    for label, text in part.lines:
        table.add_row(Text(visible(label, one_line=True)), Text(visible(text)))
    yield table


def print_grid(console: Console, grid: Grid) -> None:
    """Print a table; where it is no terminal, a line a row, with nothing cut or wrapped."""
    if not console.is_terminal:
        for line in aligned(grid.columns, grid.rows):
            console.out(line, highlight=False)
        return
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    fits = sum(cell_len(column) + _BETWEEN for column in grid.columns) <= console.width
    for column in grid.columns:
        # What cannot be narrower would be cut where there is no room for it.
        table.add_column(column, overflow="fold", min_width=cell_len(column) if fits else None)
    for row in grid.rows:
        table.add_row(*(Text(visible(cell), style=_style(grid, cell)) for cell in row))
    console.print(table)


def aligned(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, its columns as wide as their widest cell."""
    lines = [[visible(cell, one_line=True) for cell in row] for row in (columns, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return [_joined(line, widths).rstrip() for line in lines]


def _joined(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
    )
    return _GAP.join(padded)


def _style(grid: Grid, cell: str) -> str:
    return grid.styles.get(cell.partition(":")[0], "")


class _Console(Console):
    """A console that leaves it to the command what it means that nobody reads."""

    def on_broken_pipe(self) -> None:
        """Tell the command; Rich's own would end the process with the status of a refusal."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _console(context: typer.Context, *, is_error: bool) -> Console:
    return _Console(
        stderr=is_error,
        no_color=True if settings_of(context).no_color else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
