"""What `rtorm comment` and `rtorm reply` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from rtorm.cli.assignments import UsageError, number
from rtorm.cli.ending import complain
from rtorm.cli.opening import opened
from rtorm.cli.statuses import INTERRUPTED, OK
from rtorm.cli.streams import told
from rtorm.cli.texts import text_of

__all__ = [
    "Addresses",
    "Attachments",
    "File",
    "Minutes",
    "Number",
    "Status",
    "Text",
    "Unseen",
    "send",
]

Number = Annotated[str, typer.Argument(metavar="TICKET", help="The ticket's number.")]
Text = Annotated[str | None, typer.Option("--message", "-m", metavar="TEXT", help="The text.")]
File = Annotated[
    str | None,
    typer.Option(
        "--file", metavar="FILE", help="A file of UTF-8 that holds the text; - for standard input."
    ),
]
Attachments = Annotated[
    list[Path] | None,
    typer.Option("--attach", metavar="FILE", help="A file to go with it; may be repeated."),
]
Addresses = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ADDRESS", help="Who gets this message, and no later one; may be repeated."
    ),
]
Unseen = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="The same, unseen by the others; may be repeated."),
]
Minutes = Annotated[
    int, typer.Option("--time", metavar="MINUTES", help="Time worked, added to the ticket's.")
]
Status = Annotated[
    str | None, typer.Option(metavar="STATUS", help="The ticket's status afterwards.")
]

_DONE = {"comment": "comment recorded", "reply": "reply recorded"}


def send(
    context: typer.Context,
    kind: Literal["comment", "reply"],
    ticket: str,
    message: str | None,
    file: str | None,
    attach: Sequence[Path] | None,
    **more: Any,
) -> int:
    """Send a message and tell that it was recorded.

    Args:
        context: The command's.
        kind: What it is.
        ticket: The ticket's number.
        message: The text.
        file: Where the text is.
        attach: What goes with it.
        more: What else the library takes: `cc`, `bcc`, `time_worked`, `status`.

    Raises:
        UsageError: There is nothing to send.
        RTError: It was not recorded, or not all of it was done, or that is unknown.
    """
    wanted, text = number(ticket), text_of(message, file)
    if text is None and not attach:
        nothing = "nothing to send: give -m TEXT, --file FILE (- is standard input), --attach FILE"
        raise UsageError(nothing)
    with opened(context) as session:
        deliver = session.comment if kind == "comment" else session.reply
        try:
            deliver(wanted, text or "", attachments=attach or (), **more)
        except KeyboardInterrupt:
            complain(
                f"interrupted: the {kind} may have been recorded or not, and is not repeated; to "
                f"find out: rtorm show {wanted} --history"
            )
            return INTERRUPTED
        said = f"ticket {wanted}: {_DONE[kind]}"
        with told(said):
            typer.echo(said)
    return OK
