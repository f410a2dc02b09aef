"""What the tests share: the server as they see it, and what they send to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

from rtorm import CF, PermissionDenied, Ticket, cf
from rtorm.rest1.forms import parse
from rtorm.testing import NotInstalledError, RequestTracker
from rtorm.testing._packages import find

R = TypeVar("R")

Severity = Literal["low", "high", "critical"]


class Incident(Ticket, queue="Incidents"):
    """Tickets of the seeded queue, with a custom field of each sort."""

    severity: CF[Severity | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)
    teams: CF[list[str]] = cf("Teams", default_factory=list)
    note: CF[str | None] = cf("Note", default=None)
    count: CF[int | None] = cf("Count", default=None)
    report_date: CF[date | None] = cf("Report date", default=None)
    deadline: CF[datetime | None] = cf("Deadline", default=None)
    field_owner: CF[str | None] = cf("Owner", default=None)


def shown_or_refused(get: Callable[[], R], right: str) -> R | None:
    """What an account without a right is shown all the same, as by older servers.

    None if it is refused, in words that name the right.
    """
    try:
        return get()
    except PermissionDenied as error:
        if right not in str(error):
            raise
    return None


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the suite: running, or recorded."""

    url: str
    version: str
    major: int
    tracker: RequestTracker | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    method: str
    path: str
    text: str

    @property
    def forms(self) -> list[dict[str, str]]:
        """The forms of a write, in their order."""
        return [dict(parse(block).fields) for block in self.text.split("\n--\n")]


class Wire(logging.Handler):
    """The requests of a test, read from the wire's log, logins left out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.sent: list[Sent] = []

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith("%s %s\n") and isinstance(record.args, tuple):
            sent = Sent(*map(str, record.args))
            if sent.path != "ticket/new" or sent.text:
                self.sent.append(sent)

    @property
    def writes(self) -> list[Sent]:
        """Those that carry a form."""
        return [sent for sent in self.sent if sent.method == "POST" and ":" in sent.text]

    def clear(self) -> None:
        """Forget what was sent so far."""
        self.sent.clear()


def installed(major: int) -> bool:
    """Whether this version of RT is installed here."""
    try:
        find(4 if major == 4 else 5)
    except NotInstalledError:
        return False
    return True
