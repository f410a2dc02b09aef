"""The file with generated classes: written whole, never over a person's work, compared."""

from __future__ import annotations

import difflib
import errno
import os
import stat
from pathlib import Path

from rtorm.codegen.module import FIRST_LINE
from rtorm.models.saving import place_of, write_file

__all__ = ["differences", "keep", "kept", "text_of"]


def kept(path: str) -> str | None:
    """The module that was generated into this file before; None if there is no such file.

    Raises:
        FileExistsError: The file there was not generated, or is a device or a pipe.
        NotADirectoryError: The path is that of a folder, and there is none.
        OSError: It cannot be read.
    """
    place = place_of(path)
    if path == "-" or (place.exists() and not (place.is_file() or place.is_dir())):
        # To read from a pipe that nobody writes to takes for ever.
        message = "this is no plain file: name another; without --output it is standard output"
        raise FileExistsError(errno.EEXIST, message, path)
    try:
        text = text_of(place)
    except FileNotFoundError:
        return None
    if not text.startswith(f"{FIRST_LINE}\n"):
        message = (
            "this file was not written by rtorm.codegen, and is left as it is: remove it, or "
            "choose another name"
        )
        raise FileExistsError(errno.EEXIST, message, path)
    return text


def keep(path: str, text: str) -> None:
    """Write the module into a file: a new one, or one that was generated before.

    Raises:
        FileExistsError: The file there was not generated.
        NotADirectoryError: The path is that of a folder, and there is none.
        OSError: It cannot be read or written; what was there is still there.
    """
    is_new = kept(path) is None
    # Where a link leads, so that it stays a link.
    target = Path(os.path.realpath(path))
    mode = None if is_new else stat.S_IMODE(target.stat().st_mode)
    write_file(target, [text.encode()], None)
    if mode is not None:
        target.chmod(mode)


def text_of(path: Path) -> str:
    """The text of a file, whatever its line ends are, and without a byte order mark.

    Raises:
        OSError: It cannot be read.
    """
    return path.read_text("utf-8-sig", "replace")


def differences(path: Path, old: str, new: str) -> str:
    """What a file would gain and lose, as a unified diff; empty if it is up to date."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, str(path), "as RT is now"))
