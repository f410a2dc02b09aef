"""What type checkers know of rtorm's public face; checked, never run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date, datetime
from email.message import Message
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, BinaryIO, Literal, assert_type

from pydantic import SecretStr

import rtorm
from rtorm import (
    CF,
    NOT_LOADED,
    Attachment,
    Attr,
    Change,
    Clause,
    Client,
    Column,
    CommitError,
    CommitReport,
    CustomField,
    Download,
    Group,
    History,
    Links,
    Ordering,
    OverwrittenError,
    PartialSaveError,
    Query,
    Queue,
    ReadOnly,
    Record,
    RejectedError,
    Reply,
    RTError,
    SaveError,
    SaveResult,
    Session,
    StaleError,
    Status,
    Ticket,
    Transaction,
    Upload,
    User,
    auth,
    cf,
    sql,
    state_of,
)

Severity = Literal["low", "high", "critical"]
Outcome = Literal["created", "updated", "partial", "rejected", "unchanged", "unknown"]


class Incident(Ticket, queue="Incidents"):
    """A class of a program's own."""

    severity: CF[Severity | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)
    ports: CF[list[int] | None] = cf("Ports", default=None)
    sites: CF[list[Literal["rome", "oslo"]]] = cf("Sites", default_factory=list)
    count: CF[int] = cf("Count", id=7, default=0)
    seen: CF[date | None] = cf("Seen", default=None)
    room: CF[str] = cf("Room")


class Outage(Incident, queue=["Outages", "Old outages"]):
    """A class of a class."""

    cause: CF[str | None] = cf("Cause", default=None)
    urgent: CF[bool | None] = cf("Urgent", true="yes", false="no", default=None)
    nets: CF[list[IPv4Network | IPv6Network | str]] = cf("Nets", default_factory=list)


# Connecting


def connecting() -> None:
    assert_type(rtorm.connect(), Session)
    assert_type(rtorm.connect("https://rt.example.com", auth=("me", "secret")), Session)
    assert_type(
        rtorm.connect(
            "https://rt.example.com",
            auth=auth.Password("me", "secret"),
            time_zone="Europe/Rome",
            timeout=(5.0, 60.0),
            verify="always",
            batch=20,
        ),
        Session,
    )
    ticket = auth.Kerberos("me@EXAMPLE.COM", password="secret", hostname="rt.example.com")
    assert_type(Client("https://rt.example.com", auth=ticket), Client)
    assert_type(auth.Kerberos(delegate=True).principal, str | None)
    client = Client("https://rt.example.com", auth=auth.Token("1-14-x"))
    assert_type(Session(client, time_zone="UTC", verify="never", batch=20), Session)
    with rtorm.connect(verify=Path("ca.pem")) as session:
        assert_type(session, Session)
        assert_type(session.client, Client)


# Fields


def on_instances(ticket: Incident, outage: Outage) -> None:
    assert_type(ticket.id, int)
    assert_type(ticket.queue, str)
    assert_type(ticket.subject, str)
    assert_type(ticket.status, str)
    assert_type(ticket.owner, str)
    assert_type(ticket.creator, str)
    assert_type(ticket.priority, int)
    assert_type(ticket.initial_priority, int)
    assert_type(ticket.final_priority, int)
    assert_type(ticket.requestors, list[str])
    assert_type(ticket.cc, list[str])
    assert_type(ticket.admin_cc, list[str])
    assert_type(ticket.created, datetime)
    assert_type(ticket.starts, datetime | None)
    assert_type(ticket.started, datetime | None)
    assert_type(ticket.due, datetime | None)
    assert_type(ticket.resolved, datetime | None)
    assert_type(ticket.told, datetime | None)
    assert_type(ticket.last_updated, datetime)
    assert_type(ticket.time_estimated, int)
    assert_type(ticket.time_worked, int)
    assert_type(ticket.time_left, int)
    assert_type(ticket.sla, str | None)
    assert_type(ticket.text, str)
    assert_type(ticket.content_type, str)
    assert_type(ticket.files, list[Attachment | Path | BinaryIO])
    assert_type(ticket.severity, Severity | None)
    assert_type(ticket.hosts, list[str])
    assert_type(ticket.ports, list[int] | None)
    assert_type(ticket.count, int)
    assert_type(ticket.seen, date | None)
    assert_type(ticket.room, str)
    assert_type(outage.cause, str | None)
    assert_type(outage.severity, Severity | None)
    assert_type({ticket: ticket == outage}, dict[Incident, bool])


