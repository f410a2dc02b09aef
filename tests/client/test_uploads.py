"""Large files over slow links: the time limit of a reply's pieces is that of a request's, too."""

from __future__ import annotations

import ssl
from pathlib import Path
from random import Random

import pytest

from rtorm import OutcomeUnknownError
from rtorm.auth import Token
from rtorm.gateway import Upload
from tests.client.servers import SHOWN, Answer, FakeRT, always
from tests.client.support import Connect, Serve

PATH = "ticket/1/comment"
FORM = "Action: comment\nAttachment: a.bin\n"
LARGE = Upload("a.bin", Random(1).randbytes(16_000_000))
SECURE = pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])


def test_slow_link(serve: Serve, client: Connect) -> None:
    """A body may take longer than the limit, which is for each piece of it."""
    server = serve(always(Answer(SHOWN)))
    server.pause, server.piece = 0.1, 500_000
    client(server.url, Token("1-14-abc"), timeout=(5, 1.6)).post(PATH, FORM, [LARGE])
    assert LARGE.content in server.requests[-1].body


@SECURE
def test_link_with_pauses(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path, secure: bool
) -> None:
    """A pause in a body may be longer than a connection may take."""
    server = serve(FakeRT(), tls if secure else None)
    there = client(server.url, timeout=(0.4, 30), verify=authority)
    there.identity()
    server.pause, server.piece = 1.0, 8_000_000
    there.post(PATH, FORM, [LARGE])
    assert LARGE.content in server.requests[-1].body


def test_length_is_told(serve: Serve, client: Connect) -> None:
    """A body that is sent by pieces has a length, since not every web server takes chunks."""
    server = serve(FakeRT())
    client(server.url).post(PATH, FORM, [LARGE])
    headers = server.requests[-1].headers
    assert int(headers["content-length"]) == len(server.requests[-1].body) > len(LARGE.content)
    assert "transfer-encoding" not in headers


@SECURE
def test_stalled_link(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path, secure: bool
) -> None:
    """A body of which nothing more is taken within the limit may or may not have arrived."""
    server = serve(FakeRT(), tls if secure else None)
    there = client(server.url, timeout=(5, 0.3), verify=authority)
    there.identity()
    server.pause = 60
    with pytest.raises(OutcomeUnknownError, match=r"took no more of the request for 0\.3 s"):
        there.post(PATH, FORM, [LARGE])
    assert server.paths == ["ticket/new"]
