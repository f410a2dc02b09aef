"""The page on editors shows what they show."""

from __future__ import annotations

from pathlib import Path

from tests.editors.completer import Completer
from tests.editors.language_server import LanguageServer
from tests.editors.page import PAGE, page


def test_the_page_is_what_the_servers_say(editor: LanguageServer, root: Path) -> None:
    """`docs/editors.md` is as `python -m tests.editors.page` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(editor, Completer(root))
