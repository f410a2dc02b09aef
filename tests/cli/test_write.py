"""`rtorm create`, `comment` and `reply` on real servers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rtorm import Session, Ticket
from tests.cli.conftest import Command
from tests.proxy import proxy_to
from tests.support import Incident, Server, Wire


@pytest.fixture
def ticket(session: Session) -> Incident:
    made = session.add(Incident(subject="Disk full"))
    session.commit()
    return made


def test_a_new_ticket(command: Command, session: Session, tmp_path: Path) -> None:
    """Its number goes to standard output."""
    file = tmp_path / "a.log"
    file.write_bytes(b"\x00log")
    ran = command(
        "create",
        "--queue",
        "Incidents",
        "subject=Disk full",
        "severity=high",
        "requestors=ann@example.com,ben@example.com",
        "--text",
        "-",
        "--attach",
        file,
        stdin="Two\nlines.\n",
    )
    assert (ran.status, ran.err) == (0, "")
    found = re.fullmatch(r"ticket (\d+) created\n", ran.out)
    assert found
    made = session.get(Incident, int(found[1]))
    assert (made.subject, made.severity) == ("Disk full", "high")
    assert sorted(made.requestors) == ["ann@example.com", "ben@example.com"]
    assert made.history[0].content == "Two\nlines.\n"
    assert [each.content for each in made.attachments if each.filename] == [b"\x00log"]


def test_what_a_new_ticket_lost(command: Command) -> None:
    """It is there, and what RT dropped without a word is told; the exit status is 1."""
    asked = ("create", "--queue", "Incidents", "subject=x", "owner=no-such-user")
    ran = command(*asked)
    assert ran.status == 1
    first, *others = ran.out.splitlines()
    assert re.fullmatch(r"ticket \d+ created", first)
    assert others[1].startswith("owner")
    assert "refused" in others[1]
    assert len(others) == 2
    told = json.loads(command(*asked, "--format", "json").out)
    assert isinstance(told["ticket"], int)
    assert {row["field"]: row["outcome"] for row in told["fields"]} == {
        "queue": "applied",
        "subject": "applied",
        "owner": "refused",
    }


def test_a_file_that_is_not_there(command: Command, wire: Wire) -> None:
    """It is told in the words of the command line, and nothing is made."""
    ran = command("create", "--queue", "Incidents", "subject=x", "--attach", "/nowhere")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "rtorm: files: cannot read /nowhere: No such file or directory\n"
    assert not [sent for sent in wire.writes if sent.path == "ticket/new"]


@pytest.mark.parametrize("option", ["--file", "--text"])
def test_the_message_of_a_new_ticket(command: Command, tmp_path: Path, option: str) -> None:
    """Its option is called as that of comment and reply, too."""
    file = tmp_path / "text"
    file.write_text("See db3.\n")
    asked = ("create", "--queue", "Incidents", "subject=x", option, file, "--dry-run")
    assert "See db3." in command(*asked).out


def test_no_new_ticket(command: Command) -> None:
    """Why, on standard error; nothing else."""
    ran = command("create", "--queue", "No such queue", "subject=x")
    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "No such queue" in ran.err


def test_a_queue_is_needed(command: Command) -> None:
    """A wrong command line is exit status 2."""
    ran = command("create", "subject=x")
    assert (ran.status, ran.out) == (2, "")
    assert "--queue" in ran.err


def test_a_new_ticket_only_shown(command: Command, wire: Wire) -> None:
    """Nothing is made."""
    ran = command("create", "--queue", "Incidents", "severity=high", "-m", "See it.", "--dry-run")
    assert ran.status == 0
    assert ran.out.count("would be sent") == 3
    assert not [sent for sent in wire.writes if sent.path == "ticket/new"]


@pytest.mark.parametrize(("kind", "type_"), [("comment", "Comment"), ("reply", "Correspond")])
def test_a_message(
    command: Command, ticket: Incident, tmp_path: Path, kind: str, type_: str
) -> None:
    """It is recorded, with what goes with it."""
    file = tmp_path / "a.log"
    file.write_bytes(b"log")
    ran = command(kind, ticket.id, "-m", "Done.", "--time", 15, "--attach", file)
    assert (ran.status, ran.out, ran.err) == (0, f"ticket {ticket.id}: {kind} recorded\n", "")
    (entry,) = ticket.history.of_type(type_)
    assert (entry.content, entry.time_taken) == ("Done.", 15)
    assert [each.filename for each in entry.attachments if each.filename] == ["a.log"]


def test_a_message_by_an_account_that_sees_no_ticket(command: Command, session: Session) -> None:
    """The right to comment is all that it takes."""
    hidden = session.add(Ticket(queue="Two Words", subject="Hidden"))
    session.commit()
    assert command("show", hidden.id, user="creator").status == 1
    ran = command("comment", hidden.id, "-m", "Alert.", user="creator")
    assert (ran.status, ran.out, ran.err) == (0, f"ticket {hidden.id}: comment recorded\n", "")
    assert [entry.content for entry in hidden.history.of_type("Comment")] == ["Alert."]


@pytest.mark.parametrize("kind", ["comment", "reply"])
def test_a_message_to_no_ticket(command: Command, kind: str) -> None:
    """A wrong number is exit status 2, as for all commands."""
    ran = command(kind, 999999, "-m", "x")
    assert (ran.status, ran.out) == (2, "")
    assert "Ticket 999999 does not exist" in ran.err


def test_a_message_from_standard_input(command: Command, ticket: Incident) -> None:
    """To the letter."""
    ran = command("comment", ticket.id, "--file", "-", stdin="  kept: x\n\nend\n")
    assert ran.status == 0
    (entry,) = ticket.history.of_type("Comment")
    assert entry.content == "  kept: x\n\nend\n"


def test_a_status_that_is_refused(command: Command, ticket: Incident) -> None:
    """The message is there, and it is said so."""
    ran = command("comment", ticket.id, "-m", "Done.", "--status", "nosuch")
    assert (ran.status, ran.out) == (1, "")
    assert "nosuch" in ran.err
    assert "the message itself was recorded" in ran.err


@pytest.mark.parametrize(
    "arguments", [[], ["-m", "a", "--file", "b"], ["--file", "/nowhere"], ["-m", ""]]
)
def test_nothing_to_say(
    command: Command, ticket: Incident, wire: Wire, arguments: list[str]
) -> None:
    """Nothing is sent."""
    ran = command("comment", ticket.id, *arguments)
    assert ran.status in (1, 2)
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert not [sent for sent in wire.writes if sent.path.endswith("comment")]


@pytest.mark.live
@pytest.mark.parametrize("kind", ["comment", "create"])
def test_a_lost_reply(
    command: Command, rt: Server, connect: Callable[..., Session], kind: str
) -> None:
    """It is sent once, and said to be unknown; the exit status is 3."""
    session = connect()
    ticket = session.add(Incident(subject="Disk full"))
    session.commit()
    asked = {
        "comment": ("comment", ticket.id, "-m", "once"),
        "create": ("create", "--queue", "Incidents", "subject=once", "-m", "x"),
    }[kind]
    end = {"comment": "comment", "create": "ticket/new"}[kind]
    with proxy_to(rt.url) as proxy:
        proxy.losses[end] = "reply"
        proxy.marked = b"once"
        ran = command("--server", proxy.url, *asked)
        sent = [path for path in proxy.passed if path.endswith(end)]
    assert ran.status == 3
    assert "may or may not" in ran.err
    assert ran.out == ""
    # The login goes to where tickets are made.
    assert len(sent) == (1 if kind == "comment" else 2)
