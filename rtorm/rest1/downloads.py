"""The content of an attachment on its way."""

from __future__ import annotations

from collections.abc import Iterator

from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.versions import RAW_CONTENT, Version

__all__ = ["Download"]


class Download:
    """The content of one attachment on its way; it can be read once, inside its `with` block.

    Attributes:
        status: RT's own status; unless it is 200, the content is what RT says instead.
        content_type: The HTTP header `Content-Type`: the attachment's own media type, but
            `text/plain; charset=utf-8` for every text, in whatever encoding it is.
        empty: The reply has no bytes: the content is empty or `0`, or the account may not see it.
        end_known: Whether the server says where the content ends, so that `chunks()` notices a
            cut in the middle. One that only closes the connection (HTTP/1.0) does not say it, nor
            does a proxy that compresses though it was asked not to.
        keeps_newlines: Whether newlines at the end of the content are there; RT before 4.4.5 drops
            them.
    """

    def __init__(
        self, reply: Reply, content_type: str, pieces: Iterator[bytes], *, end_known: bool
    ) -> None:
        self.status = reply.status
        self.content_type = content_type
        self.empty = reply.empty
        self.end_known = end_known
        self.keeps_newlines = Version.parse(reply.version).has(RAW_CONTENT)
        self._pieces = pieces
        self._received = 0
        self._over = ""

    def __repr__(self) -> str:
        return f"<Download {self.status} {self.content_type!r}, {self.progress}>"

    @property
    def progress(self) -> str:
        """How much was read so far, and whether that is all, as the log tells it."""
        return f"{self._received} bytes, {self._over or 'not to the end'}"

    def chunks(self) -> Iterator[bytes]:
        """The content by pieces of at most 64 kB, none of which is kept.

        RT before 4.4.5 drops the newlines at the end of a content (REST 1.0).

        Raises:
            TransportError: The network failed; the content is not whole.
            ValueError: The content was read to its end before, or the `with` block is left.
        """
        while True:
            if self._over:
                message = f"there is nothing more of this download to read: {self.progress}"
                raise ValueError(message)
            try:
                piece = next(self._pieces, None)
            except BaseException as error:
                # A signal's handler may have raised it: there is no more, and this is not all.
                self._over = f"{type(error).__name__}: {error}"
                raise
            if piece is None:
                self._over = "all"
                return
            self._received += len(piece)
            yield piece

    def close(self) -> None:
        """Read no more; the end of the `with` block does it."""
        self._over = self._over or "then given up"
