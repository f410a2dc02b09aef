"""The client of language servers: it waits for no server that does not answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.editors.language_server import LanguageServer, LanguageServerError


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("import time; time.sleep(60)", "no answer to initialize in 0.5 s"),
        ("import sys; sys.exit('no memory')", "no memory"),
        ("print('Content-Length: 3\\r\\n\\r\\n{!}')", "it ended"),
    ],
)
def test_a_broken_server_is_an_error(tmp_path: Path, program: str, why: str) -> None:
    """A server that is silent, ends or talks nonsense is ended, and what it said is told."""
    server = LanguageServer([sys.executable, "-c", program], tmp_path, {}, patience=0.5)
    with pytest.raises(LanguageServerError, match=why), server:
        pass
