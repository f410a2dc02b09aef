"""The contents of attachments: every byte, by pieces, told apart from all else that may answer."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import AuthenticationError, PermissionDenied, ProtocolError, RTError, TransportError
from rtorm.auth import Password, PerRequest
from rtorm.gateway import Upload
from rtorm.rest1.wire.contents import without_tail
from tests.client.contents import OK, PATH, attached, content_of
from tests.client.servers import PAGE, Answer, FakeRT, RawAnswer, chunked, html, says
from tests.client.support import LOGIN, Connect, Serve, Traffic
from tests.seed import password_of
from tests.support import Server

ROOT = ("root", password_of("root"))
ALICE = ("alice", password_of("alice"))
PIECE = 65536

CONTENTS = {
    "bytes": Upload("all.bin", bytes(range(256)) * 3),
    "newlines": Upload("lines.bin", b"\n\n\r\n \n\n\n"),
    "reply": Upload("reply.bin", b"RT/5.0.3 200 Ok\n\nid: ticket/1\n\n"),
    "refusal": Upload("refusal.bin", b"RT/5.0.3 401 Credentials required\n"),
    "html": Upload("page.html", PAGE.encode(), "text/html"),
    "xhtml": Upload("page.xhtml", PAGE.encode(), "application/xhtml+xml"),
    "text": Upload("text.txt", "Grüße\n".encode(), "text/plain"),
    "image": Upload("dot.png", b"\x89PNG\r\n\x1a\n", "image/png"),
}


class TestReal:
    """What a real RT sends."""

    @pytest.mark.parametrize("file", CONTENTS.values(), ids=CONTENTS.keys())
    def test_every_byte(self, rt: Server, client: Connect, file: Upload) -> None:
        """A content comes as it is, whatever bytes and whatever media type it has."""
        there = client(rt.url, ROOT)
        (path,) = attached(there, file)
        with there.download(path) as download:
            assert b"".join(download.chunks()) == file.content
            assert download.status == 200
            assert not download.empty
            texts = "text/plain; charset=utf-8"
            type_ = texts if file.content_type.startswith("text/") else file.content_type
            assert download.content_type == type_

    @pytest.mark.parametrize("content", [b"", b"0"], ids=["empty", "zero"])
    def test_nothing(self, rt: Server, client: Connect, content: bytes) -> None:
        """A content that is empty, or `0`, comes as a reply of nothing, and the download says so."""
        there = client(rt.url, ROOT)
        (path,) = attached(there, Upload("none.bin", content))
        with there.download(path) as download:
            assert list(download.chunks()) == []
            assert download.empty

    def test_not_there(self, rt: Server, client: Connect) -> None:
        """What RT says instead of a content comes in its place."""
        assert content_of(client(rt.url, ROOT), "ticket/1/attachments/9999999/content") == (
            b"# Invalid attachment id: 9999999\n\n\n"
        )

    @pytest.mark.live
    def test_five_megabytes(self, rt: Server, client: Connect) -> None:
        """A long content comes whole, in pieces of at most 64 kB, and its end is known."""
        there = client(rt.url, ROOT)
        content = os.urandom(5_000_000)
        (path,) = attached(there, Upload("long.bin", content))
        with there.download(path) as download:
            pieces = list(download.chunks())
            assert download.end_known
        assert b"".join(pieces) == content
        assert max(map(len, pieces)) <= PIECE

    def test_logs_in_first(self, rt: Server, client: Connect, traffic: Traffic) -> None:
        """A download that is the first request logs in."""
        (path,) = attached(client(rt.url, ROOT), Upload("a.bin", b"abc"))
        traffic.since()
        assert content_of(client(rt.url, ALICE), path) == b"abc"
        assert traffic.since() == [LOGIN, f"{path} 200"]

    def test_expired(self, rt: Server, client: Connect, traffic: Traffic) -> None:
        """When the session has ended, a download logs in again, once, and is repeated."""
        there = client(rt.url, ROOT)
        (path,) = attached(there, Upload("a.bin", b"abc"))
        there.get("logout")
        traffic.since()
        assert content_of(there, path) == b"abc"
        assert traffic.since() == [f"{path} 401", LOGIN, f"{path} 200"]

    def test_per_request(self, rt: Server, client: Connect) -> None:
        """A login with every request serves for downloads."""
        (path,) = attached(client(rt.url, ROOT), Upload("a.bin", b"abc"))
        assert content_of(client(rt.url, PerRequest(*ALICE)), path) == b"abc"

    @pytest.mark.parametrize("make", [Password, PerRequest])
    def test_wrong_password(
        self,
        rt: Server,
        client: Connect,
        traffic: Traffic,
        make: type[Password | PerRequest],
    ) -> None:
        """A login that RT refuses is told in RT's words, and tried once."""
        there = client(rt.url, make("alice", "wrong"))
        with pytest.raises(AuthenticationError, match="Your username or password is incorrect"):
            content_of(there)
        assert len(traffic.since()) == 1

    def test_unprivileged(self, rt: Server, client: Connect) -> None:
        """An account that is not privileged is told what to tick."""
        there = client(rt.url, PerRequest("selfie", password_of("selfie")))
        with pytest.raises(PermissionDenied, match="Let this user be granted rights"):
            content_of(there)

    @pytest.mark.live
    def test_other_requests_meanwhile(self, rt: Server, client: Connect) -> None:
        """While a download is open, the same thread may send what it likes."""
        there = client(rt.url, ROOT)
        content = os.urandom(3_000_000)
        long, short = attached(there, Upload("long.bin", content), Upload("short.bin", b"abc"))
        with there.download(long) as download:
            pieces = download.chunks()
            first = next(pieces)
            assert there.get("queue/Incidents").status == 200
            assert content_of(there, short) == b"abc"
            assert first + b"".join(pieces) == content


