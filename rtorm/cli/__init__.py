"""The command `rtorm`: tickets at the command line.

Imports all of the library, when a command needs it; nothing imports it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

_NEEDED = ("typer", "rich")
_FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Without the program's name; the process's own if None.

    Returns:
        The exit status, as `rtorm --help` tells.
    """
    try:
        # Here, since the extra may not be installed.
        from rtorm.cli.app import run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write('rtorm: the command line needs Typer: pip install "rtorm[cli]"\n')
        return _FAILED
    return run(arguments)
