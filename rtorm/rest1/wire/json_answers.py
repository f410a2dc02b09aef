"""What answered a read of RT's REST 2.0: its JSON, or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus

import requests

__all__ = ["JsonAnswer", "read_json"]


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """One answer.

    Attributes:
        status: Its HTTP status.
        data: Its JSON; None where it is no answer of REST 2.0, or a refusal.
        is_broken: Whether its JSON ends in the middle.
    """

    status: int
    data: object = field(default=None, repr=False)
    is_broken: bool = False

    @property
    def wants_login(self) -> bool:
        """Whether RT does not know whose request it was.

        An expired cookie gets a redirect, no cookie a 401 (RT 5.0).
        """
        return self.status in (HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED)


def read_json(response: requests.Response) -> JsonAnswer:
    """Read an answer, whatever it is."""
    status, content_type = response.status_code, response.headers.get("Content-Type", "")
    if status != HTTPStatus.OK or not content_type.startswith("application/json"):
        return JsonAnswer(status)
    try:
        return JsonAnswer(status, json.loads(response.content))
    except (ValueError, RecursionError):
        return JsonAnswer(status, is_broken=True)
