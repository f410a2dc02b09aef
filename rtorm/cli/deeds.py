"""What `rtorm take`, `steal` and `merge` have in common: something done to each ticket, at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from rtorm.cli.assignments import number
from rtorm.cli.ending import as_sentence, complain
from rtorm.cli.opening import opened
from rtorm.cli.statuses import INTERRUPTED, OK, REFUSED, status_of
from rtorm.cli.streams import told
from rtorm.cli.tickets import tickets_of
from rtorm.errors import OutcomeUnknownError, SaveError
from rtorm.models.ticket import Ticket

__all__ = ["Numbers", "do_to_each"]

Numbers = Annotated[
    list[str],
    typer.Argument(metavar="TICKET...", help="Numbers of tickets.", show_default=False),
]


def do_to_each(
    context: typer.Context,
    given: Sequence[str],
    do: Callable[[Ticket], object],
    done: Callable[[Ticket], str],
) -> int:
    """Do something to each ticket, one after the other, and tell what became of it.

    Where RT refuses one, the others still follow. Where its reply is lost, none does.

    Args:
        context: The command's.
        given: The tickets' numbers.
        do: What is done; it is sent once.
        done: What is said of a ticket before which it is asked, when it was done.

    Returns:
        The exit status.

    Raises:
        UsageError: Something is no number.
        RTError: The tickets could not be read, or RT not be asked.
    """
    numbers = list(dict.fromkeys(map(number, given)))
    status = OK
    with opened(context) as session:
        for ticket in tickets_of(session, numbers):
            name, said = f"ticket {ticket.id}", done(ticket)
            try:
                do(ticket)
            except SaveError as error:
                complain(as_sentence(error))
                status = REFUSED
            except OutcomeUnknownError as error:
                complain(f"{name}: {as_sentence(error)}")
                return status_of(error)
            except KeyboardInterrupt:
                complain(
                    f"interrupted: {name} may have been changed or not: rtorm show {ticket.id}"
                )
                return INTERRUPTED
            else:
                with told(f"{name}: {said}"):
                    typer.echo(f"{name}: {said}")
    return status
