"""How a command ends: exceptions to one line on standard error and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import typer

from rtorm.cli.cells import visible
from rtorm.cli.statuses import FAILED, INTERRUPTED, OK, UNKNOWN, status_of
from rtorm.cli.wording import in_options
from rtorm.errors import RTError

__all__ = ["as_sentence", "complain", "end", "ended"]

_BROKEN_PIPE = 141


def complain(text: str) -> None:
    """A message on standard error."""
    typer.echo(f"rtorm: {visible(text)}", err=True)


@contextmanager
def ended() -> Generator[None]:
    """Turn what a command raises into its message and exit status."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _warn
            yield
    except KeyboardInterrupt as error:
        complain(str(error) or "interrupted")
        raise typer.Exit(status_of(error)) from None
    except BrokenPipeError:
        raise typer.Exit(_unread()) from None
    except (RTError, ValueError, LookupError) as error:
        complain(as_sentence(error))
        raise typer.Exit(status_of(error)) from None
    except OSError as error:
        complain(as_sentence(error))
        raise typer.Exit(FAILED) from None


def end(call: Callable[[], Any]) -> int:
    """The exit status of a whole run; nothing is said where nobody reads any more."""
    try:
        status = _status_of_run(call)
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return _unread()
    except Exception:  # noqa: BLE001 - a defect: whatever was sent, RT may have it
        traceback.print_exc()
        return UNKNOWN
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        _drop_what_is_left()
        if status == OK:
            complain(as_sentence(error))
            return FAILED
    return status


def as_sentence(error: Exception) -> str:
    """What an exception says, in one line, with options in place of parameters."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    # A KeyError's own text is in quotes.
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    return " ".join(in_options(text).split())


def _status_of_run(call: Callable[[], Any]) -> int:
    try:
        call()
    except SystemExit as error:
        # So Rich and Typer end where nobody reads, with the status of a refusal.
        if isinstance(error.__context__, BrokenPipeError):
            raise error.__context__ from None
        return error.code if isinstance(error.code, int) else OK
    return OK


def _unread() -> int:
    """The exit status where nobody reads standard output any more, as of what a signal ends."""
    _drop_what_is_left()
    return _BROKEN_PIPE


def _drop_what_is_left() -> None:
    """Have Python write nothing more as it ends; it would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    complain(f"warning: {in_options(str(message))}")
