"""A command that ends with its owner, however that ends, and its directory with it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SUPERVISOR = Path(__file__).with_name("_supervisor.py")


class Supervised:
    """A command that was started, in its directory and with its output in `server.log` there.

    Args:
        command: What to run.
        directory: Removed when the command is stopped, or its owner has ended.
        environment: The command's whole environment.
        descriptors: File descriptors that the command inherits.
    """

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        descriptors: Sequence[int],
    ) -> None:
        supervise = [sys.executable, "-I", "-S", str(_SUPERVISOR), str(os.getpid())]
        self._directory = directory
        self._supervisor = subprocess.Popen(  # noqa: S603
            [*supervise, str(directory), ",".join(map(str, descriptors)), *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=descriptors,
            # Ctrl-C is for our own process, which then stops this one in order.
            start_new_session=True,
        )

    def stop(self, timeout: float) -> None:
        """Ends the processes and removes the directory.

        Args:
            timeout: Seconds to wait for the supervisor, before it is killed.
        """
        if self._supervisor.stdin is not None:
            self._supervisor.stdin.close()
        try:
            self._supervisor.wait(timeout)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        shutil.rmtree(self._directory, ignore_errors=True)
