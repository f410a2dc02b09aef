"""A proxy in front of a real server that loses chosen requests or replies."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Loss = Literal["request", "reply", "half", "late", "later", "paused"]


class Proxy(ThreadingHTTPServer):
    """Passes everything on, but for the losses that it was told.

    Attributes:
        losses: Path endings to what is lost of requests to them: the request, which then never
            reaches the server, or its reply, or the second half of that, after the server has
            carried it out; what is late is passed on once the proxy is told so, what is later also,
            but the connection is gone at once; so is the second half of a reply that is paused.
        marked: What the body of a request must hold to be lost; empty for any.
        arrived: Set when something came that is to be late, or the first half of what is paused
            was passed on.
        go_on: To be set when it may be passed on.
        gone_on: Set when that is done.
        passed: Paths of the requests that reached the server.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.losses: dict[str, Loss] = {}
        self.marked = b""
        self.arrived = threading.Event()
        self.go_on = threading.Event()
        self.gone_on = threading.Event()
        self.passed: list[str] = []

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def loss(self, path: str) -> Loss | None:
        """What is to be lost of a request."""
        return next((loss for end, loss in self.losses.items() if path.endswith(end)), None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # Logins are never lost.
        spared = b"pass=" in body or self.server.marked not in body
        loss = None if spared else self.server.loss(urlsplit(self.path).path)
        if loss == "later":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        if loss in ("late", "later"):
            self.server.arrived.set()
            self.server.go_on.wait(60)
        if loss == "request":
            self.close_connection = True
            return
        status, headers, content = self._pass_on(body)
        if loss in ("reply", "later"):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if loss == "half":
            self.close_connection = True
            content = content[: len(content) // 2]
        if loss == "paused":
            self.wfile.write(content[: len(content) // 2])
            content = content[len(content) // 2 :]
            self.server.arrived.set()
            self.server.go_on.wait(60)
        # Whoever asked may have gone meanwhile.
        with suppress(ConnectionError):
            self.wfile.write(content)
        if loss in ("late", "paused"):
            self.server.gone_on.set()

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        self.server.passed.append(self.path)
        upstream = http.client.HTTPConnection(self.server.target, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        upstream.request(self.command, self.path, body, headers)
        reply = upstream.getresponse()
        content = reply.read()
        upstream.close()
        return reply.status, reply.getheaders(), content

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def proxy_to(target: str) -> Generator[Proxy]:
    """A running proxy."""
    with Proxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
