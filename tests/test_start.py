"""The first steps as a newcomer has them: `docs/start.md` and the tutorial, copied and pasted."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import installed

_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
_SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PRINTED = re.compile(r"print\(.*\)  # (.*)")
_PORT = "8090"


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def paste(page: str, folder: Path, environment: dict[str, str]) -> None:
    """Paste each block into a Python that is asked line by line; what it prints is on the page."""
    pasted = "".join(f"{snippet}\n" for snippet in _SNIPPET.findall(page))
    python = subprocess.run(
        [sys.executable, "-q", "-i"],
        cwd=folder,
        env=environment,
        input=pasted,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in python.stderr
    assert "SyntaxError" not in python.stderr
    # Between them stands what such a Python shows of its own accord.
    shown = iter(python.stdout.splitlines())
    assert [line for line in _PRINTED.findall(pasted) if line not in shown] == []


@pytest.mark.real_rt
@pytest.mark.skipif(not installed(5), reason="not installed")
def test_the_first_steps_go_as_the_pages_say(root: Path, tmp_path: Path) -> None:
    """The files as they stand, then the blocks of five minutes, then those of the tutorial."""
    port = free_port()
    start = (root / "docs" / "start.md").read_text("utf-8").replace(_PORT, port)
    for name, text in _FILE.findall(start):
        (tmp_path / name).write_text(text)
    (tmp_path / ".rtrc").chmod(0o600)
    left_out = ("RT", "COVERAGE", "PYTHON")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    command = [sys.executable, "throwaway.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert f"is on http://127.0.0.1:{port} - Ctrl-C" in server.stdout.readline()
            paste(start, tmp_path, environment)
            paste((root / "docs" / "tutorial.md").read_text("utf-8"), tmp_path, environment)
        finally:
            server.send_signal(signal.SIGINT)
