"""Speaks with server.pl over its control socket."""

import contextlib
import json
import socket
import threading
import time
from pathlib import Path
from typing import cast

from rtorm.testing._packages import Installation

_SCRIPT = Path(__file__).with_name("server.pl")


class Control:
    """Our end of the socket; the server ends when it closes."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._turn = threading.Lock()

    def command(self, installation: Installation) -> list[str]:
        """Gives the command that starts server.pl with the other end of the socket."""
        return ["/usr/bin/perl", str(_SCRIPT), str(installation.rt_server), str(self.descriptor)]

    @property
    def descriptor(self) -> int:
        """The file descriptor that the command must inherit."""
        return self._theirs.fileno()

    def started(self) -> None:
        """Drops the other end, so that the end of the server is seen as the end of the stream."""
        self._theirs.close()

    def insert(self, file: Path, timeout: float) -> list[str]:
        """Lets RT insert a file of initialdata.

        Args:
            file: Perl text as RT reads it.
            timeout: Seconds to wait for the answer.

        Returns:
            RT's complaints; none if all went well.

        Raises:
            TimeoutError: No answer came in time.
            EOFError: The server has ended.
        """
        with self._turn:
            deadline = time.monotonic() + timeout
            try:
                self._ours.settimeout(timeout)
                self._ours.sendall(json.dumps(str(file)).encode() + b"\n")
                return cast("list[str]", json.loads(self._line(deadline)))
            except ConnectionError as error:
                raise EOFError(str(error)) from error

    def _line(self, deadline: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            # Zero would mean not to wait at all, and tell of it as another error.
            self._ours.settimeout(max(deadline - time.monotonic(), 0.001))
            received = self._ours.recv(65536)
            if not received:
                raise EOFError("it has ended")
            line += received
        return line

    def wait(self) -> None:
        """Waits until the server ends by itself."""
        self._ours.settimeout(None)
        with contextlib.suppress(ConnectionError):
            self._ours.recv(1)

    def close(self) -> None:
        """Ends the server."""
        self._ours.close()
        self._theirs.close()