def on_classes() -> None:
    assert_type(Ticket.id, Column[int])
    assert_type(Ticket.subject, Column[str])
    assert_type(Ticket.created, Column[datetime])
    assert_type(Ticket.due, Column[datetime | None])
    assert_type(Ticket.cc, Column[list[str]])
    assert_type(Ticket.queue, Column[str | Queue])
    assert_type(Incident.subject, Column[str])
    assert_type(Incident.severity, Column[Severity | None])
    assert_type(Incident.hosts, Column[list[str]])
    assert_type(Outage.severity, Column[Severity | None])
    assert_type(Outage.cause, Column[str | None])
    assert_type(Ticket.subject.name, str)
    assert_type(Ticket.subject.wire, str)


def assigning(ticket: Incident, moment: datetime, photo: Path, opened: BinaryIO) -> None:
    ticket.subject, ticket.status, ticket.owner = "Disk full", "open", "alice"
    ticket.priority, ticket.time_worked = 90, 15
    ticket.due = moment
    ticket.due = ticket.sla = ticket.severity = None
    ticket.severity = "high"
    ticket.cc.append("facilities@example.com")
    ticket.cc += ["a@example.com"]
    ticket.hosts[1:] = ["db1", "db2"]
    ticket.files = [photo, opened, Attachment(filename="a", content=b"")]


def constructing(moment: datetime, photo: Path) -> None:
    assert_type(Ticket(), Ticket)
    assert_type(Ticket(queue="General", subject="x", text="df says 100 %"), Ticket)
    assert_type(Incident(room="A1"), Incident)
    assert_type(
        Outage(
            room="A1",
            severity="low",
            hosts=["db1"],
            ports=[80],
            count=3,
            seen=moment,
            cause="rain",
            due=moment,
            requestors=["a@example.com"],
            files=[photo],
            content_type="text/html",
        ),
        Outage,
    )
    assert_type(Attachment.from_path(photo, content_type="x/y"), Attachment)
    assert_type(Attachment.from_path("photo.jpg"), Attachment)
    file = Attachment(filename="a", content=b"", content_type="x/y")
    assert_type(file.filename, str)
    assert_type(file.content, bytes)
    assert_type(file.content_type, str)
    assert_type({file}, set[Attachment])


# Conditions


def conditions(moment: datetime) -> None:
    assert_type(Incident.severity == "high", Clause)
    assert_type(Incident.severity != None, Clause)  # noqa: E711 - the column says what is meant
    assert_type(Incident.severity.in_(["low", None]), Clause)
    assert_type(Incident.status.not_in({"resolved"}), Clause)
    assert_type(Incident.priority > 50, Clause)
    assert_type(Incident.created <= moment, Clause)
    assert_type(Incident.due < moment, Clause)
    assert_type(Incident.due.between(moment, moment), Clause)
    assert_type(Incident.due.is_null(), Clause)
    assert_type(Incident.subject.like("disk"), Clause)
    assert_type(Incident.severity.not_like("i"), Clause)
    assert_type(Incident.sla.starts_with("gold"), Clause)
    assert_type(Incident.hosts.has("db1"), Clause)
    assert_type(Incident.sites.like("ro"), Clause)
    assert_type(Incident.ports.has(80), Clause)
    assert_type((Incident.priority > 50) & ~(Incident.status == "open"), Clause)
    assert_type((Incident.priority > 50) | (Incident.status == "open"), Clause)
    assert_type(Incident.created.asc(), Ordering)
    assert_type(Incident.created.desc(), Ordering)


# Sessions


