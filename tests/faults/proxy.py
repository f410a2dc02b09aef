"""A proxy before a real RT that does to chosen requests, or to their replies, what networks do."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = b"<!DOCTYPE html><html><head><title>Away</title></head><body>Away</body></html>"
# Seconds between two bytes.
_DRIP = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of RT on its way back.

    Attributes:
        head: Its status line and headers, as the proxy writes them.
        body: Its body.
    """

    head: bytes
    body: bytes

    @property
    def text(self) -> bytes:
        """All of it."""
        return self.head + self.body


Answer = Callable[["Proxy", socket.socket, Reply | None], None]
"""Writes to the client what it likes; then the connection is closed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request.

    Attributes:
        name: What it is called.
        reaches: Whether the request reaches RT.
        answer: What is done with the reply; None is given where the request did not reach RT.
        refuses: Whether there is no connection at all.
        is_slow: Whether it takes more time than there is.
    """

    name: str
    reaches: bool
    answer: Answer
    refuses: bool = False
    is_slow: bool = False


class Proxy:
    """Passes everything on, but for what it was told to harm.

    Attributes:
        fault: What happens to the requests that are meant.
        meant: Which requests, by their path.
        times: How many of them.
        struck: How many of them came.
        passed: Paths of what has reached RT.
        kept: The last reply to a request that was meant.
        other: A reply to another request of the kind.
        spares_logins: Whether nothing happens to requests with a password.
        has_cut: Whether the last reply that was to be cut was longer than that.
        over: Set at the end.
    """

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.fault: Fault | None = None
        self.meant = re.compile("")
        self.times = self.struck = 0
        self.passed: list[str] = []
        self.kept = self.other = b""
        self.spares_logins = True
        self.has_cut = False
        self.over = threading.Event()
        self._lock = threading.Lock()
        self._listener: _Listener | None = None
        self._port = 0
        self.listen()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def listen(self) -> None:
        """Take connections, always on the same port."""
        if self._listener is None:
            self._listener = _Listener(self, self._port)
            self._port = self._listener.server_port
            settings = {"poll_interval": 0.02}
            threading.Thread(target=self._listener.serve_forever, kwargs=settings).start()

    def refuse(self) -> None:
        """Cut all connections and take no more."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.end()

    def strike(self, fault: Fault, meant: str, times: int = 1) -> None:
        """Harm the next requests whose paths are meant."""
        self.fault, self.meant, self.times, self.struck = fault, re.compile(meant), times, 0
        self.passed.clear()
        if fault.refuses:
            self.refuse()

    def heal(self) -> None:
        """Harm nothing any more."""
        self.times = 0
        self.listen()

    def struck_by(self, path: str, body: bytes) -> Fault | None:
        """What happens to a request."""
        with self._lock:
            login = self.spares_logins and b"pass=" in body
            spared = login or not self.meant.search(path)
            if spared or self.struck >= self.times or self.fault is None or self.fault.refuses:
                return None
            self.struck += 1
            return self.fault

    def close(self) -> None:
        """End it."""
        self.over.set()
        self.refuse()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, proxy: Proxy, port: int) -> None:
        self.proxy = proxy
        self._clients: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        client, address = super().get_request()
        self._clients.append(client)
        return client, address

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, proxy = urlsplit(self.path).path, self.server.proxy
        fault = proxy.struck_by(path, body)
        reply = self._pass_on(path, body) if fault is None or fault.reaches else None
        if fault is not None:
            with suppress(OSError):
                fault.answer(proxy, self.connection, reply)
            self.close_connection = True
        elif reply is not None:
            # First, since who has the reply asks for it.
            if proxy.meant.search(path) and b"pass=" not in body:
                proxy.kept = reply.text
            self.connection.sendall(reply.text)

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def _pass_on(self, path: str, body: bytes) -> Reply:
        proxy = self.server.proxy
        proxy.passed.append(path)
        upstream = http.client.HTTPConnection(proxy.target, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        kept = [
            f"{name}: {value}"
            for name, value in answer.getheaders()
            if name.lower() not in ("transfer-encoding", "connection", "content-length")
        ]
        status = f"HTTP/1.1 {answer.status} {answer.reason}"
        lines = [status, *kept, f"Content-Length: {len(content)}", "", ""]
        return Reply("\r\n".join(lines).encode("latin-1"), content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def proxy_to(target: str) -> Generator[Proxy]:
    """A running proxy."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()


def _nothing(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
    """The connection is closed at once."""


def _silence(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
    proxy.over.wait(30)


def _drip(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
    for byte in reply.text if reply else b"":
        client.sendall(bytes([byte]))
        if proxy.over.wait(_DRIP):
            return


def _garbage(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
    client.sendall(bytes(range(256)) * 4)


def _another(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
    client.sendall(proxy.other)


def page(status: int, more: bytes = b"") -> Answer:
    """A page of a gateway."""

    def answer(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
        length = f"Content-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n".encode()
        client.sendall(b"HTTP/1.1 %d Away\r\n" % status + length + more + b"\r\n" + PAGE)

    return answer


def cut_after(count: int) -> Fault:
    """The reply is cut after so many bytes."""

    def answer(proxy: Proxy, client: socket.socket, reply: Reply | None) -> None:
        text = reply.text if reply else b""
        proxy.has_cut = count < len(text)
        client.sendall(text[:count])

    return Fault("cut within the reply", reaches=True, answer=answer)


ANOTHER = Fault("reply to another request", reaches=True, answer=_another)
FAULTS = (
    Fault("connection refused", reaches=False, answer=_nothing, refuses=True),
    Fault("cut before RT has it", reaches=False, answer=_nothing),
    Fault("cut after RT has it", reaches=True, answer=_nothing),
    Fault("no reply in time", reaches=True, answer=_silence, is_slow=True),
    Fault("reply by drips", reaches=True, answer=_drip, is_slow=True),
    Fault("garbage", reaches=True, answer=_garbage),
    ANOTHER,
    Fault("502 before RT", reaches=False, answer=page(502)),
    Fault("503 before RT", reaches=False, answer=page(503)),
    Fault("504 after RT", reaches=True, answer=page(504)),
    Fault("429", reaches=False, answer=page(429, b"Retry-After: 1\r\n")),
)
