"""Saving one ticket."""

from __future__ import annotations

import pytest

from rtorm import Change, PartialSaveError, Session
from tests.support import Incident, Wire


def test_two_fields_are_one_post(session: Session, wire: Wire) -> None:
    """Changing two fields sends one request, whose form has those two."""
    session.add(ticket := Incident(subject="two fields"))
    session.commit()
    ticket = session.get(Incident, ticket.id)
    wire.clear()
    ticket.subject = "Two fields, changed"
    ticket.time_worked = 5
    result = ticket.save()
    assert len(wire.sent) == len(wire.writes) == 1
    assert wire.writes[0].forms == [
        {"id": f"ticket/{ticket.id}", "Subject": "Two fields, changed", "TimeWorked": "5"}
    ]
    assert result.outcome == "updated"
    assert not ticket.is_dirty


def test_partial(session: Session, wire: Wire) -> None:
    """What RT refuses is on its attribute and stays dirty; the rest is applied and clean."""
    session.add(ticket := Incident(subject="partial"))
    session.commit()
    ticket.owner, ticket.status, ticket.subject, ticket.time_worked = "nosuchuser", "bogus", "ok", 5
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert caught.value.errors == ticket.errors
    assert ticket.errors == {
        "owner": ["That user does not exist"],
        "status": ["Status 'bogus' isn't a valid status for this ticket."],
    }
    assert caught.value.applied["subject"] == Change("partial", "ok")
