"""`rtorm reply`: what requestors see, too."""

from __future__ import annotations

import typer

from rtorm.cli.messages import (
    Addresses,
    Attachments,
    File,
    Minutes,
    Number,
    Status,
    Text,
    Unseen,
    send,
)
from rtorm.cli.options import command, new_app

__all__ = ["app"]

app = new_app()


@command(
    app,
    examples=(
        'rtorm reply 42 -m "Please try again." --status resolved',
        "rtorm reply 42 --file answer.txt --cc boss@example.com",
    ),
)
def reply(  # noqa: PLR0913 - the command's options
    context: typer.Context,
    ticket: Number,
    *,
    message: Text = None,
    file: File = None,
    attach: Attachments = None,
    cc: Addresses = None,
    bcc: Unseen = None,
    time: Minutes = 0,
    status: Status = None,
) -> int:
    """Reply to a ticket's requestors.

    It is sent once and never repeated. Where the reply of RT is lost, the exit status is 3: it may
    have been recorded or not.
    """
    given = {"cc": cc or (), "bcc": bcc or (), "time_worked": time, "status": status}
    return send(context, "reply", ticket, message, file, attach, **given)
