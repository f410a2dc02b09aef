"""Tickets by number in REST 2.0, with what REST 1.0 does not tell of them (RT 5 and later)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rtorm.rest1.client import Client
from rtorm.rest2.pages import PER_PAGE, read_page
from rtorm.rest2.plain import number

__all__ = ["searched"]

_BATCH = 50


def searched(
    client: Client, tickets: Sequence[int], asked: Mapping[str, str]
) -> dict[int, Mapping[str, object]] | None:
    """The tickets that searches find, by number; no search finds a deleted one.

    One request for 50 tickets.

    Args:
        client: Who asks.
        tickets: Their numbers.
        asked: What is to be told of each, in RT's parameters.

    Returns:
        None where RT does not tell them.

    Raises:
        TransportError: The network failed.
    """
    found: dict[int, Mapping[str, object]] = {}
    for start in range(0, len(tickets), _BATCH):
        query = " OR ".join(f"id = {ticket}" for ticket in tickets[start : start + _BATCH])
        page = read_page(
            client.rest2("tickets", {"query": query, "per_page": str(PER_PAGE), **asked})
        )
        if page is None:
            return None
        found |= {own: each for each in page.items if (own := number(each.get("id")))}
    return found
