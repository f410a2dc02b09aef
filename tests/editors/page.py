"""Writes `docs/editors.md` from what the language servers say: `python -m tests.editors.page`."""

from __future__ import annotations

import tempfile
import textwrap
from itertools import zip_longest
from pathlib import Path

from tests.editors.completer import Completer
from tests.editors.language_server import CURSOR, LanguageServer, pyright
from tests.editors.program import DECLARATION, program

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "editors.md"

_WIDTH = 66
_ROWS = 8
_HOVERED = ("ticket.sever⌖ity", "Incident.sever⌖ity", "ticket.sub⌖ject", "ticket.requ⌖estors")
_WRONG = (
    'ticket.severity = "huge"',
    "ticket.severty",
    'session.query(Incident).where(Incident.severity == "huge")',
)

_TEXT = """\
# What your editor shows

rtorm needs no plugin: its types are Python's own. Below is what pyright's language server answers
about this program; Visual Studio Code with Pylance, Neovim, Emacs, Helix and others ask such a
server, and jedi (Vim, Spyder, python-lsp-server) offers the same names and documentation. The boxes
are made from the server's answers, and a test holds that they are what it says today.

```python
{declaration}```

A string below a field is its documentation: editors show it, and so does `help(Incident)`.

## While you type

Fields of your own come first, then RT's and what a ticket can do, each with its documentation:

{fields}

{severity}

A `Literal` offers its values, and a constructor what it takes:

{values}

{arguments}

On the class a field is a column, to build conditions with:

{columns}

`ticket.links` is six lists:

{links}

## Under the mouse

{hover}

## In red

{errors}

## In a notebook

IPython and Jupyter look at the objects that are there: [what they offer](notebooks.md#completion).
"""


def page(editor: LanguageServer, completer: Completer) -> str:
    """The page, as the servers have it now."""
    # What the page says of jedi.
    assert completer.offers(program("ticket.⌖"))["severity"] == "How bad it is."
    return _TEXT.format(
        declaration=DECLARATION.replace(", Session", ""),
        fields=_offers(editor, "ticket.⌖"),
        severity=_offers(editor, "ticket.s⌖", "severity"),
        values=_offers(editor, 'ticket.severity = "⌖"'),
        arguments=_offers(editor, "Incident(s⌖"),
        columns=_offers(editor, "session.query(Incident).where(Incident.severity.⌖", "in_"),
        links=_offers(editor, "ticket.links.⌖"),
        hover="\n\n".join(_hover(editor, line) for line in _HOVERED),
        errors="\n\n".join(_error(editor, line) for line in _WRONG),
    )


def _offers(editor: LanguageServer, line: str, selected: str = "") -> str:
    """The line, and below it the names that fit, the documentation of the selected one beside."""
    typed = line.partition(CURSOR)[0].replace(".", "(").replace('"', "(").rpartition("(")[2]
    offers = [
        offer
        for offer in editor.offers(program(line))
        if offer.name.startswith(typed) and not offer.name.startswith("_")
    ]
    told = [editor.documentation(offer) for offer in offers if offer.name == selected]
    marked = [f"{'>' if offer.name == selected else ' '} {offer.name}" for offer in offers]
    names = [*marked[:_ROWS], *(["  …"] if len(marked) > _ROWS else [])]
    return _fenced(
        [line.replace(CURSOR, "▏"), *_beside(_box(names), *(_box(_lines(t)) for t in told))]
    )


def _hover(editor: LanguageServer, line: str) -> str:
    text = editor.hover(program(line)).removeprefix("(variable) ")
    return _fenced([line.replace(CURSOR, ""), *_box(_lines(text))])


def _error(editor: LanguageServer, line: str) -> str:
    [said] = editor.errors(program(line)).values()
    return _fenced([line, "~" * len(line), *_box(_lines(said))])


def _lines(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in _wrapped(line) or [""]]


def _wrapped(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def _box(lines: list[str]) -> list[str]:
    width = max(map(len, lines))
    rule = "─" * (width + 2)
    return [f"┌{rule}┐", *(f"│ {line:{width}} │" for line in lines), f"└{rule}┘"]


def _beside(left: list[str], right: list[str] | None = None) -> list[str]:
    width = len(left[0])
    pairs = zip_longest(left, right or [], fillvalue="")
    return [f"{one:{width}} {other}".rstrip() for one, other in pairs]


def _fenced(lines: list[str]) -> str:
    return "\n".join(["```text", *lines, "```"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, pyright(Path(folder), ROOT) as opened:
        PAGE.write_text(page(opened, Completer(ROOT)), encoding="utf-8")
