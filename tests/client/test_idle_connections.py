"""A connection that the server may be about to close is not used again."""

from __future__ import annotations

import ssl
import time
from pathlib import Path

import pytest

from tests.client.servers import FakeRT
from tests.client.support import Connect, Serve

SECURE = pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])


@SECURE
@pytest.mark.parametrize(("pause", "connections"), [(0, 1), (0.7, 2)], ids=["used", "idle"])
def test_write_after_a_pause(
    serve: Serve,
    client: Connect,
    tls: ssl.SSLContext,
    authority: Path,
    pause: float,
    connections: int,
    secure: bool,
) -> None:
    """A write after a pause has a connection of its own, as RT closes an idle one after 1 s."""
    server = serve(FakeRT(), tls if secure else None)
    there = client(server.url, verify=authority)
    there.identity()
    time.sleep(pause)
    there.post("edit", "id: ticket/1\nSubject: new\n")
    assert server.paths == ["ticket/new", "edit"]
    assert len({sent.connection for sent in server.requests}) == connections
