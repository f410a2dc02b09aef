"""How far an entry of a ticket's history is what was sent; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rtorm.gateway import Entry, ListedFile, Upload

__all__ = ["Likeness", "Words", "least"]

Likeness = Literal["same", "like", "other"]
_RANKS: tuple[Likeness, ...] = ("other", "like", "same")

# What RT keeps of what is longer than it may be, or a beginning of it (RT 4.4-5.0).
_DROPPED = "Large attachment dropped"
_DROPPED_NAME = ".txt"


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a message or of a new ticket, and its files.

    Attributes:
        text: The text; empty if there is none.
        is_plain: Whether RT shows it as it was sent, and not made out of HTML.
        files: The names of its files.
    """

    text: str
    is_plain: bool
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, content_type: str, files: Iterable[Upload]) -> Words:
        """What was sent with these."""
        is_plain = not text or content_type in ("", "text/plain")
        return cls(text, is_plain, tuple(file.filename for file in files))

    def likeness(self, entry: Entry, listed: Iterable[ListedFile]) -> Likeness:
        """How far they stand in an entry of a history.

        Args:
            entry: The entry.
            listed: The attachments of its ticket, which have the files among them.
        """
        names = [file.filename for file in listed if file.id in entry.files and file.filename]
        return least(self._of_text(entry.content or ""), _of_names(self.files, names))

    def _of_text(self, shown: str) -> Likeness:
        if not self.is_plain:
            return "like"
        sent, kept = " ".join(self.text.split()), " ".join(shown.split())
        if sent == kept:
            return "same"
        is_part = bool(kept) and sent.startswith(kept)
        return "like" if is_part or (sent and kept == _DROPPED) else "other"


def least(*likenesses: Likeness) -> Likeness:
    """How far two things are the same whose parts are so far the same."""
    return min(likenesses, key=_RANKS.index)


def _of_names(sent: Sequence[str], shown: Sequence[str]) -> Likeness:
    if sorted(sent) == sorted(shown):
        return "same"
    kept = [name.removesuffix(_DROPPED_NAME) for name in shown]
    bare = [name.removesuffix(_DROPPED_NAME) for name in sent]
    return "like" if sorted(bare) == sorted(kept) else "other"
