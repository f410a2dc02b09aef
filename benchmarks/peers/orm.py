"""rtorm itself, as its documentation says."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import ClassVar

import rtorm
from benchmarks.peers.peer import QUEUE, Edit, New, Peer
from rtorm import Query, Session, Ticket

__all__ = ["Rtorm", "RtormParallel"]


class Rtorm(Peer):
    """A session with the settings that it has unasked."""

    name: ClassVar = "rtorm"
    notes: ClassVar = (
        "`commit()` of records that were loaded before; queries; `include(...)`; all as it is "
        "unasked, so that values are validated, outcomes attributed to each field, and what RT may "
        "have lost is read back"
    )
    parallel: ClassVar = 1
    _session: Session
    _records: list[Ticket]

    def log_in(self) -> None:
        self._session = rtorm.connect(
            self.at.url,
            auth=(self.at.user, self.at.password),
            time_zone="UTC",
            timeout=(10, 600),
            parallel=self.parallel,
        )
        self._session.get(Ticket, 1)

    def forget(self) -> None:
        # A session keeps no record that nobody else holds.
        self._records = []
        gc.collect()

    def first(self, ticket: int) -> object:
        login = (self.at.user, self.at.password)
        self._session = rtorm.connect(self.at.url, auth=login, time_zone="UTC")
        return self._session.get(Ticket, ticket)

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        self._records = self._session.get_many(Ticket, tickets)

    def edit(self, edits: Sequence[Edit]) -> None:
        for record, edit in zip(self._records, edits, strict=True):
            record.subject = edit.subject
            record.priority = edit.priority
        self._session.commit()

    def load(self, first: int, last: int) -> list[Ticket]:
        return self._numbered(first, last).all()

    def load_watchers(self, first: int, last: int) -> list[Ticket]:
        query = self._numbered(first, last)
        tickets = query.include(Ticket.requestors, Ticket.cc, Ticket.admin_cc).all()
        assert all(ticket.requestors for ticket in tickets)
        return tickets

    def load_related(self, first: int, last: int) -> list[tuple[list[int | str], object]]:
        query = self._numbered(first, last).only(Ticket.links, Ticket.attachments)
        return [(ticket.links.depends_on, ticket.attachments) for ticket in query]

    def create(self, tickets: Sequence[New]) -> list[Ticket]:
        made = [
            self._session.add(
                Ticket(queue=QUEUE, subject=new.subject, text=new.text, priority=new.priority)
            )
            for new in tickets
        ]
        self._session.commit()
        return made

    def stream(self, count: int) -> Iterator[Ticket]:
        """Tickets as they are needed."""
        return self._numbered(1, count).stream(chunk=500)

    def close(self) -> None:
        self._session.close()

    def _numbered(self, first: int, last: int) -> Query[Ticket]:
        return self._session.query(Ticket).where(Ticket.id >= first, Ticket.id <= last)


class RtormParallel(Rtorm):
    """The same with several requests at a time."""

    name: ClassVar = "rtorm, parallel"
    notes: ClassVar = "the same with `connect(..., parallel=4)`, on a server that has two cores"
    parallel: ClassVar = 4
