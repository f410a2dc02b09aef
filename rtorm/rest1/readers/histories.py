"""Histories of tickets: what is asked of RT, and what instead where that makes it crash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rtorm.errors import RTError
from rtorm.rest1.client import Client
from rtorm.rest1.readers.files import FileReader
from rtorm.rest1.readers.portions import portions
from rtorm.rest1.replies.history import (
    FIELDS,
    Answer,
    Files,
    is_endless,
    read_counts,
    read_history,
    read_history_and_files,
)
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.replies.shows import read_shows

__all__ = ["HistoryReader"]


class HistoryReader:
    """Reads the histories of tickets, several in one request."""

    def __init__(self, client: Client, files: FileReader) -> None:
        self._client = client
        self._files = files

    def history(self, tickets: Sequence[int]) -> list[Answer]:
        """The history of each ticket, oldest first, or why it cannot be shown."""
        answers: dict[int, Answer] = {}
        for ids in portions(tickets):
            answers |= self._portion(ids)
        return [answers[ticket] for ticket in tickets]

    def history_and_files(self, tickets: Sequence[int]) -> list[tuple[Answer, Files]]:
        """The same with the attachments of each ticket, or why they cannot be listed."""
        answers: dict[int, tuple[Answer, Files]] = {}
        for ids in portions(tickets):
            listed = _listed(ids)
            asked = [listed, f"{listed}/attachments", f"{listed}/history"]
            parameters = {"id": asked, "format": "l", "fields": FIELDS}
            reply = self._client.get("ticket/show", parameters)
            if is_endless(reply):
                both = list(zip(self.history(ids), self._files.files(ids), strict=True))
            else:
                both = read_history_and_files(reply, ids)
            answers |= zip(ids, both, strict=True)
        return [answers[ticket] for ticket in tickets]

    def _portion(self, ids: Sequence[int]) -> dict[int, Answer]:
        reply = self._ask(ids, "l")
        if is_endless(reply):
            return self._visible(ids)
        return dict(zip(ids, read_history(reply, ids), strict=True))

    def _visible(self, ids: Sequence[int]) -> dict[int, Answer]:
        """The histories of those tickets of which the account may see anything."""
        counts = dict(zip(ids, read_counts(self._ask(ids, "s"), ids), strict=True))
        answers: dict[int, Answer] = {
            number: count for number, count in counts.items() if isinstance(count, RTError)
        }
        if some := [number for number, count in counts.items() if count and number not in answers]:
            answers |= zip(some, read_history(self._ask(some, "l"), some), strict=True)
        if none := [number for number, count in counts.items() if count == 0]:
            answers |= zip(none, self._reasons(none), strict=True)
        return answers

    def _ask(self, ids: Sequence[int], form: str) -> Reply:
        return self._client.get("ticket/show", {"id": f"{_listed(ids)}/history", "format": form})

    def _reasons(self, ids: Sequence[int]) -> list[Answer]:
        """Why nothing is seen of these: the account may not see the ticket, or there is nothing."""
        reply = self._client.get("ticket/show", {"id": _listed(ids), "fields": "id"})
        return [answer if isinstance(answer, RTError) else [] for answer in read_shows(reply, ids)]


def _listed(ids: Iterable[int]) -> str:
    return ",".join(map(str, ids))
