"""`rtorm show`: tickets, users, queues and groups, whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Annotated, Any

import typer

from rtorm.cli.assignments import UsageError
from rtorm.cli.cells import plain, shown
from rtorm.cli.ending import complain
from rtorm.cli.formats import TableOrJson
from rtorm.cli.opening import opened, zone_of_account
from rtorm.cli.options import command, new_app, settings_of
from rtorm.cli.terminal import Part, Sheet, for_programs, print_sheet, results
from rtorm.cli.tickets import tell_merged
from rtorm.errors import NotFound
from rtorm.models.attachment import Attachment
from rtorm.models.group import Group
from rtorm.models.links import LINK_FIELDS
from rtorm.models.queue import Queue
from rtorm.models.ticket import Ticket
from rtorm.models.transaction import Transaction
from rtorm.models.user import User
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.record import Record

__all__ = ["app", "as_json", "sheet_of", "what"]

app = new_app()

_KINDS: Mapping[str, type[Record]] = {
    "ticket": Ticket,
    "user": User,
    "queue": Queue,
    "group": Group,
}
_WHAT = re.compile(r"(?:(ticket|user|queue|group)/)?(.+)", re.DOTALL)


@command(
    app,
    examples=(
        "rtorm show 42 --history",
        "rtorm show 42 43 --format json",
        "rtorm show user/root queue/General",
    ),
)
def show(
    context: typer.Context,
    things: Annotated[
        list[str],
        typer.Argument(
            metavar="TICKET|KIND/NAME...",
            help="Numbers of tickets, or user/NAME, queue/NAME, group/NAME.",
            show_default=False,
        ),
    ],
    *,
    history: Annotated[
        bool, typer.Option("--history", metavar="", help="What happened to a ticket, too.")
    ] = False,
    attachments: Annotated[
        bool, typer.Option("--attachments", metavar="", help="A ticket's files, too.")
    ] = False,
    form: Annotated[
        TableOrJson,
        typer.Option("--format", help="For people, or one JSON array.", metavar="table|json"),
    ] = TableOrJson.TABLE,
) -> None:
    """Show tickets, users, queues, groups.

    Custom fields are under RT's names, times in minutes, dates in the account's time zone; in JSON
    dates are in UTC.
    """
    wanted = [what(each) for each in things]
    asked = {"history": history, "attachments": attachments}
    more = [name for name, is_wanted in asked.items() if is_wanted]
    with opened(context) as session:
        records: list[Record] = [session.get(cls, named) for cls, named in wanted]
        for (_, named), record in zip(wanted, records, strict=True):
            if isinstance(record, Ticket):
                tell_merged(int(named), record)
        if form is TableOrJson.JSON:
            told = [as_json(record, more) for record in records]
            for_programs().write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
            return
        zone, console = zone_of_account(session, settings_of(context)), results(context)
        for at, record in enumerate(records):
            if at and not console.is_terminal:
                console.out()
            print_sheet(console, sheet_of(record, zone, more))


def what(given: str) -> tuple[type[Record], str]:
    """The class and the name or number of what is to be shown.

    Raises:
        UsageError: It is neither a ticket's number nor a kind and a name.
    """
    found = _WHAT.fullmatch(given)
    kind, name = (found[1] or "ticket", found[2]) if found else ("ticket", given)
    if kind == "ticket" and not name.isdecimal():
        message = f"{given!r}: give a ticket's number, or user/NAME, queue/NAME, group/NAME"
        raise UsageError(message)
    return _KINDS[kind], name


def as_json(record: Record, more: list[str]) -> dict[str, Any]:
    """A record for programs, all of its attributes among it.

    Args:
        record: The record.
        more: What else of a ticket: `history`, `attachments`.
    """
    told: dict[str, Any] = {"type": type(record).__rt_kind__}
    told |= {name: plain(value) for name, value in _attributes(record)}
    if isinstance(record, Ticket):
        told["cf"] = {name: plain(value) for name, value in _custom(record)}
        told["links"] = {name: plain(list(value)) for name, value in _links(record)}
        if "history" in more:
            told["history"] = [_entry(each) for each in record.history]
        if "attachments" in more:
            told["attachments"] = [_file(each) for each in record.attachments]
    return told


def sheet_of(record: Record, zone: tzinfo, more: list[str]) -> Sheet:
    """A record for people, without what is empty.

    Args:
        record: The record.
        zone: The zone of its dates.
        more: What else of a ticket: `history`, `attachments`.
    """
    named = {name: value for name, value in _attributes(record) if name != "id"}
    parts = [Part("", _lines(named, zone))]
    if isinstance(record, Ticket):
        parts.append(Part("Custom fields", _lines(dict(_custom(record)), zone)))
        parts.append(Part("Links", _lines(dict(_links(record)), zone)))
        if "attachments" in more:
            parts.append(Part("Attachments", [_file_line(each) for each in record.attachments]))
        if "history" in more:
            parts.append(Part("History", [_entry_line(each, zone) for each in record.history]))
    return Sheet(_title(record), [part for part in parts if part.lines])


def _title(record: Record) -> str:
    name = record.subject if isinstance(record, Ticket) else getattr(record, "name", "")
    return f"{type(record).__rt_kind__} {record.id}: {name}"


def _lines(values: Mapping[str, Any], zone: tzinfo) -> list[tuple[str, str]]:
    told = ((name, shown(name, value, zone)) for name, value in values.items())
    return [(name, text) for name, text in told if text]


def _attributes(record: Record) -> Iterator[tuple[str, Any]]:
    for field in layout_of(type(record)).fields.values():
        if field.spec.stored and not (field.spec.part or field.spec.custom):
            yield field.name, _value(record, field.name)


def _value(record: Record, name: str) -> Any:
    try:
        return getattr(record, name)
    except NotFound:
        # RT does not show it to every account, or its version does not have it.
        return None


def _custom(ticket: Ticket) -> Iterator[tuple[str, Any]]:
    for name in ticket.cf:
        try:
            yield name, ticket.cf[name]
        except KeyError as error:
            # Several have this name.
            complain(f"warning: {error}")


def _links(ticket: Ticket) -> Iterator[tuple[str, list[int | str]]]:
    for name in LINK_FIELDS:
        relation = name.rpartition(".")[2]
        yield relation, getattr(ticket.links, relation)


def _entry(entry: Transaction) -> dict[str, Any]:
    names = ("id", "type", "field", "old_value", "new_value", "description", "content")
    told = {name: plain(getattr(entry, name)) for name in names}
    told |= {"creator": entry.creator, "created": plain(entry.created)}
    told["time_taken"] = entry.time_taken
    return told | {"attachments": [file.id for file in entry.attachments]}


def _entry_line(entry: Transaction, zone: tzinfo) -> tuple[str, str]:
    minutes = f" ({shown('time_taken', entry.time_taken, zone)})" if entry.time_taken else ""
    head = f"#{entry.id} {entry.creator}: {entry.description}{minutes}"
    text = "" if entry.content is None else f"\n{entry.content.rstrip()}\n"
    return shown("created", entry.created, zone), head + text


def _file(file: Attachment) -> dict[str, Any]:
    return {"id": file.id, "filename": file.filename, "content_type": file.content_type}


def _file_line(file: Attachment) -> tuple[str, str]:
    return f"#{file.id}", f"{file.filename or '(no name)'}, {file.content_type}"
