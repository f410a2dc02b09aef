"""An exception of a signal's handler is the program's own, however the handler is written."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from functools import partial
from types import FrameType

import pytest

from rtorm import Client


class OwnError(TimeoutError):
    """What urllib3 would take for a failure of the network."""


class Handlers:
    """Those that are no plain functions."""

    def method(self, number: int, frame: FrameType | None) -> None:
        raise OwnError(number, frame is None)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.method(number, frame)


def function(number: int, frame: FrameType | None) -> None:
    raise OwnError(number, frame is None)


def with_reason(reason: str, number: int, _: FrameType | None) -> None:
    raise OwnError(reason, number)


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    "handler",
    [function, Handlers().method, Handlers(), partial(with_reason, "too late")],
    ids=["function", "method", "object", "partial"],
)
def test_it_is_raised_as_it_is(silent: str, handler: signal.Handlers) -> None:
    """It is neither a lost reply nor tried again; and as in every program, it has no context."""
    theirs = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with Client(silent, auth=("me", "secret")) as client, pytest.raises(OwnError) as caught:
            client.get("ticket/1/show")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, theirs)
    assert caught.type is OwnError
    assert caught.value.__context__ is None
