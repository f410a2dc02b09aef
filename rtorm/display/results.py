"""What became of saved records as a table: one line for each field, the troubles first; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from rtorm.display.records import WHOLE, changed, headline, named
from rtorm.display.tables import Cell, Mark, Row, Table
from rtorm.orm.state import state_of
from rtorm.texts import NOTHING, readable

if TYPE_CHECKING:
    from rtorm.orm.records.results import CommitReport, SaveResult

__all__ = ["report_table", "result_table"]

_Line: TypeAlias = tuple[Mark, Cell, Cell, Cell, Cell]
_HEAD: Final = ("Record", "Field", "Outcome", "Value", "Why")
_ROWS = 100
# What needs someone's attention, by urgency; everything else went well.
_TROUBLES: Final = ("unknown", "partial", "rejected")


def report_table(report: CommitReport) -> Table:
    """All records of a commit; of many fields the first hundred."""
    ordered = sorted(report.results, key=_urgency)
    rows = [row for result in ordered for row in _rows(result)]
    left = len(rows) - _ROWS
    notes = (f"… and {left:,} lines more, see report.results.",) if left > 0 else ()
    counts = report.summary().partition("\n")[0].removeprefix("commit: ")
    return Table("Commit", counts, _HEAD, tuple(rows[:_ROWS]), notes)


def result_table(result: SaveResult) -> Table:
    """One record."""
    outcome = "not sent" if result.unsent else result.outcome
    return Table("Save", outcome, _HEAD, tuple(_rows(result)))


def _urgency(result: SaveResult) -> tuple[bool, int]:
    if result.outcome in _TROUBLES:
        return result.unsent, _TROUBLES.index(result.outcome)
    return False, len(_TROUBLES) + (not result.overwritten)


def _rows(result: SaveResult) -> list[Row]:
    """A row for each field; the subject stands in the first one."""
    short, about = named(result.record), headline(result.record)[1]
    full = f"{short}: {about}" if about else short
    lines = [*_refused(result), *_overwritten(result), *_applied(result)] or [_nothing(result)]
    names = [full, *[short] * (len(lines) - 1)]
    return [
        Row((Cell(record), *cells), mark)
        for record, (mark, *cells) in zip(names, lines, strict=True)
    ]


def _refused(result: SaveResult) -> Iterator[_Line]:
    outcome, mark = _failure(result)
    for name, said in result.errors.items():
        yield _line(mark, name, _wanted(result, name), outcome, " ".join(said))


def _failure(result: SaveResult) -> tuple[str, Mark]:
    """What to call what is in a result's errors."""
    if result.unsent:
        return "not sent", "unknown"
    return ("unknown", "unknown") if result.outcome == "unknown" else ("refused", "refused")


def _overwritten(result: SaveResult) -> Iterator[_Line]:
    for name, theirs in result.overwritten.items():
        change = result.applied.get(name)
        value = Cell(NOTHING) if change is None else changed(change)
        why = f"someone else had set it to {readable(theirs)} meanwhile"
        yield _line("unknown", name, value, "written over", why)


def _applied(result: SaveResult) -> Iterator[_Line]:
    for name, change in result.applied.items():
        if name not in result.overwritten:
            why = result.unchecked.get(name, "")
            yield _line("applied", name, changed(change), "applied", why)


def _nothing(result: SaveResult) -> _Line:
    return _line("plain", "", Cell(NOTHING), result.outcome, "")


def _line(mark: Mark, name: str, value: Cell, outcome: str, why: str) -> _Line:
    field, said = Cell(readable(name or WHOLE)), Cell(why and readable(why))
    return mark, field, Cell(outcome), value, said


def _wanted(result: SaveResult, name: str) -> Cell:
    """What RT refused, as long as the record still holds it: an assignment clears its errors."""
    record = result.record
    change = record.changes.get(name)
    if change is None or state_of(record).errors.get(name) != result.errors[name]:
        return Cell(NOTHING)
    return changed(change)
