"""What type checkers must refuse; checked, never run.

Each line that ends in `error` is one that mypy and pyright both report, and there are no others.
"""

# ruff: noqa: DTZ001
from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from rtorm import (
    CF,
    Attachment,
    Clause,
    CustomField,
    Group,
    Queue,
    ReadOnly,
    Session,
    Ticket,
    Transaction,
    User,
    cf,
)

Severity = Literal["low", "high", "critical"]


class Incident(Ticket, queue="Incidents"):
    """A class of a program's own."""

    severity: CF[Severity | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)
    count: CF[int] = cf("Count", default=0)
    room: CF[str] = cf("Room")


class Team(Group):
    """A group with custom fields, which RT only shows."""

    floor: ReadOnly[str | None] = cf("Floor", default=None)


def of_their_own(team: Team, queue: Queue) -> None:
    team.floor = "3"  # error
    _ = Team(floor="3")  # error
    _ = team.flor  # error
    team.custom_fields = ()  # error
    queue.own_custom_fields = ()  # error


def assigning(ticket: Incident) -> None:
    ticket.hosts.append(1)  # error
    ticket.severity = "huge"  # error
    ticket.subject = 5  # error
    ticket.subject = None  # error
    ticket.due = "tomorrow"  # error
    ticket.hosts = "db1"  # error
    ticket.hosts = [1]  # error
    ticket.files = ["photo.jpg"]  # error
    ticket.room = None  # error
    ticket.statsu = "open"  # error
    ticket.id = 3  # error
    ticket.created = datetime(2025, 1, 1)  # error
    ticket.last_updated = None  # error
    ticket.is_dirty = True  # error
    ticket.changes = {}  # error
    ticket.errors = {}  # error


def reading(ticket: Incident, plain: Ticket) -> None:
    _ = ticket.statsu  # error
    _ = plain.severity  # error
    _ = ticket.subject.like("x")  # error
    _ = ticket.due.year  # error
    _ = ticket.severity.upper()  # error
    _ = Incident.subject.upper()  # error
    _ = Incident.statsu  # error


def constructing() -> None:
    _ = Incident()  # error
    _ = Incident(subject="x")  # error
    _ = Incident(room=1)  # error
    _ = Incident(room="A1", severity="huge")  # error
    _ = Incident(room="A1", subjet="x")  # error
    _ = Incident(room="A1", id=3)  # error
    _ = Incident(room="A1", creator="root")  # error
    _ = Incident("A1")  # error
    _ = Ticket(hosts=["db1"])  # error
    _ = Ticket(files=["photo.jpg"])  # error
    _ = Attachment(filename="a")  # error
    _ = Attachment.from_path(b"a")  # error
    Attachment(filename="a", content=b"").content = b"x"  # error


def conditions(ticket: Incident) -> None:
    wanted: Clause = Incident.severity == "huge"  # error
    wanted = Incident.severity == 1  # error
    wanted = Incident.priority == "high"  # error
    wanted = Incident.subject != 1  # error
    wanted = ticket.status == "open"  # error
    wanted = ticket.priority > 3  # error
    wanted = True  # error
    wanted &= ticket.priority > 3  # error
    wanted = Incident.priority > "high"  # error
    wanted = Incident.due < "tomorrow"  # error
    wanted = Incident.due.like("2025")  # error
    wanted = Incident.priority.starts_with("9")  # error
    wanted = Incident.hosts.has(1)  # error
    wanted = Incident.subject.has("x")  # error
    wanted = Incident.severity.in_(["huge"])  # error
    wanted = Incident.count.in_(3)  # error
    wanted = Incident.count.between(1)  # error
    wanted = Incident.created.desc()  # error
    _ = wanted


def sessions(session: Session, ticket: Incident) -> None:
    _ = session.get(Incident)  # error
    _ = session.get(int, 3)  # error
    _ = session.get("Incident", 3)  # error
    _ = session.get(CustomField, 3)  # error
    _ = session.get(Transaction, 1.5)  # error
    _ = session.get(Attachment, 7).subject  # error
    _ = session.get_many(Incident, 3)  # error
    session.get_many(Transaction, [3])  # error
    session.query(Attachment)  # error
    _ = session.get_many(Incident, [3], missing="ignore")  # error
    _ = session.add(Incident)  # error
    _ = session.commit(verify="sometimes")  # error
    _ = ticket.save(verify="sometimes")  # error
    _ = ticket.save(True)  # error
    ticket.refresh(status=True)  # error
    ticket.discard(5)  # error
    session.expire("ticket")  # error
    session.new = []  # error


def belongings(ticket: Incident, queue: Queue, user: User) -> None:
    ticket.links.depends_on.append(1.5)  # error
    ticket.links.depends_on = 1040  # error
    ticket.links.depnds_on.append(1)  # error
    ticket.links.parents.append(None)  # error
    ticket.links.parents = [None]  # error
    ticket.links = []  # error
    ticket.cf = {}  # error
    ticket.cf[3] = "x"  # error
    ticket.cf.Severity = "high"  # error
    ticket.attachments = ()  # error
    ticket.history = []  # error
    ticket.attachments[0].content = b""  # error
    ticket.history.of_type(3)  # error
    ticket.comment(5)  # error
    ticket.comment("x", time_worked="5 minutes")  # error
    ticket.comment("x", attachments=["photo.jpg"])  # error
    ticket.reply("x", to="a@example.com")  # error
    ticket.merge_into("1040")  # error
    ticket.take("alice")  # error
    ticket.history[0].time_taken = 0  # error
    ticket.attachments[0].save_to(5)  # error
    queue.custom_fields = ()  # error
    ticket.queue = user  # error
    ticket.owner = queue  # error
    queue.disabled = None  # error
    user.password = "secret"  # error
    user.password = None  # error
    _ = queue.custom_fields[0].nmae  # error


def queries(session: Session) -> None:
    _ = session.query(Incident).where(True)  # error
    _ = session.query(Incident).only("subject")  # error
    _ = Incident.priority.like("5")  # error
    _ = Ticket.requestors.has(5)  # error
    _ = Ticket.links.depends_on.like("5")  # error
    _ = Ticket.links.nope  # error
    _ = session.query(Incident).where("subject = 'x'")  # error
    _ = session.query(Incident).where(Incident.severity == "huge")  # error
    _ = session.query(Incident).order_by(Incident.created)  # error
    _ = session.query(Incident).first().subject  # error
    _ = session.query(Queue).where(Queue.nmae == "x")  # error


def raw_requests(session: Session) -> None:
    _ = session.client.get("ticket/1/show", "fields=Subject")  # error
    _ = session.client.post("ticket/1/edit", {"Priority": "7"})  # error
    _ = session.client.post("ticket/1/comment", "", [Path("a.log")])  # error
    session.client.download("ticket/1/attachments/7/content").chunks()  # error
    session.client = None  # error


def declaring() -> None:
    _ = cf()  # error
    _ = cf(Path("Name"))  # error
    _ = cf("Name", id="7")  # error
    _ = cf("Name", factory=list)  # error
