"""Triage: take a queue's unowned tickets, merge and link what is the same, answer, resolve.

Then it prints what happened to each. Runs against your own RT with RTSERVER, RTUSER and RTPASSWD
set, on the queue named as argument (it changes its tickets there), or against a throwaway one
through `scripts/demo triage`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import rtorm
from rtorm import Attachment, RejectedError, Session, Ticket, Transaction

QUEUE = "Incidents"
MESSAGES = ("Create", "Comment", "Correspond")
UNTOLD = ("EmailRecord", "SetWatcher")  # what RT notes beside each message and each new owner
STYLES = {"Create": "green", "Correspond": "cyan", "Comment": "yellow", "Status": "magenta"}
INDENT = 20  # what belongs to an entry stands under its words

console = Console(highlight=False)


def main(session: Session, queue: str = QUEUE) -> None:
    """Take, merge, link, answer, resolve; then show the history of each ticket."""
    tickets = take_unowned(session, queue)
    if not tickets:
        console.print(f"No ticket of {queue} is without an owner.")
        return
    handled: list[Ticket] = []
    for original, *others in by_subject(tickets):
        related = gather(session, original, others) if others else []
        resolve(original, related)
        handled += [original, *related]
    step("What happened")
    for ticket in handled:
        show_history(ticket)


def take_unowned(session: Session, queue: str) -> list[Ticket]:
    """Become the owner of what nobody owns; what someone else took meanwhile is left alone."""
    step(f"Take what nobody owns in {queue}")
    unowned = (
        session.query(Ticket)
        .where(Ticket.queue == queue, Ticket.owner == "Nobody")
        .where(Ticket.status.in_(["new", "open"]))
        .order_by(Ticket.id.asc())
    )
    taken: list[Ticket] = []
    for ticket in unowned:
        try:
            ticket.take()
        except RejectedError as error:
            tell(f"left {ticket!r}: {' '.join(error.errors['owner'])}", style="red")
        else:
            tell(f"took {ticket!r}")
            taken.append(ticket)
    return taken


def by_subject(tickets: Iterable[Ticket]) -> Iterable[Sequence[Ticket]]:
    """Tickets of the same subject, the oldest first."""
    groups: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        groups.setdefault(ticket.subject.strip().lower(), []).append(ticket)
    return groups.values()


def gather(session: Session, original: Ticket, others: Sequence[Ticket]) -> list[Ticket]:
    """Merge what the same person has sent again, link what comes from others; gives the latter."""
    step(f"The same again: {original.subject}")
    related = [ticket for ticket in others if ticket.requestors != original.requestors]
    for ticket in related:
        ticket.links.refers_to.append(original.id)
    session.commit()
    for ticket in related:
        tell(f"{ticket.id} refers to {ticket.links.refers_to}, from {', '.join(ticket.requestors)}")
    for ticket in others:
        if ticket not in related:
            number = ticket.id
            tell(f"{number} is merged into {ticket.merge_into(original).id}, from the same person")
    return related


def resolve(original: Ticket, related: Sequence[Ticket]) -> None:
    """Note for the staff what was found, with a file; tell everyone who asked; resolve."""
    tickets = [original, *related]
    findings = "".join(f"{ticket.id}: {ticket.subject}\n" for ticket in tickets)
    log = Attachment(
        filename="findings, raw.txt", content=findings.encode(), content_type="text/plain"
    )
    numbers = ", ".join(str(ticket.id) for ticket in tickets)
    note = f"Looked into it:\n\n    tickets  {numbers}\n    checked  disk, network"
    original.comment(note, attachments=[log], time_worked=10)
    for ticket in tickets:
        ticket.reply("Solved: it works again.", time_worked=5, status="resolved")


def show_history(ticket: Ticket) -> None:
    """Print a ticket and its history as a person wants to read it."""
    facts = f"{ticket.status}, owner {ticket.owner}, {ticket.time_worked} minutes"
    console.print(Text.assemble("\n", (f"{ticket.id} {ticket.subject}", "bold"), f"  {facts}"))
    for entry in ticket.history:
        if entry.type not in UNTOLD:
            show_entry(entry, ticket)


def show_entry(entry: Transaction, ticket: Ticket) -> None:
    """Print when and what; then the message and its files."""
    merged = "" if entry.ticket_id == ticket.id else f" (ticket {entry.ticket_id})"
    line = Table.grid(padding=(0, 2))
    line.add_row(
        Text(f"{entry.created:%Y-%m-%d %H:%M}", style="dim"),
        Text.assemble((entry.description, STYLES.get(entry.type, "")), (merged, "dim")),
    )
    tell(line)
    if entry.type in MESSAGES and entry.content:
        tell(entry.content.rstrip(), indent=INDENT)
    for file in entry.attachments:
        if file.filename:
            tell(f"[{file.filename}] {file.content_type}, {file.size} bytes", "blue", INDENT)


def tell(what: str | Table, style: str = "", indent: int = 2) -> None:
    """Print something under what it belongs to."""
    shown = Text(what, style=style) if isinstance(what, str) else what
    console.print(Padding(shown, (0, 0, 0, indent), expand=False))


def step(title: str) -> None:
    """Announce what comes next."""
    console.print(Text(f"\n» {title}", style="bold cyan"))


def prepare(session: Session) -> None:
    """Fill the queue of a throwaway server."""
    for sender, subject, text in (
        ("ann@example.com", "Disk full on db3", "df says 100 %"),
        ("ben@example.com", "Printer out of paper", "Room 12."),
        ("ben@example.com", "disk full on DB3", "No space left on device."),
        ("ann@example.com", "Disk full on db3", "Is anybody there?"),
    ):
        session.add(Ticket(queue=QUEUE, subject=subject, text=text, requestors=[sender]))
    session.commit()


if __name__ == "__main__":
    with rtorm.connect() as connected:
        main(connected, *sys.argv[1:2])
