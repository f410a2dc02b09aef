"""PyPI's `rt`, python-rt, on RT 5's REST 2.0."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Sequence, Sized
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import rt.rest2

from benchmarks.comparison.clients.client import QUEUE, Client, Fields, custom

__all__ = ["PythonRt2"]


class PythonRt2(Client):
    """`rt.rest2.Rt`: methods that take and give what JSON holds."""

    name: ClassVar = "python-rt, `rt.rest2`"
    majors: ClassVar = (5,)
    _client: rt.rest2.Rt

    @property
    def version(self) -> str:
        return version("rt")

    def log_in(self) -> None:
        login = httpx2.BasicAuth(self.at.user, self.at.password)
        self._client = rt.rest2.Rt(f"{self.at.url}/REST/2.0/", http_auth=login, http_timeout=120)

    def create(self, subject: str, text: str, fields: Fields) -> object:
        more: Any = _named(fields)
        return self._client.create_ticket(QUEUE, subject=subject, content=text, **more)

    def edit(self, ticket: int, fields: Fields) -> object:
        return self._client.edit_ticket(ticket, **_named(fields))

    def change(self, ticket: int, subject: str) -> object:
        priority = self._client.get_ticket(ticket)["Priority"]
        return self._client.edit_ticket(ticket, Subject=subject, Priority=priority)

    def edit_many(self, tickets: Sequence[int], priority: int) -> object:
        return [self._client.edit_ticket(each, Priority=priority) for each in tickets]

    def load(self, tickets: Sequence[int]) -> Sized:
        query = f"id >= {tickets[0]} AND id <= {tickets[-1]}"
        return list(self._client.search(raw_query=query, order="id"))

    def read(self, ticket: int, field: str) -> object:
        shown = self._client.get_ticket(ticket)
        if not (name := custom(field)):
            return shown[field]
        [values] = [each["values"] for each in shown["CustomFields"] if each["name"] == name]
        return values

    def comment(self, ticket: int, text: str, files: Sequence[Path]) -> object:
        given = [
            rt.rest2.Attachment(file.name, _type_of(file.name), file.read_bytes()) for file in files
        ]
        return self._client.comment(ticket, text, attachments=given)

    def files(self, ticket: int) -> dict[str, str]:
        return {each["Filename"]: each["id"] for each in self._client.get_attachments(ticket)}

    def fetch(self, file: str) -> bytes:
        return base64.b64decode(self._client.get_attachment(file)["Content"])

    def close(self) -> None:
        self._client.session.close()


def _named(fields: Fields) -> dict[str, Any]:
    core = {key: value for key, value in fields.items() if not custom(key)}
    own = {name: value for key, value in fields.items() if (name := custom(key))}
    return core | ({"CustomFields": own} if own else {})


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
