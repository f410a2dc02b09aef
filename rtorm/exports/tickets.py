"""What RT shows of tickets, as the rows of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rtorm.errors import NotFound, PermissionDenied
from rtorm.exports.columns import CUSTOM, EVERY_CUSTOM, spelt
from rtorm.exports.downloads import save
from rtorm.exports.journal import Field, Plan, Trouble
from rtorm.models.attachment import Attachment
from rtorm.models.ticket import Ticket
from rtorm.models.transaction import Transaction
from rtorm.orm.columns import sql
from rtorm.orm.queries.rows import row_of
from rtorm.orm.session import Session
from rtorm.orm.state import state_of

__all__ = ["Piece", "Source", "Tickets"]

Row = dict[str, Any]

_CONTAINER = "multipart/"
_TEXTS = ("text/plain", "text/html")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some tickets.

    Attributes:
        rows: Their rows.
        troubles: What could not be had.
        fields: The custom fields of their queues.
    """

    rows: Sequence[Row]
    troubles: tuple[Trouble, ...] = ()
    fields: tuple[Field, ...] = ()


class Source(Protocol):
    """Where tickets come from."""

    def ids(self, query: str) -> Sequence[int]:
        """The tickets that a query finds now."""
        ...

    def piece(self, plan: Plan, numbers: Sequence[int], tell: Callable[[], None]) -> Piece:
        """The rows of some of them.

        Args:
            plan: What is exported.
            numbers: The ids.
            tell: Called after each ticket.
        """
        ...


class Tickets:
    """The tickets of an RT."""

    def __init__(self, session: Session) -> None:
        """Take note of where they are."""
        self._session = session

    def ids(self, query: str) -> Sequence[int]:
        """The tickets that a query finds now, in the order of their ids."""
        return self._session.query(Ticket).where(sql(query)).ids()

    def piece(self, plan: Plan, numbers: Sequence[int], tell: Callable[[], None]) -> Piece:
        """The rows of some tickets: what is loaded later of one is loaded for all of them."""
        found = self._session.get_many(Ticket, numbers, missing="skip")
        records = {record.id: record for record in found}
        rows, troubles, fields = list[Row](), list[Trouble](), dict[Field, None]()
        for number in numbers:
            try:
                record = records.get(number) or self._again(number)
                row, lacking = _row_of(record, plan)
                _check_is(record, number)
            except (NotFound, PermissionDenied) as error:
                troubles.append(Trouble(number, str(error)))
            else:
                rows.append(row)
                troubles += lacking
                fields |= dict.fromkeys(_defined(record))
            tell()
        return Piece(rows, tuple(troubles), tuple(fields))

    def _again(self, number: int) -> Ticket:
        """A ticket that was not among the others, or why it was not."""
        record = self._session.get(Ticket, number)
        _check_is(record, number)
        return record


def _check_is(record: Ticket, number: int) -> None:
    """Refuse the ticket into which the one that is meant was merged: it has a row of its own."""
    if record.id != number:
        message = f"it was merged into ticket {record.id}"
        raise NotFound(message)


def _row_of(record: Ticket, plan: Plan) -> tuple[Row, list[Trouble]]:
    own = [name for name in plan.columns if not _is_custom(name)]
    row = row_of(record, own) | _custom_values(record, plan.columns)
    troubles: list[Trouble] = []
    if plan.history:
        row["history"] = [_entry(entry) for entry in record.history]
    if plan.attachments is not None:
        row["attachments"] = list(_saved(record, Path(plan.attachments), troubles))
    return row, troubles


def _is_custom(column: str) -> bool:
    return column == EVERY_CUSTOM or column.startswith(CUSTOM)


def _custom_values(record: Ticket, columns: Sequence[str]) -> Row:
    """The custom fields that are wanted; of those that the queue lacks, no value."""
    if not any(map(_is_custom, columns)):
        return {}
    values: Mapping[str, Any] = record.cf
    if EVERY_CUSTOM in columns:
        return {CUSTOM + name: _plain(value) for name, value in values.items()}
    wanted = [name.removeprefix(CUSTOM) for name in columns if name.startswith(CUSTOM)]
    known = spelt(values)
    return {
        CUSTOM + name: _plain(values[known[name.lower()]]) if name.lower() in known else None
        for name in wanted
    }


def _plain(value: Any) -> Any:
    # A tracked list knows its record.
    return [*value] if isinstance(value, list) else value


def _defined(record: Ticket) -> Iterator[Field]:
    if (defined := state_of(record).defined) is not None:
        for each in defined.fields:
            yield Field(each.name, each.type, each.multiple)


def _entry(entry: Transaction) -> Row:
    # Read first, since a dump has no text of HTML that was not read.
    content = entry.content
    told = entry.model_dump(exclude={"attachments", "content"})
    return told | {"content": content, "attachments": [file.id for file in entry.attachments]}


def _saved(record: Ticket, folder: Path, troubles: list[Trouble]) -> Iterator[Row]:
    """What is told of each attachment, once it is saved."""
    for each in record.attachments:
        if each.content_type.startswith(_CONTAINER):
            continue
        told = {"id": each.id, "filename": each.filename, "content_type": each.content_type}
        file: str | None = None
        if not _is_message(each):
            try:
                file = save(each, folder, record.id)
            except (NotFound, PermissionDenied) as error:
                troubles.append(Trouble(record.id, str(error), f"attachment {each.id}"))
        yield {**told, "size": each.size, "file": file}


def _is_message(file: Attachment) -> bool:
    """Whether it is the text of a message, which the history shows."""
    return not file.filename and file.content_type in _TEXTS
