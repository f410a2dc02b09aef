"""Perl's RT::Client::REST."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import ClassVar

from benchmarks.comparison.clients.piped import Piped

__all__ = ["PerlClient"]

_SCRIPT = Path(__file__).with_name("rt_client_rest.pl")
_VERSION = "use RT::Client::REST; print qq($RT::Client::REST::VERSION, Perl ), substr $^V, 1"


class PerlClient(Piped):
    """Its ticket objects, and the methods of its client where these have none."""

    name: ClassVar = "RT::Client::REST"

    @property
    def version(self) -> str:
        command = ["perl", "-e", _VERSION]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    @property
    def _command(self) -> list[str]:
        return ["perl", str(_SCRIPT)]
