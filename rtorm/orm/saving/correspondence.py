"""Comments and replies: what a program says to a message, checked before it is sent; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from rtorm.errors import PartialSaveError, RejectedError
from rtorm.gateway import Message, Said, Upload
from rtorm.models.attachment import Attachment, File, upload_of
from rtorm.orm.record import Record
from rtorm.orm.records.checking import objections
from rtorm.orm.records.refusals import refusal_of
from rtorm.orm.state import NOT_LOADED, Change
from rtorm.rest1.checks import attachment_line, check_line, check_message, check_watcher
from rtorm.rest1.forms import EncodeError

__all__ = ["compose_message", "message_error"]

V = TypeVar("V")

_DEEDS = {"comment": "commented on", "correspond": "replied to"}
_FILES = TypeAdapter(list[File])
_TEXT_TYPES = frozenset({"text/plain", "text/html"})


def compose_message(  # noqa: PLR0913 - what a message consists of
    record: Record,
    kind: Literal["comment", "correspond"],
    text: str,
    *,
    content_type: str,
    cc: str | Iterable[str],
    bcc: str | Iterable[str],
    time_worked: int,
    status: str | None,
    attachments: Iterable[Any],
) -> Message:
    """The message that is meant.

    Raises:
        RejectedError: Something of it cannot be sent; nothing was.
    """
    errors: dict[str, list[str]] = {}

    def valid(name: str, check: Callable[[], V], otherwise: V) -> V:
        try:
            return check()
        except ValidationError as error:
            errors[name] = objections(error)
        except (EncodeError, TypeError) as error:
            errors[name] = [str(error)]
        return otherwise

    message = Message(
        kind=kind,
        text=valid("text", lambda: _text(text), ""),
        content_type=valid("content_type", lambda: _content_type(content_type), ""),
        cc=valid("cc", lambda: _addresses(cc), ()),
        bcc=valid("bcc", lambda: _addresses(bcc), ()),
        minutes=valid("time_worked", lambda: _minutes(time_worked), 0),
        status=valid("status", lambda: _status(status), ""),
        files=valid("attachments", lambda: _uploads(attachments), ()),
    )
    if not errors and not message.text and not message.files:
        errors["text"] = ["an empty message: RT takes none without text or attachments"]
    if errors:
        raise RejectedError(record, errors, None, _DEEDS[kind])
    return message


def _text(text: Any) -> str:
    return check_message(_text_only(text, "the text"))


def _text_only(given: Any, called: str) -> str:
    if not isinstance(given, str):
        message = f"{called} is no str but {type(given).__name__}"
        raise TypeError(message)
    return given


def _content_type(content_type: str) -> str:
    if content_type not in _TEXT_TYPES:
        message = f"the text's media type is text/plain or text/html, not {content_type!r}"
        raise EncodeError(message)
    return content_type


def _addresses(given: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_address, [given] if isinstance(given, str) else given))


def _address(given: Any) -> str:
    address = check_watcher(_text_only(given, "an address"))
    if "@" not in address:
        # RT drops it without a word (4.4-5.0).
        message = f"{address!r} is no e-mail address, and RT sends messages to no other"
        raise EncodeError(message)
    return address


def _minutes(minutes: Any) -> int:
    if type(minutes) is not int or minutes < 0:
        message = f"time worked is a number of minutes from 0, not {minutes!r}"
        raise EncodeError(message)
    return minutes


def _status(status: Any) -> str:
    if status is None:
        return ""
    line = check_line(_text_only(status, "a status"))
    if not line.strip():
        message = "an empty status"
        raise EncodeError(message)
    return line


def _uploads(attachments: Iterable[Any]) -> tuple[Upload, ...]:
    if isinstance(attachments, str | bytes | Attachment | Path):
        message = "attachments is a list: of paths, files open in binary mode, or Attachments"
        raise TypeError(message)
    valid = cast("list[Attachment]", _FILES.validate_python(list(attachments)))
    files = [upload_of(file) for file in valid]
    for file in files:
        attachment_line(file.filename)
    return tuple(files)


def message_error(record: Record, message: Message, said: Said) -> RejectedError | PartialSaveError:
    """The exception for what RT refused of a message."""
    deed = _DEEDS[message.kind]
    if said.refusal is not None:
        return refusal_of(record, "", said.refusal, deed)
    errors = {"status": [*said.errors["Status"], "(the message itself was recorded)"]}
    return PartialSaveError(record, errors, {"text": Change(NOT_LOADED, message.text)}, deed)
