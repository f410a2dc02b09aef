"""Attachments: what is asked of RT, and what is asked again before it is believed."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from itertools import chain

from rtorm.errors import ProtocolError, RTError, TransportError
from rtorm.gateway import FileDetails, ListedFile
from rtorm.rest1.client import Client
from rtorm.rest1.downloads import Download
from rtorm.rest1.readers.portions import portions
from rtorm.rest1.replies.attachments import (
    DETAILS,
    LISTED,
    LITTLE,
    read_details,
    read_files,
    read_little,
)
from rtorm.rest1.replies.shows import read_shows

__all__ = ["FileReader"]

_log = logging.getLogger("rtorm.wire")
_LONGEST_SENTENCE = 80
# Above it, sizes are listed in thousands.
_EXACT = 1024


class FileReader:
    """Lists attachments and reads their contents."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def files(self, tickets: Sequence[int]) -> list[list[ListedFile] | RTError]:
        """The attachments of each ticket, or why they cannot be listed."""
        answers: dict[int, list[ListedFile] | RTError] = {}
        for ids in portions(tickets):
            listed = ",".join(map(str, ids))
            parameters = {"id": [listed, f"{listed}/attachments"], "fields": LISTED}
            reply = self._client.get("ticket/show", parameters)
            answers |= zip(ids, read_files(reply, ids), strict=True)
        return [answers[ticket] for ticket in tickets]

    def details(self, file: int) -> FileDetails:
        """What RT tells of an attachment beside its bytes."""
        return read_details(self._client.get(f"attachment/{file}", {"fields": DETAILS}), file)

    @contextmanager
    def download(self, ticket: int, listed: ListedFile) -> Generator[Iterator[bytes]]:
        """The exact bytes of an attachment, by pieces, while the connection is open.

        RT before 4.4.5 drops the newlines at the end. How many they were is known, and they are put
        there again, where RT lists the exact size: of ASCII alone, and less than 1024 bytes of it.
        Where the size shows only that some are gone, the log says so.
        """
        file = listed.id
        path = f"ticket/{ticket}/attachments/{file}"
        with self._client.download(f"{path}/content") as download:
            if download.empty:
                # RT sends nothing of an empty content, of one that is `0`, and without the right.
                reply = self._client.get(path, {"fields": LITTLE})
                yield iter((read_little(reply, file),))
            elif download.status == HTTPStatus.OK:
                content = self._believed(download, ticket, file)
                if not download.end_known:
                    content = _not_shorter(content, listed)
                elif not download.keeps_newlines:
                    content = _with_newlines(content, listed)
                yield content
            else:
                message = f"RT answered {download.status} when asked for attachment {file}"
                raise ProtocolError(message)

    def _believed(self, download: Download, ticket: int, file: int) -> Iterator[bytes]:
        """The content, once it is known not to be RT's word that there is none."""
        pieces, beginning = download.chunks(), b""
        while len(beginning) <= _LONGEST_SENTENCE and (piece := next(pieces, b"")):
            beginning += piece
        # RT sends such a sentence just as it sends a content.
        said = beginning.rstrip(b"\n") if len(beginning) <= _LONGEST_SENTENCE else b""
        if said == f"# Invalid attachment id: {file}".encode():
            self.details(file)
        elif said == f"# Ticket {ticket} does not exist.".encode():
            self._check_ticket(ticket)
        return chain((beginning,), pieces)

    def _check_ticket(self, ticket: int) -> None:
        reply = self._client.get("ticket/show", {"id": str(ticket), "fields": "id"})
        [answer] = read_shows(reply, [ticket])
        if isinstance(answer, RTError):
            raise answer


def _not_shorter(content: Iterator[bytes], listed: ListedFile) -> Iterator[bytes]:
    """A content of which the server does not say where it ends, held against the listed size.

    That size is in characters for texts, and rounded down: the content has as many bytes at least.
    """
    size = 0
    for piece in content:
        size += len(piece)
        yield piece
    if size < listed.size:
        message = f"attachment {listed.id} was cut off after {size} bytes; RT lists {listed.size}"
        raise TransportError(message)


def _with_newlines(content: Iterator[bytes], listed: ListedFile) -> Iterator[bytes]:
    """A content from whose end RT has dropped newlines and nothing else, as far as it is known."""
    size, plain = 0, listed.size < _EXACT
    for piece in content:
        size += len(piece)
        # Of texts RT counts characters.
        plain = plain and piece.isascii()
        yield piece
    if plain and size < listed.size:
        yield b"\n" * (listed.size - size)
    elif size < listed.size:
        told = "RT dropped newlines at the end of attachment %d: it lists %d bytes and sent %d"
        _log.warning(told, listed.id, listed.size, size)
