"""The README's lines and the examples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rtorm
from rtorm import Session
from tests.support import Incident, Server


def _snippets(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL)


def test_the_readme_does_what_it_says(
    root: Path,
    rt: Server,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The README's program, run against a real server, prints what its comments say."""
    ticket = session.add(Incident(subject="Disk full"))
    session.commit()
    snippet = _snippets(root / "README.md")[0]
    connect = rtorm.connect

    def here(url: str, *, auth: tuple[str, str]) -> Session:
        assert (url, auth) == ("https://rt.example.com", ("me", "secret"))
        return connect(rt.url, auth=("root", "password"))

    monkeypatch.setattr(rtorm, "connect", here)
    program = snippet.replace("session.get(Incident, 1)", f"session.get(Incident, {ticket.id})")
    exec(compile(program, "README.md", "exec", dont_inherit=True), {"__name__": "readme"})
    printed = capsys.readouterr().out.splitlines()
    assert printed == re.findall(r"print\(.*\)  # (.*)", snippet)


@pytest.mark.live
@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (
            "quickstart",
            (
                "Disk full on db3",
                "refused owner",
                "That user does not exist",
                "is_dirty = False",
            ),
        ),
        (
            "triage",
            (
                "took <Incident 1 'Disk full on db3' new>",
                "3 refers to [1], from ben@example.com",
                "4 is merged into 1, from the same person",
                "Ticket created by root (ticket 4)",
                "[findings, raw.txt] text/plain",
                "Solved: it works again.",
                "resolved, owner root, 15 minutes",
            ),
        ),
    ],
)
def test_an_example_runs_from_its_recording(
    root: Path, example: str, expected: tuple[str, ...]
) -> None:
    """`examples/demo.py EXAMPLE --replay` shows the same without a server."""
    shown = subprocess.run(
        [sys.executable, "examples/demo.py", example, "--replay"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "120"},
    ).stdout
    for words in expected:
        assert words in shown
