"""How long the histories of tickets are, and what has changed by them, without their messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rtorm.errors import RTError
from rtorm.gateway import Steps
from rtorm.rest1.client import Client
from rtorm.rest1.readers.portions import portions
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.replies.steps import STEP_FIELDS, read_lengths, read_steps

__all__ = ["StepReader"]

T = TypeVar("T")

# RT tells the length with any list, and there is no entry of this type.
_NONE = "history/type/None"


class StepReader:
    """Reads histories as far as they tell of changes; 100 tickets a request."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def lengths(self, tickets: Sequence[int]) -> list[int | RTError]:
        """How long the history of each ticket is; 3 ms a ticket, however long it is."""
        return self._each(tickets, {"id": _NONE}, read_lengths)

    def steps(self, tickets: Sequence[int]) -> list[Steps | RTError]:
        """The history of each ticket, without its messages; 2 ms an entry."""
        return self._each(tickets, {"id": "history", "fields": STEP_FIELDS}, read_steps)

    def _each(
        self,
        tickets: Sequence[int],
        asked: dict[str, str],
        read: Callable[[Reply, Sequence[int]], list[T | RTError]],
    ) -> list[T | RTError]:
        answers: dict[int, T | RTError] = {}
        for ids in portions(tickets):
            listed = ",".join(map(str, ids))
            reply = self._client.get("ticket/show", {**asked, "id": f"{listed}/{asked['id']}"})
            answers |= zip(ids, read(reply, ids), strict=True)
        return [answers[ticket] for ticket in tickets]
