"""What became of each field of what was sent, as rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Literal

import typer

from rtorm.cli.cells import plain, shown
from rtorm.cli.ending import complain
from rtorm.cli.formats import TableOrJson
from rtorm.cli.statuses import FAILED, OK, REFUSED, UNKNOWN
from rtorm.cli.streams import told
from rtorm.cli.terminal import Grid, for_programs, print_grid, results
from rtorm.errors import StaleError, TransportError
from rtorm.orm.records.results import SaveResult
from rtorm.orm.state import NOT_LOADED, Change

__all__ = ["Row", "grid_of", "in_words", "planned", "rows_of", "status_of_results", "tell"]

Outcome = Literal["applied", "refused", "unknown", "stale", "not sent", "would be sent"]
_STYLES = {
    "applied": "green",
    "refused": "bold red",
    "unknown": "bold magenta",
    "stale": "bold red",
    "not sent": "magenta",
    "would be sent": "cyan",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one field.

    Attributes:
        ticket: The ticket's id; None of one that was not made.
        field: The attribute; empty for the ticket as a whole.
        old: What it was.
        new: What it was to be.
        outcome: What became of it.
        said: What RT said, or what there is to say.
    """

    ticket: int | None
    field: str
    old: Any
    new: Any
    outcome: Outcome
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same with values that JSON has."""
        values = {"old": _known(self.old), "new": _known(self.new)}
        return {
            "ticket": self.ticket,
            "field": self.field or None,
            **{name: plain(value) for name, value in values.items()},
            "outcome": self.outcome,
            "said": self.said or None,
        }


def planned(ticket: int | None, changes: Mapping[str, Change[Any]]) -> list[Row]:
    """What would be sent of one ticket."""
    return [
        Row(ticket, name, each.old, each.new, "would be sent") for name, each in changes.items()
    ]


def rows_of(result: SaveResult, changes: Mapping[str, Change[Any]]) -> list[Row]:
    """What became of the fields of one ticket.

    Args:
        result: What became of the ticket.
        changes: What was to be sent of it.
    """
    ticket = result.record.id
    rows = [
        Row(ticket, name, each.old, each.new, *_outcome(result, name))
        for name, each in {**changes, **result.applied}.items()
    ]
    more = result.errors.keys() - changes.keys() - {""}
    rows += [Row(ticket, name, None, None, *_outcome(result, name)) for name in sorted(more)]
    if not rows and result.errors:
        rows.append(Row(ticket, "", None, None, *_outcome(result, "")))
    return rows


def grid_of(rows: Iterable[Row], zone: tzinfo) -> Grid:
    """The rows as a table; the ticket is told where there are several."""
    listed = list(rows)
    several = len({row.ticket for row in listed}) > 1
    columns = ["field", "old", "new", "outcome"]
    cells = [
        [
            row.field,
            shown(row.field, _known(row.old), zone),
            shown(row.field, _known(row.new), zone),
            f"{row.outcome}: {row.said}" if row.said else row.outcome,
        ]
        for row in listed
    ]
    if several:
        columns = ["ticket", *columns]
        cells = [[str(row.ticket or ""), *each] for row, each in zip(listed, cells, strict=True)]
    return Grid(columns, cells, _STYLES)


def tell(
    context: typer.Context,
    rows: Sequence[Row],
    form: TableOrJson,
    zone: tzinfo,
) -> None:
    """Print the rows."""
    with told(in_words(rows)):
        if form is TableOrJson.JSON:
            listed = [row.as_json() for row in rows]
            for_programs().write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        elif rows:
            print_grid(results(context), grid_of(rows, zone))
        else:
            complain("nothing to change: RT holds it already")


def in_words(rows: Sequence[Row]) -> str:
    """What became of which field, in one line."""
    named = {f"ticket {row.ticket or 'new'}": row.ticket for row in rows}
    said = (
        f"{name}: {', '.join(f'{row.field} {row.outcome}' for row in rows if row.ticket == ticket)}"
        for name, ticket in named.items()
    )
    return "; ".join(said) or "nothing to change"


def status_of_results(results: Iterable[SaveResult]) -> int:
    """The exit status of all of them: unknown goes before a failure, and that before a refusal."""
    return max(map(_status, results), key=(OK, REFUSED, FAILED, UNKNOWN).index, default=OK)


def _status(result: SaveResult) -> int:
    if result.outcome == "unknown":
        return UNKNOWN
    if result.unsent and isinstance(result.cause, TransportError):
        return FAILED
    return REFUSED if result.errors or result.overwritten else OK


def _outcome(result: SaveResult, name: str) -> tuple[Outcome, str]:
    said = " ".join(result.errors.get(name) or result.errors.get("") or _of_others(result))
    if result.outcome == "unknown":
        return "unknown", said
    if result.unsent:
        return "not sent", said
    if name in result.errors or name not in result.applied:
        return ("stale" if isinstance(result.cause, StaleError) else "refused"), said
    if name in result.overwritten:
        return "applied", f"over {result.overwritten[name]!r}, which someone else had just set"
    return "applied", ""


def _of_others(result: SaveResult) -> list[str]:
    """Why nothing was done, where that was for another field."""
    nothing = result.outcome == "rejected"
    return [each for said in result.errors.values() for each in said] if nothing else []


def _known(value: Any) -> Any:
    return None if value is NOT_LOADED else value
