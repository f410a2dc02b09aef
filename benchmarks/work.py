"""What the peers are asked to do: the rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass, replace
from itertools import count

from benchmarks.peers.peer import Edit, New, Peer

__all__ = ["EDIT", "FIRST", "LOAD", "ROWS", "Job", "Row"]

_numbers: Iterator[int] = count(1)
"""So that no value is written twice."""


Job = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work.

    Attributes:
        name: Short, for files.
        title: For people.
        size: With how many tickets.
        prepare: Has a peer make ready, which is not counted; gives what is.
    """

    name: str
    title: str
    size: int
    prepare: Callable[[Peer, int], Job]

    def of(self, size: int) -> Row:
        """The same with another number of tickets."""
        return replace(self, size=size)

    def job(self, peer: Peer) -> Job:
        """What is to be measured of a peer, once."""
        return self.prepare(peer, self.size)

    def __str__(self) -> str:
        return self.title.format(f"{self.size:,}")


def _edit(peer: Peer, size: int) -> Job:
    _make_ready(peer)
    tickets = range(1, size + 1)
    peer.prepare_edit(tickets)
    edits = [_edited(ticket) for ticket in tickets]
    return lambda: peer.edit(edits)


def _edited(ticket: int) -> Edit:
    number = next(_numbers)
    # Never the value before: two edits of a ticket are fewer than so many edits apart.
    return Edit(ticket, f"Printer {ticket} is on fire, {number}", number % 99991)


def _load(peer: Peer, size: int) -> Job:
    _make_ready(peer)
    return _counted(lambda: peer.load(1, size), size)


def _load_watchers(peer: Peer, size: int) -> Job:
    _make_ready(peer)
    return _counted(lambda: peer.load_watchers(1, size), size)


def _load_related(peer: Peer, size: int) -> Job:
    _make_ready(peer)
    return _counted(lambda: peer.load_related(1, size), size)


def _create(peer: Peer, size: int) -> Job:
    _make_ready(peer)
    news = [New(f"Disk {next(_numbers)} is full", "df says 100 %", 30) for _ in range(size)]
    return _counted(lambda: peer.create(news), size)


def _first(peer: Peer, size: int) -> Job:
    peer.start()

    def job() -> None:
        peer.first(size)

    return job


def _make_ready(peer: Peer) -> None:
    """Have it know nothing, and a connection, if it keeps any: the server closes it after 1 s."""
    peer.forget()
    peer.load(1, 1)


def _counted(work: Callable[[], Sized], size: int) -> Job:
    """Work that must be done with all tickets."""

    def job() -> None:
        done = len(work())
        assert done == size, f"{done} tickets instead of {size}"

    return job


EDIT = Row("edit", "edit 2 fields of {} tickets", 100, _edit)
LOAD = Row("load", "load {} tickets", 500, _load)
FIRST = Row("first", "first call, with the login", 1, _first)
ROWS = (
    EDIT,
    LOAD,
    Row("watchers", "load {} tickets with watchers", 500, _load_watchers),
    Row("related", "links and attachment lists of {}", 100, _load_related),
    Row("create", "create {} tickets", 50, _create),
    FIRST,
)
"""All that goes over the network."""
