"""Nightly: failed backups that nobody looks after get a severity, an owner, a date and a reminder.

    python nightly.py --owner alice --deputy root --dry-run

It works on the queue Incidents of your RT, with RTSERVER, RTUSER and RTPASSWD set or an `.rtrc`.
Exit status 1 says that RT refused something, 2 that it could not go on. `docs/tutorial.md` builds
it step by step.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import rtorm
from rtorm import CF, CommitError, OutcomeUnknownError, RTError, SaveError, Session, Ticket, cf

log = logging.getLogger("nightly")

OK, REFUSED, FAILED = 0, 1, 2
SATURDAY = 5


class Incident(Ticket, queue="Incidents"):
    """Tickets of the queue Incidents."""

    severity: CF[Literal["low", "high", "critical"] | None] = cf("Severity", default=None)


def failed_backups(session: Session, before: datetime) -> list[Incident]:
    """Those that nobody has touched since."""
    query = session.query(Incident).where(
        Incident.subject.starts_with("Backup failed"),
        Incident.status.in_(["new", "open"]),
        Incident.last_updated < before,
    )
    return query.all()


def triage(incident: Incident, owner: str, due: datetime) -> None:
    """Set what nobody has set yet; nothing is sent."""
    if incident.severity is None:
        incident.severity = "high" if "db" in incident.subject else "low"
    if incident.owner == "Nobody":
        incident.owner = owner
    if incident.due is None:
        incident.due = due


def save(session: Session, incidents: Sequence[Incident], deputy: str) -> bool:
    """Save all; what may not belong to its owner goes to the deputy. Whether RT took it all."""
    for _ in range(2):
        try:
            session.commit()
        except CommitError as error:
            log.warning("%s", error)
            for incident in incidents:
                if "owner" in incident.errors:
                    incident.owner = deputy
        else:
            return True
    return False


def remind(incident: Incident) -> bool:
    """Comment, once whatever happens; whether the comment is known to be there."""
    try:
        incident.comment("No backup since. Please look at it, or say why it may wait.")
    except OutcomeUnknownError as error:
        return error.verify() is True
    except SaveError as error:
        log.warning("%s", error)
        return False
    return True


def end_of_next_working_day(now: datetime, zone: ZoneInfo) -> datetime:
    """Five in the afternoon there, of the next day that is neither Saturday nor Sunday."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, time(17), tzinfo=zone)


def preview(session: Session, incidents: Sequence[Incident]) -> None:
    """Tell what would be changed, and drop it."""
    for incident in incidents:
        for name, change in incident.changes.items():
            log.info("%s: %s would become %s", incident.id, name, change.new)
    session.rollback()


def run(
    session: Session, before: datetime, due: datetime, owner: str, deputy: str, *, dry_run: bool
) -> bool:
    """All of it; whether RT took it all."""
    incidents = failed_backups(session, before)
    log.info("%d failed backups since %s", len(incidents), before)
    for incident in incidents:
        triage(incident, owner, due)
    if dry_run:
        preview(session, incidents)
        return True
    ok = save(session, incidents, deputy)
    for incident in incidents:
        if not incident.is_dirty:
            ok = remind(incident) and ok
    return ok


def zone(name: str) -> ZoneInfo:
    """A time zone, as argparse wants to be told of a wrong one."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError):
        message = f"there is no time zone {name!r}"
        raise argparse.ArgumentTypeError(message) from None


def options() -> argparse.ArgumentParser:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(description="Look after failed backups.")
    parser.add_argument("--owner", required=True, help="who is to look at what nobody owns")
    parser.add_argument("--deputy", default="root", help="who gets what the owner may not own")
    parser.add_argument("--days", type=int, default=14, help="left alone for so long; default: 14")
    parser.add_argument("--zone", type=zone, default="UTC", help="of the working day")
    parser.add_argument("--rt-zone", default="UTC", help="of the account in RT")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be changed")
    parser.add_argument("--verbose", action="store_true", help="log each request, too")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these arguments; gives the exit status."""
    chosen = options().parse_args(arguments)
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("rtorm.wire").setLevel("INFO" if chosen.verbose else "WARNING")
    now = datetime.now(UTC)
    before, due = now - timedelta(days=chosen.days), end_of_next_working_day(now, chosen.zone)
    try:
        with rtorm.connect(time_zone=chosen.rt_zone) as session:
            ok = run(session, before, due, chosen.owner, chosen.deputy, dry_run=chosen.dry_run)
    except RTError as error:
        log.error("%s", error)  # noqa: TRY400 - a line for the mail that cron sends
        return FAILED
    return OK if ok else REFUSED


if __name__ == "__main__":
    sys.exit(main())
