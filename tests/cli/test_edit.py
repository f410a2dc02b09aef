"""`rtorm edit` on real servers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from rtorm import Session, Ticket
from tests.cli.conftest import Command
from tests.proxy import proxy_to
from tests.support import Incident, Server, Wire

SOMEONE, OTHER = "ann@example.com", "ben@example.com"


@pytest.fixture
def ticket(session: Session) -> Incident:
    made = session.add(Incident(subject="Disk full", cc=[SOMEONE]))
    session.commit()
    return made


def test_fields_of_all_kinds(command: Command, ticket: Incident) -> None:
    """Attributes, lists, dates, minutes, links, and custom fields by both of their names."""
    ran = command(
        "edit",
        ticket.id,
        "status=open",
        "severity=high",
        "cf.Affected hosts=db1",
        "cf.Affected hosts=db2, or db3",
        f"cc+={OTHER}",
        "due=2026-07-01 12:00",
        "time_worked+=15",
        "report_date=2026-01-02",
        "refers_to=https://example.com/x",
        "--time-zone",
        "UTC",
    )
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[0].split() == ["field", "old", "new", "outcome"]
    assert ran.out.count("applied") == 8
    ticket.refresh()
    assert (ticket.status, ticket.severity, ticket.time_worked) == ("open", "high", 15)
    assert ticket.hosts == ["db1", "db2, or db3"]
    assert sorted(ticket.cc) == [SOMEONE, OTHER]
    assert f"{ticket.due:%Y-%m-%d %H:%M %Z}" == "2026-07-01 12:00 UTC"
    assert ticket.links.refers_to == ["https://example.com/x"]


def test_what_rt_refuses(command: Command, ticket: Incident) -> None:
    """Each field has its outcome, RT's words among it; the rest is there."""
    ran = command("edit", ticket.id, "status=open", "owner=no-such-user", "--format", "json")
    assert ran.status == 1
    told = {row["field"]: row for row in json.loads(ran.out)}
    assert told["status"] == {
        "ticket": ticket.id,
        "field": "status",
        "old": "new",
        "new": "open",
        "outcome": "applied",
        "said": None,
    }
    assert told["owner"]["outcome"] == "refused"
    assert told["owner"]["said"] == "That user does not exist"
    ticket.refresh()
    assert (ticket.status, ticket.owner) == ("open", "Nobody")


def test_nothing_to_do(command: Command, ticket: Incident, wire: Wire) -> None:
    """What RT holds already is not sent, and that is no failure."""
    ran = command("edit", ticket.id, "subject=Disk full", f"cc={SOMEONE}")
    assert (ran.status, ran.out) == (0, "")
    assert "nothing to change" in ran.err
    assert not [sent for sent in wire.writes if sent.path == "edit"]


def test_only_shown(command: Command, ticket: Incident, wire: Wire) -> None:
    """`--dry-run` reads, and writes nothing."""
    ran = command("edit", ticket.id, "status=open", f"cc-={SOMEONE}", "--dry-run")
    assert ran.status == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == ["field", "status", "cc"]
    assert "would be sent" in ran.out
    assert not [sent for sent in wire.writes if sent.path == "edit"]
    ticket.refresh()
    assert (ticket.status, ticket.cc) == ("new", [SOMEONE])


def test_several_tickets(command: Command, session: Session, ticket: Incident) -> None:
    """One request for all of them; the table tells which is which."""
    other = session.add(Ticket(queue="Two Words", subject="Other"))
    session.commit()
    ran = command("edit", ticket.id, other.id, "status=stalled")
    assert ran.status == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == [
        "ticket",
        str(ticket.id),
        str(other.id),
    ]
    ran = command("edit", ticket.id, other.id, "severity=low")
    assert ran.status == 2
    assert "'severity' is neither an attribute of tickets nor" in ran.err
    assert "'Two Words'" in ran.err
    ticket.refresh()
    assert ticket.severity is None


def test_cleared(command: Command, ticket: Incident) -> None:
    """Nothing behind the sign clears what may be empty, and is refused for what may not."""
    command("edit", ticket.id, "severity=low", "due=2026-07-01T12:00Z", "--time-zone", "UTC")
    ran = command("edit", ticket.id, "severity=", "due=", "cc=", "--time-zone", "UTC")
    assert (ran.status, ran.out.count("applied")) == (0, 3)
    ticket.refresh()
    assert (ticket.severity, ticket.due, ticket.cc) == (None, None, [])
    ran = command("edit", ticket.id, "owner=")
    assert ran.status == 2
    assert "owner=Nobody" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch=x"], "'nosuch'"),
        (["cf.Count=many"], "cf.Count"),
        (["id=7"], "id: RT sets it"),
        (["subject=a", "subject=b"], "subject: set it once"),
        (["due=tomorrow"], "'tomorrow' is no date"),
        (["due=2026-07-01 12:00"], "--time-zone"),
        (["due=2026-07-01T12:00Z"], "--time-zone"),
    ],
)
def test_what_cannot_be_meant(
    command: Command, ticket: Incident, wire: Wire, arguments: list[str], said: str
) -> None:
    """One line on standard error, exit status 2, and nothing is sent of the others either."""
    ran = command("edit", ticket.id, "status=open", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert not [sent for sent in wire.writes if sent.path == "edit"]


def test_an_account_without_the_right(command: Command, ticket: Incident) -> None:
    """RT's own words, and exit status 1."""
    ran = command("edit", ticket.id, "status=open", user="reader")
    assert ran.status == 1
    assert "refused: " in ran.out
    assert "right ModifyTicket" in ran.out


def test_a_ticket_that_is_not_there(command: Command) -> None:
    """Nothing is sent of the others."""
    ran = command("edit", 999999, "status=open")
    assert (ran.status, ran.out) == (2, "")
    assert "999999" in ran.err


@pytest.mark.live
def test_a_lost_reply(command: Command, rt: Server, connect: Callable[..., Session]) -> None:
    """What is unknown is said as such, and not sent again; the exit status is 3."""
    session = connect()
    ticket = session.add(Incident(subject="Disk full"))
    session.commit()
    with proxy_to(rt.url) as proxy:
        proxy.losses["edit"] = "reply"
        ran = command("--server", proxy.url, "edit", ticket.id, "status=open", "subject=x")
        sent = [path for path in proxy.passed if path.endswith("edit")]
    assert ran.status == 3
    assert ran.out.count("unknown") >= 2
    assert "applied" not in ran.out
    assert sent
