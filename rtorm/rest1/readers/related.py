"""Links and attachments of tickets, both in one request."""

from __future__ import annotations

from collections.abc import Sequence

from rtorm.errors import RTError
from rtorm.gateway import ListedFile, Shown
from rtorm.rest1.client import Client
from rtorm.rest1.readers.links import RELATIONS, LinkReader
from rtorm.rest1.readers.portions import portions
from rtorm.rest1.replies.attachments import LISTED, read_files
from rtorm.rest1.replies.shows import read_shows

__all__ = ["RelatedReader"]

Related = tuple[Shown | RTError, list[ListedFile] | RTError]

_FIELDS = ",".join((LISTED, *RELATIONS))


class RelatedReader:
    """Reads what hangs on tickets."""

    def __init__(self, client: Client, links: LinkReader) -> None:
        self._client = client
        self._links = links

    def related(self, tickets: Sequence[int]) -> list[Related]:
        """The links of each ticket as its fields, and its attachments, or why they are not told."""
        answers: dict[int, Related] = {}
        for ids in portions(tickets):
            listed = ",".join(map(str, ids))
            asked = [listed, f"{listed}/links", f"{listed}/attachments"]
            reply = self._client.get("ticket/show", {"id": asked, "fields": _FIELDS})
            links = self._links.joined(read_shows(reply, ids * 2, more=True))
            answers |= zip(ids, zip(links, read_files(reply, ids), strict=True), strict=True)
        return [answers[ticket] for ticket in tickets]
