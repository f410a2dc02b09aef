"""Command line: `python -m rtorm.codegen URL --queue NAME`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from rtorm.codegen.doubts import doubts, warnings
from rtorm.codegen.keeping import differences, keep, kept, text_of
from rtorm.codegen.module import QueueFields, render
from rtorm.codegen.reading import read_queues
from rtorm.connecting import connect
from rtorm.errors import RTError

__all__ = ["main"]

_OK, _OUTDATED, _FAILED, _INTERRUPTED = 0, 1, 2, 130

_DESCRIPTION = """\
Write a Python module with a class of tickets for each queue, from the custom fields that RT
tells this account of. It goes to standard output unless --output says otherwise.
"""
_EPILOGUE = """\
environment:
  RTSERVER            RT's front page, where no URL is given
  RTUSER, RTPASSWD    the login; with --user, RTPASSWD alone, and without it you are asked
  RTTOKEN             a token in their place (RT 5)

exit status:
  0  done, or with --check: FILE is up to date
  1  with --check: RT has changed since FILE was written
  2  it failed, or RT did not tell enough to know; standard error says why

examples:
  python -m rtorm.codegen https://rt.example.com --queue Incidents --output rt_models.py
  python -m rtorm.codegen https://rt.example.com --queue Incidents --check rt_models.py
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Without the program's name; the process's own if None.

    Returns:
        The exit status: 0 for success, 1 if `--check` found differences, 2 for failure, 130 after
        Ctrl-C. Wrong arguments exit with 2 at once.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return _run(chosen)
    except (RTError, ValueError) as error:
        _complain(str(error))
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except EOFError:
        _complain(f"no password given: set RTPASSWD to the password of {chosen.user}")
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rtorm.codegen",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", nargs="?", metavar="URL", help="such as https://rt.example.com")
    parser.add_argument(
        "--queue", action="append", required=True, metavar="NAME", help="may be repeated"
    )
    parser.add_argument("--user", metavar="NAME", help="the account in RT")
    target = parser.add_mutually_exclusive_group()
    target.add_argument(
        "--output",
        metavar="FILE",
        help="write the module to FILE, whole or not at all; a file that was not generated is "
        "left alone, and so is one of which RT does not tell enough this time",
    )
    target.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help="write nothing, and print what would change in FILE",
    )
    return parser


def _run(chosen: argparse.Namespace) -> int:
    if chosen.output is not None:
        # What cannot be written is not asked for.
        kept(chosen.output)
    queues = _read(chosen)
    for warning in warnings(queues):
        _complain(f"warning: {warning}")
    if chosen.check is not None:
        return _check(chosen.check, queues)
    if chosen.output is not None:
        return _output(chosen.output, queues)
    _print(render(queues))
    return _OK


def _read(chosen: argparse.Namespace) -> list[QueueFields]:
    login = None if chosen.user is None else (chosen.user, _password(chosen.user))
    with connect(chosen.url, auth=login) as session:
        return read_queues(session, chosen.queue)


def _password(user: str) -> str:
    return os.environ.get("RTPASSWD") or getpass(f"Password of {user}: ")


def _check(path: Path, queues: Sequence[QueueFields]) -> int:
    old = text_of(path)
    found = differences(path, old, render(queues))
    if not found:
        return _OK
    if doubtful := doubts(queues, old):
        _complain(f"{path} may be out of date or not: {_too_little(doubtful)}")
        return _FAILED
    _print(found)
    _complain(f"{path} is out of date: RT has changed since it was written")
    return _OUTDATED


def _output(path: str, queues: Sequence[QueueFields]) -> int:
    old, new = kept(path), render(queues)
    if old is not None and old != new and (doubtful := doubts(queues, old)):
        _complain(
            f"{path} is left as it is: {_too_little(doubtful)}; to have it written all the same, "
            "remove it"
        )
        return _FAILED
    keep(path, new)
    return _OK


def _too_little(queues: Sequence[str]) -> str:
    names = ", ".join(map(repr, queues))
    return f"RT may have told less than there is of {names} (see the warning)"


def _print(text: str) -> None:
    if isinstance(sys.__stdout__, io.TextIOWrapper) and sys.stdout is sys.__stdout__:
        # What is redirected to a file is Python source, whatever the system's own encoding.
        sys.__stdout__.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(text)


def _complain(text: str) -> None:
    sys.stderr.write(f"rtorm.codegen: {' '.join(text.split())}\n")


if __name__ == "__main__":
    sys.exit(main())
