"""The log `rtorm.wire`: at INFO one line for each request, at DEBUG its form and RT's words."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from rtorm.errors import RTError
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.wire.masking import masked, told
from rtorm.rest1.wire.request import Request

__all__ = ["Line", "log_json", "log_words", "logged", "status_line"]

_log = logging.getLogger("rtorm.wire")


@dataclass(slots=True)
class Line:
    """What came of one request, for its line."""

    said: str = "no reply"


@contextmanager
def logged(method: str, request: Request) -> Generator[Line]:
    """Log a request, and at the end what came of it."""
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug("%s %s\n%s", method, request.name, told(request.form))
    line, start = Line(), time.monotonic()
    try:
        yield line
    except RTError as error:
        line.said = f"{type(error).__name__}: {error}"
        raise
    finally:
        milliseconds = (time.monotonic() - start) * 1000
        _log.info("%s %s: %s, %.0f ms", method, request.name, line.said, milliseconds)


def log_words(reply: Reply) -> None:
    """Log a whole reply."""
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug("%s\n\n%s", status_line(reply), masked(reply.body))


def log_json(line: str, content: bytes) -> None:
    """Log a whole reply of REST 2.0, of which the secrets were taken out."""
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug("%s\n\n%s", line, masked(content.decode("utf-8", "replace")))


def status_line(reply: Reply) -> str:
    """A reply in a line."""
    if reply.crash:
        return f"crash: {reply.crash}"
    return f"RT/{reply.version} {reply.status} {reply.reason}" if reply.version else "empty reply"
