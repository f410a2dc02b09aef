"""`rtorm find`: tickets, by RT's own query language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from rtorm.cli.columns import ShownColumn, columns_of, ordering_of
from rtorm.cli.completing import columns_to_show, fields_to_sort_by
from rtorm.cli.ending import complain
from rtorm.cli.formats import Listing
from rtorm.cli.listings import grid, write_csv, write_ids, write_json, write_json_lines
from rtorm.cli.opening import opened, zone_of_account
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.terminal import for_programs, print_grid, results
from rtorm.models.ticket import Ticket
from rtorm.orm.columns import sql
from rtorm.orm.query import Query
from rtorm.orm.session import Session

__all__ = ["app"]

app = new_app()

_COLUMNS = "id,queue,status,owner,subject"


@command(
    app,
    examples=(
        "rtorm find \"Queue = 'Incidents' AND Status = 'open'\"",
        "rtorm find \"Owner = 'ann'\" --columns id,subject,cf.Severity --order-by -created",
        "rtorm find \"Status = 'new'\" --format csv > new.csv",
        "rtorm find \"Queue = 'Incidents'\" --count",
        "rtorm edit $(rtorm find \"Status = 'new'\" --format ids) status=open",
    ),
)
def find(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="TICKETSQL", help="As in RT's advanced search.")],
    *,
    columns: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            autocompletion=columns_to_show,
            help="Attributes, links and cf.NAME, joined by commas; cf.{NAME} if it has one.",
        ),
    ] = _COLUMNS,
    form: Annotated[
        Listing,
        typer.Option(
            "--format",
            metavar="table|json|jsonl|csv|ids",
            help="How the list is printed; ids are the numbers alone, a line each.",
        ),
    ] = Listing.TABLE,
    order_by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=fields_to_sort_by,
            help="An attribute or cf.NAME, with - before it in falling order; else by id.",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=0, help="At most so many.")] = None,
    count: Annotated[
        bool, typer.Option("--count", metavar="", help="Only print how many there are.")
    ] = False,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact",
            metavar="",
            help="In CSV, no apostrophe before what a spreadsheet takes for a formula.",
        ),
    ] = False,
) -> None:
    """Find tickets by TicketSQL.

    RT finds nothing by the name of a queue, user or custom field that it does not know. JSON and
    CSV have dates in UTC and times in minutes, and are written as they come; a table is written
    when all of it is there. In CSV, several values stand in one cell, a line each, and a text that
    a spreadsheet would take for a formula has an apostrophe before it.
    """
    shown = columns_of(columns)
    with opened(context) as session:
        found = _query(session, query, shown, order_by, limit)
        if count:
            for_programs().write(f"{found.count()}\n")
            return
        rows = _Rows(found, shown)
        names = [column.name for column in shown]
        writers: Mapping[Listing, Callable[[], None]] = {
            Listing.JSON: lambda: write_json(for_programs(), rows),
            Listing.JSONL: lambda: write_json_lines(for_programs(), rows),
            Listing.CSV: lambda: write_csv(for_programs(), names, rows, is_exact=exact),
            Listing.IDS: lambda: write_ids(for_programs(), found.ids()),
            Listing.TABLE: lambda: print_grid(
                results(context), grid(names, rows, zone_of_account(session, settings_of(context)))
            ),
        }
        writers[form]()
        for name in rows.never_there():
            complain(f"warning: no ticket found is in a queue with a custom field {name!r}")


def _query(
    session: Session,
    text: str,
    shown: Sequence[ShownColumn],
    order_by: str | None,
    limit: int | None,
) -> Query[Ticket]:
    found = session.query(Ticket).where(sql(text))
    if order_by is not None:
        found = found.order_by(ordering_of(order_by))
    found = found.only(*(column.loaded for column in shown))
    return found if limit is None else found.limit(limit)


class _Rows:
    """What tickets have in some columns, as they are found."""

    def __init__(self, found: Query[Ticket], shown: Sequence[ShownColumn]) -> None:
        self._found = found
        self._shown = shown
        self._missing = {column for column in shown if column.custom}
        self._any = False

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for ticket in self._found.stream():
            self._any = True
            self._missing -= {column for column in self._missing if column.is_of(ticket)}
            yield {column.name: column.value(ticket) for column in self._shown}

    def never_there(self) -> list[str]:
        """The custom fields that no ticket's queue had."""
        return sorted(column.custom for column in self._missing) if self._any else []
