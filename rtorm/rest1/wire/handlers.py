"""What a signal's handler raises in the middle of a request: the program's own, no failure of it.

Libraries take a `TimeoutError` or `OSError` for one of the network's, wherever it comes from
(urllib3 2, requests 2).
"""

from __future__ import annotations

import signal
import traceback
from functools import partial
from types import CodeType

from rtorm.rest1.wire.failures import causes_of

__all__ = ["raised_by_handler"]


def raised_by_handler(error: BaseException) -> BaseException | None:
    """The exception that a handler has raised and that has led to this one, if one has."""
    codes = {_code_of(signal.getsignal(number)) for number in signal.valid_signals()}
    # The innermost, since urllib3 lends its traceback to those that it raises instead.
    for cause in reversed(list(causes_of(error))):
        if any(frame.f_code in codes for frame, _ in traceback.walk_tb(cause.__traceback__)):
            return cause
    return None


def _code_of(handler: object) -> CodeType | None:
    """The code that runs when it is called, if it is written in Python."""
    while isinstance(handler, partial):
        handler = handler.func
    if not hasattr(handler, "__code__"):
        # An object that can be called.
        handler = vars(type(handler)).get("__call__")
    return getattr(handler, "__code__", None)
