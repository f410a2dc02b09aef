"""PyPI's `rt`, python-rt, on REST 1.0."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence, Sized
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import rt.rest1

from benchmarks.comparison.clients.client import QUEUE, Client, Fields, custom

__all__ = ["PythonRt1"]


class PythonRt1(Client):
    """`rt.rest1.Rt`: methods that take and give dicts."""

    name: ClassVar = "python-rt, `rt.rest1`"
    # Its annotations leave out what dicts hold.
    _client: Any

    @property
    def version(self) -> str:
        return version("rt")

    def log_in(self) -> None:
        self._client = rt.rest1.Rt(f"{self.at.url}/REST/1.0/", self.at.user, self.at.password)
        assert self._client.login()

    def create(self, subject: str, text: str, fields: Fields) -> object:
        return self._client.create_ticket(QUEUE, Subject=subject, Text=text, **_named(fields))

    def edit(self, ticket: int, fields: Fields) -> object:
        return self._client.edit_ticket(ticket, **_named(fields))

    def change(self, ticket: int, subject: str) -> object:
        priority = self._client.get_ticket(ticket)["Priority"]
        return self._client.edit_ticket(ticket, Subject=subject, Priority=priority)

    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        return [self._client.edit_ticket(each, Priority=str(priority)) for each in tickets]

    def load(self, tickets: Sequence[int]) -> Sized:
        query = f"id >= {tickets[0]} AND id <= {tickets[-1]}"
        found: list[Any] = self._client.search(
            Queue=rt.rest1.ALL_QUEUES, raw_query=query, order="id", Format="l"
        )
        return found

    def read(self, ticket: int, field: str) -> object:
        return self._client.get_ticket(ticket)[field]

    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        with ExitStack() as opened:
            given = [
                (file.name, opened.enter_context(file.open("rb")), _type_of(file.name))
                for file in files
            ]
            return self._client.comment(ticket, text, files=given)

    def files(self, ticket: int) -> dict[str, str]:
        listed = self._client.get_attachments(ticket)
        return {name: f"{ticket}/{number}" for number, name, *_ in listed}

    def fetch(self, file: str) -> bytes:
        content: bytes = self._client.get_attachment_content(*file.split("/"))
        return content

    def close(self) -> None:
        self._client.session.close()


def _named(fields: Fields) -> dict[str, str | list[str]]:
    return {f"CF_{name}" if (name := custom(key)) else key: value for key, value in fields.items()}


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
