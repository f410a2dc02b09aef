"""Recorded replies of a real RT, served again for as many tickets as are wanted."""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import requests

from benchmarks.peers.peer import CORE, Login

__all__ = ["Recorded", "record", "served"]

_CONTEXT = multiprocessing.get_context("spawn")
_SEPARATOR = "\n--\n\n"
_SAMPLES = 500
_REST2_FIELDS = ",".join(name for name in CORE if name != "id")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What RT answered.

    Attributes:
        login: To the form of a new ticket, which tells rtorm who is logged in.
        head: The first line of its replies.
        core: Tickets, each a form of its core fields, without the id.
        whole: The same with all that RT shows unasked.
        page: A page of a search in REST 2.0.
    """

    login: str
    head: str
    core: tuple[str, ...]
    whole: tuple[str, ...]
    page: dict[str, Any]


def record(login: Login) -> Recorded:
    """Ask a real RT 5."""
    base = f"{login.url}/REST/1.0/"
    with requests.Session() as http:
        told = http.post(f"{base}ticket/new", {"user": login.user, "pass": login.password}).text
        query = {"query": f"id <= {_SAMPLES}", "orderby": "+id", "format": "l"}
        core = http.get(f"{base}search/ticket", params={**query, "fields": ",".join(CORE)}).text
        whole = http.get(f"{base}search/ticket", params=query).text
    page = requests.get(
        f"{login.url}/REST/2.0/tickets",
        params={"query": "id > 0", "orderby": "id", "fields": _REST2_FIELDS, "page": "1"},
        auth=(login.user, login.password),
        timeout=60,
    )
    return Recorded(told, core.split("\n", 1)[0], _forms(core), _forms(whole), page.json())


def _forms(reply: str) -> tuple[str, ...]:
    """The forms of a search, each without its first line, the id."""
    body = reply.split("\n\n", 1)[1].removesuffix("\n\n")
    return tuple(form.split("\n", 1)[1].rstrip("\n") for form in body.split(_SEPARATOR))


@contextmanager
def served(recorded: Recorded, count: int) -> Generator[str]:
    """The URL of a server, in a process of its own, that answers as RT did, of so many tickets."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_serve, args=(theirs, recorded, count), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection, recorded: Recorded, count: int) -> None:
    _Again.recorded, _Again.count = recorded, count
    with ThreadingHTTPServer(("127.0.0.1", 0), _Again) as server:
        told.send(server.server_port)
        server.serve_forever()


class _Again(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    recorded: ClassVar[Recorded]
    count: ClassVar[int]

    def do_GET(self) -> None:
        """Answer."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        asked = {**parse_qs(url.query), **parse_qs(body)}
        if url.path.startswith("/REST/2.0/"):
            content = json.dumps(self._page(int(asked["page"][0])))
        elif url.path.endswith("/ticket/new"):
            content = self.recorded.login
        elif url.path.endswith("/search/ticket"):
            content = self._found(asked)
        else:
            content = self._shown(asked.get("id") or [url.path.removeprefix("/REST/1.0/")])
        self._send(content.encode())

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def _found(self, asked: dict[str, list[str]]) -> str:
        numbers = range(1, self.count + 1)
        if asked["format"] == ["i"]:
            listed = "\n".join(f"ticket/{number}" for number in numbers)
            return f"{self.recorded.head}\n\n{listed}\n\n"
        forms = self.recorded.core if "fields" in asked else self.recorded.whole
        return self._forms(forms, numbers) + "\n"

    def _shown(self, asked: list[str]) -> str:
        numbers = _numbers(",".join(asked))
        return self._forms(self.recorded.core, numbers) if numbers else self.recorded.login

    def _forms(self, forms: tuple[str, ...], numbers: range | list[int]) -> str:
        shown = (f"id: ticket/{number}\n{forms[number % len(forms)]}\n" for number in numbers)
        return f"{self.recorded.head}\n\n{_SEPARATOR.join(shown)}\n"

    def _page(self, number: int) -> dict[str, Any]:
        items = self.recorded.page["items"]
        pages = -(-self.count // len(items))
        return self.recorded.page | {"page": number, "pages": pages, "total": self.count}

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def _numbers(listed: str) -> list[int]:
    """The ids of a list such as `ticket/1-3,7`."""
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", listed):
        found += range(int(first), int(last or first) + 1)
    return found
