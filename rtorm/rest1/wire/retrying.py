"""Trying again: what does no harm twice is repeated after a failure that may pass.

How often and after which pauses is the business of a `urllib3.Retry`; which failures may pass, the
`retry_after` of the exceptions says.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import requests
import urllib3

from rtorm.errors import OutcomeUnknownError, RTError

__all__ = ["Retrying"]

_T = TypeVar("_T")
_log = logging.getLogger("rtorm.wire")

# What a web server answers for an RT that is away for the moment.
_PASSING = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_RT = b"RT/"


class Retrying:
    """Tries again by one policy, for all threads."""

    def __init__(self, policy: urllib3.Retry) -> None:
        self._policy = policy

    def after(self, response: requests.Response, content: bytes, *, writes: bool) -> float | None:
        """Seconds after which a request may be sent again whose answer is an error.

        None for an answer that will be the same then, and for a write that has outlasted a
        gateway's patience: RT may still be at work with it, and would do it twice at a time.
        """
        if writes and response.status_code == HTTPStatus.GATEWAY_TIMEOUT:
            return None
        if response.status_code in (self._policy.status_forcelist or _PASSING):
            return _seconds_to_wait(response.headers.get("Retry-After", ""))
        # It was cut off.
        begun = content[: len(_RT)] == _RT[: len(content)]
        return 0.0 if response.status_code == HTTPStatus.OK and begun else None

    def run(self, attempt: Callable[[], _T], *, repeatable: bool) -> _T:
        """Make an attempt, and more of them as long as they fail by what may pass.

        Args:
            attempt: Sends one request.
            repeatable: Whether it may be sent again.

        Raises:
            RTError: What the last attempt raised; an `OutcomeUnknownError` if one of them may have
                been carried out.
        """
        policy, unknown, tries = self._policy, None, 0
        while True:
            try:
                return attempt()
            except RTError as error:
                failure = error
            tries += 1
            if unknown is None and isinstance(failure, OutcomeUnknownError):
                unknown = failure
            following = self._following(policy, failure) if repeatable else None
            if following is None:
                break
            policy = following
            pause = max(policy.get_backoff_time(), failure.retry_after or 0.0)
            _log.info("trying again in %.1f s, after %s", pause, type(failure).__name__)
            time.sleep(pause)
        raise _told(unknown or failure, failure, tries, repeatable=repeatable)

    def _following(self, policy: urllib3.Retry, failure: RTError) -> urllib3.Retry | None:
        """The policy after a failure; None if that was the last attempt."""
        wait = failure.retry_after
        if wait is None or wait > policy.backoff_max:
            return None
        try:
            return policy.increment(error=urllib3.exceptions.HTTPError())
        except urllib3.exceptions.HTTPError:
            return None


def _told(error: RTError, last: RTError, tries: int, *, repeatable: bool) -> RTError:
    if tries > 1:
        more = "" if type(last) is type(error) else f", at last: {last}"
        error.args = (f"{error} (tried {tries} times{more})",)
    harmless = repeatable or not isinstance(error, OutcomeUnknownError)
    error.retry_after = last.retry_after if harmless else None
    return error


def _seconds_to_wait(header: str) -> float:
    """What `Retry-After` says, in seconds; nothing that can be understood is none."""
    try:
        return max(float(urllib3.Retry().parse_retry_after(header)), 0.0) if header else 0.0
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return 0.0
