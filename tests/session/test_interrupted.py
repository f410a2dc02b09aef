"""Ctrl-C while a commit waits for RT: nothing is repeated that may have happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rtorm import Session, Status, state_of
from rtorm.gateway import Created
from rtorm.rest1.gateway import Rest1
from tests.support import Incident

Connect = Callable[..., Session]


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
    with pytest.raises(KeyboardInterrupt) as caught:
        session.commit()
    monkeypatch.undo()
    assert session.new == [third]
    assert state_of(first).status is Status.LOADED
    assert state_of(second).status is Status.NEW
    [note] = caught.value.__notes__
    assert "Ctrl-C 2" in note
    assert "search for it before you add it again" in note
    session.commit()
    subjects = [f"Ctrl-C {number}" for number in (1, 2, 3)]
    made = connect().query(Incident).where(Incident.subject.in_(subjects))
    assert sorted(ticket.subject for ticket in made) == subjects
