"""Standard streams as a command needs them: there, for any character, and never full unseen."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from rtorm.cli.ending import complain
from rtorm.cli.statuses import UNKNOWN

__all__ = ["all_there", "told"]


def all_there() -> None:
    """Have all three, whatever the command was started with.

    What is closed reads nothing and keeps nothing, as the null device. What the system's encoding
    does not have is spelt out on standard output, as Python does on standard error: a subject must
    not end a command whose changes RT has made.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Else the first connection to RT would get the stream's number.
            null = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(null, mode, encoding="utf-8"))
    if sys.stdout is sys.__stdout__ and isinstance(sys.__stdout__, io.TextIOWrapper):
        sys.__stdout__.reconfigure(errors="backslashreplace")


@contextmanager
def told(done: str) -> Generator[None]:
    """Print what became of a write; standard error tells it where standard output takes nothing.

    A program that gets neither would send it again.

    Args:
        done: What became of it.

    Raises:
        BrokenPipeError: Nobody reads standard output any more.
        typer.Exit: It could not be written, such as to a disk that is full.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        complain(f"{done} (standard output takes nothing: {error.strerror})")
        if isinstance(error, BrokenPipeError):
            raise
        raise typer.Exit(UNKNOWN) from None
