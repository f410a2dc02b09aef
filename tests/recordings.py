"""Where the recordings of the suite lie, and which servers were recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rtorm.testing.cassettes import URL
from tests.support import Server

HOME = Path(__file__).parent.parent / "cassettes"


def path_of(item: pytest.Item, major: int) -> Path:
    """Where the recording of a test lies."""
    folder = Path(item.path).relative_to(Path(__file__).parent).with_suffix("")
    name = re.sub(r"\W+", "-", item.name.replace(f"rt{major}", "")).strip("-")
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
