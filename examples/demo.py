"""Runs an example against a throwaway Request Tracker 5, or from what was recorded of one.

`quickstart` is run unless `triage` is named. `--record` writes the recording; `--replay` uses it
even where RT can be installed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import quickstart
import triage

import rtorm
from rtorm import Session
from rtorm.testing import NotInstalledError, RequestTracker
from rtorm.testing.cassettes import URL, record, replay

RECORDINGS = Path(__file__).parent.parent / "cassettes" / "demo"
EXAMPLES: dict[str, Callable[[Session], None]] = {
    "quickstart": quickstart.main,
    "triage": triage.main,
}
SEED: dict[str, list[dict[str, object]]] = {
    "Queues": [{"Name": "Incidents"}],
    "CustomFields": [
        {
            "Name": "Severity",
            "Type": "SelectSingle",
            "Queue": ["Incidents"],
            "Values": [{"Name": name} for name in ("low", "high", "critical")],
        },
        {"Name": "Affected hosts", "Type": "FreeformMultiple", "Queue": ["Incidents"]},
    ],
}


def main(arguments: list[str]) -> int:
    """Install RT if it is missing and possible, and run the example."""
    named = [name for name in arguments if name in EXAMPLES] or ["quickstart"]
    if "--replay" not in arguments:
        # Says what it does, or why it cannot; does nothing where RT is there.
        install = [sys.executable, "-m", "rtorm.testing", "install", "--version", "5"]
        subprocess.run(install, check=False)
        try:
            return on_a_real_server(named[0], recording="--record" in arguments)
        except NotInstalledError:
            quickstart.console.print("[yellow]Request Tracker cannot be installed here.[/]")
    return from_the_recording(named[0])


def on_a_real_server(name: str, *, recording: bool) -> int:
    """Start a server, run, stop it."""
    console = quickstart.console
    with console.status("Starting a throwaway Request Tracker 5 (its database is made once) …"):
        server = RequestTracker(version=5, initialdata=SEED).start()
    try:
        console.print(f"Request Tracker {server.version} is running on {server.url}")
        with rtorm.connect(server.url, auth=server.admin, time_zone="UTC") as session:
            if name == "triage":
                triage.prepare(session)
        with (
            rtorm.connect(server.url, auth=server.admin, time_zone="UTC") as session,
            record(recording_of(name)) if recording else nullcontext(),
        ):
            EXAMPLES[name](session)
    finally:
        server.stop()
    console.print("The server is stopped, and nothing of it is left.")
    return 0


def from_the_recording(name: str) -> int:
    """Run against recorded replies of a real server."""
    quickstart.console.print(
        "Replaying what a real Request Tracker 5 answered when this demo was recorded."
    )
    with (
        replay(recording_of(name)),
        rtorm.connect(URL, auth=("root", "password"), time_zone="UTC") as session,
    ):
        EXAMPLES[name](session)
    return 0


def recording_of(name: str) -> Path:
    """Where the recording of an example lies."""
    return RECORDINGS / f"{name}.yaml"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
