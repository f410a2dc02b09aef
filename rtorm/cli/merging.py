"""`rtorm merge`: make several tickets one."""

from __future__ import annotations

from typing import Annotated

import typer

from rtorm.cli.assignments import UsageError, number
from rtorm.cli.deeds import Numbers, do_to_each
from rtorm.cli.options import command, new_app

__all__ = ["app"]

app = new_app()


@command(app, examples=("rtorm merge 43 --into 42", "rtorm merge 43 44 --into 42"))
def merge(
    context: typer.Context,
    tickets: Numbers,
    *,
    into: Annotated[str, typer.Option(metavar="TICKET", help="The ticket that remains.")],
) -> int:
    """Merge tickets into another one, which remains.

    This cannot be undone. Afterwards their numbers lead to the ticket that remains.
    """
    remaining = number(into)
    if remaining in map(number, tickets):
        message = f"ticket {remaining} cannot be merged into itself"
        raise UsageError(message)
    return do_to_each(
        context,
        tickets,
        lambda ticket: ticket.merge_into(remaining),
        lambda _: f"merged into {remaining}",
    )
