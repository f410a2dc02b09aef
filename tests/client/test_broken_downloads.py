"""A content that breaks off on the way is never taken for a shorter one."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
from pathlib import Path
from random import Random

import pytest

from rtorm import ProtocolError, TransportError
from rtorm.gateway import Upload
from tests.client.contents import CHUNKED, FIRST, HEAD, OK, PATH, attached, content_of, lengthy
from tests.client.servers import Answer, FakeRT, RawAnswer, Relay, chunked, says
from tests.client.support import Connect, Serve
from tests.proxy import proxy_to
from tests.seed import password_of
from tests.support import Server

ROOT = ("root", password_of("root"))
PIECE = 65536

CUTS: dict[str, bytes] = {
    "length": HEAD + b"Content-Length: 1000\r\n\r\n" + OK + b"first",
    "length, a byte": HEAD + b"Content-Length: 23\r\n\r\n" + OK + b"first",
    "in a chunk": CHUNKED + FIRST + b"10\r\nsec",
    "between chunks": CHUNKED + FIRST,
    "in a chunk's length": CHUNKED + FIRST + b"1",
    "no chunk": CHUNKED + FIRST + b"xyz\r\n",
    "before the last chunk's end": CHUNKED + FIRST + b"6\r\nsecond",
}


@pytest.mark.live
def test_cut_by_the_network(rt: Server, relay: Relay, client: Connect) -> None:
    """RT's own reply cut after any number of bytes is an error, never a short file."""
    there = client(relay.url, ROOT)
    (path,) = attached(there, Upload("long.bin", os.urandom(300_000)))
    for size in (1, 9, *range(12, 400, 16), 70_000, 299_999, 300_100):
        relay.cuts_replies_after = size
        with pytest.raises((TransportError, ProtocolError), match=r"off|no reply"):
            content_of(there, path)
        relay.cuts_replies_after = None
    assert len(content_of(there, path)) == 300_000


@pytest.mark.live
def test_cut_by_a_proxy(rt: Server, client: Connect) -> None:
    """A proxy that says how long a reply is and sends half of it is a TransportError, too."""
    content = os.urandom(200_000)
    (path,) = attached(client(rt.url, ROOT), Upload("long.bin", content))
    with proxy_to(rt.url) as proxy:
        there = client(proxy.url, ROOT)
        proxy.losses[path] = "half"
        with pytest.raises(TransportError, match="broke off"):
            content_of(there, path)
        proxy.losses.clear()
        assert content_of(there, path) == content


