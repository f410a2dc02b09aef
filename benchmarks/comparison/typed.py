"""What a type checker knows of the clients in Python."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.resources import files

__all__ = ["PROGRAMS", "checked"]

_RTORM = 'import rtorm\nrecord = rtorm.connect("https://x").get(rtorm.Ticket, 1)\nrecord.'
_REST1 = 'import rt.rest1\nrt.rest1.Rt("https://x").edit_ticket(1, '
_REST2 = 'import rt.rest2\nrt.rest2.Rt("https://x/REST/2.0/").edit_ticket(1, '
PROGRAMS = {
    "rtorm": ("rtorm", f'{_RTORM}subject = "x"', f'{_RTORM}sujbect = "x"'),
    "python-rt, `rt.rest1`": ("rt", f'{_REST1}Subject="x")', f'{_REST1}Sujbect="x")'),
    "python-rt, `rt.rest2`": ("rt", f'{_REST2}Subject="x")', f'{_REST2}Sujbect="x")'),
}
"""By client: the package, a program that is right, one with a misspelt field."""


def checked() -> dict[str, dict[str, bool]]:
    """Whether the package is typed, and what `mypy --strict` says of the programs."""
    return {
        name: {
            "typed": files(package).joinpath("py.typed").is_file(),
            "right": _passes(right),
            "misspelt": not _passes(misspelt),
        }
        for name, (package, right, misspelt) in PROGRAMS.items()
    }


def _passes(program: str) -> bool:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "-c", program]
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(command, check=False, capture_output=True, cwd=elsewhere)
    return done.returncode == 0
