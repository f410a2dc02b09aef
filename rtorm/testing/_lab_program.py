"""A program of an `AuthLab`: ends with its owner, and its end is seen."""

import contextlib
import errno
import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rtorm.testing._errors import StartError
from rtorm.testing._supervised import Supervised

_LOG_TAIL = 4000
_LOOK_AGAIN_AFTER = 0.02
_HELD = 'read -r go < "/dev/fd/$0" && exec "$@"'


class Program:
    """A program that is started, and held until its directory is filled.

    What belongs to it goes with it from the beginning on, should its owner be killed while it is
    made ready.

    Args:
        command: What to run.
        directory: Its own, removed when it is stopped; its output is in `server.log` there.
        environment: Its whole environment.
    """

    def __init__(
        self, command: Sequence[str], directory: Path, environment: Mapping[str, str]
    ) -> None:
        self._name = Path(command[0]).name
        self._log = directory / "server.log"
        # It inherits the one end, and never writes: the other tells when it has ended.
        self._life, theirs = os.pipe()
        go, self._go = os.pipe()
        try:
            held = ["/bin/sh", "-c", _HELD, str(go), *command]
            self._supervised = Supervised(held, directory, environment, [theirs, go])
        except BaseException:
            self._close()
            raise
        finally:
            os.close(theirs)
            os.close(go)

    def release(self) -> None:
        """Lets it run."""
        os.write(self._go, b"\n")

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it ends by itself; gives whether it has.

        Args:
            timeout: Seconds to wait at most.
        """
        return bool(select.select([self._life], [], [], timeout)[0])

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Waits until the program does its work.

        Args:
            ready: Whether it does.
            timeout: Seconds to wait at most.

        Raises:
            StartError: It has ended, or was not ready in time.
            OSError: Its port was taken (`errno.EADDRINUSE`).
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if self.wait(_LOOK_AGAIN_AFTER):
                raise self._failure(f"{self._name} ended by itself")
            if time.monotonic() > deadline:
                raise self._failure(f"{self._name} was not ready within {timeout:g} s")

    def stop(self, timeout: float) -> None:
        """Ends it and removes its directory.

        Args:
            timeout: Seconds to wait.
        """
        self._supervised.stop(timeout)
        self._close()

    def _close(self) -> None:
        os.close(self._life)
        os.close(self._go)

    def _failure(self, message: str) -> Exception:
        said = ""
        with contextlib.suppress(FileNotFoundError):
            said = self._log.read_text("utf-8", errors="replace")[-_LOG_TAIL:]
        if "Address already in use" in said:
            return OSError(errno.EADDRINUSE, f"{self._name}: {os.strerror(errno.EADDRINUSE)}")
        return StartError(message, said)
