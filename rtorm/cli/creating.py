"""`rtorm create`: a new ticket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rtorm.cli.assigning import assign, put
from rtorm.cli.assignments import assignment
from rtorm.cli.completing import names_to_assign
from rtorm.cli.editing import committed
from rtorm.cli.ending import complain
from rtorm.cli.formats import TableOrJson
from rtorm.cli.opening import opened, zone_of_account
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.outcomes import grid_of, in_words, planned, rows_of, status_of_results, tell
from rtorm.cli.statuses import INTERRUPTED, OK
from rtorm.cli.streams import told
from rtorm.cli.terminal import for_programs, print_grid, results
from rtorm.cli.texts import text_of
from rtorm.models.ticket import Ticket
from rtorm.orm.loading.clocks import zone_of
from rtorm.orm.state import state_of

__all__ = ["app"]

app = new_app()


@command(
    app,
    examples=(
        "rtorm create --queue Incidents subject='Disk full' cc=ann@example.com -m 'See db3.'",
        "df -h | rtorm create --queue Incidents subject='Disk full' cf.Severity=high --file -",
    ),
)
def create(
    context: typer.Context,
    assignments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE...",
            autocompletion=names_to_assign,
            help="What the ticket is to be, as for edit.",
            show_default=False,
        ),
    ] = None,
    *,
    queue: Annotated[str, typer.Option(metavar="NAME", help="The queue it goes to.")],
    message: Annotated[
        str | None, typer.Option("--message", "-m", metavar="TEXT", help="Its first message.")
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(
            "--file",
            "--text",
            metavar="FILE",
            help="A file of UTF-8 that holds the message; - for standard input.",
        ),
    ] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A file to go with it; may be repeated."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Only show what would be sent.")
    ] = False,
    form: Annotated[
        TableOrJson, typer.Option("--format", help="How the outcome is told.", metavar="table|json")
    ] = TableOrJson.TABLE,
) -> int:
    """Create a ticket.

    It is sent once and never repeated. What RT refuses or drops in silence is told, and the ticket
    is there without it (exit status 1); where the reply of RT is lost, the exit status is 3.
    """
    given = [assignment(each) for each in assignments or ()]
    settings, content = settings_of(context), text_of(message, text)
    zone = None if settings.time_zone is None else zone_of(settings.time_zone)
    with opened(context) as session:
        ticket = session.add(Ticket(queue=queue))
        if content is not None:
            ticket.text = content
        if attach:
            put(ticket, "files", list(attach))
        assign(ticket, given, zone)
        changes = ticket.changes
        if dry_run:
            tell(context, planned(None, changes), form, zone_of_account(session, settings))
            return OK
        found, is_interrupted = committed(session)
        rows = [row for each in found for row in rows_of(each, changes)]
        refused = [row for row in rows if row.outcome != "applied"]
        if form is TableOrJson.JSON:
            made: dict[str, Any] = {"ticket": ticket.id, "fields": [row.as_json() for row in rows]}
            with told(in_words(rows)):
                for_programs().write(json.dumps(made, ensure_ascii=False, indent=2) + "\n")
        elif not state_of(ticket).persistent:
            complain(" ".join(dict.fromkeys(row.said for row in rows)))
        else:
            with told(f"ticket {ticket.id} created"):
                typer.echo(f"ticket {ticket.id} created")
            if refused:
                zone = zone_of_account(session, settings)
                with told(in_words(refused)):
                    print_grid(results(context), grid_of(refused, zone))
        return INTERRUPTED if is_interrupted else status_of_results(found)
