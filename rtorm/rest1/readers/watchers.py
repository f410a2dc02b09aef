"""Groups among the watchers of tickets, which REST 1.0 shows as their members (RT 5 and later)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rtorm.errors import TransportError
from rtorm.gateway import Holders
from rtorm.rest1.client import Client
from rtorm.rest2.pages import PER_PAGE, read_page
from rtorm.rest2.plain import number
from rtorm.rest2.watchers import ASKED, read_holders

__all__ = ["WatcherReader"]

_BATCH = 50


class WatcherReader:
    """Reads who holds the roles of tickets."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lost = False

    def holders(self, tickets: Sequence[int]) -> Mapping[int, Mapping[str, Holders]]:
        """The holders of each ticket's roles, by REST 1.0's names of these.

        One request for 50 tickets; those that no search finds are left out.
        """
        found: dict[int, Mapping[str, Holders]] = {}
        for start in range(0, len(tickets), _BATCH):
            for told in self._searched(tickets[start : start + _BATCH]):
                if own := number(told.get("id")):
                    found[own] = read_holders(told)
        return found

    def _searched(self, tickets: Sequence[int]) -> Sequence[Mapping[str, object]]:
        query = " OR ".join(f"id = {ticket}" for ticket in tickets)
        parameters = {"query": query, "per_page": str(PER_PAGE), **ASKED}
        if self._lost:
            return []
        try:
            page = read_page(self._client.rest2("tickets", parameters))
        except TransportError:
            # A firewall may let REST 1.0 alone through; that is waited for once.
            self._lost = True
            return []
        return [] if page is None else page.items