def sessions(session: Session, ticket: Incident) -> None:
    assert_type(session.get(Ticket, 1), Ticket)
    assert_type(session.get(Incident, "1042"), Incident)
    assert_type(session.get(Transaction, 58), Transaction)
    assert_type(session.get(Attachment, "7"), Attachment)
    assert_type(session.get_many(Incident, [1, "2"]), list[Incident])
    assert_type(session.get_many(Incident, (1, 2), missing="skip"), list[Incident])
    assert_type(session.add(Incident(room="A1")), Incident)
    assert_type(session.edit(Incident, 77, status="stalled"), SaveResult)
    assert_type(session.comment(77, "Looked.", time_worked=5), None)
    assert_type(session.reply("77", attachments=[Path("df.txt")]), None)
    assert_type(session.commit(), CommitReport)
    assert_type(session.commit(verify="always"), CommitReport)
    with rtorm.progress.bar("Saving") as progress:
        assert_type(session.commit(progress=progress), CommitReport)
    assert_type(session.new, list[Record])
    assert_type(session.dirty, list[Record])
    session.rollback()
    session.expire(ticket, "due")
    session.close()
    with session.begin(check=True) as begun:
        assert_type(begun, Session)


def records(ticket: Incident) -> None:
    assert_type(ticket.is_dirty, bool)
    assert_type(ticket.changes, dict[str, Change[Any]])
    assert_type(ticket.changes["subject"].old, Any)
    assert_type(ticket.errors, dict[str, list[str]])
    assert_type(ticket.save(), SaveResult)
    assert_type(ticket.save(check=True, verify="never"), SaveResult)
    ticket.refresh()
    ticket.refresh("status", "owner", keep_changes=True)
    ticket.discard()
    ticket.discard("status")
    ticket.delete()
    assert_type(ticket.model_copy(update={"subject": "x"}), Incident)
    assert_type(ticket.model_dump(), dict[str, Any])


def results(result: SaveResult, report: CommitReport) -> None:
    assert_type(result.record, Record)
    assert_type(result.record.id, int)
    assert_type(result.outcome, Outcome)
    assert_type(result.applied, Mapping[str, Change[Any]])
    assert_type(result.errors, dict[str, list[str]])
    assert_type(result.cause, RTError | None)
    assert_type(report.results, tuple[SaveResult, ...])
    assert_type(report.rejected, list[SaveResult])
    assert_type(report.partial, list[SaveResult])
    assert_type(report.unknown, list[SaveResult])
    assert_type(report.unsent, list[SaveResult])
    assert_type(report.stale, list[SaveResult])
    assert_type(report.overwritten, list[SaveResult])
    assert_type(report.unchecked, list[SaveResult])
    assert_type(result.overwritten, Mapping[str, Any])
    assert_type(result.unchecked, Mapping[str, str])
    assert_type(result.unsent, bool)
    assert_type(report.ok, bool)
    assert_type(report.summary(), str)


def errors(ticket: Incident, session: Session) -> None:
    try:
        ticket.save(check=True)
    except OverwrittenError as over:
        assert_type(over.theirs, dict[str, object])
        assert_type(over.applied, dict[str, Change[Any]])
    except StaleError as stale:
        assert_type(stale.theirs, dict[str, object])
    except (PartialSaveError, RejectedError) as refused:
        assert_type(refused.applied, dict[str, Change[Any]])
    except SaveError as error:
        assert_type(error.record, Record)
        assert_type(error.errors, dict[str, list[str]])
    try:
        session.commit(check=True)
    except CommitError as refused:
        assert_type(refused.report, CommitReport)


def states(ticket: Incident, change: Change[str]) -> None:
    state = state_of(ticket)
    assert_type(state.status, Status)
    assert_type(state.undecoded, dict[str, str])
    assert_type(state.persistent, bool)
    assert_type(change.new, str)
    assert_type(change.old is NOT_LOADED, bool)


# What belongs to a ticket, and its verbs


def custom_fields_of_more_types(outage: Outage) -> None:
    assert_type(outage.urgent, bool | None)
    assert_type(outage.nets, list[IPv4Network | IPv6Network | str])
    assert_type(Outage(room="1", urgent=True).urgent, bool | None)
    assert_type(Outage.urgent == True, Clause)  # noqa: E712
    outage.nets.append(IPv4Network("10.0.0.0/8"))
    outage.nets = ["10.0.0.1-10.0.0.5"]


