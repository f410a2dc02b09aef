"""A proxy that keeps the requests that pass it, and may cut the connection when RT has answered."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

__all__ = ["Request", "Tap", "tapped"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: HTTP's.
        path: With the query.
        body: As it was sent.
    """

    method: str
    path: str
    body: bytes

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method == "PUT" or b"content" in self.body.lower() or b"{" in self.body


class Tap(ThreadingHTTPServer):
    """Passes everything on.

    Attributes:
        requests: What has passed, but for logins.
        marks: One of these a request's body must hold for its reply to be lost.
        cut: How many replies were lost.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.requests: list[Request] = []
        self.marks: tuple[bytes, ...] = ()
        self.cut = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def note(self, request: Request) -> None:
        """Keep what passes."""
        login = b"pass=" in request.body or b'name="pass"' in request.body
        if not login:
            self.requests.append(request)

    def cuts(self, request: Request) -> bool:
        """Whether its reply is to be lost: the first one that is marked."""
        if self.cut or not self.is_marked(request):
            return False
        self.cut += 1
        return True

    def is_marked(self, request: Request) -> bool:
        """Whether it holds one of the marks."""
        return any(mark in request.body for mark in self.marks)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Tap  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = Request(self.command, self.path, body)
        self.server.note(request)
        status, headers, content = self._pass_on(body)
        if self.server.cuts(request):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(content)

    do_GET = do_PUT = do_POST  # noqa: N815 - the names that http.server looks for

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection(self.server.target, timeout=120)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        upstream.request(self.command, self.path, body, headers)
        reply = upstream.getresponse()
        content = reply.read()
        upstream.close()
        return reply.status, reply.getheaders(), content

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def tapped(target: str) -> Generator[Tap]:
    """A running proxy."""
    with Tap(target) as tap:
        threading.Thread(target=tap.serve_forever, kwargs={"poll_interval": 0.05}).start()
        try:
            yield tap
        finally:
            tap.shutdown()
