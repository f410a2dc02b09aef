"""Runs the command in this process, as some user of the server."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from rtorm.cli import main
from tests.seed import password_of
from tests.support import Server


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left: its exit status, and what it wrote."""

    status: int
    out: str
    err: str


class Command:
    """The command `rtorm` on a server of the suite."""

    def __init__(
        self, rt: Server, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]
    ) -> None:
        self._rt, self._patch, self._captured = rt, patch, captured

    def __call__(self, *arguments: object, user: str = "root", stdin: str | None = None) -> Ran:
        """Run it with these arguments."""
        for name, value in (
            ("RTSERVER", self._rt.url),
            ("RTUSER", user),
            ("RTPASSWD", password_of(user)),
        ):
            self._patch.setenv(name, value)
        if stdin is not None:
            self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self._captured.readouterr()
        status = main([str(each) for each in arguments])
        written = self._captured.readouterr()
        return Ran(status, written.out, written.err)


@pytest.fixture
def command(
    rt: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Runs the command; what the environment says besides is left out."""
    for name in ("RTTOKEN", "RTAUTH", "RTEXTERNALAUTH", "RTTIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    level = logging.getLogger("rtorm").level
    yield Command(rt, monkeypatch, capsys)
    logging.getLogger("rtorm").setLevel(level)
