"""Ctrl-C while a commit waits for RT: nothing is repeated that may have happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from rtorm import CommitInterrupted, Session, Status, state_of
from rtorm.gateway import Created
from rtorm.rest1.gateway import Rest1
from tests.proxy import Proxy, proxy_to
from tests.support import Incident, Server

Connect = Callable[..., Session]

PATIENCE = 60

PROGRAM = """
import sys
import rtorm

url, parallel, subject, *numbers = sys.argv[1:]
session = rtorm.connect(url, auth=("root", "password"), parallel=int(parallel), batch=1)
for ticket in session.get_many(rtorm.Ticket, numbers):
    ticket.subject = f"{subject} {ticket.id}."
try:
    session.commit()
except rtorm.CommitInterrupted as interrupted:
    for result in interrupted.report.results:
        print("unsent" if result.unsent else result.outcome, result.record.is_dirty)
session.rollback()
"""


def test_an_interrupted_create_is_never_sent_again(
    session: Session, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RT may have made the record: it leaves the session, and what was not sent yet stays."""
    first, second, third = [
        session.add(Incident(subject=f"Ctrl-C {number}")) for number in (1, 2, 3)
    ]
    really = Rest1.create

    def create(self: Rest1, kind: str, fields: dict[str, str], *rest: Any) -> Created:
        made = really(self, kind, fields, *rest)
        if fields["Subject"] == "Ctrl-C 2":
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(Rest1, "create", create)
    with pytest.raises(CommitInterrupted) as caught:
        session.commit()
    monkeypatch.undo()
    assert session.new == [third]
    assert state_of(first).status is Status.LOADED
    assert state_of(second).status is Status.NEW
    outcomes = [result.outcome for result in caught.value.report.results]
    assert outcomes == ["created", "unknown", "rejected"]
    [lost], [unsent] = caught.value.report.unknown, caught.value.report.unsent
    assert "Ctrl-C 2" in str(lost.cause)
    assert "search for it before you add it again" in str(lost.cause)
    assert unsent.record is third
    session.commit()
    subjects = [f"Ctrl-C {number}" for number in (1, 2, 3)]
    made = connect().query(Incident).where(Incident.subject.in_(subjects))
    assert sorted(ticket.subject for ticket in made) == subjects


def interrupted_program(proxy: Proxy, parallel: int, subject: str, numbers: list[int]) -> list[str]:
    """Run a program in its terminal, press Ctrl-C while it waits; gives what it prints."""
    arguments = [proxy.url, str(parallel), subject, *map(str, numbers)]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert proxy.arrived.wait(PATIENCE)
        program.send_signal(signal.SIGINT)
        proxy.go_on.set()
        said, complaints = program.communicate(timeout=PATIENCE)
    assert complaints == ""
    assert program.returncode == 0
    return said.splitlines()


@pytest.mark.live
@pytest.mark.parametrize("parallel", [1, 3])
def test_ctrl_c_in_a_terminal(rt: Server, connect: Connect, parallel: int) -> None:
    """The report says of every ticket what RT holds, and one that is in doubt is told so."""
    session = connect()
    new = [session.add(Incident(subject=f"Terminal {number}")) for number in range(12)]
    session.commit()
    numbers = [ticket.id for ticket in new]
    subject = f"Pressed {parallel}"
    with proxy_to(rt.url) as proxy:
        proxy.losses["/edit"] = "late"
        proxy.marked = f"+{numbers[3]}.".encode()
        told = interrupted_program(proxy, parallel, subject, numbers)
    held = [ticket.subject for ticket in connect().get_many(Incident, numbers)]
    for line, text, ticket in zip(told, held, new, strict=True):
        changed = text == f"{subject} {ticket.id}."
        assert changed or text == ticket.subject
        assert line in ("unknown True", "updated False" if changed else "unsent True")
    assert told.count("unknown True") == (1 if parallel == 1 else 0)
    assert told[:3] == ["updated False"] * 3
    assert told[-1] == "unsent True"
