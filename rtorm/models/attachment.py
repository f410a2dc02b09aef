"""Files that go with tickets and messages."""

from __future__ import annotations

import io
import mimetypes
from pathlib import Path, PurePath
from typing import Annotated, Any, BinaryIO, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

__all__ = ["Attachment", "File"]

_ANY_BYTES = "application/octet-stream"


class Attachment(BaseModel, frozen=True):
    """A file to send, or one that RT holds.

    Attributes:
        filename: Its name, without a folder.
        content: Its bytes, exact.
        content_type: Its media type. Bytes that are not UTF-8 are sent as
            `application/octet-stream` whatever is said here, since RT converts text in other
            encodings (RT 4.4-6.0).
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    filename: str
    content: bytes
    content_type: str = _ANY_BYTES

    @classmethod
    def from_path(cls, path: Path, *, content_type: str | None = None) -> Self:
        """Read a file; its type is guessed from its name unless given.

        Raises:
            OSError: The file cannot be read.
        """
        kind = content_type or _guess(path.name)
        return cls(filename=path.name, content=path.read_bytes(), content_type=kind)

    def __repr__(self) -> str:
        return f"<Attachment {self.filename!r} {self.content_type} {len(self.content)} bytes>"


class _TakenAsAttachment:
    """Reads paths and open files when they are assigned, so that nothing fails half-way."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_attachment)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "path"}


def _attachment(file: Any) -> Attachment:
    if isinstance(file, Attachment):
        return file
    try:
        if isinstance(file, Path):
            return Attachment.from_path(file)
        if hasattr(file, "read"):
            return _from_open_file(file)
    except OSError as error:
        message = f"cannot read {file}: {error.strerror or 'it is not open for reading'}"
        raise ValueError(message) from error
    message = "a file is a pathlib.Path, a file opened in binary mode, or an Attachment"
    raise ValueError(message)


def _from_open_file(file: Any) -> Attachment:
    # Text in another encoding than the machine's could not even be read.
    content = None if isinstance(file, io.TextIOBase) else file.read()
    if not isinstance(content, bytes):
        message = "the file is opened in text mode: open it with 'rb'"
        raise ValueError(message)  # noqa: TRY004 - Pydantic reports ValueError
    name = getattr(file, "name", None)
    filename = PurePath(name).name if isinstance(name, str) else "attachment"
    return Attachment(filename=filename, content=content, content_type=_guess(filename))


def _guess(filename: str) -> str:
    kind, packed = mimetypes.guess_type(filename)
    # The type of `logs.txt.gz` is told as that of what is packed into it.
    return _ANY_BYTES if packed else kind or _ANY_BYTES


File = Annotated[Attachment | Path | BinaryIO, _TakenAsAttachment()]
"""What stands for a file wherever files are taken."""
