"""Texts as Python source, just as `ruff format` leaves them; pure."""

from __future__ import annotations

import textwrap
import unicodedata

__all__ = ["WIDTH", "comment", "docstring", "fits", "literal", "sentence"]

WIDTH = 88
"""The longest line that `ruff format` makes by default."""


def literal(text: str) -> str:
    """The text as a string literal of one line.

    In double quotes, but for a text with more of these than of single ones.
    """
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + _escaped(text).replace(quote, f"\\{quote}") + quote


def sentence(text: str) -> tuple[str, ...]:
    """What somebody wrote as one sentence of a docstring, on one line; none if it is blank."""
    line = " ".join(text.split())
    if not line:
        return ()
    return (line if line.endswith((".", "!", "?")) else f"{line}.",)


def docstring(sentences: tuple[str, ...], indent: str) -> list[str]:
    """The lines of a docstring; none if there is nothing to say.

    Args:
        sentences: Each ends in a full stop or its like.
        indent: What stands before each line.
    """
    if not sentences:
        return []
    text = _escaped(" ".join(sentences)).replace('"""', '\\"\\"\\"')
    *lines, last = _wrapped(f'"""{text}', WIDTH - len(indent) - len('"""'))
    end = [last, '"""'] if lines else [f'{last}"""']
    return [indent + line for line in (*lines, *end)]


def comment(text: str, indent: str) -> list[str]:
    """The lines of a comment."""
    return [f"{indent}# {line}" for line in _wrapped(text, WIDTH - len(indent) - len("# "))]


def fits(line: str) -> bool:
    """Whether a line is no longer than `WIDTH`, in columns as `ruff format` counts them."""
    return sum(map(_columns, line)) <= WIDTH


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _escaped(text: str) -> str:
    return "".join(
        letter if letter.isprintable() and letter != "\\" else repr(letter)[1:-1] for letter in text
    )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
