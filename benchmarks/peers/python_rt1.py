"""PyPI's `rt`, python-rt, on REST 1.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import rt.rest1

from benchmarks.peers.peer import QUEUE, Edit, New, Peer

__all__ = ["PythonRt1"]


class PythonRt1(Peer):
    """`rt.rest1.Rt`: a request for each edit, listing and creation; searches in one."""

    name: ClassVar = "python-rt (REST 1)"
    notes: ClassVar = (
        "`edit_ticket` and `create_ticket` a ticket; `search(raw_query=..., Format='l')`, which "
        "always has the watchers; `get_links` and `get_attachments` a ticket"
    )
    # Its annotations leave out what dicts hold.
    _client: Any

    def log_in(self) -> None:
        self._client = rt.rest1.Rt(f"{self.at.url}/REST/1.0/", self.at.user, self.at.password)
        assert self._client.login()

    def first(self, ticket: int) -> object:
        self.log_in()
        return self._client.get_ticket(ticket)

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        pass

    def edit(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            done = self._client.edit_ticket(
                edit.ticket, Subject=edit.subject, Priority=str(edit.priority)
            )
            assert done, edit

    def load(self, first: int, last: int) -> list[Any]:
        # `Fields` is not documented, joins names without commas, and its replies cannot be read
        # without the requestors.
        query = f"id >= {first} AND id <= {last}"
        found: list[Any] = self._client.search(
            Queue=rt.rest1.ALL_QUEUES, raw_query=query, order="id", Format="l"
        )
        return found

    load_watchers = load

    def load_related(self, first: int, last: int) -> list[tuple[object, object]]:
        return [
            (self._client.get_links(ticket), self._client.get_attachments(ticket))
            for ticket in range(first, last + 1)
        ]

    def create(self, tickets: Sequence[New]) -> list[int]:
        return [
            self._client.create_ticket(
                QUEUE, Subject=new.subject, Text=new.text, Priority=str(new.priority)
            )
            for new in tickets
        ]

    def close(self) -> None:
        self._client.session.close()
