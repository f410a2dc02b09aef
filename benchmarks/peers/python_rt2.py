"""PyPI's `rt`, python-rt, on RT 5's REST 2.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import httpx2
import rt.rest2

from benchmarks.peers.peer import CORE, QUEUE, Edit, New, Peer

__all__ = ["PythonRt2"]

# REST 2.0's names.
_CORE = [name for name in CORE if name != "id"]
_WATCHERS = ["Requestor", "Cc", "AdminCc"]


class PythonRt2(Peer):
    """`rt.rest2.Rt`: the password goes with each request, and searches come by pages of 20."""

    name: ClassVar = "python-rt (REST 2)"
    notes: ClassVar = (
        "RT 5; `edit_ticket`, `create_ticket`, `get_links`, `get_attachments` a ticket; "
        "`search(..., query_format=[fields])`, by pages of 20; the password goes with each "
        "request, which RT takes 0.2 s to check (a token, too)"
    )
    majors: ClassVar = (5,)
    _client: rt.rest2.Rt

    def log_in(self) -> None:
        login = httpx2.BasicAuth(self.at.user, self.at.password)
        self._client = rt.rest2.Rt(f"{self.at.url}/REST/2.0/", http_auth=login, http_timeout=600)

    def first(self, ticket: int) -> object:
        self.log_in()
        return self._client.get_ticket(ticket)

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        pass

    def edit(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            done = self._client.edit_ticket(
                edit.ticket, Subject=edit.subject, Priority=edit.priority
            )
            assert done, edit

    def load(self, first: int, last: int) -> list[dict[str, Any]]:
        return self._search(first, last, _CORE)

    def load_watchers(self, first: int, last: int) -> list[dict[str, Any]]:
        return self._search(first, last, [*_CORE, *_WATCHERS])

    def load_related(self, first: int, last: int) -> list[tuple[object, object]]:
        # The filter that is there unasked leaves out what has no file name.
        every = [{"field": "id", "operator": ">", "value": "0"}]
        return [
            (self._client.get_links(ticket), self._client.get_attachments(ticket, every))
            for ticket in range(first, last + 1)
        ]

    def create(self, tickets: Sequence[New]) -> list[int]:
        return [
            self._client.create_ticket(
                QUEUE, subject=new.subject, content=new.text, Priority=new.priority
            )
            for new in tickets
        ]

    def close(self) -> None:
        self._client.session.close()

    def _search(self, first: int, last: int, fields: list[str]) -> list[dict[str, Any]]:
        query = f"id >= {first} AND id <= {last}"
        return list(self._client.search(raw_query=query, order="id", query_format=fields))
