"""One server for all questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.language_server import LanguageServer, pyright


@pytest.fixture(scope="session")
def editor(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """An editor with pyright's server."""
    with pyright(tmp_path_factory.mktemp("editor"), root) as server:
        yield server
