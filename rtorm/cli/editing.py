"""`rtorm edit`: change tickets, and tell what RT took and what it refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from rtorm.cli.assigning import assign
from rtorm.cli.assignments import Assignment, ids_and_rest
from rtorm.cli.completing import names_to_assign
from rtorm.cli.ending import complain
from rtorm.cli.formats import TableOrJson
from rtorm.cli.opening import opened, zone_of_account
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.outcomes import planned, rows_of, status_of_results, tell
from rtorm.cli.statuses import INTERRUPTED, OK
from rtorm.cli.tickets import tickets_of
from rtorm.errors import CommitError, CommitInterrupted
from rtorm.orm.loading.clocks import zone_of
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult
from rtorm.orm.session import Session
from rtorm.orm.state import Change

__all__ = ["app", "committed"]

app = new_app()

Changes = Mapping[str, Change[Any]]


@command(
    app,
    examples=(
        "rtorm edit 42 status=open cf.Severity=high",
        "rtorm edit 42 43 cc+=ann@example.com cc-=bob@example.com",
        "rtorm edit 42 time_worked+=15 due='2026-12-31 18:00' --time-zone Europe/Rome",
        "rtorm edit 42 cf.Teams=net cf.Teams=db subject='Disk full' --dry-run",
    ),
)
def edit(
    context: typer.Context,
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="TICKET... NAME=VALUE...",
            autocompletion=names_to_assign,
            help="Numbers of tickets, then what changes.",
            show_default=False,
        ),
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Only show what would be sent.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            metavar="",
            help="Send nothing of a ticket whose fields someone else changed meanwhile; += and -= "
            "imply it.",
        ),
    ] = False,
    form: Annotated[
        TableOrJson, typer.Option("--format", help="How the outcome is told.", metavar="table|json")
    ] = TableOrJson.TABLE,
) -> int:
    """Change tickets, and tell what RT took and what it refused.

    NAME is an attribute (subject, owner, due, cc, depends_on and others), cf.NAME a custom field by
    RT's name; a custom field also answers to its bare name, such as severity or affected_hosts,
    where no attribute has it. A name with = in it, or + or - at its end, stands in braces: cf.{C+}.

    = sets, and clears with no value; += and -= add to and take from lists and numbers. In lists of
    addresses and links a comma separates; values of custom fields may hold commas, so each has an
    assignment of its own. Dates are ISO 8601, with an offset or in the account's --time-zone; times
    are minutes.
    """
    ids, given = ids_and_rest(arguments)
    settings = settings_of(context)
    zone = None if settings.time_zone is None else zone_of(settings.time_zone)
    with opened(context) as session:
        tickets = tickets_of(session, ids)
        for ticket in tickets:
            assign(ticket, given, zone)
        changes: dict[Record, Changes] = {ticket: ticket.changes for ticket in tickets}
        shown_in = zone_of_account(session, settings)
        if dry_run:
            rows = [row for ticket in tickets for row in planned(ticket.id, changes[ticket])]
            tell(context, rows, form, shown_in)
            return OK
        found, is_interrupted = committed(session, check=check or _depends_on_old(given))
        rows = [row for each in found for row in rows_of(each, changes.get(each.record, {}))]
        tell(context, rows, form, shown_in)
        if check:
            _tell_unchecked(found)
        return INTERRUPTED if is_interrupted else status_of_results(found)


def committed(session: Session, *, check: bool = False) -> tuple[Sequence[SaveResult], bool]:
    """What became of all that the session has to send, and whether Ctrl-C was pressed meanwhile."""
    try:
        return session.commit(check=check).results, False
    except CommitError as error:
        return error.report.results, False
    except CommitInterrupted as error:
        complain("interrupted; what was done before and what was not:")
        return error.report.results, True


def _depends_on_old(given: Sequence[Assignment]) -> bool:
    return any(each.operator != "=" for each in given)


def _tell_unchecked(found: Sequence[SaveResult]) -> None:
    for result in found:
        for name, why in result.unchecked.items():
            complain(f"ticket {result.record.id}: {name} could not be checked: {why}")
