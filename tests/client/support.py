"""What the tests of the client look at: its log, and what hangs on an exception."""

from __future__ import annotations

import logging
import re
import ssl
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from rtorm import Client
from rtorm.auth import Login
from tests.client.servers import Behaviour, Stub


class Serve(Protocol):
    """Starts a loopback server."""

    def __call__(
        self, behaviour: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> Stub: ...


class Certified(Protocol):
    """Makes a TLS server's certificate for some time: what has it, and the file to trust."""

    def __call__(self, begins: str, ends: str) -> tuple[ssl.SSLContext, Path]: ...


class Connect(Protocol):
    """Makes a client that is closed at the end."""

    def __call__(self, url: str, auth: Login = ..., **settings: object) -> Client: ...


class WireLog(logging.Handler):
    """The lines of a log by their level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, record.getMessage()))

    def at(self, level: int) -> list[str]:
        """What was said at one level."""
        return [text for said_at, text in self.lines if said_at == level]


class Traffic:
    """Requests in the order of their answers, such as `ticket/1/show 200`."""

    def __init__(self, log: WireLog) -> None:
        self._log = log
        self._seen = 0

    def since(self) -> list[str]:
        """What was answered since the last call."""
        lines = self._log.at(logging.INFO)
        new, self._seen = lines[self._seen :], len(lines)
        return [_short(line) for line in new]


def _short(line: str) -> str:
    found = re.match(r"(?:GET|POST) ([^:]*): (?:RT/\S+ (\d+)|(\w+))", line)
    assert found, line
    return f"{found[1]} {found[2] or found[3]}"


LOGIN = "ticket/new 200"


def texts_of(error: BaseException) -> Iterator[str]:
    """Everything that an exception can tell: its chain, what hangs on it, and its frames."""
    yield from _texts(error, set())


def _texts(thing: object, seen: set[int]) -> Iterator[str]:
    if thing is None or id(thing) in seen:
        return
    seen.add(id(thing))
    yield repr(thing)
    yield str(thing)
    if isinstance(thing, BaseException):
        for inner in (*thing.args, thing.__cause__, thing.__context__, vars(thing)):
            yield from _texts(inner, seen)
        yield from _frames(thing)
    elif isinstance(thing, Mapping):
        for value in thing.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(value, seen)  # pyright: ignore[reportUnknownArgumentType]
    else:
        for name in ("request", "body", "headers", "content", "reason"):
            yield from _texts(getattr(thing, name, None), seen)


def _frames(error: BaseException) -> Iterator[str]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__", "").startswith("rtorm."):
            yield from map(repr, frame.f_locals.values())


def assert_told_without(secret: str, error: BaseException) -> None:
    """Fail if an exception holds the secret anywhere."""
    for text in texts_of(error):
        if secret in text:
            pytest.fail(f"{type(error).__name__} holds the secret: {text[:200]}")
