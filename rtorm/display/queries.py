"""A query as a table: what it would ask, without asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rtorm.display.tables import Cell, Row, Table
from rtorm.texts import readable

if TYPE_CHECKING:
    from rtorm.orm.columns import Ordering
    from rtorm.orm.loading.selection import Selection

__all__ = ["ordered", "query_table"]

_UNASKED: Final = (
    "Nothing has been asked. all(), first() and iteration load records; to_pandas() makes a frame "
    "of them, count() tells how many there are."
)


def query_table(
    name: str,
    conditions: str,
    orderings: Sequence[Ordering],
    part: str,
    selection: Selection,
    doubt: str,
) -> Table:
    """What a query stands for.

    Args:
        name: The class of its records.
        conditions: What they fulfil, as RT is asked if that is known.
        orderings: Their order.
        part: Which of them are meant; empty for all.
        selection: What is loaded of them.
        doubt: Why the conditions are not quite those that RT is asked; empty if they are.
    """
    told = {
        "Finds": conditions,
        "Order": ordered(orderings) or "by id",
        "Part": part,
        "Loads": "" if selection.only is None else readable(["id", *selection.only]),
        "Loads, too": readable(list(selection.include)) if selection.include else "",
        "Strict": "what is not loaded is not loaded later" if selection.strict else "",
    }
    rows = tuple(Row((Cell(what), Cell(text))) for what, text in told.items() if text)
    return Table(f"Query for {name}", "", (), rows, tuple(filter(None, (doubt, _UNASKED))))


def ordered(orderings: Sequence[Ordering]) -> str:
    """An order as RT's query language has it."""
    return ", ".join(f"{each.field} {'DESC' if each.descending else 'ASC'}" for each in orderings)
