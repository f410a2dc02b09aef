"""Texts and files that a command is given."""

from __future__ import annotations

import sys
from pathlib import Path

from rtorm.cli.assignments import UsageError

__all__ = ["STDIN", "text_of"]

STDIN = "-"


def text_of(message: str | None, file: str | None) -> str | None:
    """The text of a message: what was given, or what a file or standard input holds; exact.

    Args:
        message: The text itself.
        file: The name of a file of UTF-8, or `-` for standard input.

    Raises:
        UsageError: Both are given, or it is not UTF-8.
        OSError: The file cannot be read.
    """
    if message is not None and file is not None:
        told = "give the text or a file, not both"
        raise UsageError(told)
    if file is None:
        return message
    content = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    try:
        return content.decode()
    except UnicodeDecodeError:
        told = (
            f"{'standard input' if file == STDIN else file} is not UTF-8: convert it, or attach it"
        )
    raise UsageError(told)
