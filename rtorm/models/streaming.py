"""Pieces of bytes as a file to read from; imports the standard library alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any, BinaryIO

__all__ = ["open_pieces"]

_BUFFER = 65536


def open_pieces(contents: AbstractContextManager[Iterator[bytes]]) -> BinaryIO:
    """A binary file that gives the pieces; closing it leaves their context."""
    stack = ExitStack()
    return io.BufferedReader(_Pieces(stack.enter_context(contents), stack.close), _BUFFER)


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes], leave: Callable[[], None]) -> None:
        super().__init__()
        self._pieces = pieces
        self._leave = leave
        self._piece = memoryview(b"")
        self._is_broken = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._is_broken:
            message = "the content was cut off before: open it anew"
            raise OSError(message)
        # Until this is done: what is raised meanwhile, by the network or a signal's handler, takes
        # bytes with it, and a generator that has raised says that it is at its end.
        self._is_broken = True
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                self._is_broken = False
                return 0
            self._piece = memoryview(piece)
        room = memoryview(buffer)
        size = min(len(room), len(self._piece))
        room[:size] = self._piece[:size]
        self._piece = self._piece[size:]
        self._is_broken = False
        return size

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._leave()
