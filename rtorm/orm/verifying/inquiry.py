"""How an error finds out whether the write that it tells of was carried out: the common part."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rtorm.errors import OutcomeUnknownError
from rtorm.gateway import Gateway

__all__ = ["UNTOLD", "Finding", "Moment", "inquire", "patiently"]

Finding = tuple[bool | None, tuple[int, ...]]
"""Whether it happened, None if that cannot be told; and the ids of what may have come of it."""

UNTOLD: Finding = (None, ())

# RT notes whole seconds, and its time may have come with a reply that took a while.
_ROUNDING = timedelta(seconds=2)
_PAUSES = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something began, by two clocks: one stands still in sleep, the other may be set."""

    steady: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)

    def at_server(self, gateway: Gateway) -> datetime | None:
        """When that was by the server's clock, at the earliest; None where it does not tell it."""
        now = gateway.now()
        if now is None:
            return None
        # Only then: what passes until the reply is here makes it earlier, not later.
        elapsed = max(time.monotonic() - self.steady, time.time() - self.wall)
        return now - timedelta(seconds=elapsed) - _ROUNDING


@contextmanager
def inquire(inquiry: Callable[[Moment, float], Finding]) -> Generator[None]:
    """Have the error of a write whose reply is lost find out what became of it.

    Args:
        inquiry: Told when it began, and for how many seconds to look.
    """
    began = Moment()
    try:
        yield
    except OutcomeUnknownError as error:
        error.__rt_ask__ = lambda wait: inquiry(began, wait)
        raise


def patiently(ask: Callable[[], Finding], wait: float) -> Finding:
    """Ask again for some seconds as long as nothing is there: RT may still be at work."""
    until, pauses = time.monotonic() + wait, iter(_PAUSES)
    while True:
        finding = ask()
        left = until - time.monotonic()
        if finding[0] is not False or left <= 0:
            return finding
        time.sleep(min(left, next(pauses, _PAUSES[-1])))
