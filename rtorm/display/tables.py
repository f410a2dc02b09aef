"""A table as data: what a notebook and a terminal draw, each in its own way; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Cell", "Mark", "Row", "Table"]

Mark = Literal["plain", "changed", "applied", "refused", "unknown"]
"""What has become of a row's field, which is drawn in a colour, and told in words as well."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place.

    Attributes:
        text: What is there now, as plain text.
        old: What was there before, empty if that is not known; None if nothing has changed.
    """

    text: str
    old: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Attributes:
        cells: One for each heading.
        mark: What has become of it.
    """

    cells: tuple[Cell, ...]
    mark: Mark = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown of one object.

    Attributes:
        title: What it is.
        about: What it is about, such as a subject; empty for nothing.
        head: The headings of the columns.
        rows: The lines.
        notes: What is told below.
    """

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
