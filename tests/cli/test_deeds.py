"""`rtorm take`, `steal` and `merge` on real servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtorm import Session
from tests.cli.conftest import Command
from tests.proxy import proxy_to
from tests.support import Incident, Server, Wire


@pytest.fixture
def tickets(session: Session) -> list[Incident]:
    made = [session.add(Incident(subject=f"Disk {number}")) for number in range(3)]
    session.commit()
    return made


def test_taken_and_stolen(command: Command, tickets: list[Incident]) -> None:
    """RT's own rules hold; whose the ticket was is told."""
    one, two, _ = tickets
    ran = command("take", one.id, two.id, one.id, user="alice")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == f"ticket {one.id}: taken\nticket {two.id}: taken\n"
    one.refresh()
    assert one.owner == "alice"
    ran = command("steal", one.id)
    assert (ran.status, ran.out) == (0, f"ticket {one.id}: stolen from alice\n")
    one.refresh()
    assert one.owner == "root"


def test_one_that_is_refused(command: Command, tickets: list[Incident]) -> None:
    """It is told, and the others follow; the exit status is 1."""
    one, two, _ = tickets
    command("take", one.id, user="alice")
    ran = command("take", one.id, two.id)
    assert (ran.status, ran.out) == (1, f"ticket {two.id}: taken\n")
    assert f"<Incident {one.id} " in ran.err
    assert "unowned" in ran.err


def test_merged(command: Command, tickets: list[Incident]) -> None:
    """Their numbers lead to the one that remains, and that is said where they are used."""
    one, two, three = tickets
    ran = command("merge", one.id, two.id, "--into", three.id)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.count(f"merged into {three.id}") == 2
    ran = command("edit", one.id, "priority=7")
    assert (ran.status, ran.err) == (0, f"rtorm: ticket {one.id} has been merged into {three.id}\n")
    assert command("comment", one.id, "-m", "For both").status == 0
    assert three.history.of_type("Comment")[-1].content == "For both"
    ran = command("merge", one.id, "--into", three.id)
    assert (ran.status, ran.out) == (1, "")
    assert "itself" in ran.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("merge", "ID", "--into", "ID"), "itself"),
        (("merge", "ID"), "--into"),
        (("merge", "ID", "--into", "x"), "'x' is not the number of a ticket"),
        (("take", "ID", "x"), "'x' is not the number of a ticket"),
        (("steal", "ID", 999999), "999999"),
        (("take",), "TICKET"),
    ],
)
def test_what_cannot_be_meant(
    command: Command,
    tickets: list[Incident],
    wire: Wire,
    asked: tuple[object, ...],
    said: str,
) -> None:
    """Exit status 2, and nothing is sent of any ticket."""
    ran = command(*(tickets[0].id if each == "ID" else each for each in asked))
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not [sent for sent in wire.writes if sent.path.startswith("ticket/")]


@pytest.mark.live
@pytest.mark.parametrize(
    ("asked", "path"),
    [(("take",), "/take"), (("merge", "--into"), "/merge/")],
)
def test_a_lost_reply(
    command: Command,
    rt: Server,
    connect: Callable[..., Session],
    asked: tuple[str, ...],
    path: str,
) -> None:
    """It is sent once, no other follows, and which ticket it was is said; the status is 3."""
    session = connect()
    made = [session.add(Incident(subject="Disk full")) for _ in range(3)]
    session.commit()
    one, two, three = (each.id for each in made)
    more = [*asked[1:], three] if asked[1:] else []
    with proxy_to(rt.url) as proxy:
        proxy.losses[f"{path}{three}" if more else path] = "reply"
        ran = command("--server", proxy.url, asked[0], one, two, *more)
        sent = [each for each in proxy.passed if path in each]
    assert (ran.status, ran.out, len(sent)) == (3, "", 1)
    assert ran.err.startswith(f"rtorm: ticket {one}: ")
