"""`rtorm steal`: become the owner of what someone else owns."""

from __future__ import annotations

import typer

from rtorm.cli.deeds import Numbers, do_to_each
from rtorm.cli.options import command, new_app
from rtorm.models.ticket import Ticket

__all__ = ["app"]

app = new_app()


@command(app, examples=("rtorm steal 42", "rtorm steal 42 43"))
def steal(context: typer.Context, tickets: Numbers) -> int:
    """Become the owner of tickets of someone else."""
    return do_to_each(context, tickets, Ticket.steal, lambda ticket: f"stolen from {ticket.owner}")
