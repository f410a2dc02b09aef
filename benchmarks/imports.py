"""How long imports take, in fresh processes whose byte code is compiled already."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial

from benchmarks.figures import keep
from benchmarks.harness import Run, side_by_side

__all__ = ["BARE", "BASE", "OWN", "measure"]

BARE = "pass"
BASE = "import pydantic, requests"
OWN = "import rtorm"
_STATEMENTS = (
    BARE,
    BASE,
    OWN,
    "from pydantic import BaseModel; import requests",
    "from rtorm import Ticket, connect",
    "import rt.rest1",
    "import rt.rest2",
)
_REPEATS = 21


def measure() -> None:
    """Measure and keep."""
    with tempfile.TemporaryDirectory(prefix="rtorm-bench-") as folder:
        # Python may be told to keep no byte code beside the modules.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = folder
        runs: dict[str, Run] = {text: partial(_run, text, environment) for text in _STATEMENTS}
        for run in runs.values():
            run()
        samples = side_by_side(runs, repeats=_REPEATS)
    bare = samples[BARE].median
    figures = {text: sample.median - bare for text, sample in samples.items() if text != BARE}
    for text, seconds in figures.items():
        print(f"  {seconds / figures[BASE]:.2f}× ({seconds * 1000:.0f} ms) {text}")
    keep("imports", {"python": bare, "seconds": figures})


def _run(text: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", text], env=environment, check=True)
    return time.perf_counter() - began
