"""Ctrl-C while accounts are kept: it waits for a moment in which nothing can be lost by it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Self, TypeVar

__all__ = ["Interrupts"]

T = TypeVar("T")


class Interrupts:
    """Holds Ctrl-C back, but for where it is let in.

    There it does what the program has chosen, which is to raise a `KeyboardInterrupt` as a rule.
    Python interrupts the main thread alone: in any other there is nothing to hold back.
    """

    def __init__(self) -> None:
        self._theirs: Callable[[int, FrameType | None], object] | None = None
        self._is_open = False
        self._is_due = False

    def __enter__(self) -> Self:
        theirs = signal.getsignal(signal.SIGINT)
        if callable(theirs) and threading.current_thread() is threading.main_thread():
            self._theirs = theirs
            signal.signal(signal.SIGINT, self._come)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # What the block has called may have chosen anew.
        if self._theirs is not None and signal.getsignal(signal.SIGINT) == self._come:
            signal.signal(signal.SIGINT, self._theirs)
        if kind is not None:
            self.let_in(_nothing)

    def let_in(self, work: Callable[[], T]) -> T:
        """Do what may be interrupted, unless an interrupt has come before."""
        try:
            self._is_open = True
            if self._is_due:
                self._come(signal.SIGINT, None)
            return work()
        finally:
            self._is_open = False

    def missed(self) -> BaseException | None:
        """What is raised by an interrupt that has come and was never let in."""
        try:
            self.let_in(_nothing)
        except BaseException as error:  # noqa: BLE001 - the caller raises it
            return error
        return None

    def _come(self, number: int, frame: FrameType | None) -> None:
        if not self._is_open or self._theirs is None:
            self._is_due = True
            return
        # At once, so that the next one does not come into what this one ends.
        self._is_open = self._is_due = False
        self._theirs(number, frame)
        self._is_open = True


def _nothing() -> None:
    pass
