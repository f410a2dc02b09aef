"""What happened to a ticket, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rtorm.display.entries import history_table
from rtorm.display.showing import Brief, Shown
from rtorm.gateway import Entry
from rtorm.models.attachment import Attachment
from rtorm.models.changes import Value, field_of, principals_of, values_of
from rtorm.orm.declaring.describing import describe
from rtorm.texts import in_line, listed

if TYPE_CHECKING:
    from rtorm.display.tables import Table

__all__ = ["History", "Transaction", "principals_of", "transaction_of"]

_SHOWN = 30
_WIDE = 70
_BODY = "body"
_HTML = "text/html"
_TEXTS = frozenset({"text/plain", _HTML})
_KILO = 1024
_ROUNDING = 104


class Transaction(Brief, BaseModel, frozen=True):
    """One entry of a ticket's history: a message, a changed field, mail that RT sent.

    It equals every other one with the same number and the same words. A dump has `content` unless
    it is HTML that was not read yet.
    """

    id: int
    """Its number in RT."""
    ticket_id: int
    """The ticket that it happened to: the old number, where it has been merged into another."""
    type: str
    """What happened, in RT's words.

    `Create`, `Correspond`, `Comment`, `Set`, `Status`, `CustomField`, `AddWatcher`, `AddLink`,
    `EmailRecord` and others.
    """
    creator: str
    """The name of who did it."""
    created: datetime
    """When, in UTC."""
    field: str
    """What it happened to: the name of a field or of a custom field, a link's relation.

    A custom field's number, where RT's sentence does not tell its name.
    """
    field_id: int | None
    """The number of the custom field; None of everything else."""
    old_value: Value
    """The value before.

    A date in UTC or None, a number of points or minutes, the name of a user, a group or a queue
    (their number, if RT does not tell the name), else text.
    """
    new_value: Value
    """The value after, as `old_value`."""
    data: str
    """What else RT keeps: a message's subject, the Message-ID of mail."""
    description: str
    """RT's own sentence, in the account's language."""
    content: str | None
    """The text of its message, exact; None if there is none.

    Of a lone `0` RT shows nothing. The text of HTML is the HTML, loaded when it is first read.
    """
    content_type: str
    """The media type of `content`, empty if there is none."""
    attachments: tuple[Attachment, ...]
    """What its message consists of as RT lists it: files, the text itself, multipart containers."""
    time_taken: int
    """The time worked, in minutes; negative where someone made `time_worked` less."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Asked only for what the instance does not have.
            if name != "content":
                return super().__getattr__(name)
            content = vars(self)["content"] = vars(self)[_BODY].text
            return content

    def _key(self) -> tuple[object, ...]:
        """What makes it the same as another one; loads nothing."""
        return (self.id, self.type, self.created, self.description, self.attachments)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transaction) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        who = in_line(self.creator, _SHOWN)
        return f"<Transaction {self.id} {self.type} by {who} {self.created:%Y-%m-%d %H:%M}>"

    __str__ = __repr__


describe(Transaction)


class History(Shown, tuple[Transaction, ...]):
    """What happened to a ticket, oldest first."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = (f"{entry.type} by {in_line(entry.creator, _SHOWN)}" for entry in self)
        return f"<History of {len(self)}: {listed(told, _WIDE)}>" if self else "<History of none>"

    def __rt_table__(self) -> Table:
        """The entries; what is not loaded of them is not."""
        return history_table(self)

    def of_type(self, *types: str) -> History:
        """The entries of these types, such as `history.of_type("Comment", "Correspond")`.

        Args:
            types: RT's words, in their letter case; of a word that RT does not use there are none.
        """
        return History(entry for entry in self if entry.type in types)


def transaction_of(
    entry: Entry, files: Sequence[Attachment], names: Mapping[int, str]
) -> Transaction:
    """An entry as a program wants it.

    Args:
        entry: What RT shows of it.
        files: Its attachments, in the order of their numbers.
        names: The names of users and groups, by number, as far as they are known.
    """
    field, field_id = field_of(entry)
    old_value, new_value = values_of(entry, names)
    values: dict[str, Any] = {
        "id": entry.id,
        "ticket_id": entry.ticket,
        "type": entry.type,
        "creator": entry.creator,
        "created": entry.created,
        "field": field,
        "field_id": field_id,
        "old_value": old_value,
        "new_value": new_value,
        "data": entry.data,
        "description": entry.description,
        "attachments": tuple(files),
        "time_taken": entry.minutes,
    }
    body = _body(entry, files)
    values["content_type"] = body.content_type if body else ""
    if body is None or body.content_type != _HTML:
        return Transaction.model_construct(content=entry.content if body else None, **values)
    transaction = Transaction.model_construct(**values)
    vars(transaction)[_BODY] = body
    return transaction


def _body(entry: Entry, files: Sequence[Attachment]) -> Attachment | None:
    """Which attachment is the message: the first text without a name, or rarely a later one.

    RT passes over texts that are marked as attachments, and over empty alternatives. It shows the
    text of the one that it has chosen, and every text's length.
    """
    if entry.content is None:
        return None
    texts = [file for file in files if not file.filename and file.content_type in _TEXTS]
    for file in texts:
        if file.content_type == _HTML or _has_size(entry.content, file.size):
            return file
    return texts[0] if texts else None


def _has_size(content: str, listed: int) -> bool:
    return abs(len(content) - listed) < (1 if listed <= _KILO else _ROUNDING)
