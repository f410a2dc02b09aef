"""What a download leaves behind: its connection, no memory, a line in the log."""

from __future__ import annotations

import logging
import os
import re
import socket
import tracemalloc

import pytest

from rtorm import ProtocolError, TransportError
from tests.client.contents import CHUNKED, FIRST, OK, PATH, content_of, lengthy
from tests.client.servers import FakeRT, says
from tests.client.support import Connect, Serve, WireLog

PIECE = 65536


def test_memory(serve: Serve, client: Connect) -> None:
    """A content of 30 MB is read in less than 2 MB of memory."""
    block, blocks = b"\x00\xff" * (PIECE // 2), 480

    def pour(connection: socket.socket) -> None:
        chunk = b"%x\r\n%b\r\n" % (len(block), block)
        connection.sendall(CHUNKED + b"%x\r\n%b\r\n" % (len(OK), OK))
        for _ in range(blocks):
            connection.sendall(chunk)
        connection.sendall(b"0\r\n\r\n")

    there = client(serve(FakeRT(pour)).url)
    there.identity()
    tracemalloc.start()
    try:
        with there.download(PATH) as download:
            total = sum(map(len, download.chunks()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == len(block) * blocks
    assert peak < 2_000_000


class TestConnection:
    """The connection of a download."""

    def test_given_back(self, serve: Serve, client: Connect) -> None:
        """After a content was read to its end, its connection serves the next request."""
        server = serve(FakeRT(lengthy(bytes(200_000))))
        there = client(server.url)
        for _ in range(3):
            content_of(there)
        assert len({sent.connection for sent in server.requests}) == 1

    @pytest.mark.parametrize("pieces", [0, 1], ids=["nothing", "a piece"])
    def test_given_up(self, serve: Serve, client: Connect, pieces: int) -> None:
        """Of a content that is not read to its end no more is fetched, and the next one is whole."""
        server = serve(FakeRT(lengthy(bytes(3_000_000))))
        there = client(server.url)
        with there.download(PATH) as download:
            for _ in zip(range(pieces), download.chunks(), strict=False):
                pass
        assert len(content_of(there)) == 3_000_000
        first, second = [sent.connection for sent in server.requests if sent.path.endswith(PATH)]
        assert first != second

    def test_exception(self, serve: Serve, client: Connect) -> None:
        """What the program raises in the block comes out of it as it is."""
        server = serve(FakeRT(lengthy(bytes(3_000_000))))
        there = client(server.url)
        error = KeyError("mine")
        with pytest.raises(KeyError) as caught, there.download(PATH):
            raise error
        assert caught.value is error
        assert len(content_of(there)) == 3_000_000

    def test_left(self, serve: Serve, client: Connect) -> None:
        """Reading on after the block is an error, and no end."""
        server = serve(FakeRT(lengthy(bytes(3_000_000))))
        with client(server.url).download(PATH) as download:
            pieces = download.chunks()
            next(pieces)
        with pytest.raises(ValueError, match="given up"):
            next(pieces)

    def test_read_twice(self, serve: Serve, client: Connect) -> None:
        """A second reading is an error, and not an empty content."""
        server = serve(FakeRT(lengthy(b"abc")))
        with client(server.url).download(PATH) as download:
            list(download.chunks())
            with pytest.raises(ValueError, match="nothing more"):
                list(download.chunks())

    def test_read_on(self, serve: Serve, client: Connect) -> None:
        """A reading that was interrupted goes on where it was."""
        content = os.urandom(300_000)
        server = serve(FakeRT(lengthy(content)))
        with client(server.url).download(PATH) as download:
            first = next(download.chunks())
            assert first + b"".join(download.chunks()) == content


class TestLog:
    """What the log `rtorm.wire` tells of a download."""

    def test_whole(self, serve: Serve, client: Connect, log: WireLog) -> None:
        """At INFO stands one line with the size; the content stands nowhere."""
        there = client(serve(FakeRT(lengthy(b"secret words"))).url)
        there.identity()
        log.lines.clear()
        content_of(there)
        (line,) = log.at(logging.INFO)
        assert re.fullmatch(rf"GET {PATH}: RT/5\.0\.3 200 Ok, 12 bytes, all, \d+ ms", line)
        assert log.at(logging.DEBUG) == [f"GET {PATH}\n"]

    def test_given_up(self, serve: Serve, client: Connect, log: WireLog) -> None:
        """A content that was not read to its end is said not to be."""
        with client(serve(FakeRT(lengthy(bytes(200_000)))).url).download(PATH) as download:
            next(download.chunks())
        assert re.search(r"200 Ok, \d+ bytes, then given up, \d+ ms", log.at(logging.INFO)[-1])

    def test_cut(self, serve: Serve, client: Connect, log: WireLog) -> None:
        """A content that broke off is told with its error."""
        server = serve(FakeRT(says(CHUNKED + FIRST)))
        with pytest.raises(TransportError):
            content_of(client(server.url))
        assert re.search(r"200 Ok, 5 bytes, TransportError: .*, \d+ ms", log.at(logging.INFO)[-1])

    def test_foreign_error(self, serve: Serve, client: Connect, log: WireLog) -> None:
        """What else goes wrong in the block is not put down to the download."""
        there = client(serve(FakeRT(lengthy(b"abc"))).url)
        error = ProtocolError("mine")
        with pytest.raises(ProtocolError, match="mine"), there.download(PATH) as download:
            raise error if list(download.chunks()) else AssertionError
        assert "3 bytes, all" in log.at(logging.INFO)[-1]
