"""A write whose reply is lost is never taken for done, nor for not done, nor sent again."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from rtorm import OutcomeUnknownError, ProtocolError, TransportError
from rtorm.auth import Token
from rtorm.rest1.forms import compose
from tests.client.servers import PAGE, WHO_AM_I, Answer, FakeRT, Relay, always, html, says
from tests.client.support import Connect, Serve, Traffic
from tests.seed import password_of
from tests.support import Server

FORM = "id: ticket/1\nSubject: new\n"
# A login that sends nothing by itself, so that the write is the first request.
FIRST = Token("1-14-abc")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
UPDATED = b"RT/5.0.3 200 Ok\n\n# Ticket 1 updated.\n\n"

LOST: dict[str, Answer | Callable[[socket.socket], None]] = {
    "closed": says(b""),
    "garbage": says(b"\x00\x01\x02 not HTTP at all\r\n\r\n"),
    "cut in the head": says(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "cut after the type": says(HEAD),
    "cut in the body": says(HEAD + b"Content-Length: 1000\r\n\r\n" + UPDATED),
    "cut before the body": says(HEAD + b"Content-Length: 1000\r\n\r\n"),
    "cut in a chunk": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + UPDATED),
    "cut between chunks": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nRT/5.\r\n"),
    "no chunk": says(HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "cut in a line": says(HEAD + b"Connection: close\r\n\r\n" + UPDATED[:-5]),
    "cut status line": says(HEAD + b"Connection: close\r\n\r\nRT/5.0.3 2"),
    "two lengths": says(HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + UPDATED),
    "bad compression": says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
    "page": html(PAGE),
    "page as text": Answer(PAGE),
    "other text": Answer("OK"),
    "nothing": Answer(""),
    "500": html("<h1>500</h1>", 500),
    "502": html("<h1>502</h1>", 502),
    "503": Answer("away", 503),
    "504": html("<h1>504</h1>", 504),
}
CASES = pytest.mark.parametrize("answer", LOST.values(), ids=LOST.keys())


@CASES
def test_write(
    serve: Serve, client: Connect, answer: Answer | Callable[[socket.socket], None]
) -> None:
    """A write whose reply is lost is an OutcomeUnknownError, and is sent once."""
    server = serve(FakeRT(answer))
    with pytest.raises(OutcomeUnknownError, match="look at the record before") as caught:
        client(server.url).post("edit", FORM)
    assert server.url in str(caught.value)
    assert server.paths == ["ticket/new", "edit"]


# A read may well be answered with nothing.
@pytest.mark.parametrize("answer", {**LOST, "nothing": says(b"")}.values(), ids=LOST.keys())
def test_read(
    serve: Serve, client: Connect, answer: Answer | Callable[[socket.socket], None]
) -> None:
    """A read whose reply is lost is a TransportError or a ProtocolError, and is sent once."""
    server = serve(FakeRT(answer))
    with pytest.raises((TransportError, ProtocolError)) as caught:
        client(server.url).get("ticket/1/show")
    assert server.url in str(caught.value)
    assert server.paths == ["ticket/new", "ticket/1/show"]


@CASES
def test_login_of_a_write(
    serve: Serve, client: Connect, answer: Answer | Callable[[socket.socket], None]
) -> None:
    """When the reply to the login is lost, the write was not sent, and nothing is unknown."""
    server = serve(always(answer))
    with pytest.raises((TransportError, ProtocolError)):
        client(server.url).post("edit", FORM)
    assert server.paths == ["ticket/new"]


def test_slow_write(serve: Serve, client: Connect) -> None:
    """A write that is not answered in time may have been carried out."""
    server = serve(rt := FakeRT())
    rt.reply = server.keeps_silent
    with pytest.raises(OutcomeUnknownError, match=r"no answer within 0\.2 s"):
        client(server.url, timeout=(5, 0.2)).post("edit", FORM)
    assert server.paths == ["ticket/new", "edit"]


def test_tls_that_breaks_after_sending(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path
) -> None:
    """TLS that breaks when the write is on its way is no failed handshake: nothing is known."""
    server = serve(FakeRT(_in_clear), tls)
    with pytest.raises(OutcomeUnknownError, match="SSL"):
        client(server.url, verify=authority).post("edit", FORM)
    assert server.paths == ["ticket/new", "edit"]


def _in_clear(connection: socket.socket) -> None:
    with socket.socket(fileno=connection.detach()) as bare:
        bare.sendall(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n")


def test_tls_that_breaks_in_a_reply_that_has_begun(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path
) -> None:
    """TLS that breaks in the middle of a reply leaves the outcome of a write unknown."""

    def begun(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n" + UPDATED)
        _in_clear(connection)

    server = serve(FakeRT(begun), tls)
    with pytest.raises(OutcomeUnknownError):
        client(server.url, verify=authority).post("edit", FORM)


class TestNeverSent:
    """A write that never left is a TransportError: it may be sent again."""

    def test_refused(self, serve: Serve, client: Connect) -> None:
        """A server that is gone when the write is to be sent has not got it."""
        server = serve(always(Answer(WHO_AM_I)))
        there = client(server.url, FIRST)
        there.identity()
        there.close()
        server.shutdown()
        server.server_close()
        with pytest.raises(TransportError, match="nothing was sent"):
            there.post("edit", FORM)

    @pytest.mark.parametrize("timeout", [0.2, (0.2, 30)])
    def test_handshake_without_an_end(
        self, client: Connect, timeout: float | tuple[float, float]
    ) -> None:
        """A TLS handshake that is not answered has sent nothing, and ends with the connection's limit."""
        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"
            with pytest.raises(TransportError, match=r"nothing was sent.* within 0\.2 s"):
                client(url, FIRST, timeout=timeout).post("edit", FORM)

    @pytest.mark.parametrize("trusted", [True, False], ids=["name", "authority"])
    def test_certificate(
        self, serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path, trusted: bool
    ) -> None:
        """A write to a server whose certificate is refused was not sent."""
        server = serve(FakeRT(), tls)
        url = server.url.replace("127.0.0.1", "localhost") if trusted else server.url
        with pytest.raises(TransportError, match="nothing was sent"):
            client(url, FIRST, verify=authority if trusted else True).post("edit", FORM)
        assert server.paths == []

    @pytest.mark.parametrize(
        "url", ["https://no-such-host.invalid", "http://a..b", "http://127.0.0.1:9"]
    )
    def test_no_such_server(self, client: Connect, url: str) -> None:
        """A write to a host or port that is not there was not sent."""
        with pytest.raises(TransportError, match="nothing was sent"):
            client(url, FIRST).post("edit", FORM)

    def test_plain_port(self, serve: Serve, client: Connect) -> None:
        """A write over TLS to a port that speaks none was not sent."""
        server = serve(FakeRT())
        with pytest.raises(TransportError, match="nothing was sent"):
            client(server.url.replace("http:", "https:"), FIRST).post("edit", FORM)
        assert server.paths == []

    def test_proxy_that_is_away(
        self, client: Connect, closed_port: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A write through a proxy that is not there was not sent."""
        monkeypatch.setenv("HTTP_PROXY", closed_port())
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(TransportError, match=r"nothing was sent.*HTTP_PROXY"):
            client("http://rt.example.com", FIRST).post("edit", FORM)

    @pytest.mark.parametrize("status", [302, 400, 404, 413])
    def test_refused_by_the_web_server(self, serve: Serve, client: Connect, status: int) -> None:
        """A write that the web server turned away was not carried out: a plain ProtocolError."""
        server = serve(FakeRT(html("<h1>no</h1>", status)))
        with pytest.raises(ProtocolError):
            client(server.url).post("edit", FORM)


def test_handled_errors_do_not_count(
    serve: Serve, client: Connect, closed_port: Callable[[], str]
) -> None:
    """What the program is handling when it writes has no say in what became of the write."""
    there = client(serve(FakeRT(says(b""))).url)
    with pytest.raises(OutcomeUnknownError):  # noqa: PT012 - the write is in a handler
        try:
            requests.get(closed_port(), timeout=5)
        except requests.ConnectionError:
            there.post("edit", FORM)


@pytest.mark.live
def test_real_write_whose_reply_is_lost(
    rt: Server, relay: Relay, client: Connect, traffic: Traffic
) -> None:
    """A real RT that carried out a write whose reply is lost has carried it out once."""
    direct = client(rt.url, ("root", password_of("root")))
    there = client(relay.url, ("root", password_of("root")))
    there.identity()
    traffic.since()
    relay.loses_replies = True
    subject = "written, and the reply lost"
    with pytest.raises(OutcomeUnknownError):
        there.post("ticket/new", compose([("Queue", "Incidents"), ("Subject", subject)]))
    assert traffic.since() == ["ticket/new OutcomeUnknownError"]
    found = direct.get("search/ticket", {"query": f"Subject = '{subject}'", "format": "i"})
    assert len(found.body.split()) == 1
    relay.loses_replies = False
    assert there.get("queue/Incidents").status == 200


@pytest.mark.live
def test_real_read_whose_reply_is_lost(rt: Server, relay: Relay, client: Connect) -> None:
    """A read whose reply is lost is a TransportError, and the next one works again."""
    there = client(relay.url, ("root", password_of("root")))
    there.identity()
    relay.loses_replies = True
    with pytest.raises(TransportError):
        there.get("queue/Incidents")
    relay.loses_replies = False
    assert there.get("queue/Incidents").status == 200


def test_nothing_to_change(rt: Server, client: Connect) -> None:
    """A real RT answers with nothing to an edit that changes nothing, and nothing is lost."""
    there = client(rt.url, ("root", password_of("root")))
    assert there.post("queue/General", "Name: General\n").empty


def test_nothing_to_show(rt: Server, client: Connect) -> None:
    """A real RT answers with nothing where it has nothing to show."""
    there = client(rt.url, ("root", password_of("root")))
    made = there.post("ticket/new", compose([("Queue", "Incidents"), ("Subject", "no files")]))
    number = made.body.split()[2]
    assert there.get(f"ticket/{number}/attachments").empty
