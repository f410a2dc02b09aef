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
# RT is asked about so many organizations; others are taken for those of other RTs.
_MOST = 100
# What the relations are called in a query.
_QUERIED = {name: name for name in RELATIONS} | {"Members": "HasMember"}


class LinkReader:
    """Reads links, and finds out once which organization is that of the RT itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._local: dict[str, bool] = {}

    @property
    def own_prefix(self) -> str:
        """What the URIs of this RT's tickets begin with; empty as long as none was seen."""
        return next((prefix for prefix, local in self._local.items() if local), "")

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
        # Searches never find a deleted ticket: nothing is known from such a one.
        all(self._learn(ticket.id, relation, listed) for relation, listed in uris.items())
        shown = {relation: ", ".join(map(self._told, listed)) for relation, listed in uris.items()}
        return Shown(ticket.id, {**ticket.fields, **shown}, ticket.doubled)

    def _told(self, uri: str) -> str:
        found = _TICKET.match(uri)
        return found[2] if found and self._local.get(found[1]) else uri

    def _learn(self, ticket: int, relation: str, uris: Sequence[str]) -> bool:
        """Find out which of these URIs are of this RT, as far as it is not known yet.

        Returns:
            Whether searches find the ticket, as far as they were asked.
        """
        tickets = [found for uri in uris if (found := _TICKET.match(uri))]
        prefixes: dict[int, set[str]] = {}
        for found in tickets:
            prefixes.setdefault(int(found[2]), set()).add(found[1])
        for prefix, number in (found.groups() for found in tickets):
            if prefix in self._local or len(self._local) >= _MOST:
                continue
            others = prefixes[int(number)]
            # Of two tickets of one number, a query does not tell which one it has found.
            if any(other != prefix and self._local.get(other, True) for other in others):
                continue
            if not self._find_out(prefix, ticket, relation, number):
                return False
        return True

    def _find_out(self, prefix: str, ticket: int, relation: str, number: str) -> bool:
        # A query compares a number with tickets of this RT alone.
        if self._finds(f"id = {ticket} AND {_QUERIED[relation]} = {number}"):
            self._local[prefix] = True
        elif self._finds(f"id = {ticket}"):
            self._local[prefix] = False
        else:
            return False
        return True

    def _finds(self, query: str) -> bool:
        reply: Reply = self._client.get("search/ticket", {"query": query, "format": "i"})
        return "ticket/" in reply.body


def _split(text: str) -> list[str]:
    return _SEPARATOR.split(text) if text else []
