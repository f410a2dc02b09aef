"""`rtorm export`: what a query finds to a file, in an export that can be interrupted."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from rtorm.cli.completing import columns_to_show
from rtorm.cli.ending import as_sentence, complain
from rtorm.cli.opening import opened
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.statuses import OK, REFUSED, status_of
from rtorm.errors import RTError
from rtorm.exports.columns import columns_named, usual_columns
from rtorm.exports.journal import Plan
from rtorm.exports.keeping import Kept, Places, how_far
from rtorm.exports.running import Report, is_parquet, run
from rtorm.exports.running import opened as opened_export
from rtorm.exports.tickets import Tickets
from rtorm.progress import bar

__all__ = ["app"]

app = new_app()

# What ends a process as Ctrl-C does: what was begun is told first.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_BY_SIGNAL = 128


class _EndedError(KeyboardInterrupt):
    """The process is to end, by this signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@command(
    app,
    examples=(
        "rtorm export \"Queue = 'Incidents'\" --output tickets.jsonl",
        "rtorm export \"Queue = 'Incidents'\" --output tickets.jsonl --resume",
        "rtorm export \"Status = 'open'\" -o open.parquet --columns subject,owner,cf.Severity",
    ),
)
def export(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="TICKETSQL", help="Which tickets, in RT's query language.")
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to: a file called .jsonl or .parquet."
        ),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help="Attributes and cf.NAME, joined by commas, cf.{NAME} if it has one; 'links' and "
            "'cf' are all of them. Else all but watchers and links, with all custom fields.",
            autocompletion=columns_to_show,
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", metavar="", help="With what happened to each.")
    ] = False,
    attachments: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Save attachments there, and tell them in each row."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", metavar="", help="Go on with an export that was interrupted."),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", metavar="", help="Replace what is there, once the export is whole."
        ),
    ] = False,
    chunk: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="How many tickets are asked for and kept at a time; else 100, or 10 with "
            "--history or --attachments.",
        ),
    ] = None,
) -> int:
    """Write what a query finds to a file.

    The file is JSON Lines, a ticket a line, or Parquet. It is there when it is whole. Until then
    FILE.part and FILE.state hold what is done, so that the same command with --resume goes on from
    there, whatever ended it: each ticket that the search found at the beginning is in the file
    once, or told at the end with RT's reason.
    """
    is_parquet(output)
    if not (resume or force):
        # What cannot be begun needs no password.
        Places.of(output).check_free()
    plan = Plan(
        query=query,
        columns=usual_columns() if columns is None else columns_named(columns),
        history=history,
        attachments=None if attachments is None else os.path.realpath(attachments),
        time_zone=settings_of(context).time_zone,
        replace=force,
    )
    with _ending_by_signals(), opened(context) as session:
        tickets = Tickets(session)
        account = session.client.identity().user
        wanted = replace(plan, server=session.client.url, account=account)
        with (
            opened_export(tickets, wanted, output, resume=resume) as kept,
            _kept_told(kept, output),
        ):
            done, total = kept.marks[-1].done, len(kept.plan.ids)
            if done:
                complain(f"going on with {output} after {done:,} of {total:,} tickets")
            with bar("Exporting") as progress:
                report = run(kept, tickets, over=force, chunk=chunk, progress=progress)
    _tell(report, output)
    return OK if report.ok else REFUSED


def _tell(report: Report, output: Path) -> None:
    for text in (*report.texts, *report.unknown, *map(str, report.troubles)):
        complain(text)
    lacking = f"; what it lacks is told in {report.missing}" if report.missing else ""
    tickets = "1 ticket" if report.tickets == 1 else f"{report.tickets:,} tickets"
    complain(f"{tickets} in {output}{lacking}")


@contextmanager
def _kept_told(kept: Kept, output: Path) -> Generator[None]:
    """Tell what is kept of an export that ends before it is whole."""
    try:
        yield
    except KeyboardInterrupt as error:
        complain(f"interrupted; {_far(kept, output)}")
        raise typer.Exit(_status(error)) from None
    except (RTError, OSError) as error:
        complain(as_sentence(error))
        complain(_far(kept, output))
        raise typer.Exit(status_of(error)) from None


def _far(kept: Kept, output: Path) -> str:
    far = how_far(output)
    if far is None:
        return f"{output} is whole" if kept.is_whole else "nothing of it is kept"
    return f"{far[0]:,} of {far[1]:,} tickets are kept: --resume goes on"


@contextmanager
def _ending_by_signals() -> Generator[None]:
    """Have the signals that end a process be told of, as Ctrl-C is."""
    # Under `nohup`, the end of the terminal is to end nothing.
    heard = [number for number in _ENDING if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _end) for number in heard}
    try:
        yield
    except _EndedError as error:
        complain("interrupted")
        raise typer.Exit(_status(error)) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _status(error: KeyboardInterrupt) -> int:
    """The exit status that shells give what a signal ends."""
    return _BY_SIGNAL + (error.number if isinstance(error, _EndedError) else signal.SIGINT)


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise _EndedError(number)
