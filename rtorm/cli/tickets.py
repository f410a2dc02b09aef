"""The tickets that numbers mean: one that was merged into another means that other one."""

from __future__ import annotations

from collections.abc import Sequence

from rtorm.cli.ending import complain
from rtorm.models.ticket import Ticket
from rtorm.orm.session import Session

__all__ = ["tell_merged", "tickets_of"]


def tickets_of(session: Session, numbers: Sequence[int]) -> list[Ticket]:
    """The tickets, each once; where a number has become another one, that is said.

    Args:
        session: Where they are loaded.
        numbers: Their numbers.

    Raises:
        RTError: One of them is not there, or could not be read.
    """
    found = session.get_many(Ticket, numbers)
    for number, ticket in zip(numbers, found, strict=True):
        tell_merged(number, ticket)
    return list(dict.fromkeys(found))


def tell_merged(number: int, ticket: Ticket) -> None:
    """Say that a number has become another one, if it has."""
    if ticket.id != number:
        complain(f"ticket {number} has been merged into {ticket.id}")
