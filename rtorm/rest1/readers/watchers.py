"""Groups among the watchers of tickets, which REST 1.0 shows as their members (RT 5 and later)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rtorm.gateway import Holders
from rtorm.rest1.client import Client
from rtorm.rest1.readers.tickets import searched
from rtorm.rest2.watchers import ASKED, read_holders

__all__ = ["read_watchers"]


def read_watchers(client: Client, tickets: Sequence[int]) -> Mapping[int, Mapping[str, Holders]]:
    """Who holds each ticket's roles, by REST 1.0's names of these; one request for 50 tickets.

    Raises:
        TransportError: The network failed. Whether there are groups is not known then, so that
            nothing may be sent that could put others in their place.
    """
    found = searched(client, tickets, ASKED) or {}
    return {ticket: read_holders(told) for ticket, told in found.items()}
