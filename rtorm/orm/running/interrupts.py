"""Signals while accounts are kept: they wait for a moment in which nothing can be lost by them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Self, TypeVar

__all__ = ["Interrupts", "held_back"]

T = TypeVar("T")

# Python takes longer to tell them than a commit has patience for.
_SIGNALS = signal.valid_signals()


class Interrupts:
    """Holds back what the program does at a signal, but for where it is let in.

    There each signal's handler does what the program has chosen, which may be to raise: as a rule
    a `KeyboardInterrupt` at Ctrl-C, a `SystemExit` at SIGTERM, an error of its own at SIGALRM.
    Python runs handlers in the main thread alone: in any other there is nothing to hold back.
    """

    def __init__(self) -> None:
        self._theirs: dict[int, Callable[[int, FrameType | None], object]] = {}
        self._is_open = False
        self._is_over = False
        self._due: dict[int, FrameType | None] = {}

    def __enter__(self) -> Self:
        try:
            if threading.current_thread() is threading.main_thread():
                self._hold()
        except BaseException as error:
            # Of a signal that was not held yet.
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._release()
        except BaseException:
            # What the handler of one has raised that was released before the others.
            self._release()
            if missed := self.missed():
                raise missed from None
            raise
        if kind is not None and (missed := self.missed()):
            raise missed

    def let_in(self, work: Callable[[], T]) -> T:
        """Do what may be interrupted, unless a handler has something to raise that came before."""
        try:
            self._handle()
            return work()
        finally:
            self._is_open = False

    def check(self) -> None:
        """Let in what has come."""
        self.let_in(_nothing)

    def missed(self) -> BaseException | None:
        """What is raised by a handler whose signal has come and was never let in; the last one."""
        missed: BaseException | None = None
        while self._due:
            try:
                self.check()
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                missed = error
        return missed

    def _hold(self) -> None:
        for number in _SIGNALS:
            theirs = signal.getsignal(number)
            if callable(theirs):
                self._theirs[number] = theirs
                signal.signal(number, self._come)

    def _release(self) -> None:
        for number, theirs in self._theirs.items():
            # What the block has called may have chosen anew.
            if signal.getsignal(number) == self._come:
                signal.signal(number, theirs)
        self._is_over = True

    def _come(self, number: int, frame: FrameType | None) -> None:
        if self._is_over:
            # What the block has called has kept it, and chosen it again.
            self._theirs[number](number, frame)
            return
        self._due[number] = frame
        if self._is_open:
            self._handle()

    def _handle(self) -> None:
        """Have their handlers do what is due; then whatever comes is let in at once."""
        # Not before, so that the next one does not come into what this one ends.
        self._is_open = False
        while self._due:
            number, frame = self._due.popitem()
            self._theirs[number](number, frame)
        self._is_open = True


@contextmanager
def held_back() -> Generator[Interrupts]:
    """Hold signals back, and raise at the end what their handlers have to."""
    with Interrupts() as interrupts:
        yield interrupts
    if missed := interrupts.missed():
        raise missed


def _nothing() -> None:
    pass
