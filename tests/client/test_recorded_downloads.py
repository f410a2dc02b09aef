"""Downloads that are recorded and given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtorm.gateway import Upload
from rtorm.testing.cassettes import record, replay
from tests.client.contents import attached, content_of
from tests.client.support import Connect
from tests.seed import password_of
from tests.support import Server

ROOT = ("root", password_of("root"))
FILES = [
    Upload("all.bin", bytes(range(256)) * 3),
    Upload("lines.bin", b"\n\r\n\r \n\n\n"),
    Upload("text.txt", "Grüße\u2028\x85\n".encode()),
    Upload("spaces.txt", b"  a: b\t\n - c \n"),
    Upload("empty.bin", b""),
    Upload("page.html", b"<!DOCTYPE html>\n", "text/html"),
]


@pytest.mark.live
def test_every_byte(rt: Server, client: Connect, tmp_path: Path) -> None:
    """Recorded files are given back with every byte, and an empty one as empty."""
    recorded: list[list[bytes]] = []
    for how in (record, replay):
        with how(tmp_path / "downloads.yaml"):
            there = client(rt.url, ROOT)
            recorded.append([content_of(there, path) for path in attached(there, *FILES)])
    contents = [file.content for file in FILES]
    assert recorded == [contents, contents]


@pytest.mark.live
def test_given_up(rt: Server, client: Connect, tmp_path: Path) -> None:
    """A download that is given up leaves the next request of a recording its own reply."""
    long, short = attached(
        client(rt.url, ROOT), Upload("long.bin", bytes(90_000)), Upload("short.bin", b"abc")
    )
    for how in (record, replay):
        with how(tmp_path / "given-up.yaml"):
            there = client(rt.url, ROOT)
            with there.download(long) as download:
                next(download.chunks())
            assert content_of(there, short) == b"abc"
