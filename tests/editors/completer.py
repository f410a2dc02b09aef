"""What jedi answers: to an editor about a file, and to a notebook about live objects."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.editors.language_server import CURSOR

# It has no types that strict checkers accept.
_jedi: Any = importlib.import_module("jedi")


class Completer:
    """Jedi in an editor.

    Texts hold a `⌖` where the cursor is.
    """

    def __init__(self, root: Path) -> None:
        """An editor that has a folder open, in which rtorm lies."""
        self._project = _jedi.Project(root)

    def offers(self, text: str) -> dict[str, str]:
        """What is offered at the cursor, with its documentation."""
        script, position = self._at_cursor(text)
        return {offer.name: offer.docstring() for offer in script.complete(*position)}

    def hover(self, text: str) -> str:
        """The documentation of what is under the cursor."""
        script, position = self._at_cursor(text)
        return "\n".join(name.docstring() for name in script.help(*position))

    def _at_cursor(self, text: str) -> tuple[Any, tuple[int, int]]:
        before, _, after = text.partition(CURSOR)
        position = before.count("\n") + 1, len(before.rpartition("\n")[2])
        return _jedi.Script(before + after, project=self._project), position


def offered_live(code: str, names: Mapping[str, object]) -> dict[str, str]:
    """What IPython offers at the end of the code where there are these objects, with its kind."""
    return {offer.name: offer.type for offer in _jedi.Interpreter(code, [names]).complete()}
