"""What happened to a ticket, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rtorm.gateway import Entry
from rtorm.models.attachment import Attachment

__all__ = ["History", "Transaction", "principals_of", "transaction_of"]

Value = str | int | datetime | None


class Transaction(BaseModel, frozen=True):
    """One entry of a ticket's history: a message, a changed field, mail that RT sent.

    It equals every other one with the same number and the same words.

    Attributes:
        id: Its number in RT.
        ticket_id: The ticket that it happened to; the old number, where that one has been merged
            into another.
        type: What happened, in RT's words: `Create`, `Correspond`, `Comment`, `Set`, `Status`,
            `CustomField`, `AddWatcher`, `AddLink`, `EmailRecord` and others.
        creator: The name of who did it.
        created: When, in UTC.
        field: What it happened to: the name of a field or of a custom field, a link's relation. A
            custom field's number, where RT's sentence does not tell its name.
        field_id: The number of the custom field; None of everything else.
        old_value: The value before: a date in UTC or None, a number of points or minutes, the name
            of a user, a group or a queue (their number, if RT does not tell the name), else text.
        new_value: The value after.
        data: What else RT keeps: a message's subject, the Message-ID of mail.
        description: RT's own sentence, in the account's language.
        content: The text of its message, exact, but for a lone `0`, of which RT shows nothing;
            None if there is none. The text of HTML is the HTML, loaded when it is first read.
        content_type: The media type of `content`, empty if there is none.
        attachments: What its message consists of as RT lists it, the text itself and multipart
            containers, too.
        time_taken: The time worked, in minutes.
    """

    id: int
    ticket_id: int
    type: str
    creator: str
    created: datetime
    field: str
    field_id: int | None
    old_value: Value
    new_value: Value
    data: str
    description: str
    content: str | None
    content_type: str
    attachments: tuple[Attachment, ...]
    time_taken: int

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
        return (
            f"<Transaction {self.id} {self.type} by {self.creator} {self.created:%Y-%m-%d %H:%M}>"
        )

    __str__ = __repr__


class History(tuple[Transaction, ...]):
    """What happened to a ticket, oldest first."""

    __slots__ = ()

    def of_type(self, *types: str) -> History:
        """The entries of these types, such as `history.of_type("Comment", "Correspond")`."""
        return History(entry for entry in self if entry.type in types)


_BODY = "body"
_HTML = "text/html"
_TEXTS = frozenset({"text/plain", _HTML})
_KILO = 1024
_ROUNDING = 104

_ABOUT_PEOPLE = frozenset(
    {"AddWatcher", "DelWatcher", "SetWatcher", "Take", "Untake", "Give", "Steal", "Force"}
)
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?\Z")
# Custom fields of dates: in the account's zone, where they have a time.
_DATE_SHOWN = r"\w{3} \w{3} [0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})? [0-9]{4}"
_QUEUES = re.compile(r"Queue changed from (.+?) to (.+)\Z")
_UNSET = frozenset({"", "1970-01-01 00:00:00"})


def principals_of(entry: Entry) -> list[int]:
    """The numbers in an entry's values that are users or groups, whose names are wanted."""
    if entry.type not in _ABOUT_PEOPLE and (entry.type, entry.field) != ("Set", "Owner"):
        return []
    return [int(value) for value in (entry.old_value, entry.new_value) if _NUMBER.match(value)]


def transaction_of(
    entry: Entry, files: Sequence[Attachment], names: Mapping[int, str]
) -> Transaction:
    """An entry as a program wants it.

    Args:
        entry: What RT shows of it.
        files: Its attachments, in the order of their numbers.
        names: The names of users and groups, by number, as far as they are known.
    """
    is_custom = entry.type == "CustomField"
    old_value, new_value = _values(entry, names)
    values: dict[str, Any] = {
        "id": entry.id,
        "ticket_id": entry.ticket,
        "type": entry.type,
        "creator": entry.creator,
        "created": entry.created,
        "field": _custom_field_name(entry) if is_custom else entry.field,
        "field_id": int(entry.field) if is_custom and _NUMBER.match(entry.field) else None,
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


def _values(entry: Entry, names: Mapping[int, str]) -> tuple[Value, Value]:
    raw = (entry.old_value, entry.new_value)
    if principals_of(entry):
        old, new = (
            names.get(int(value), value) if _NUMBER.match(value) else value for value in raw
        )
        return old, new
    if entry.type not in ("Set", "Told"):
        return raw
    if entry.field == "Queue":
        return _queue_names(entry) or raw
    read = _READERS.get(entry.field, str)
    return read(entry.old_value), read(entry.new_value)


def _instant(text: str) -> Value:
    if text in _UNSET:
        return None
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if _MOMENT.match(text) else text


def _integer(text: str) -> Value:
    return int(text) if _NUMBER.match(text.removeprefix("-")) else text


_READERS: Mapping[str, Callable[[str], Value]] = {
    **dict.fromkeys(("Due", "Starts", "Started", "Told", "Resolved"), _instant),
    **dict.fromkeys(("Priority", "InitialPriority", "FinalPriority"), _integer),
    **dict.fromkeys(("TimeEstimated", "TimeWorked", "TimeLeft"), _integer),
}


def _said(entry: Entry) -> str:
    """RT's sentence without who did it; empty if it is not in English."""
    by = f" by {entry.creator}"
    return entry.description.removesuffix(by) if entry.description.endswith(by) else ""


def _queue_names(entry: Entry) -> tuple[str, str] | None:
    found = _QUEUES.match(_said(entry))
    if found is None or " to " in found[1] or " to " in found[2]:
        return None
    # Of a queue whose name it does not tell, RT shows the number.
    old, new = entry.old_value, entry.new_value
    return old if found[1] == f"#{old}" else found[1], new if found[2] == f"#{new}" else found[2]


def _custom_field_name(entry: Entry) -> str:
    """The name that RT's sentence tells, or the number if it tells none for certain."""
    said, old, new = _said(entry), entry.old_value, entry.new_value
    as_it_is = f" {_change(old, new)}"
    if said.endswith(as_it_is):
        name = said.removesuffix(as_it_is)
    elif any(map(_DATE.match, (old, new))):
        as_date = re.compile(f"(.+) {_change(old and _DATE_SHOWN, new and _DATE_SHOWN)}", re.DOTALL)
        found = as_date.fullmatch(said)
        name = found[1] if found else ""
    else:
        # RT 5 does not show the values of a text.
        verb = f" {_change(old and '-', new and '-').split()[1]}"
        name = said.removesuffix(verb) if said.endswith(verb) else ""
    # Such is the name of a field that is gone.
    return entry.field if name in ("", "a custom field") else name


def _change(old: str, new: str) -> str:
    """How RT's sentence about a custom field goes on after its name."""
    if not old:
        return f"{new} added"
    return f"{old} changed to {new}" if new else f"{old} deleted"