class TestCut:
    """A content that breaks off."""

    @pytest.mark.parametrize("sent", CUTS.values(), ids=CUTS.keys())
    def test_cut(self, serve: Serve, client: Connect, sent: bytes) -> None:
        """A content that is cut off ends in a TransportError, not as if it were whole."""
        server = serve(FakeRT(says(sent)))
        with pytest.raises(TransportError, match="broke off") as caught:
            content_of(client(server.url))
        assert server.url in str(caught.value)
        assert server.paths == ["ticket/new", PATH]

    def test_cut_and_read_on(self, serve: Serve, client: Connect) -> None:
        """Reading on after a cut is an error again, and no end."""
        server = serve(FakeRT(says(CHUNKED + FIRST)))
        with client(server.url).download(PATH) as download:
            pieces = download.chunks()
            assert next(pieces) == b"first"
            with pytest.raises(TransportError, match="broke off"):
                next(pieces)
            with pytest.raises(ValueError, match="broke off"):
                list(download.chunks())

    @pytest.mark.parametrize("sent", [b"", OK[:5], OK, OK + b"first"])
    def test_silence(self, serve: Serve, client: Connect, sent: bytes) -> None:
        """A content of which no more comes within the time limit is a TransportError with it."""
        server = serve(rt := FakeRT())

        def pause(connection: socket.socket) -> None:
            connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + sent)
            server.stopping.wait()

        rt.reply = pause
        with pytest.raises(TransportError, match=r"no answer within 0\.2 s"):
            content_of(client(server.url, timeout=(5, 0.2)))

    def test_slow_but_steady(self, serve: Serve, client: Connect) -> None:
        """The time limit is for each kilobyte, not for the whole."""
        server = serve(rt := FakeRT())

        def flow(connection: socket.socket) -> None:
            connection.sendall(CHUNKED + FIRST)
            for _ in range(8):
                server.stopping.wait(0.1)
                connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
            connection.sendall(b"0\r\n\r\n")

        rt.reply = flow
        assert content_of(client(server.url, timeout=(5, 0.5))) == b"first" + b"x" * 8192

    def test_dripping(self, serve: Serve, client: Connect) -> None:
        """A reply that comes by single bytes ends with the time limit, however long it goes on."""
        server = serve(rt := FakeRT())

        def drip(connection: socket.socket) -> None:
            connection.sendall(CHUNKED + FIRST)
            for _ in range(100):
                server.stopping.wait(0.05)
                connection.sendall(b"1\r\nx\r\n")

        rt.reply = drip
        with pytest.raises(TransportError, match=r"no answer within 0\.5 s"):
            content_of(client(server.url, timeout=(5, 0.5)))

    def test_program_that_takes_its_time(self, serve: Serve, client: Connect) -> None:
        """What the program does between two pieces does not count."""
        server = serve(rt := FakeRT())

        def flow(connection: socket.socket) -> None:
            connection.sendall(CHUNKED + FIRST)
            for _ in range(4):
                server.stopping.wait(0.1)
                connection.sendall(b"1\r\nx\r\n")
            connection.sendall(b"0\r\n\r\n")

        rt.reply = flow
        with client(server.url, timeout=(5, 0.8)).download("ticket/1/x") as download:
            received = b""
            for piece in download.chunks():
                received += piece
                server.stopping.wait(0.4)
        assert received == b"first" + b"x" * 4

    def test_tls(self, serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path) -> None:
        """TLS that breaks in the middle of a content is a TransportError."""

        def breaks(connection: socket.socket) -> None:
            connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + OK + b"first")
            with socket.socket(fileno=connection.detach()) as bare:
                bare.sendall(b"in clear")

        server = serve(FakeRT(breaks), tls)
        with pytest.raises(TransportError, match="broke off"):
            content_of(client(server.url, verify=authority))

    def test_end_of_nothing(self, serve: Serve, client: Connect) -> None:
        """Of an empty reply, too, a download says whether it is known to be whole."""
        untold = says(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        answers: dict[bool, Answer | RawAnswer] = {True: Answer(""), False: untold}
        for known, answer in answers.items():
            with client(serve(FakeRT(answer)).url).download(PATH) as download:
                assert (download.empty, download.end_known) == (True, known)

    @pytest.mark.parametrize(
        ("answer", "known"),
        [
            (lengthy(b"abc"), True),
            (chunked(OK + b"abc"), True),
            (says(b"HTTP/1.0 200 OK\r\n\r\n" + OK + b"abc"), False),
            (Answer(gzip.compress(OK + b"abc"), headers={"Content-Encoding": "gzip"}), False),
        ],
        ids=["length", "chunks", "neither", "compressed"],
    )
    def test_end_known(
        self, serve: Serve, client: Connect, answer: Answer | RawAnswer, known: bool
    ) -> None:
        """A download says when a cut could not be noticed, since nothing tells where it ends."""
        with client(serve(FakeRT(answer)).url).download(PATH) as download:
            assert b"".join(download.chunks()) == b"abc"
            assert download.end_known is known


class TestCompressed:
    """A proxy on the way that compresses."""

    @pytest.mark.parametrize(
        "content",
        [b"abc", Random(1).randbytes(200_000), bytes(5_000_000)],
        ids=["short", "random", "zeros"],
    )
    @pytest.mark.parametrize("in_chunks", [False, True], ids=["length", "chunks"])
    def test_content(self, serve: Serve, client: Connect, content: bytes, in_chunks: bool) -> None:
        """A compressed content comes as it was, in pieces of at most 64 kB."""
        packed = gzip.compress(OK + content)
        answer: Answer | RawAnswer = Answer(packed, headers={"Content-Encoding": "gzip"})
        if in_chunks:
            answer = chunked(packed, head=b"Content-Encoding: gzip\r\n")
        with client(serve(FakeRT(answer)).url).download(PATH) as download:
            pieces = list(download.chunks())
        assert b"".join(pieces) == content
        assert max(map(len, pieces)) <= PIECE

    def test_broken(self, serve: Serve, client: Connect) -> None:
        """A compression that cannot be undone is a TransportError."""
        packed = bytearray(gzip.compress(OK + os.urandom(1000)))
        packed[500:] = bytes(len(packed) - 500)
        answer = Answer(bytes(packed), headers={"Content-Encoding": "gzip"})
        with pytest.raises(TransportError, match="broke off"):
            content_of(client(serve(FakeRT(answer)).url))

    def test_none_is_asked_for(self, serve: Serve, client: Connect) -> None:
        """A content is asked for as it is: compressed and then cut, it might look whole."""
        server = serve(FakeRT(lengthy(b"abc")))
        content_of(client(server.url))
        assert server.requests[-1].headers["accept-encoding"] == "identity"
