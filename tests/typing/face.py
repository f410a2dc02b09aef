"""What type checkers must take the public face for; checked, never run."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, assert_type

import rtorm
from rtorm import CF, Change, CommitReport, SaveResult, Session, Ticket, cf, state_of
from rtorm.orm.columns import Clause, Column, Ordering
from rtorm.orm.state import State

Severity = Literal["low", "high"]


class Incident(Ticket, queue="Incidents"):
    """A class of tickets, with custom fields of several kinds."""

    severity: CF[Severity | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)
    count: CF[int] = cf("Count")
    day: CF[date | None] = cf("Day", default=None)


def construct() -> None:
    """Constructors take what the fields are declared as."""
    ticket = Incident(subject="x", severity="high", hosts=["a"], count=1, cc=["a@example.com"])
    assert_type(ticket, Incident)


def read_and_assign(ticket: Incident) -> None:
    """Attributes of instances are of the declared types."""
    assert_type(ticket.id, int)
    assert_type(ticket.subject, str)
    assert_type(ticket.priority, int)
    assert_type(ticket.created, datetime)
    assert_type(ticket.due, datetime | None)
    assert_type(ticket.cc, list[str])
    assert_type(ticket.hosts, list[str])
    assert_type(ticket.count, int)
    assert_type(ticket.day, date | None)
    assert_type(ticket.is_dirty, bool)
    assert_type(ticket.changes, dict[str, Change[Any]])
    assert_type(ticket.errors, dict[str, list[str]])
    assert_type(ticket.save(check=True, verify="always"), SaveResult)
    assert_type(state_of(ticket), State)


def severity_of(ticket: Incident) -> Severity | None:
    """A Literal stays one."""
    return ticket.severity


def columns() -> None:
    """Attributes of classes are columns, which make clauses."""
    assert_type(Incident.subject, Column[str])
    assert_type(Incident.count, Column[int])
    assert_type(Incident.hosts, Column[list[str]])
    assert_type(Incident.due, Column[datetime | None])
    assert_type(Incident.subject == "x", Clause)
    assert_type(Incident.count > 3, Clause)
    assert_type(Incident.subject.like("x") & ~(Incident.count == 1), Clause)
    assert_type(Incident.hosts.has("db1"), Clause)
    assert_type(Incident.due.is_null(), Clause)
    assert_type(Incident.created.desc(), Ordering)


def sessions() -> None:
    """Sessions give records of the class asked for."""
    session = rtorm.connect("https://rt.example.com", auth=("me", "secret"))
    assert_type(session, Session)
    assert_type(session.get(Incident, 1), Incident)
    assert_type(session.get_many(Incident, [1, 2], missing="skip"), list[Incident])
    assert_type(session.add(Incident(subject="x", count=1)), Incident)
    assert_type(session.edit(Ticket, 1, subject="x"), SaveResult)
    assert_type(session.commit(), CommitReport)
    with session.begin() as same:
        assert_type(same, Session)
