"""Files that survive what may happen to a process, a disk or a machine; standard library alone."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Protocol

if sys.platform != "win32":
    import fcntl

__all__ = [
    "Digest",
    "append",
    "digest_of",
    "good_prefix",
    "lock",
    "nothing",
    "permit_as",
    "place",
    "supersede",
    "sync",
    "sync_folder",
]

_BLOCK = 1 << 20


class Digest(Protocol):
    """A digest of what comes bit by bit."""

    def update(self, data: bytes, /) -> None:
        """Add to it."""
        ...

    def hexdigest(self) -> str:
        """What it is so far."""
        ...


def append(file: FileIO, data: bytes) -> None:
    """Write at the end of a file, and wait until the disk has it.

    Raises:
        OSError: It cannot be written; a part of it may have been.
    """
    file.seek(0, os.SEEK_END)
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
    os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Wait until the disk has what a file holds."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names of a folder; Windows cannot be asked for that."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def permit_as(path: Path, other: Path) -> None:
    """Let those read a file who may read another one, if that is there."""
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(other.stat().st_mode)
        # File systems that cannot change it have one for all files.
        if stat.S_IMODE(path.stat().st_mode) != mode:
            path.chmod(mode)


def supersede(part: Path, path: Path) -> None:
    """Give a file its name, in the place of whatever had it."""
    part.replace(path)
    sync_folder(path.parent)


def place(part: Path, path: Path) -> None:
    """Give a file its name, if nothing has it.

    Raises:
        FileExistsError: Something has.
    """
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # A file system without such links, where the two steps cannot be one.
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        part.rename(path)
    else:
        part.unlink()
    sync_folder(path.parent)


def nothing() -> Digest:
    """The digest before all bytes."""
    return hashlib.sha256()


def digest_of(path: Path) -> tuple[int, str]:
    """A file's bytes and their SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def good_prefix(file: FileIO, marks: Iterable[tuple[int, str]]) -> tuple[int, Digest]:
    """How many of the marks in turn a file fulfils, and the digest up to the last of them.

    Args:
        file: The file; it is read from its beginning.
        marks: How many bytes from the beginning have which SHA-256; each with more than the last.
    """
    digest, at, good = hashlib.sha256(), 0, 0
    last = digest.copy()
    file.seek(0)
    for size, expected in marks:
        while at < size and (block := file.read(min(_BLOCK, size - at))):
            digest.update(block)
            at += len(block)
        if at != size or digest.hexdigest() != expected:
            return good, last
        good, last = good + 1, digest.copy()
    return good, digest


def lock(file: FileIO) -> bool:
    """Keep other processes from a file as long as it is open; whether none of them has it.

    It ends with the process, however that ends. Windows has no such lock: there it is True.
    """
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # Who had it may have ended, and removed it.
    return os.fstat(file.fileno()).st_nlink > 0