def custom_fields_by_name(ticket: Incident) -> None:
    assert_type(ticket.cf["Severity"], Any)
    assert_type(list(ticket.cf), list[str])
    ticket.cf["Severity"] = "high"
    ticket.cf["Affected hosts"].append("db1")
    ticket.cf.update({"Severity": "low", "Count": 3})
    del ticket.cf["Severity"]
    names: MutableMapping[str, Any] = ticket.cf
    assert "Severity" in names


def links(ticket: Incident, other: Ticket) -> None:
    assert_type(ticket.links, Links)
    ends: list[int | str] = ticket.links.depends_on
    assert_type(ticket.links.children[0], int | str)
    ticket.links.depends_on.append(1040)
    ticket.links.depends_on.append(other)
    ticket.links.depends_on.extend(ends)
    ticket.links.depends_on.insert(0, other)
    ticket.links.depends_on += [other.id, "https://example.com/"]
    ticket.links.refers_to = [1040, "https://example.com/", other]
    ticket.links.parents = [1040]


def attachments(ticket: Incident, folder: Path) -> None:
    assert_type(ticket.attachments, tuple[Attachment, ...])
    for file in ticket.attachments:
        assert_type(file.id, int | None)
        assert_type(file.filename, str)
        assert_type(file.size, int)
        assert_type(file.created, datetime | None)
        assert_type(file.headers, Message)
        assert_type(file.content, bytes)
        assert_type(file.text, str)
        assert_type(file.save_to(folder), Path)
        assert_type(file.save_to("downloads", progress=print), Path)
        with file.open() as stream:
            assert_type(stream.read(1), bytes)


def history(ticket: Incident) -> None:
    assert_type(ticket.history, History)
    assert_type(ticket.history.of_type("Comment", "Correspond"), History)
    for entry in ticket.history:
        assert_type(entry, Transaction)
        assert_type(entry.id, int)
        assert_type(entry.created, datetime)
        assert_type(entry.creator, str)
        assert_type(entry.ticket_id, int)
        assert_type(entry.type, str)
        assert_type(entry.field, str)
        assert_type(entry.field_id, int | None)
        assert_type(entry.old_value, str | int | datetime | None)
        assert_type(entry.new_value, str | int | datetime | None)
        assert_type(entry.time_taken, int)
        assert_type(entry.description, str)
        assert_type(entry.content, str | None)
        assert_type(entry.content_type, str)
        assert_type(entry.attachments, tuple[Attachment, ...])
        assert_type(entry.model_dump(mode="json"), dict[str, Any])
    assert_type(ticket.history[-1], Transaction)


def verbs(ticket: Incident, other: Ticket, photo: Path, opened: BinaryIO) -> None:
    file = Attachment(filename="a", content=b"")
    ticket.comment("x")
    ticket.reply(
        "<p>x</p>",
        content_type="text/html",
        cc=["a@example.com"],
        bcc="b@example.com",
        time_worked=15,
        status="open",
        attachments=[photo, opened, file],
    )
    ticket.take()
    ticket.untake()
    ticket.steal()
    assert_type(ticket.merge_into(other), Ticket)
    assert_type(ticket.merge_into(1040), Ticket)


# Queues, users, groups


def others(session: Session, ticket: Incident) -> None:
    queue, user = session.get(Queue, "Incidents"), session.get(User, "alice@example.com")
    assert_type(queue, Queue)
    assert_type(queue.name, str)
    assert_type(queue.disabled, bool)
    assert_type(queue.custom_fields, tuple[CustomField, ...])
    assert_type(user, User)
    assert_type(user.email_address, str)
    assert_type(user.privileged, bool)
    assert_type(session.get(Group, 5).members, list[str])
    user.password = SecretStr("secret")
    assert_type(session.get(User, "bob").password, SecretStr | None)
    assert_type(ticket.queue, str)
    ticket.queue, ticket.owner = queue, user
    ticket.queue, ticket.owner = "Incidents", "alice"
    assert_type(Ticket(queue=queue, owner="alice"), Ticket)
    session.query(Ticket).where(Ticket.queue == queue, Ticket.queue.in_([queue, "General"]))
    session.query(Ticket).where(Ticket.owner != user, Ticket.owner.like("ali"))
    assert_type(session.add(Queue(name="Printers", disabled=True)), Queue)
    assert_type(session.add(User(name="bob", privileged=True)), User)
    assert_type(session.add(Group(name="Staff")), Group)


