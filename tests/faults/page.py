"""Writes the table of `docs/reliability.md`: `python -m tests.faults.page`.

What it tells of each operation and fault, `test_faults.py` finds on real servers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.faults.expectations import Outcome, expected
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.proxy import ANOTHER, FAULTS, Fault, cut_after

PAGE = Path(__file__).parent.parent.parent / "docs" / "reliability.md"

_PLACE = re.compile(r"(?s)(?<=<!-- faults -->\n).*?(?=<!-- end -->)")
_WORDS: dict[Outcome, str] = {
    "done": "done",
    "wrong": "not noticed",
    "TransportError": "`TransportError`",
    "ProtocolError": "`ProtocolError`",
    "OutcomeUnknownError": "`OutcomeUnknownError`",
}


def table() -> str:
    """The table in Markdown: a fault a row, operations with the same outcomes in one column."""
    faults = [*FAULTS, cut_after(0)]
    columns: dict[tuple[str, ...], list[Operation]] = {}
    for operation in OPERATIONS:
        cells = tuple(_cell(operation, fault) for fault in faults)
        columns.setdefault(cells, []).append(operation)
    rows = zip((fault.name for fault in faults), *columns, strict=True)
    heads = ["", *(", ".join(each.name for each in group) for group in columns.values())]
    return "\n".join([_row(heads), _row(["---"] * len(heads)), *map(_row, rows), ""])


def _cell(operation: Operation, fault: Fault) -> str:
    stays = _WORDS[expected(operation, fault, passes=False)]
    if fault.name == ANOTHER.name:
        if operation.count:
            return "read back: done" if operation.repeatable else "not noticed"
        return stays
    if not operation.repeatable or fault.is_slow:
        return stays
    if expected(operation, fault, passes=True) != "done":
        return stays
    if fault.name == cut_after(0).name and not operation.count:
        stays += " or `ProtocolError`"
    return f"tried again: {_WORDS[expected(operation, fault, passes=True)]}; else {stays}"


def _row(cells: Iterable[str]) -> str:
    texts: Sequence[str] = list(cells)
    return f"| {' | '.join(texts)} |"


def page(text: str) -> str:
    """The page with the table that is true today."""
    return _PLACE.sub(lambda _: f"\n{table()}\n", text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
