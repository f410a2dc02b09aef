"""Contents of attachments, told apart from all else that may answer, and read by pieces.

RT sends the bare bytes of an attachment behind a status line and an empty line, under the
attachment's own media type, so an HTML page may well be a reply of REST 1.0 here
(RT 4.4-6.0, REST 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus

import requests
import urllib3

from rtorm.errors import ProtocolError, RTError
from rtorm.rest1.downloads import Download
from rtorm.rest1.replies.reply import Reply, read_text
from rtorm.rest1.versions import RAW_CONTENT, Version
from rtorm.rest1.wire.framing import end_is_told
from rtorm.rest1.wire.handlers import raised_by_handler

__all__ = ["begun", "without_tail"]

_PIECE = 65536
_LONGEST_HEAD = 1024
_HEAD = re.compile(rb"RT/\S{1,100} [0-9]{3} [^\n]*\n\n")
# RT before 4.4.5 drops the newlines at the content's end and writes three of its own.
_TAIL = b"\n\n\n"


def begun(
    url: str,
    response: requests.Response,
    failure: Callable[[Exception], RTError],
    read: Callable[[bytes], Reply],
) -> tuple[Reply, Download]:
    """Look at the beginning of a reply and tell a content from everything else.

    Args:
        url: Whose reply it is, for errors.
        response: The reply, of which nothing was read yet.
        failure: What a failure of the network while reading means.
        read: Reads a reply that is no content, of which it is given the first 64 kB.

    Returns:
        RT's status line as a reply, and the content behind it. A refused login is given whole.

    Raises:
        RTError: What `failure` and `read` say, or a `ProtocolError` if RT crashed.
    """
    body = _Body(_pieces(response, failure))
    content_type, told = response.headers.get("Content-Type", ""), end_is_told(response)
    head = _HEAD.match(body.beginning(_LONGEST_HEAD, until=b"\n\n"))
    if head and response.status_code == HTTPStatus.OK:
        reply = read_text(head.group().decode("utf-8", "replace"))
        if reply.status != HTTPStatus.UNAUTHORIZED:
            content = _content(reply, body.after(head.end()))
            return reply, Download(reply, content_type, content, end_known=told)
    reply = read(bytes(body.beginning(_PIECE)))
    if not reply.empty and reply.status != HTTPStatus.UNAUTHORIZED:
        said = f"RT crashed: {reply.crash}" if reply.crash else "the reply was cut off in its head"
        message = f"{url}: {said}"
        raise ProtocolError(message)
    return reply, Download(reply, content_type, iter(()), end_known=told)


class _Body:
    """The pieces of a body, of which the beginning can be looked at first."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._beginning = bytearray()

    def beginning(self, size: int, until: bytes | None = None) -> bytearray:
        """So many bytes or more, if there are as many before `until` or the end."""
        while len(self._beginning) < size and (until is None or until not in self._beginning):
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._beginning += piece
        return self._beginning

    def after(self, start: int) -> Iterator[bytes]:
        """Everything from there on, by pieces."""
        first = bytes(self._beginning[start:])
        self._beginning.clear()
        yield from _slices(first)
        yield from self._pieces


def _pieces(
    response: requests.Response, failure: Callable[[Exception], RTError]
) -> Iterator[bytes]:
    try:
        for piece in response.iter_content(_PIECE):
            # A piece of a compressed body may be longer than was asked for (urllib3 before 2.6).
            yield from _slices(piece)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        broken = raised_by_handler(error) or failure(error)
    else:
        return
    # Not in the handler: the exceptions of requests hold the request, and with it the cookie.
    raise broken


def _slices(piece: bytes) -> Iterator[bytes]:
    return (piece[start : start + _PIECE] for start in range(0, len(piece), _PIECE))


def _content(reply: Reply, pieces: Iterator[bytes]) -> Iterator[bytes]:
    return pieces if Version.parse(reply.version).has(RAW_CONTENT) else without_tail(pieces)


def without_tail(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A content without the newlines that RT before 4.4.5 writes behind it."""
    held = b""
    for piece in pieces:
        both = held + piece
        if shown := both[: -len(_TAIL)]:
            yield from _slices(shown)
        held = both[-len(_TAIL) :]
    if rest := held.removesuffix(_TAIL):
        yield rest
