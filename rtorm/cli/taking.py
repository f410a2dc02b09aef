"""`rtorm take`: become the owner of what nobody owns."""

from __future__ import annotations

import typer

from rtorm.cli.deeds import Numbers, do_to_each
from rtorm.cli.options import command, new_app
from rtorm.models.ticket import Ticket

__all__ = ["app"]

app = new_app()


@command(app, examples=("rtorm take 42", "rtorm take 42 43"))
def take(context: typer.Context, tickets: Numbers) -> int:
    """Become the owner of tickets that have none.

    RT refuses it for a ticket of someone else: see rtorm steal. To give one back: rtorm edit 42
    owner=Nobody.
    """
    return do_to_each(context, tickets, Ticket.take, lambda _: "taken")
