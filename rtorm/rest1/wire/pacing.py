"""How slowly a reply may come: each kilobyte of it within the time limit, not each byte.

A socket's own time limit begins anew with every byte, so that a reply of some kilobytes could take
hours without an error (Python 3.11-3.14).
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any

__all__ = ["PacedSocket"]

_PIECE = 1024


class PacedSocket:
    """A connection's socket, but for how it is read: replies must come by kilobytes.

    Args:
        sock: The socket.
        limit: Seconds for each kilobyte, and for a reply that is shorter. What the program itself
            does between two of them does not count.
    """

    def __init__(self, sock: socket.socket, limit: float) -> None:
        self._sock = sock
        self._limit = limit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """What `http.client` reads a reply from, one for each."""
        # The socket counts those that read from it, and closes with the last one.
        raw: Any = self._sock
        pieces = _Pieces(self._sock, raw.makefile(mode, buffering=0), self._limit)
        return io.BufferedReader(pieces)


class _Pieces(io.RawIOBase):
    def __init__(self, sock: socket.socket, raw: io.RawIOBase, limit: float) -> None:
        self._sock = sock
        self._raw = raw
        self._limit = limit
        self._waited = 0.0
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._limit - self._waited
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        began = time.monotonic()
        count: int | None = self._raw.readinto(buffer)
        self._waited += time.monotonic() - began
        self._received += count or 0
        if self._received >= _PIECE:
            self._received, self._waited = 0, 0.0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
