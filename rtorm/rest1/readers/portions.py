"""Tickets by the portion, for what RT must read files for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["portions"]

_TICKETS = 100


def portions(tickets: Iterable[int]) -> Iterator[list[int]]:
    """The tickets of each request, ascending.

    RT sorts the ids of one parameter and shows repeated ones again; and it reads the content of
    every attachment to tell its size, for the history, too (RT 4.4-5.0).
    """
    ascending = sorted(set(tickets))
    return (ascending[at : at + _TICKETS] for at in range(0, len(ascending), _TICKETS))