class Team(Group):
    """A group with custom fields, which RT only shows."""

    floor: ReadOnly[str | None] = cf("Floor", default=None)
    skills: ReadOnly[list[str]] = cf("Skills", default_factory=list)


def of_their_own(session: Session, queue: Queue) -> None:
    team = session.get(Team, "Staff")
    assert_type(team, Team)
    assert_type(team.floor, str | None)
    assert_type(team.skills, list[str])
    assert_type(Team.floor, Column[str | None])
    assert_type(session.query(Team).where(Team.name == "Staff").one(), Team)
    assert_type(session.get_many(Team, [5]), list[Team])
    assert_type(session.add(Team(name="Staff")), Team)
    assert_type(team.custom_fields, tuple[CustomField, ...])
    assert_type(queue.own_custom_fields, tuple[CustomField, ...])


def definitions(queue: Queue) -> None:
    for field in queue.custom_fields:
        assert_type(field.id, int | None)
        assert_type(field.name, str)
        assert_type(field.type, str)
        assert_type(field.multiple, bool)
        assert_type(field.pattern, str)
        assert_type(field.values, tuple[str, ...] | None)


# The day you need a raw request


def raw_requests(client: Client, content: bytes) -> None:
    reply = client.get("ticket/1/history", {"format": "l"})
    assert_type(reply, Reply)
    assert_type(reply.status, int)
    assert_type(reply.body, str)
    assert_type(reply.forms[0].fields, Mapping[str, str])
    assert_type(client.post("ticket/1/edit", "Priority: 7\n"), Reply)
    assert_type(client.post("ticket/1/comment", "", [Upload("a.log", content)]), Reply)
    with client.download("ticket/1/attachments/7/content") as download:
        assert_type(download, Download)
        assert_type(download.status, int)
        assert_type(list(download.chunks()), list[bytes])
    assert_type(client.identity().version, str)
    client.logout()
    client.close()


def queries(session: Session) -> None:
    assert_type(Ticket.links.depends_on.has(session.get(Ticket, 5)), Clause)
    assert_type(Ticket.cf["Severity"] == "high", Clause)
    assert_type(Ticket.requestors.has("ann@example.com") | Ticket.cc.like("@example.org"), Clause)
    chosen = session.query(Incident).only(Incident.subject, Incident.cc).strict()
    included = chosen.include(Ticket.links, Ticket.attachments, Ticket.history, Ticket.cf)
    assert_type(included.stream(chunk=50), Iterator[Incident])
    assert_type(included.update(status="open"), CommitReport)
    found = session.query(Incident).where(Incident.severity == "high", Incident.priority > 50)
    assert_type(found, Query[Incident])
    assert_type(found.where(sql("Due < 'now'")).order_by(Incident.created.desc()), Query[Incident])
    assert_type(found.all(), list[Incident])
    assert_type(found.first(), Incident | None)
    assert_type(found.one(), Incident)
    assert_type(found.one_or_none(), Incident | None)
    assert_type(found.limit(5), Query[Incident])
    assert_type(found[:5], Query[Incident])
    assert_type(found.count(), int)
    assert_type(found.ids(), list[int])
    assert_type(found.exists(), bool)
    assert_type(found.text, str)
    for ticket in found:
        assert_type(ticket.severity, Severity | None)
    assert_type(session.query(Queue).where(Queue.name.like("Two")).all(), list[Queue])


# Declarations that a program may want for fields of its own


class Declared(Ticket):
    """A class that narrows nothing and adds a field of each kind."""

    one: Attr[str] = cf("One")
    two: ReadOnly[str | None] = cf("Two", default=None)


def declared(ticket: Declared) -> None:
    assert_type(ticket.one, str)
    assert_type(ticket.two, str | None)
    assert_type(Declared.two, Column[str | None])
