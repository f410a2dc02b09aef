"""Writing a file whole or not at all, under a name that stays in its folder.

Imports the standard library alone.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from os import PathLike
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

__all__ = ["Progress", "place_of", "plain_name", "write_file", "write_into"]

Progress = Callable[[int], None]

_LONGEST_NAME = 255
_LONGEST_SUFFIX = 32
_SEPARATORS = frozenset("/\\")
# Control characters, what Windows does not take, and what makes a name look like another one.
_REPLACED = re.compile(
    '[\0-\x1f\x7f-\x9f<>:"|?*\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]'
)
# On Windows these are devices, whatever follows the dot.
_DEVICES = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|\Z)", re.IGNORECASE
)


def place_of(path: str | PathLike[str]) -> Path:
    """The folder or the file that a path means.

    Raises:
        NotADirectoryError: It ends as a folder's does, and there is no such folder.
    """
    place = Path(path)
    # `Path` drops what tells a folder from a file.
    if os.path.basename(path) in ("", ".") and not place.is_dir():  # noqa: PTH119
        message = "no such folder; make it first"
        raise NotADirectoryError(errno.ENOTDIR, message, os.fspath(path))
    return place


def plain_name(filename: str) -> str:
    """A name that every system takes, made of one that anybody may have sent.

    What is dangerous or not portable in it becomes `_`: control characters, `< > : " | ? *`, marks
    that turn the direction of writing, a dot at the beginning, dots and blanks at the end.

    Raises:
        ValueError: The name has a separator of folders, or nothing but dots and blanks.
    """
    if _SEPARATORS & set(filename) or not filename.strip(". "):
        message = (
            f"the attachment's name {filename!r} is not that of a file in a folder: give the path "
            "of the file to write"
        )
        raise ValueError(message)
    name = _REPLACED.sub("_", filename)
    # A name that begins with a dot hides; Windows drops dots and blanks at the end.
    name = (f"_{name[1:]}" if name.startswith(".") else name).rstrip(". ").ljust(len(name), "_")
    return f"_{name}" if _DEVICES.match(name) else name


def write_file(path: Path, pieces: Iterable[bytes], progress: Progress | None) -> Path:
    """Write a file; one that is there already is replaced once the new one is whole.

    Raises:
        OSError: The file cannot be written; nothing is left of it.
    """
    with _received(path, path.parent, pieces, progress) as part:
        part.replace(path)
    return path


def write_into(folder: Path, name: str, pieces: Iterable[bytes], progress: Progress | None) -> Path:
    """Write a new file into a folder: under this name, or as `name-2` and so on if it is taken.

    Raises:
        OSError: The file cannot be written; nothing is left of it.
    """
    with _received(folder, folder, pieces, progress) as part:
        path = _reserve(folder, name)
        try:
            part.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path


@contextmanager
def _received(
    target: Path, folder: Path, pieces: Iterable[bytes], progress: Progress | None
) -> Generator[Path]:
    """The bytes in a file of that folder; what has not been renamed is removed."""
    part = folder / f".{uuid4().hex}.part"
    written = 0
    try:
        # Not of `tempfile`, whose files nobody else may read.
        with _opened(part, target) as file:
            for piece in pieces:
                file.write(piece)
                written += len(piece)
                if progress is not None:
                    progress(written)
        yield part
    finally:
        part.unlink(missing_ok=True)


def _opened(part: Path, target: Path) -> BinaryIO:
    try:
        return part.open("xb")
    except OSError as error:
        # What the program has named; one that a signal's handler has raised names nothing.
        if error.filename is not None:
            error.filename = os.fspath(target)
        raise


def _reserve(folder: Path, name: str) -> Path:
    """A new, empty file, which no other program can take meanwhile."""
    for candidate in _numbered(name):
        path = folder / candidate
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        return path
    raise AssertionError  # pragma: no cover - the numbers do not end


def _numbered(name: str) -> Iterator[str]:
    """The name, then `name-2`, `name-3` …, each as short as file systems need it."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    if len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, suffix = name, ""
    for number in count(1):
        ending = suffix if number == 1 else f"-{number}{suffix}"
        room = _LONGEST_NAME - len(ending.encode())
        yield stem.encode()[:room].decode(errors="ignore") + ending
