"""A ticket's history as a table, one line for each entry; pure, and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rtorm.display.tables import Cell, Row, Table
from rtorm.texts import readable

if TYPE_CHECKING:
    from rtorm.models.transaction import Transaction

__all__ = ["history_table"]

_HEAD: Final = ("When", "Who", "What", "Message")
_ROWS = 100


def history_table(entries: Sequence[Transaction]) -> Table:
    """Entries of a history; of many the last hundred."""
    left = len(entries) - _ROWS
    notes = (f"{left:,} earlier ones are left out.",) if left > 0 else ()
    rows = tuple(map(_row, entries[-_ROWS:]))
    return Table("History", f"{len(entries):,} entries", _HEAD, rows, notes)


def _row(entry: Transaction) -> Row:
    # The text of HTML is loaded as it is read.
    content = vars(entry).get("content", "(not loaded)") or ""
    texts = (entry.created, entry.creator, entry.description or entry.type)
    return Row((*(Cell(readable(text)) for text in texts), Cell(content and readable(content))))
