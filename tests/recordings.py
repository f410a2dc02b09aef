"""Where the recordings of the suite lie, and which servers were recorded."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import pytest

from rtorm.testing.cassettes import URL
from tests.support import Server

HOME = Path(__file__).parent.parent / "cassettes"


def path_of(item: pytest.Item, major: int) -> Path:
    """Where the recording of a test lies."""
    folder = Path(item.path).relative_to(Path(__file__).parent).with_suffix("")
    case = item.name.replace(f"rt{major}", "")
    name = re.sub(r"\W+", "-", case).strip("-")
    if not re.fullmatch(r"[\w\[\]-]+", case):
        # Several cases may differ in nothing but what a file's name cannot hold.
        name += f"-{zlib.crc32(case.encode()):08x}"
    return HOME / f"rt{major}" / folder / f"{name}.yaml"


def recorded_server(major: int) -> Server:
    """The server that was recorded."""
    noted = json.loads((HOME / f"rt{major}" / "server.json").read_text())
    return Server(URL, noted["version"], major)


def note_server(server: Server) -> None:
    """Note which server is being recorded."""
    home = HOME / f"rt{server.major}"
    home.mkdir(parents=True, exist_ok=True)
    (home / "server.json").write_text(json.dumps({"version": server.version}) + "\n")
