"""Loopback servers that do what no RT here does on demand: lose replies, break TLS, set odd cookies."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, urlsplit

USER, PASSWORD = "alice", "s3cret-Word"

WHO_AM_I = (
    "RT/5.0.3+dfsg-3~deb12u6 200 Ok\n\n# Required: id, Queue\n\nid: ticket/new\n"
    "Requestor: alice\nStarts: 2026-01-05 10:00:00\n\n"
)
SHOWN = "RT/5.0.3 200 Ok\n\nid: ticket/1\nSubject: hello\n\n"
REFUSED = "RT/5.0.3 401 Credentials required\n"
PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """What a server was sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """The path, with its escapes."""
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, str]:
        """The parameters, of the query or of the body; those of a multipart body are left out."""
        if self.headers.get("content-type", "").startswith("multipart/"):
            return {}
        sent = self.body.decode() if self.method == "POST" else urlsplit(self.target).query
        return dict(parse_qsl(sent, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = "text/plain; charset=utf-8"


RawAnswer = Callable[[socket.socket], None]
"""Writes to the connection whatever it likes; then the connection is closed."""

Behaviour = Callable[[Request], Answer | RawAnswer]


def always(answer: Answer | RawAnswer) -> Behaviour:
    """The same for every request."""
    return lambda _: answer


def says(data: bytes) -> RawAnswer:
    """These bytes and nothing more."""
    return lambda connection: connection.sendall(data)


def chunked(*pieces: bytes, head: bytes = b"") -> RawAnswer:
    """A whole reply in chunked encoding, as RT sends it, a chunk for each piece."""
    framing = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + head + b"\r\n"

    def send(connection: socket.socket) -> None:
        connection.sendall(framing)
        for piece in (*pieces, b""):
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))

    return send


def html(body: str, status: int = 200) -> Answer:
    """A page."""
    return Answer(body, status, content_type="text/html; charset=utf-8")


class Stub(ThreadingHTTPServer):
    """A server that keeps what it was sent and answers as it is told.

    Attributes:
        pause: Seconds that it waits before it takes each piece of a body.
        piece: The size of such a piece, in bytes.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self, behaviour: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        # So that the system does not take a large body in the server's stead.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.pause, self.piece = 0.0, 2**30
        self.stopping = threading.Event()
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def keeps_silent(self, connection: socket.socket) -> None:
        """No answer, as long as the server lives."""
        self.stopping.wait()

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, below `/REST/1.0/`."""
        return [sent.path.partition("/REST/1.0/")[2] for sent in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece: in two, the second waits for an acknowledgement.
    wbufsize = -1

    def _answer(self) -> None:
        stub = cast("Stub", self.server)
        body = self._body(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        sent = Request(self.command, self.path, headers, body, self.client_address[1])
        stub.requests.append(sent)
        answer = stub.behaviour(sent)
        if isinstance(answer, Answer):
            self._write(answer)
            return
        with suppress(OSError):
            answer(self.connection)
        self.close_connection = True

    def _body(self, size: int) -> bytes:
        stub = cast("Stub", self.server)
        taken = bytearray()
        while len(taken) < size and not stub.stopping.wait(stub.pause):
            taken += self.rfile.read(min(stub.piece, size - len(taken)))
        return bytes(taken)

    def _write(self, answer: Answer) -> None:
        data = answer.body.encode() if isinstance(answer.body, str) else answer.body
        # Without the Date of its own, which a test may set.
        self.send_response_only(answer.status)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_CONNECT = _answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests do not chatter."""


@contextmanager
def running(stub: Stub) -> Generator[Stub]:
    """Serve while the block runs."""
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        stub.stopping.set()
        stub.shutdown()
        thread.join()
        stub.server_close()


class FakeRT:
    """The logins of an RT: user and password give a cookie, the cookie lets in.

    Attributes:
        reply: The answer to whatever is not a login.
        cookies: The sessions that are alive.
        logins: How many times somebody logged in.
    """

    def __init__(self, reply: Answer | RawAnswer | None = None, attributes: str = "") -> None:
        self.reply = reply or Answer(SHOWN)
        self.cookies: set[str] = set()
        self.logins = 0
        self.accepts_logins = True
        self._attributes = attributes

    def __call__(self, request: Request) -> Answer | RawAnswer:
        """Answer a request."""
        form = request.form
        login = (form.get("user"), form.get("pass")) == (USER, PASSWORD) and self.accepts_logins
        if not login and request.headers.get("cookie") not in self.cookies:
            return Answer(REFUSED, headers={"Set-Cookie": "RT_SID_x=anonymous; path=/"})
        if not login:
            return self.reply
        self.logins += 1
        cookie = f"RT_SID_x={self.logins}"
        self.cookies.add(cookie)
        set_cookie = {"Set-Cookie": f"{cookie}; path=/; HttpOnly{self._attributes}"}
        login_only = "content" not in form and request.path.endswith("/ticket/new")
        reply = Answer(WHO_AM_I) if login_only else self.reply
        if isinstance(reply, Answer):
            return replace(reply, headers={**reply.headers, **set_cookie})
        return reply


class Relay:
    """A TCP proxy before a real RT, which can lose a reply once RT has given it.

    Attributes:
        loses_replies: Whether nothing of a reply comes through.
        cuts_replies_after: After how many bytes of a reply its connection is cut, if at all.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.loses_replies = False
        self.cuts_replies_after: int | None = None
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                self._start(self._pump, client, server)
                self._start(self._pump, server, client)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        reply = source.getpeername() == self._target
        with suppress(OSError):
            while data := source.recv(65536):
                if reply and self.loses_replies:
                    break
                if reply and self.cuts_replies_after is not None:
                    sink.sendall(data[: self.cuts_replies_after])
                    self.cuts_replies_after -= len(data)
                    if self.cuts_replies_after <= 0:
                        break
                else:
                    sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Cut everything."""
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for end in self._sockets:
            end.close()
