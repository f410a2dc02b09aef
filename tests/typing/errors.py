"""Lines that type checkers must refuse, each marked; checked, never run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from rtorm import CF, Ticket, cf


class Incident(Ticket, queue="Incidents"):
    """A class of tickets."""

    severity: CF[Literal["low", "high"] | None] = cf("Severity", default=None)
    count: CF[int] = cf("Count")


def refused(ticket: Incident) -> None:
    """Each marked line is an error, and no other."""
    ticket.severity = "huge"  # error
    ticket.priority = "high"  # error
    ticket.cc = "a@example.com"  # error
    ticket.created = datetime.now(UTC)  # error
    ticket.id = 3  # error
    ticket.subjet = "x"  # error
    Incident(subject="x")  # error
    Incident(subject="x", count=1, severity="huge")  # error
    Incident(subject="x", count=1, creator="me")  # error
    Incident(subject="x", count=1, id=3)  # error
    Incident.created.like("x")  # error
    Incident.count.has(1)  # error
    Incident.nothing == "x"  # error
    ticket.save(verify="sometimes")  # error
    (Incident.subject == "x") & True  # error
    print(Incident.count > "three")  # error
    ticket.severity, ticket.count = "low", 3
