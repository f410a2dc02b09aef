"""Command line: `python -m rtorm.codegen URL --queue NAME`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from getpass import getpass

from rtorm.codegen.writing import FAILED, write_models
from rtorm.connecting import connect
from rtorm.errors import RTError
from rtorm.orm.session import Session

__all__ = ["main"]

_INTERRUPTED = 130

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
    return FAILED


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
        metavar="FILE",
        help="write nothing, and print what would change in FILE",
    )
    return parser


def _run(chosen: argparse.Namespace) -> int:
    output = chosen.output if chosen.check is None else chosen.check
    return write_models(
        partial(_session, chosen),
        chosen.queue,
        output,
        check=chosen.check is not None,
        complain=_complain,
    )


def _session(chosen: argparse.Namespace) -> Session:
    login = None if chosen.user is None else (chosen.user, _password(chosen.user))
    return connect(chosen.url, auth=login)


def _password(user: str) -> str:
    return os.environ.get("RTPASSWD") or getpass(f"Password of {user}: ")


def _complain(text: str) -> None:
    sys.stderr.write(f"rtorm.codegen: {' '.join(text.split())}\n")


if __name__ == "__main__":
    sys.exit(main())
