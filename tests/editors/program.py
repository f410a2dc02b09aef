"""The program that the editors have open."""

from __future__ import annotations

import textwrap

DECLARATION = '''\
from typing import Literal

from rtorm import CF, Session, Ticket, cf


class Incident(Ticket, queue="Incidents"):
    """What keeps others from their work."""

    severity: CF[Literal["low", "high", "critical"] | None] = cf("Severity", default=None)
    """How bad it is."""
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)
'''

_USE = """

def work(session: Session) -> None:
    plain = session.get(Ticket, 1)
    ticket = session.get(Incident, 1042)
"""


def program(*lines: str) -> str:
    """The program up to these lines, in a function that has `session`, `ticket` and `plain`."""
    return DECLARATION + _USE + textwrap.indent("\n".join(lines), "    ")
