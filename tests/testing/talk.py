"""Bare REST requests and a look at the processes: the tests trust nothing of rtorm but its servers."""

import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rtorm.testing import RequestTracker


def ask(rt: RequestTracker, path: str, content: str | None = None) -> str:
    """Gives the text of a reply to the administrator."""
    form = {"user": rt.user, "pass": rt.password}
    if content is not None:
        form["content"] = content
    url = f"{rt.url}/REST/1.0/{urllib.parse.quote(path)}"
    with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode(), timeout=60) as reply:
        text: str = reply.read().decode()
    return text


def processes_in(directory: Path) -> list[int]:
    """Gives the processes that work in the directory or were told of it, by whatever way."""
    return [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and _is_in(process, directory)
    ]


def _is_in(process: Path, directory: Path) -> bool:
    try:
        if str((process / "cwd").readlink()).startswith(str(directory)):
            return True
        told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        return str(directory).encode() in told
    except OSError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Waits for the condition."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
