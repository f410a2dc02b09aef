"""Files that go with tickets and messages: new ones, and those that RT holds."""

from __future__ import annotations

import codecs
import io
import mimetypes
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser
from functools import cached_property
from os import PathLike
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Protocol, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    computed_field,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rtorm.display.showing import Brief
from rtorm.errors import DetachedError
from rtorm.gateway import FileDetails, ListedFile, Upload
from rtorm.models.media_types import (
    ANY_BYTES,
    charset_of,
    check_media_type,
    exact_type,
    guessed_type,
)
from rtorm.models.saving import Progress, place_of, plain_name, write_file, write_into
from rtorm.models.streaming import open_pieces
from rtorm.orm.declaring.describing import describe
from rtorm.texts import brief

__all__ = ["Attachment", "File", "Source", "held", "upload_of"]

_set = object.__setattr__

_LISTED_SIZE = "listed_size"
_SHOWN = 50
_UTF_8 = frozenset({"utf-8", "utf8", "utf-8-strict"})
# No texts are written so, and Python takes hours for some megabytes of them.
_OF_DOMAINS = frozenset({"idna", "punycode"})


class Source(Protocol):
    """Where attachments that RT holds load what is not there yet."""

    def download(self, ticket: int, file: ListedFile) -> AbstractContextManager[Iterator[bytes]]:
        """The exact bytes, by pieces, while the connection is open."""
        ...

    def details(self, file: int) -> FileDetails:
        """What RT tells of an attachment beside its bytes."""
        ...


class _Bond:
    """What binds an attachment to the RT that holds it."""

    __slots__ = ("details", "listed", "source", "ticket")

    def __init__(
        self, source: Source, ticket: int, listed: ListedFile, details: FileDetails | None
    ) -> None:
        self.source = source
        self.ticket = ticket
        self.listed = listed
        self.details = details


class Attachment(Brief, BaseModel, frozen=True):
    """A file to send, or one that RT holds.

    A new one is `Attachment(filename=…, content=…)` or `Attachment.from_path(path)`. One that RT
    holds loads its content, and `created` and `headers`, when they are first read; it equals every
    other one of the same number. A copy, and one that was pickled, has what was loaded before.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    __slots__ = ("__rt_bond__",)

    filename: str
    """Its name, without a folder; empty if it has none, as a message's own text has."""
    # Strict, since Pydantic would read a str as base64, silently and often with success.
    content: bytes = Field(strict=True)
    """Its bytes, exact, all in memory.

    `open()` and `save_to()` read by pieces. A dump has it once it was read; JSON as URL-safe
    base64.
    """
    content_type: Annotated[str, AfterValidator(check_media_type)] = ANY_BYTES
    """Its media type; of a new one `application/octet-stream` unless given.

    `from_path()` guesses it. What RT would convert is sent as `application/octet-stream` instead:
    `text/plain`, `text/html` and `message/rfc822` that are not UTF-8 (RT 4.4-5.0).
    """
    id: int | None = Field(default=None, init=False)
    """Its number in RT; None of a new one."""

    if TYPE_CHECKING:
        __rt_bond__: _Bond | None = Field(init=False)

    else:

        def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
            """Give each attachment its slot, however it comes to be."""
            self = super().__new__(cls)
            _set(self, "__rt_bond__", None)
            return self

        def __getattr__(self, name: str) -> Any:
            # Asked only for what the instance does not have.
            if name != "content":
                return super().__getattr__(name)
            with self._pieces() as pieces:
                content = vars(self)["content"] = b"".join(pieces)
            return content

    @classmethod
    def from_path(cls, path: str | PathLike[str], *, content_type: str | None = None) -> Self:
        """Read a file, all of it.

        Args:
            path: The file; its name goes with it, its folder does not.
            content_type: Its media type; guessed from its name unless given.

        Raises:
            OSError: The file cannot be read.
            ValidationError: `content_type` is no media type.
        """
        file = Path(path)
        kind = content_type or guessed_type(file.name)
        return cls(filename=file.name, content=file.read_bytes(), content_type=kind)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def size(self) -> int:
        """Its size in bytes. Of one that RT holds it is what RT lists.

        That is the number of characters of a text, rounded above 1024, and 0 of a single `0`
        (RT 3.8-6.0, REST 1.0).
        """
        listed: int | None = vars(self).get(_LISTED_SIZE)
        return len(self.content) if listed is None else listed

    @cached_property
    def created(self) -> datetime | None:
        """When RT got it, in UTC; None of a new one.

        Raises:
            NotFound: RT has no such attachment any more.
            PermissionDenied: The account may not see it.
            DetachedError: It belongs to no session, and this was not loaded before.
        """
        return None if self.id is None else self._details("when it was created").created

    @cached_property
    def headers(self) -> Message:
        """Its mail headers as RT keeps them, decoded; of a new one its media type alone.

        Raises:
            NotFound: RT has no such attachment any more.
            PermissionDenied: The account may not see it.
            DetachedError: It belongs to no session, and these were not loaded before.
        """
        if self.id is not None:
            return HeaderParser().parsestr(self._details("its headers").headers)
        message = Message()
        message["Content-Type"] = self.content_type
        return message

    @property
    def text(self) -> str:
        """The content as text, in the encoding that its headers tell, else in UTF-8.

        Bytes that are no text in it become U+FFFD; a byte order mark is left out.

        Raises:
            NotFound: RT has no such attachment any more.
            PermissionDenied: The account may not see it.
            TransportError: The network failed.
            DetachedError: It belongs to no session, and its content or headers were not loaded.
        """
        # RT keeps texts in UTF-8 and says so, but gives them out in the encoding they came in.
        headers = self.headers
        original = str(headers.get("X-RT-Original-Encoding", "")).strip().lower()
        charset = original or charset_of(str(headers.get("Content-Type", ""))) or "utf-8"
        try:
            plain = charset in _UTF_8 or codecs.lookup(charset).name in _OF_DOMAINS
            return self.content.decode("utf-8-sig" if plain else charset, "replace")
        except (LookupError, ValueError):
            # No encoding, or one that is not for texts.
            return self.content.decode("utf-8-sig", "replace")

    def open(self) -> BinaryIO:
        """Open the content for reading. What RT holds comes by pieces, none of which is kept.

            with attachment.open() as file:
                for line in file:
                    ...

        Raises:
            NotFound: RT has no such attachment any more.
            PermissionDenied: The account may not see it.
            TransportError: The network failed, here or while reading.
            OSError: It is read on after something was raised while reading.
            DetachedError: It belongs to no session, and its content was not loaded before.
        """
        if "content" in vars(self):
            return io.BytesIO(self.content)
        return open_pieces(self._pieces())

    def save_to(self, path: str | PathLike[str], *, progress: Progress | None = None) -> Path:
        """Write the content to disk by pieces; on any error nothing is left behind.

        Args:
            path: A folder that is there, or a file. In a folder the file is called as the
                attachment is, with `_` for what does not belong in a file's name, or
                `attachment-<id>` if it has none; nothing is overwritten there: `photo.jpg` becomes
                `photo-2.jpg`. A file is replaced, once the new one is whole. No folder is made:
                where there is nothing yet, the path is that of the file, unless it ends in `/`.
            progress: Called again and again with the number of bytes written so far.

        Returns:
            The path of the file.

        Raises:
            ValueError: The attachment's name would lead out of the folder.
            OSError: The file cannot be written, or there is no such folder.
            NotFound: RT has no such attachment any more.
            PermissionDenied: The account may not see it.
            TransportError: The network failed.
            DetachedError: It belongs to no session, and its content was not loaded before.
        """
        target = place_of(path)
        name = self._plain_name() if target.is_dir() else ""
        with self._pieces() as pieces:
            if name:
                return write_into(target, name, pieces, progress)
            return write_file(target, pieces, progress)

    def _plain_name(self) -> str:
        if self.filename:
            return plain_name(self.filename)
        number = "" if self.id is None else f"-{self.id}"
        return f"attachment{number}{mimetypes.guess_extension(self.content_type) or ''}"

    def _pieces(self) -> AbstractContextManager[Iterator[bytes]]:
        if "content" in vars(self):
            return nullcontext(iter((self.content,)))
        bond = self._bond("its content")
        return bond.source.download(bond.ticket, bond.listed)

    def _details(self, purpose: str) -> FileDetails:
        bond = self._bond(purpose)
        if bond.details is None:
            bond.details = bond.source.details(bond.listed.id)
        return bond.details

    def _bond(self, purpose: str) -> _Bond:
        if self.__rt_bond__ is None:
            message = f"cannot load {purpose}: {self!r} belongs to no session"
            raise DetachedError(message)
        return self.__rt_bond__

    def _key(self) -> tuple[object, ...]:
        """What makes it the same as another one; loads nothing."""
        return (self.filename, self.content_type, self.content if self.id is None else self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attachment) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        name = brief(self.filename, _SHOWN)
        which = name if self.id is None else f"{self.id} {name}"
        size = f" {self.size} bytes" if self.id is None else ""
        return f"<Attachment {which} {self.content_type}{size}>"

    __str__ = __repr__

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from (row for row in super().__repr_args__() if row[0] != "content")


