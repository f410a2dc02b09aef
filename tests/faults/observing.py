"""Carries out an operation through a proxy that harms it, and tells what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import urllib3

from rtorm import Client, CommitError, RTError, Session
from tests.faults.operations import Case, Operation, prepared
from tests.faults.proxy import ANOTHER, Fault, Proxy

_ROOT = ("root", "password")
# Seconds: for faults that use them up, and for the others, on a machine with much to do.
_SHORT, _LONG = (5.0, 1.5), (30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of an operation.

    Attributes:
        error: The exception; None if there was none.
        counts: How often each part of it has happened in RT.
        is_kept: Whether the session still holds unsent work.
        came: How many of its requests came to the proxy while that did harm.
        is_wrong: Whether a read gave something else than RT holds.
    """

    error: RTError | None
    counts: list[int]
    is_kept: bool
    came: int
    is_wrong: bool

    @property
    def outcome(self) -> str:
        """`done`, `wrong`, or the exception's name."""
        if self.error is not None:
            return type(self.error).__name__
        return "wrong" if self.is_wrong else "done"


@dataclass(slots=True)
class Observer:
    """Two ways to one RT: a near one, and those through a proxy.

    Attributes:
        near: A session with RT itself.
        proxy: The proxy.
        patch: Undone at the end.
    """

    near: Session
    proxy: Proxy
    patch: pytest.MonkeyPatch
    _far: dict[tuple[bool, int], Client] = field(default_factory=dict[tuple[bool, int], Client])
    _read: dict[str, Case] = field(default_factory=dict[str, Case])
    _held: dict[str, object] = field(default_factory=dict[str, object])

    def see(self, operation: Operation, fault: Fault, *, times: int, retries: int = 2) -> Seen:
        """What comes of an operation whose first requests meet a fault."""
        far, proxy = self._session(fault.is_slow, retries), self.proxy
        far.client.identity()  # before anything is harmed
        if fault is ANOTHER:
            # What RT answers to the same with another ticket.
            proxy.strike(fault, operation.meant, times=0)
            operation.begin(far, prepared(self.near, operation))()
            proxy.other = proxy.kept
        case = self._case(operation)
        true = None if operation.count else self._true(operation, case)
        act = operation.begin(far, case)
        proxy.strike(fault, operation.meant, times)
        self.patch.setattr(time, "sleep", self._pause)
        given, error = _result_of(act)
        self.patch.undo()
        came = proxy.struck
        proxy.heal()
        kept = bool([*far.new, *far.dirty])
        far.rollback()
        wrong = operation.count is None and error is None and given != true
        return Seen(error, self._counts(operation, case), kept, came, wrong)

    def length(self, operation: Operation) -> int:
        """How many bytes the reply to an operation's request has."""
        self.proxy.strike(ANOTHER, operation.meant, times=0)
        operation.begin(self._session(False, 0), self._case(operation))()
        return len(self.proxy.kept)

    def close(self) -> None:
        """Close the connections through the proxy."""
        for client in self._far.values():
            client.close()

    def _session(self, slow: bool, retries: int) -> Session:
        key = (slow, retries)
        if key not in self._far:
            self._far[key] = Client(
                self.proxy.url,
                auth=_ROOT,
                timeout=_SHORT if slow else _LONG,
                retries=urllib3.Retry(retries),
            )
        return Session(self._far[key], time_zone="UTC")

    def _anew(self) -> Session:
        """A session with RT itself that has loaded nothing."""
        return Session(self.near.client, time_zone="UTC")

    def _case(self, operation: Operation) -> Case:
        if operation.count or operation.name not in self._read:
            self._read[operation.name] = prepared(self.near, operation)
        return self._read[operation.name]

    def _true(self, operation: Operation, case: Case) -> object:
        """What a read gives without the proxy; nothing changes what is read."""
        if operation.name not in self._held:
            self._held[operation.name] = operation.begin(self._anew(), case)()
        return self._held[operation.name]

    def _pause(self, seconds: float) -> None:
        """Instead of a pause before another attempt."""
        if self.proxy.times == 1:
            self.proxy.listen()

    def _counts(self, operation: Operation, case: Case) -> list[int]:
        return operation.count(self._anew(), case) if operation.count else []


def _result_of(act: Callable[[], object]) -> tuple[object, RTError | None]:
    try:
        return act(), None
    except CommitError as error:
        causes = {type(result.cause): result.cause for result in error.report.results}
        [cause] = causes.values()
        assert cause is not None
        return None, cause
    except RTError as error:
        return None, error
