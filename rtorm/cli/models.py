"""`rtorm models`: classes of tickets, written from what RT tells of its custom fields."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from rtorm.cli.ending import as_sentence, complain
from rtorm.cli.opening import opened
from rtorm.cli.options import command, new_app
from rtorm.cli.statuses import FAILED
from rtorm.codegen.writing import write_models
from rtorm.errors import PermissionDenied

__all__ = ["app"]

app = new_app()


@command(
    app,
    examples=(
        "rtorm models --queue Incidents --output rt_models.py",
        "rtorm models --queue Incidents --output rt_models.py --check",
    ),
)
def models(
    context: typer.Context,
    *,
    queue: Annotated[list[str], typer.Option(metavar="NAME", help="Which; may be repeated.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to, whole or not at all; else to standard output. A file that was not "
            "generated is left alone, and so is one of which RT does not tell enough this time.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", metavar="", help="Write nothing, and print what would change in FILE."
        ),
    ] = False,
) -> int:
    """Write classes of tickets from what RT tells.

    A Python module gets a class for each queue, with the custom fields that RT tells this account
    of. With --check the exit status is 1 if RT has changed since FILE was written.
    """
    if check and output is None:
        message = "--check compares a file: give --output FILE, too"
        raise typer.BadParameter(message)
    try:
        return write_models(partial(opened, context), queue, output, check=check, complain=complain)
    except PermissionDenied as error:
        # Never the status that says that RT has changed.
        complain(as_sentence(error))
        return FAILED