describe(Attachment)


def held(
    source: Source, ticket: int, listed: ListedFile, details: FileDetails | None = None
) -> Attachment:
    """The attachment that RT lists for a ticket; nothing more of it is loaded.

    Args:
        source: Loads its bytes and details.
        ticket: The number of the ticket.
        listed: What RT lists of it.
        details: What else RT tells of it, where that is known already.
    """
    attachment = Attachment.model_construct(
        filename=listed.filename, content_type=listed.content_type, id=listed.id
    )
    vars(attachment)[_LISTED_SIZE] = listed.size
    _set(attachment, "__rt_bond__", _Bond(source, ticket, listed, details))
    return attachment


def upload_of(file: Attachment) -> Upload:
    """The file as it is sent, under a media type with which RT keeps its bytes and its name."""
    kind = exact_type(file.content_type, file.filename, file.content)
    return Upload(file.filename, file.content, kind)


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
    if isinstance(file, str):
        # It might as well be meant as the content.
        message = f"{message}; if this text is a path, give Path({file!r})"
    raise ValueError(message)


def _from_open_file(file: Any) -> Attachment:
    # Text in another encoding than the machine's could not even be read.
    content = None if isinstance(file, io.TextIOBase) else file.read()
    if not isinstance(content, bytes):
        message = "the file is opened in text mode: open it with 'rb'"
        raise ValueError(message)  # noqa: TRY004 - Pydantic reports ValueError
    if not content and _is_read(file):
        message = f"{file} was read to its end before: open it anew, or go back with seek(0)"
        raise ValueError(message)
    name = getattr(file, "name", None)
    filename = PurePath(name).name if isinstance(name, str) else "attachment"
    return Attachment(filename=filename, content=content, content_type=guessed_type(filename))


def _is_read(file: Any) -> bool:
    return hasattr(file, "seekable") and file.seekable() and file.tell() > 0


File = Annotated[Attachment | Path | BinaryIO, _TakenAsAttachment()]
"""What stands for a file wherever files are taken."""
