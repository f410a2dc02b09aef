"""What programs do with tickets, and what RT's own history says of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from rtorm import Attachment, Session, Ticket
from rtorm.models.attachment import File
from tests.support import Incident

CONTENT = bytes(range(256)) * 2


@dataclass(frozen=True, slots=True)
class Case:
    """What an operation works on.

    Attributes:
        mark: What tells it from all others.
        tickets: The tickets, as RT has them.
    """

    mark: str
    tickets: Sequence[int]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program does.

    Attributes:
        name: What it is called.
        meant: The path of its request.
        begin: Loads what it works on, and gives what carries it out.
        count: How often it has happened, by what RT has noted of it; None of a read.
        tickets: How many tickets it works on.
        repeatable: Whether it may be carried out again.
        is_cut: Whether its reply is cut at every place.
    """

    name: str
    meant: str
    begin: Callable[[Session, Case], Callable[[], object]]
    count: Callable[[Session, Case], list[int]] | None = None
    tickets: int = 1
    repeatable: bool = True
    is_cut: bool = True


def prepared(near: Session, operation: Operation) -> Case:
    """New tickets for an operation; those that are read have a file."""
    mark = uuid4().hex
    files: list[File] = (
        [] if operation.count else [Attachment(filename="bytes.bin", content=CONTENT)]
    )
    new = [
        near.add(Incident(subject=f"Case {mark}", text="As it began.", files=files))
        for _ in range(operation.tickets)
    ]
    near.commit(verify="never")
    return Case(mark, [ticket.id for ticket in new])


def _edit(session: Session, case: Case) -> Callable[[], object]:
    [ticket] = session.get_many(Incident, case.tickets)
    _change(ticket, case)
    return ticket.save


def _change(ticket: Incident, case: Case) -> None:
    ticket.subject = f"New {case.mark}"
    ticket.priority = 77
    ticket.severity = "high"
    ticket.hosts = ["db1", "db2"]


def _edits(session: Session, case: Case) -> Callable[[], object]:
    for ticket in session.get_many(Incident, case.tickets):
        _change(ticket, case)
    return session.commit


def _edited(near: Session, case: Case) -> list[int]:
    counts: list[int] = []
    for ticket in near.get_many(Incident, case.tickets):
        entries = list(ticket.history)
        values = (f"New {case.mark}", "high", "db1", "db2")
        counts += [sum(entry.new_value == value for entry in entries) for value in values]
        counts.append(sum(entry.field == "Priority" for entry in entries))
    return counts


def _status(session: Session, case: Case) -> Callable[[], object]:
    [ticket] = session.get_many(Incident, case.tickets)
    ticket.status, ticket.owner, ticket.queue = "resolved", "root", "Two Words"
    return ticket.save


def _has_status(near: Session, case: Case) -> list[int]:
    entries = near.get(Ticket, case.tickets[0]).history
    return [
        sum(entry.field == "Status" and entry.new_value == "resolved" for entry in entries),
        sum(entry.field == "Queue" for entry in entries),
        sum(entry.field == "Owner" and entry.type == "Set" for entry in entries),
    ]


def _link(session: Session, case: Case) -> Callable[[], object]:
    ticket = session.get(Incident, case.tickets[0])
    ticket.links.refers_to.append(f"http://example.com/{case.mark}")
    return ticket.save


def _linked(near: Session, case: Case) -> list[int]:
    entries = near.get(Incident, case.tickets[0]).history
    return [sum(entry.type == "AddLink" for entry in entries)]


def _create(session: Session, case: Case) -> Callable[[], object]:
    return session.add(Incident(subject=f"Made {case.mark}", severity="low")).save


def _created(near: Session, case: Case) -> list[int]:
    return [len(near.query(Incident).where(Incident.subject == f"Made {case.mark}").ids())]


def _comment(session: Session, case: Case) -> Callable[[], object]:
    ticket = session.get(Incident, case.tickets[0])
    file = Attachment(filename="more.bin", content=CONTENT)
    return lambda: ticket.comment(f"Said {case.mark}", attachments=[file])


def _commented(near: Session, case: Case) -> list[int]:
    entries = near.get(Incident, case.tickets[0]).history
    return [sum(entry.type == "Comment" for entry in entries)]


def _merge(session: Session, case: Case) -> Callable[[], object]:
    one, other = (session.get(Incident, number) for number in case.tickets)
    return lambda: one.merge_into(other)


def _merged(near: Session, case: Case) -> list[int]:
    one, other = case.tickets
    return [int(near.get(Incident, one).id == other)]


def _take(session: Session, case: Case) -> Callable[[], object]:
    return session.get(Incident, case.tickets[0]).take


def _taken(near: Session, case: Case) -> list[int]:
    entries = near.get(Incident, case.tickets[0]).history
    return [sum(entry.type == "Set" and entry.field == "Owner" for entry in entries)]


def _load(session: Session, case: Case) -> Callable[[], object]:
    return lambda: session.get(Incident, case.tickets[0]).subject


def _query(session: Session, case: Case) -> Callable[[], object]:
    wanted = session.query(Incident).where(Incident.subject == f"Case {case.mark}")
    return lambda: [ticket.id for ticket in wanted]


def _history(session: Session, case: Case) -> Callable[[], object]:
    ticket = session.get(Incident, case.tickets[0])
    return lambda: [entry.id for entry in ticket.history]


def _files(session: Session, case: Case) -> Callable[[], object]:
    ticket = session.get(Incident, case.tickets[0])
    return lambda: [file.id for file in ticket.attachments]


def _download(session: Session, case: Case) -> Callable[[], object]:
    [*_, file] = session.get(Incident, case.tickets[0]).attachments
    return lambda: file.content


OPERATIONS = (
    Operation("edit of a ticket", "/edit$", _edit, _edited),
    Operation("status, owner and queue", "/edit$", _status, _has_status, is_cut=False),
    Operation("commit of edits", "/edit$", _edits, _edited, tickets=2),
    Operation("links", "/edit$", _link, _linked),
    Operation("create", "/ticket/new$", _create, _created, repeatable=False),
    Operation("comment with a file", "/comment$", _comment, _commented, repeatable=False),
    Operation("take", "/take$", _take, _taken, repeatable=False, is_cut=False),
    Operation("merge", "/merge/", _merge, _merged, tickets=2, repeatable=False),
    Operation("load", "/show$", _load),
    Operation("query", "/search/ticket$", _query),
    Operation("history", "/(history|show)$", _history),
    Operation("list of attachments", "/(attachments|show)$", _files),
    Operation("download", "/content$", _download),
)
