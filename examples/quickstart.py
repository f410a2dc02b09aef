"""Five minutes with rtorm: create a ticket, change it, and learn what RT refused.

Runs against your own RT with RTSERVER, RTUSER and RTPASSWD set (it creates one ticket there), or
against a throwaway one through `scripts/demo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

import rtorm
from rtorm import CF, Change, PartialSaveError, Session, Ticket, cf

console = Console(highlight=False)


class Incident(Ticket, queue="Incidents"):
    """Tickets of the queue Incidents load as this class."""

    severity: CF[Literal["low", "high", "critical"] | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)


def main(session: Session) -> None:
    """Create, load, change, save; then a save that RT refuses in part."""
    step("Create a ticket")
    new = session.add(
        Incident(
            subject="Disk full",
            severity="low",
            hosts=["db1"],
            requestors=["ops@example.com"],
            text="df says 100 %",
        )
    )
    session.commit()
    console.print(f"RT made {new!r}")

    step("Load it, change three fields")
    ticket = session.get(Incident, new.id)
    ticket.subject = "Disk full on db3"
    ticket.severity = "critical"
    ticket.hosts.append("db3")
    show("ticket.changes", ticket.changes)

    step("Save: one request, only what has changed")
    result = ticket.save()
    show("RT accepted", result.applied)

    step("A save of which RT refuses two fields")
    ticket.owner = "no-such-user"
    ticket.status = "on fire"
    ticket.time_worked = 15
    try:
        ticket.save()
    except PartialSaveError as error:
        show("RT accepted", error.applied)
        for attribute, said in error.errors.items():
            console.print(f"  [red]refused[/] [bold]{attribute}[/]: {' '.join(said)}")

    step("Mend them and save again: only what was refused is sent")
    ticket.owner = "root"
    ticket.status = "open"
    show("ticket.changes", ticket.changes)
    show("RT accepted", ticket.save().applied)
    console.print(f"\n[green]Done.[/] {ticket!r} is clean: is_dirty = {ticket.is_dirty}")


def step(title: str) -> None:
    """Announce what comes next."""
    console.print(f"\n[bold cyan]» {title}[/]")


def show(title: str, changes: Mapping[str, Change[Any]]) -> None:
    """Print changes as a table."""
    table = Table("attribute", "old", "new", title=title, title_justify="left", title_style="bold")
    for attribute, change in changes.items():
        table.add_row(attribute, str(change.old), f"[green]{change.new}[/]")
    console.print(table)


if __name__ == "__main__":
    with rtorm.connect() as session:
        main(session)
