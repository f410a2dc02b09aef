"""Dates are instants, whatever the account's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rtorm import ConfigurationError, RejectedError, Session, TimeZoneWarning, state_of
from tests.support import Incident

Connect = Callable[..., Session]
ROME = ZoneInfo("Europe/Rome")
SUMMER = datetime(2031, 7, 1, 12, 0, tzinfo=UTC)
WINTER = datetime(2031, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("instant", [SUMMER, WINTER], ids=["summer", "winter"])
@pytest.mark.parametrize("zone", ["Europe/Rome", ROME], ids=["name", "tzinfo"])
def test_an_instant_written_in_one_zone_reads_the_same_in_another(
    connect: Connect, instant: datetime, zone: str | ZoneInfo
) -> None:
    """An account in Rome writes, one in UTC reads: daylight saving included."""
    roman = connect("roman", time_zone=zone)
    ticket = roman.add(Incident(subject="Zones", due=instant, deadline=instant))
    roman.commit()
    seen = connect("alice").get(Incident, ticket.id)
    assert (seen.due, seen.deadline) == (instant, instant)
    seen.starts = instant.astimezone(ZoneInfo("Asia/Tokyo"))
    seen.deadline = instant + timedelta(hours=1)
    seen.save()
    ticket.refresh()
    assert (ticket.starts, ticket.due) == (instant, instant)
    assert ticket.deadline == instant + timedelta(hours=1)


def test_a_date_is_cleared_by_none(connect: Connect) -> None:
    """None unsets a date, on the server, too."""
    alice = connect("alice")
    ticket = alice.add(
        Incident(subject="Clear", due=SUMMER, deadline=SUMMER, report_date=SUMMER.date())
    )
    alice.commit()
    ticket.due = ticket.deadline = ticket.report_date = None
    ticket.save()
    ticket.refresh()
    assert (ticket.due, ticket.deadline, ticket.report_date) == (None, None, None)


def test_a_zone_that_contradicts_the_server_is_refused(connect: Connect) -> None:
    """A wrong zone is told at first use, before anything is misread."""
    wrong = connect("roman", time_zone="America/New_York")
    with pytest.raises(ConfigurationError, match=r"America/New_York.*UTC-0[45]:00.*UTC\+0[12]:00"):
        wrong.edit(Incident, 1, due=SUMMER)


def test_without_a_zone_dates_are_read_with_a_warning(connect: Connect) -> None:
    """The present offset is used to read, with one warning; writing is refused with the remedy."""
    writer = connect("alice")
    made = writer.add(Incident(subject="No zone"))
    writer.commit()
    roman = connect("roman", time_zone=None)
    with pytest.warns(TimeZoneWarning, match="roman"):
        ticket = roman.get(Incident, made.id)
    assert ticket.created == made.created
    ticket.due = SUMMER
    with pytest.raises(ConfigurationError, match="time_zone"):
        ticket.save()
    ticket.discard()


def test_without_a_zone_an_account_in_utc_gets_no_warning(connect: Connect) -> None:
    """An offset of zero is read in silence, but a date is still not written by guess."""
    alice = connect("alice", time_zone=None)
    ticket = alice.add(Incident(subject="Zero"))
    alice.commit()
    assert ticket.created.tzinfo is UTC
    ticket.due = SUMMER
    with pytest.raises(ConfigurationError, match="time_zone"):
        ticket.save()
    ticket.discard()


def test_an_unknown_zone_is_refused(connect: Connect) -> None:
    """A name that is no zone fails at once."""
    with pytest.raises(ConfigurationError, match="no such time zone"):
        connect(time_zone="Europe/Atlantis")


def test_a_foreign_language_is_a_clear_error(connect: Connect) -> None:
    """An account whose language makes dates unreadable is told the remedy."""
    writer = connect("alice")
    made = writer.add(Incident(subject="Français"))
    writer.commit()
    with pytest.raises(ConfigurationError, match="language to English"):
        connect("french").get(Incident, made.id)


def test_naive_dates_are_refused_and_fractions_dropped(connect: Connect) -> None:
    """A date needs a zone; RT keeps whole seconds, and so does the attribute."""
    ticket = Incident(subject="x")
    with pytest.raises(ValueError, match="timezone"):
        ticket.due = datetime(2030, 1, 1)  # noqa: DTZ001
    ticket.due = SUMMER.replace(microsecond=5)
    assert ticket.due == SUMMER
    assert state_of(ticket).original


def test_the_second_pass_of_a_repeated_hour_cannot_be_written(connect: Connect) -> None:
    """RT reads an ambiguous local time as its first pass, so the second is refused."""
    roman = connect("roman", time_zone="Europe/Rome")
    first = datetime(2031, 10, 26, 0, 30, tzinfo=UTC)
    ticket = roman.add(Incident(subject="Twice", due=first))
    roman.commit()
    ticket.refresh()
    assert ticket.due == first
    ticket.due = first + timedelta(hours=1)
    with pytest.raises(RejectedError, match="repeated hour"):
        ticket.save()
    ticket.discard()
