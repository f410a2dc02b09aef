"""The hand-written optimum: the best requests that RT takes, and the least work on replies.

It is no client: it knows nothing of errors, odd values, types or whoever else edits the tickets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

import requests

from benchmarks.peers.peer import CORE, QUEUE, Edit, New, Peer

__all__ = ["ByHand"]

_WATCHERS = ("Requestors", "Cc", "AdminCc")


class ByHand(Peer):
    """requests, and forms put together by hand."""

    name: ClassVar = "by hand"
    notes: ClassVar = (
        "bare requests: one `POST edit` of all forms, one `GET search/ticket` with `format=l` and "
        "`fields=`, one `POST show` for all links and attachment lists; replies become "
        "dicts of texts"
    )
    _http: requests.Session

    def log_in(self) -> None:
        self._http = requests.Session()
        self._base = f"{self.at.url}/REST/1.0/"
        self._post("", user=self.at.user, **{"pass": self.at.password})

    def first(self, ticket: int) -> object:
        # The login goes with the request.
        self._http = requests.Session()
        self._base = f"{self.at.url}/REST/1.0/"
        login = {"user": self.at.user, "pass": self.at.password}
        return _forms(self._post(f"ticket/{ticket}/show", **login))

    def prepare_edit(self, tickets: Sequence[int]) -> None:
        pass

    def edit(self, edits: Sequence[Edit]) -> None:
        forms = [
            f"id: ticket/{edit.ticket}\nSubject: {edit.subject}\nPriority: {edit.priority}\n"
            for edit in edits
        ]
        told = self._post("edit", content="--\n".join(forms))
        assert told.count(" updated.") == len(edits), told

    def load(self, first: int, last: int) -> list[dict[str, str]]:
        return self._search(first, last, CORE)

    def load_watchers(self, first: int, last: int) -> list[dict[str, str]]:
        return self._search(first, last, (*CORE, *_WATCHERS))

    def load_related(self, first: int, last: int) -> list[tuple[dict[str, str], list[str]]]:
        tickets = f"ticket/{first}-{last}"
        told = _split(self._post("show", id=[f"{tickets}/links", f"{tickets}/attachments"]))
        links, files = told[: len(told) // 2], told[len(told) // 2 :]
        return list(zip(map(_fields, links), map(_files, files), strict=True))

    def create(self, tickets: Sequence[New]) -> list[int]:
        forms = [
            f"id: ticket/new\nQueue: {QUEUE}\nSubject: {new.subject}\nPriority: {new.priority}\n"
            f"Text: {new.text}\n"
            for new in tickets
        ]
        told = self._post("edit", content="--\n".join(forms))
        return [int(number) for number in re.findall(r"# Ticket (\d+) created", told)]

    def close(self) -> None:
        self._http.close()

    def _search(self, first: int, last: int, fields: Sequence[str]) -> list[dict[str, str]]:
        parameters = {
            "query": f"id >= {first} AND id <= {last}",
            "orderby": "+id",
            "format": "l",
            "fields": ",".join(fields),
        }
        return _forms(self._http.get(f"{self._base}search/ticket", params=parameters).text)

    def _post(self, path: str, **data: str | list[str]) -> str:
        return self._http.post(self._base + path, data=data).text


def _split(reply: str) -> list[str]:
    _, blank, forms = reply.partition("\n\n")
    assert blank, reply
    return forms.split("\n--\n\n")


def _forms(reply: str) -> list[dict[str, str]]:
    return list(map(_fields, _split(reply)))


def _fields(form: str) -> dict[str, str]:
    """Its lines as keys and texts, as if no value had several lines."""
    return {key: value for key, _, value in (line.partition(": ") for line in form.split("\n"))}


def _files(form: str) -> list[str]:
    return re.findall(r"^ *(?:Attachments: )?(\d+: .*)", form, re.MULTILINE)
