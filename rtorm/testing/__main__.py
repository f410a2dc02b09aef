"""Command line: `python -m rtorm.testing up`, `lab`, `prepare` and `install`."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rtorm.testing import AuthLab, NotInstalledError, RequestTracker, ServerError
from rtorm.testing._apt import CannotInstallError, InstallFailedError, install
from rtorm.testing._database import fresh_database
from rtorm.testing._lab_told import told
from rtorm.testing._packages import VERSIONS, find, major_of, missing_packages

_OK, _FAILED, _CANNOT, _INTERRUPTED = 0, 1, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        arguments: Without the program's name; the process's own if None.

    Returns:
        The exit status: 0 for success, 1 for failure, 3 if the packages are missing or this machine
        does not let us install them, 130 after Ctrl-C. Wrong arguments exit with 2 at once.
    """
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = chosen.command
    try:
        command(chosen)
    except (NotInstalledError, CannotInstallError) as error:
        return _complained(error, _CANNOT)
    except (ServerError, InstallFailedError, OSError) as error:
        return _complained(error, _FAILED)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _OK


def _complained(error: Exception, status: int) -> int:
    sys.stderr.write(f"rtorm.testing: {error}\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rtorm.testing", description="A throwaway Request Tracker for tests."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run a server until Ctrl-C")
    up.add_argument("--version", choices=VERSIONS, default="5", help="default: 5")
    up.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; default: any free")
    up.add_argument("--initialdata", type=Path, metavar="FILE", help="Perl file to insert")
    up.set_defaults(command=_up)

    lab = commands.add_parser("lab", help="run one with Kerberos, HTTP Basic and TLS until Ctrl-C")
    lab.add_argument("--version", choices=VERSIONS, default="5", help="default: 5")
    lab.set_defaults(command=_lab)

    prepare = commands.add_parser("prepare", help="make the database that each start copies")
    prepare.set_defaults(command=_prepare)
    installer = commands.add_parser("install", help="install the missing ones of Debian's packages")
    installer.add_argument(
        "--auth-lab", action="store_true", help="what an AuthLab needs, too: Kerberos and Apache"
    )
    installer.set_defaults(command=_install)
    for command in (prepare, installer):
        command.add_argument(
            "--version", choices=VERSIONS, action="append", required=True, help="may be repeated"
        )
    return parser


def _up(chosen: argparse.Namespace) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    data = chosen.initialdata and chosen.initialdata.read_text("utf-8")
    with RequestTracker(chosen.version, initialdata=data, port=chosen.port) as rt:
        sys.stdout.write(
            f"Request Tracker {rt.version} on {rt.url}\n"
            f"Log in as {rt.user} with the password {rt.password}; the log is {rt.log}\n"
            "Ctrl-C stops it and removes everything.\n"
        )
        sys.stdout.flush()
        rt.wait()
        raise ServerError("the server ended by itself", rt.log.read_text("utf-8", "replace"))


def _lab(chosen: argparse.Namespace) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with AuthLab(chosen.version) as lab:
        sys.stdout.write(told(lab))
        sys.stdout.flush()
        lab.wait()
        raise ServerError("Apache ended by itself", lab.error_log.read_text("utf-8", "replace"))


def _prepare(chosen: argparse.Namespace) -> None:
    for version in chosen.version:
        sys.stdout.write(f"{fresh_database(find(major_of(version)))}\n")


def _install(chosen: argparse.Namespace) -> None:
    missing = {
        name
        for version in chosen.version
        for name in missing_packages(major_of(version), lab=chosen.auth_lab)
    }
    if missing:
        install(sorted(missing))


if __name__ == "__main__":
    sys.exit(main())
