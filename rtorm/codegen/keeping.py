"""The file with generated classes: written whole, never over a person's work, compared."""

from __future__ import annotations

import difflib
import errno
import os
from pathlib import Path

from rtorm.codegen.module import FIRST_LINE
from rtorm.models.saving import write_file

__all__ = ["differences", "keep"]


def keep(path: Path, text: str) -> None:
    """Write the module into a file: a new one, or one that was generated before.

    Raises:
        FileExistsError: The file there was not generated.
        OSError: It cannot be read or written; what was there is still there.
    """
    # Where a link leads, so that it stays a link.
    path = path.resolve()
    if path.exists() and not _is_generated(path):
        message = (
            "this file was not written by rtorm.codegen, and is left as it is: remove it, or "
            "choose another name"
        )
        raise FileExistsError(errno.EEXIST, message, os.fspath(path))
    write_file(path, [text.encode()], None)


def differences(path: Path, text: str) -> str:
    """What a file would gain and lose, as a unified diff; empty if it is up to date.

    Raises:
        OSError: It cannot be read.
    """
    old = path.read_text("utf-8", "replace").splitlines(keepends=True)
    new = text.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, str(path), "as RT is now"))


def _is_generated(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline(len(FIRST_LINE) + 1).rstrip("\n") == FIRST_LINE
