"""Runs a server until its owner ends, however it ends, and leaves no process and no file.

    python _supervisor.py OWNER_PID DIRECTORY DESCRIPTORS COMMAND...

Standard input is a pipe from the owner: its end is the sign to stop, and the kernel gives it even
when the owner is killed. A program of its own, so that it starts in hundredths of a second.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_AGAIN_AFTER_MS = 500
_PATIENCE = 10.0


def main(owner: int, directory: Path, descriptors: list[int], command: list[str]) -> None:
    """Runs the command, waits, and clears up."""
    signal.signal(signal.SIGTERM, _leave)
    # Starman's workers outlive their killed master; as their new parent we see when they are gone.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        _run(owner, directory, descriptors, command)
        # A server that ended by itself leaves its log, which the owner still wants to read.
        while not _owner_is_gone(owner):
            pass
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run(owner: int, directory: Path, descriptors: list[int], command: list[str]) -> None:
    server = _start(directory, descriptors, command)
    try:
        while server.poll() is None and not _owner_is_gone(owner):
            pass
    finally:
        _kill_all(server.pid)


def _start(directory: Path, descriptors: list[int], command: list[str]) -> subprocess.Popen[bytes]:
    with (directory / "server.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=descriptors,
            process_group=0,
        )
    for descriptor in descriptors:
        os.close(descriptor)
    return server


def _owner_is_gone(owner: int) -> bool:
    # A child that the owner forked may hold the pipe open after it; then the parent tells.
    poll = select.poll()
    poll.register(0, 0)
    return bool(poll.poll(_LOOK_AGAIN_AFTER_MS)) or os.getppid() != owner


def _kill_all(group: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            return
        _reap()
        time.sleep(0.005)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _leave(*_: object) -> NoReturn:
    raise SystemExit(1)


if __name__ == "__main__":
    main(
        owner=int(sys.argv[1]),
        directory=Path(sys.argv[2]),
        descriptors=[int(number) for number in sys.argv[3].split(",")],
        command=sys.argv[4:],
    )