NOT_A_CONTENT: dict[str, tuple[Answer | RawAnswer, type[RTError], str]] = {
    "page": (html(PAGE), ProtocolError, "its title: 'Welcome'"),
    "page as text": (Answer(PAGE), ProtocolError, "its title: 'Welcome'"),
    "page as a file": (
        Answer(PAGE, content_type="application/octet-stream"),
        ProtocolError,
        "its title: 'Welcome'",
    ),
    "404": (html("gone", 404), ProtocolError, "HTTP 404"),
    "502": (html("<h1>502</h1>", 502), ProtocolError, "HTTP 502"),
    "502 of RT": (Answer(OK, 502), ProtocolError, "HTTP 502"),
    "401": (html("no", 401), AuthenticationError, "does not accept the login"),
    "self-service": (
        Answer("", 302, {"Location": "/SelfService/"}),
        PermissionDenied,
        "Let this user be granted rights",
    ),
    "crash": (
        Answer("Undefined at x line 3.\n\nStack:\n  [y]\n"),
        ProtocolError,
        "RT crashed: Undefined at x line 3",
    ),
    "other text": (Answer("hello"), ProtocolError, "begins 'hello'"),
    "cut status line": (
        says(b"HTTP/1.1 200 OK\r\n\r\nRT/5.0.3 2"),
        ProtocolError,
        "begins 'RT/5.0.3 2'",
    ),
    "cut after the status line": (
        says(b"HTTP/1.1 200 OK\r\n\r\nRT/5.0.3 200 Ok\n"),
        ProtocolError,
        "cut off in its head",
    ),
    "nothing at all": (says(b"HTTP/1.1 200 OK\r\n\r\n"), ProtocolError, "the reply is empty"),
    "no reply": (says(b""), TransportError, "no reply from RT"),
}


class TestHead:
    """What stands before a content."""

    @pytest.mark.parametrize("size", [1, 2, 16, 17, 18, 1000])
    def test_split(self, serve: Serve, client: Connect, size: int) -> None:
        """The head may come in any number of pieces."""
        reply = OK + bytes(range(256))
        pieces = [reply[start : start + size] for start in range(0, len(reply), size)]
        server = serve(FakeRT(chunked(*pieces)))
        assert content_of(client(server.url)) == bytes(range(256))

    @pytest.mark.parametrize("type_", ["text/html", "application/xhtml+xml", "nonsense", ""])
    def test_any_media_type(self, serve: Serve, client: Connect, type_: str) -> None:
        """A reply that begins as RT's is one, whatever its media type."""
        server = serve(FakeRT(Answer(OK + PAGE.encode(), content_type=type_)))
        with client(server.url).download(PATH) as download:
            assert b"".join(download.chunks()) == PAGE.encode()
            assert download.content_type == type_

    def test_other_status(self, serve: Serve, client: Connect) -> None:
        """RT's own status is told, whatever it is."""
        server = serve(FakeRT(Answer("RT/5.0.3 400 Bad Request\n\n# No such thing.\n")))
        with client(server.url).download(PATH) as download:
            assert download.status == 400
            assert b"".join(download.chunks()) == b"# No such thing.\n"

    @pytest.mark.parametrize(
        ("answer", "error", "said"), NOT_A_CONTENT.values(), ids=NOT_A_CONTENT.keys()
    )
    def test_not_a_content(
        self,
        serve: Serve,
        client: Connect,
        answer: Answer | RawAnswer,
        error: type[RTError],
        said: str,
    ) -> None:
        """What is no content of RT's is told apart as for any other request, and sent for once."""
        server = serve(FakeRT(answer))
        with pytest.raises(error, match=said) as caught:
            content_of(client(server.url))
        assert server.url in str(caught.value)
        assert server.paths == ["ticket/new", PATH]

    def test_endless_page(self, serve: Serve, client: Connect) -> None:
        """Of a body that is no content, only the beginning is read."""
        server = serve(rt := FakeRT())

        def pour(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while not server.stopping.is_set():
                connection.sendall(b"<html>" * 1000)

        rt.reply = pour
        with pytest.raises(ProtocolError, match="HTML page"):
            content_of(client(server.url))

    def test_refused_after_login(self, serve: Serve, client: Connect) -> None:
        """A session that is refused as soon as it is made is not made for ever."""
        server = serve(FakeRT(Answer("RT/5.0.3 401 Credentials required\n")))
        with pytest.raises(AuthenticationError, match="not the session cookie"):
            content_of(client(server.url))
        assert server.paths == ["ticket/new", PATH]


OLD = b"RT/4.4.4 200 Ok\n\n"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("content", [b"a", b"abc", b"\n\n\nabc\n\nd", bytes(range(256))])
def test_old_versions(serve: Serve, client: Connect, content: bytes, size: int) -> None:
    """The newlines that RT before 4.4.5 adds to a content are taken off."""
    sent = content + b"\n\n\n"
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    server = serve(FakeRT(chunked(OLD, *pieces)))
    assert content_of(client(server.url)) == content


@given(st.lists(st.binary(min_size=1, max_size=8) | st.sampled_from([b"\n", b"\n\n"])))
def test_without_tail(pieces: Sequence[bytes]) -> None:
    """Three newlines at the end are taken off, and nothing else, however the content is cut."""
    whole = b"".join(pieces)
    assert b"".join(without_tail(iter(pieces))) == whole.removesuffix(b"\n\n\n")
