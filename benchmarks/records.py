"""What a ticket costs on the client's side: loading one from text, assigning an attribute.

Prints medians over repeats, and their ratio to what plain Python takes for the like.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable
from datetime import UTC
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from rtorm import Ticket
from rtorm.orm.loading.shown import blank, fill
from rtorm.rest1.clock import Clock
from rtorm.rest1.forms import parse

FORM = """id: ticket/42
Queue: Incidents
Owner: alice
Creator: root
Subject: Printer on fire, room 12
Status: open
Priority: 10
InitialPriority: 0
FinalPriority: 0
Requestors: ann@example.com, bob@example.com
Cc: facilities@example.com
AdminCc:
Created: Mon Nov 23 16:38:00 2026
Starts: Not set
Started: Mon Nov 23 16:40:00 2026
Due: Wed Jan 02 03:04:05 2030
Resolved: Not set
Told: Mon Nov 23 16:39:00 2026
LastUpdated: Mon Nov 23 16:40:00 2026
TimeEstimated: 0
TimeWorked: 15 minutes
TimeLeft: 90 minutes
"""
REPEATS, ROUNDS = 15, 5000


def microseconds(call: Callable[[], object]) -> float:
    """The median time of one call."""
    runs = timeit.repeat(call, number=ROUNDS, repeat=REPEATS)
    return statistics.median(runs) / ROUNDS * 1e6


def load(clock: Clock) -> Ticket:
    """Text to record, as a session does it."""
    record = blank(Ticket, 42)
    fill(record, parse(FORM).fields, clock)
    assert isinstance(record, Ticket)
    return record


def split() -> dict[str, str]:
    """The least that any client does: lines to a dict of texts."""
    parts = (line.partition(": ") for line in FORM.splitlines())
    return {key: value for key, _, value in parts}


def main() -> None:
    """Measure and print."""
    utc, rome = Clock(UTC, exact=True), Clock(ZoneInfo("Europe/Rome"), exact=True)
    ticket, plain = load(utc), SimpleNamespace()
    texts = iter(range(10**9))

    def assign() -> None:
        ticket.subject = f"{next(texts)}"

    def assign_list() -> None:
        ticket.cc = ["one@example.com", "two@example.com"]

    def assign_plain() -> None:
        plain.subject = f"{next(texts)}"

    fields = FORM.count("\n")
    base, bare = microseconds(split), microseconds(assign_plain)
    rows = [
        (f"load a ticket of {fields} fields, UTC", microseconds(lambda: load(utc)), base),
        (f"load a ticket of {fields} fields, Europe/Rome", microseconds(lambda: load(rome)), base),
        ("assign an attribute", microseconds(assign), bare),
        ("assign a list of two addresses", microseconds(assign_list), bare),
    ]
    for title, took, least in rows:
        print(f"{title:48} {took / least:6.1f} times plain Python   {took:7.2f} µs")


if __name__ == "__main__":
    main()
