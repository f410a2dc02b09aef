"""The ready progress bar."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest

PROGRAM = """
import rtorm
with rtorm.progress.bar("Saving [all] of it") as progress:
    progress(0, 40)
    progress(20, 40)
    {end}
"""


def run(end: str, stderr: int) -> int:
    """Run a program that shows a bar; gives its exit status."""
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        environment.pop(name, None)
    program = PROGRAM.format(end=end)
    return subprocess.run(
        [sys.executable, "-c", program], check=False, env=environment, stderr=stderr
    ).returncode


def on_terminal(end: str) -> str:
    """What a terminal is left with, without colours and what was drawn over."""
    ours, theirs = pty.openpty()
    run(end, theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 1 << 16):
            shown += piece
    except OSError:
        # Linux says so at the end.
        pass
    os.close(ours)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode()).split("\r")
    return next(line for line in reversed(lines) if line.strip())


def test_a_terminal_shows_a_bar() -> None:
    """What is done, how far it is, and how long it takes; as it stood when it was over."""
    shown = on_terminal("progress(40, 40)")
    assert shown.startswith("Saving [all] of it ━━━")
    assert "40/40 100%" in shown
    assert re.search(r"\d:\d\d:\d\d", shown)


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ValueError"])
def test_the_last_state_stays_after_an_exception(error: str) -> None:
    """Ctrl-C leaves the number of records that were done, above the traceback."""
    end = f"import sys; sys.excepthook = lambda *_: None; raise {error}"
    assert "20/40  50%" in on_terminal(end)


def test_a_file_is_told_nothing() -> None:
    """Logs of nightly jobs stay clean."""
    ours, theirs = os.pipe()
    assert run("progress(40, 40)", theirs) == 0
    os.close(theirs)
    with os.fdopen(ours) as file:
        assert file.read() == ""


def test_without_rich_the_extra_is_named() -> None:
    """At once, and not when the first record is done."""
    program = """
import sys
sys.modules["rich"] = None
import rtorm
try:
    with rtorm.progress.bar("x"):
        pass
except rtorm.ConfigurationError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert said == 'rtorm.progress.bar() needs Rich: pip install "rtorm[progress]"\n'
