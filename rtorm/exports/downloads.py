"""Attachments to a folder: a folder for each ticket, a file for each, whole or not there."""

from __future__ import annotations

import mimetypes
import os
import shutil
from pathlib import Path

from rtorm.exports.durable import supersede, sync_folder
from rtorm.models.attachment import Attachment
from rtorm.models.saving import plain_name

__all__ = ["save"]

_UNFINISHED = ".part"
_SEPARATORS = str.maketrans("/\\", "__")
# Many file systems take 255 bytes; the number before it and what stands behind it need some.
_LONGEST = 200


def save(attachment: Attachment, folder: Path, ticket: int) -> str:
    """Save an attachment as `17/45-photo.jpg`; gives that name.

    By its number it has the same name whenever it is saved, so that what was interrupted is
    written over, and nothing twice.

    Raises:
        NotFound: RT has no such attachment any more.
        PermissionDenied: The account may not see it.
        TransportError: The network failed.
        OSError: It cannot be written.
    """
    name = f"{ticket}/{attachment.id}{_ending(attachment)}"
    path = folder / name
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(folder)
    part = path.with_name(path.name + _UNFINISHED)
    with attachment.open() as source, part.open("wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
    supersede(part, path)
    return name


def _ending(attachment: Attachment) -> str:
    """What follows the number: `-photo.jpg`."""
    filename = attachment.filename.translate(_SEPARATORS)
    if not filename.strip(". "):
        return mimetypes.guess_extension(attachment.content_type) or ""
    stem, suffix = os.path.splitext(plain_name(filename))  # noqa: PTH122 - a name, not a path
    room = max(_LONGEST - len(suffix.encode()), 0)
    return f"-{_cut(stem, room)}{_cut(suffix, _LONGEST)}"


def _cut(text: str, room: int) -> str:
    """As many letters from the first one on as have room in these bytes."""
    return text.encode()[:room].decode(errors="ignore")
