"""A ticket's links as RT shows them: tickets of the same RT by number, everything else as a URI.

RT shows a ticket as `fsck.com-rt://ORGANIZATION/ticket/5`, of whichever RT it is, and tells nowhere
which organization it is itself (RT 3.8-6.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rtorm.errors import RTError
from rtorm.gateway import Shown
from rtorm.rest1.client import Client
from rtorm.rest1.replies.reply import Reply

__all__ = ["RELATIONS", "LinkReader"]

RELATIONS = ("DependsOn", "DependedOnBy", "RefersTo", "ReferredToBy", "Members", "MemberOf")

_SEPARATOR = re.compile(r",\s+")
_TICKET = re.compile(r"(fsck\.com-rt://[^/]*/ticket/)([0-9]{1,18})\Z")
# What the relations are called in a query.
_QUERIED = {name: name for name in RELATIONS} | {"Members": "HasMember"}


class LinkReader:
    """Reads links, and finds out once which organization is that of the RT itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._local: dict[str, bool] = {}

    def joined(self, answers: Sequence[Shown | RTError]) -> list[Shown | RTError]:
        """One answer for each ticket, of the answers for the tickets and then for their links."""
        half = len(answers) // 2
        return [
            self._joined(ticket, links)
            for ticket, links in zip(answers[:half], answers[half:], strict=True)
        ]

    def _joined(self, ticket: Shown | RTError, links: Shown | RTError) -> Shown | RTError:
        if isinstance(ticket, RTError):
            return ticket
        if isinstance(links, RTError):
            return links
        uris = {relation: _split(links.fields.get(relation, "")) for relation in RELATIONS}
        for relation, listed in uris.items():
            self._learn(ticket.id, relation, listed)
        shown = {relation: ", ".join(map(self._told, listed)) for relation, listed in uris.items()}
        return Shown(ticket.id, {**ticket.fields, **shown}, ticket.doubled)

    def _told(self, uri: str) -> str:
        found = _TICKET.match(uri)
        return found[2] if found and self._local.get(found[1]) else uri

    def _learn(self, ticket: int, relation: str, uris: Sequence[str]) -> None:
        """Find out which of these URIs are of this RT, as far as it is not known yet."""
        tickets = [found for uri in uris if (found := _TICKET.match(uri))]
        for found in tickets:
            if found[1] in self._local:
                continue
            same_number = {other[1] for other in tickets if int(other[2]) == int(found[2])}
            # Of two tickets of one number, a query does not tell which one it has found.
            if not any(self._local.get(other, True) for other in same_number - {found[1]}):
                self._find_out(found[1], ticket, relation, found[2])

    def _find_out(self, prefix: str, ticket: int, relation: str, number: str) -> None:
        # A query compares a number with tickets of this RT alone.
        if self._finds(f"id = {ticket} AND {_QUERIED[relation]} = {number}"):
            self._local[prefix] = True
        # Searches never find a deleted ticket: nothing is known from such a one.
        elif self._finds(f"id = {ticket}"):
            self._local[prefix] = False

    def _finds(self, query: str) -> bool:
        reply: Reply = self._client.get("search/ticket", {"query": query, "format": "i"})
        return "ticket/" in reply.body


def _split(text: str) -> list[str]:
    return _SEPARATOR.split(text) if text else []
