"""`rtorm show` and `rtorm find` on real servers."""

from __future__ import annotations

import csv
import io
import json

import pytest

from rtorm import Session, Ticket
from tests.cli.conftest import Command
from tests.support import Incident, Wire

LONG = "A subject that is longer than eighty columns are, " + "x" * 100


@pytest.fixture
def tickets(session: Session) -> list[Incident]:
    made = [
        session.add(
            Incident(subject=subject, severity="high", hosts=["db1", "db2, or 3"], text="See it.")
        )
        for subject in (LONG, '=HYPERLINK("http://x")', "\x1b[31mred")
    ]
    session.commit()
    return made


def ids(tickets: list[Incident]) -> str:
    return " OR ".join(f"id = {each.id}" for each in tickets)


def test_a_ticket(command: Command, tickets: list[Incident]) -> None:
    """All that is not empty, custom fields by RT's names; nothing is cut where it is no terminal."""
    tickets[0].links.depends_on = [tickets[1].id]
    tickets[0].time_worked = 90
    tickets[0].save()
    ran = command("show", tickets[0].id, "--history", "--attachments")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == f"ticket {tickets[0].id}: {LONG}"
    told = {line[:20].strip(): line[20:].strip() for line in lines}
    assert told["time_worked"] == "90 min"
    assert ["Severity", "high"] in [line.split() for line in lines]
    assert any(line.split() == ["depends_on", str(tickets[1].id)] for line in lines)
    assert any("Ticket created by root" in line for line in lines)
    assert any(line.strip() == "See it." for line in lines)
    assert "Attachments" in lines


def test_several_as_json(command: Command, tickets: list[Incident]) -> None:
    """One array; the keys are there whether or not they are empty."""
    ran = command("show", *(each.id for each in tickets[:2]), "--format", "json", "--history")
    one, two = json.loads(ran.out)
    assert one.keys() == two.keys()
    assert (one["type"], one["id"], one["subject"]) == ("ticket", tickets[0].id, LONG)
    assert one["cf"]["Affected hosts"] == ["db1", "db2, or 3"]
    assert one["links"]["depends_on"] == []
    assert one["created"].endswith("+00:00")
    assert one["history"][0]["content"] == "See it."


def test_nothing_of_a_subject_steers_the_terminal(
    command: Command, tickets: list[Incident]
) -> None:
    """It is spelt out."""
    for ran in (command("show", tickets[2].id), command("find", f"id = {tickets[2].id}")):
        assert "\\x1b[31mred" in ran.out
        assert "\x1b" not in ran.out


def test_users_and_queues(command: Command) -> None:
    """By kind and name."""
    ran = command("show", "user/alice", "queue/General", "group/Staff")
    assert ran.status == 0
    assert "alice@example.com" in ran.out
    assert "The default queue" in ran.out
    assert "who answers" in ran.out


@pytest.mark.parametrize("given", ["General", "queue/", "999999", "user/no-such-user", "0"])
def test_what_cannot_be_shown(command: Command, given: str) -> None:
    """One line on standard error."""
    ran = command("show", given)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_merged_ticket(command: Command, tickets: list[Incident]) -> None:
    """It is said which one is shown."""
    number = tickets[1].id
    tickets[1].merge_into(tickets[0])
    ran = command("show", number)
    assert ran.out.startswith(f"ticket {tickets[0].id}: ")
    assert f"ticket {number} has been merged into" in ran.err


def test_found_as_a_table(command: Command, tickets: list[Incident]) -> None:
    """A line each, whole, where it is no terminal; the columns that were asked for."""
    ran = command(
        "find",
        ids(tickets),
        "--columns",
        "id,subject,cf.severity",
        "--order-by",
        "-id",
        "--limit",
        2,
    )
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[0].split() == ["id", "subject", "cf.severity"]
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == [
        str(tickets[2].id),
        str(tickets[1].id),
    ]
    assert LONG in command("find", f"id = {tickets[0].id}").out


def test_found_as_json(command: Command, tickets: list[Incident]) -> None:
    """Both kinds have the same objects."""
    asked = (ids(tickets), "--columns", "id,subject,cf.Affected hosts,due")
    whole = json.loads(command("find", *asked, "--format", "json").out)
    lines = command("find", *asked, "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == whole
    assert whole[0] == {
        "id": tickets[0].id,
        "subject": LONG,
        "cf.Affected hosts": ["db1", "db2, or 3"],
        "due": None,
    }
    nothing = command("find", "id = 999999", "--format", "json")
    assert (nothing.status, json.loads(nothing.out)) == (0, [])


def test_found_as_csv(command: Command, tickets: list[Incident]) -> None:
    """No cell is a formula, unless that is wanted; several values have a line each."""
    asked = ("find", ids(tickets), "--columns", "id,subject,cf.Affected hosts", "--format", "csv")
    _, one, two, _ = csv.reader(io.StringIO(command(*asked).out))
    assert one == [str(tickets[0].id), LONG, "db1\ndb2, or 3"]
    assert two[1] == '\'=HYPERLINK("http://x")'
    _, _, two, _ = csv.reader(io.StringIO(command(*asked, "--exact").out))
    assert two[1] == '=HYPERLINK("http://x")'


def test_counted(command: Command, tickets: list[Incident], wire: Wire) -> None:
    """The number alone; no ticket is loaded."""
    assert command("find", ids(tickets), "--count").out == f"{len(tickets)}\n"
    assert not [sent for sent in wire.sent if sent.path in ("show", "ticket/show")]


def test_a_custom_field_that_no_queue_has(
    command: Command, session: Session, tickets: list[Incident]
) -> None:
    """It is told of, since an empty column would look as if nothing was there; not otherwise."""
    other = session.add(Ticket(queue="Two Words", subject="other"))
    session.commit()
    query = f"id = {tickets[0].id} OR id = {other.id}"
    ran = command("find", query, "--columns", "id,cf.Severity")
    assert (ran.status, ran.err) == (0, "")
    ran = command("find", query, "--columns", "id,cf.Severty")
    assert ran.status == 0
    assert "'Severty'" in ran.err


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["id > 0", "--columns", "nosuch"], ["id > 0", "--order-by", "x"]]
)
def test_what_cannot_be_found(command: Command, arguments: list[str]) -> None:
    """One line on standard error, and exit status 2."""
    ran = command("find", *arguments)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_found_as_numbers(command: Command, tickets: list[Incident], wire: Wire) -> None:
    """A number a line, for `rtorm edit $(...)`; no ticket is loaded."""
    ran = command("find", ids(tickets), "--format", "ids", "--order-by", "-id", "--limit", 2)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"{tickets[2].id}\n{tickets[1].id}\n"
    assert not [sent for sent in wire.sent if sent.path in ("show", "ticket/show")]
    assert command("find", "id = 999999", "--format", "ids").out == ""
