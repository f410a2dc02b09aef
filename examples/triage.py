"""Triage: take a queue's unowned tickets, find duplicates, answer, resolve, and read what happened.

Runs against your own RT with RTSERVER, RTUSER and RTPASSWD set, on the queue named as argument (it
changes its tickets there), or against a throwaway one through `scripts/demo triage`.
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

console = Console(highlight=False)


def main(session: Session, queue: str = QUEUE) -> None:
    """Take, link, merge, answer, resolve; then show the history of each ticket."""
    tickets = take_unowned(session, queue)
    if not tickets:
        console.print(f"No ticket of {queue} is without an owner.")
        return
    remaining: list[Ticket] = []
    for same in by_subject(tickets):
        original, *duplicates = same
        if duplicates:
            gather(session, original, duplicates)
        resolve(original, len(duplicates))
        remaining.append(original)
    step("What happened")
    for ticket in session.get_many(Ticket, [ticket.id for ticket in remaining]):
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
            console.print(f"  [red]left[/] {ticket!r}: {' '.join(error.errors['owner'])}")
        else:
            console.print(f"  took {ticket!r}", markup=False)
            taken.append(ticket)
    return taken


def by_subject(tickets: Iterable[Ticket]) -> Iterable[Sequence[Ticket]]:
    """Tickets of the same subject, the oldest first."""
    groups: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        groups.setdefault(ticket.subject.strip().lower(), []).append(ticket)
    return groups.values()


def gather(session: Session, original: Ticket, duplicates: Sequence[Ticket]) -> None:
    """Link the duplicates to the original, in one request, and merge the newest into it."""
    step(f"{len(duplicates)} more of {original!r}")
    for duplicate in duplicates:
        duplicate.links.refers_to.append(original.id)
    session.commit()
    for duplicate in duplicates:
        console.print(f"  {duplicate.id} refers to {duplicate.links.refers_to}", markup=False)
    newest, number = duplicates[-1], duplicates[-1].id
    merged = newest.merge_into(original)
    console.print(f"  merged {number} into {merged!r}", markup=False)


def resolve(ticket: Ticket, duplicates: int) -> None:
    """Note for the staff what was found, with a file; tell the requestor; resolve."""
    findings = f"ticket: {ticket.id}\nduplicates: {duplicates}\n".encode()
    log = Attachment(filename="findings, raw.txt", content=findings, content_type="text/plain")
    ticket.comment(
        "Looked into it.\n\n    disk: 100 %\n    cause: old logs", attachments=[log], time_worked=10
    )
    ticket.reply("Solved: old logs were removed.", time_worked=5, status="resolved")


def show_history(ticket: Ticket) -> None:
    """Print a ticket and its history as a person wants to read it."""
    head = Text.assemble(
        (f"\n{ticket.id} ", "bold"),
        (ticket.subject, "bold"),
        f"  {ticket.status}, owner {ticket.owner}, {ticket.time_worked} minutes",
    )
    console.print(head)
    for entry in ticket.history:
        if entry.type not in UNTOLD:
            show_entry(entry)


def show_entry(entry: Transaction) -> None:
    """Print when, who, what; then the message and its files."""
    line = Table.grid(padding=(0, 2))
    line.add_row(
        Text(f"{entry.created:%Y-%m-%d %H:%M}", style="dim"),
        Text(entry.description, style=STYLES.get(entry.type, "")),
    )
    console.print(Padding(line, (0, 0, 0, 2)))
    if entry.type in MESSAGES and entry.content:
        console.print(Padding(Text(entry.content.rstrip()), (0, 0, 0, 20)))
    for file in entry.attachments:
        if file.filename:
            label = f"[{file.filename}] {file.content_type}, {file.size} bytes"
            console.print(Padding(Text(label, style="blue"), (0, 0, 0, 20)))


def step(title: str) -> None:
    """Announce what comes next."""
    console.print(Text(f"\n» {title}", style="bold cyan"))


def prepare(session: Session) -> None:
    """Fill the queue of a throwaway server."""
    for subject, text in (
        ("Disk full on db3", "df says 100 %"),
        ("Printer on fire", "Room 12, and it smells."),
        ("disk full on DB3", "Still full!"),
        ("Disk full on db3", "Is anybody there?"),
    ):
        new = Ticket(queue=QUEUE, subject=subject, text=text, requestors=["ann@example.com"])
        session.add(new)
    session.commit()


if __name__ == "__main__":
    with rtorm.connect() as connected:
        main(connected, *sys.argv[1:2])
