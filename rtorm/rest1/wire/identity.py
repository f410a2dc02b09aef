"""Who RT takes us for, read from the form of a new ticket; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from rtorm.errors import ProtocolError
from rtorm.gateway import Identity
from rtorm.rest1.forms import parse
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.versions import LOCAL_TIME, Version

__all__ = ["read_identity"]

_QUARTER = timedelta(minutes=15)
_ROUNDING = timedelta(minutes=2)
_WIDEST_OFFSET = timedelta(hours=14)


def read_identity(url: str, reply: Reply, date: str) -> Identity:
    """Who is logged in at a URL.

    Args:
        url: Whose reply it is, for errors.
        reply: The reply to `WHO_AM_I`.
        date: The HTTP header `Date` of the reply.

    Raises:
        ProtocolError: The reply does not say it.
    """
    fields = parse(reply.body).fields
    user = fields.get("Requestor", "")
    if not user:
        said = f"RT crashed: {reply.crash}" if reply.crash else "is that REST 1.0 of an RT?"
        message = f"what answers at {url} does not say who is logged in: {said}"
        raise ProtocolError(message)
    now = _http_date(date)
    # RT before 4.2.9 shows this time in UTC, whatever the account's zone.
    local = fields.get("Starts", "") if Version.parse(reply.version).has(LOCAL_TIME) else ""
    return Identity(user, _offset(local, now), read_time(reply, date) or now, reply.version)


def read_time(reply: Reply, date: str) -> datetime | None:
    """The server's time by its own clock, in UTC, of the same; None where it is not told.

    The header may be that of a proxy, which has another clock.
    """
    shown = parse(reply.body).fields.get("Starts", "")
    offset = _offset(shown, _http_date(date))
    if offset is None:
        return None
    return datetime.fromisoformat(shown).replace(tzinfo=timezone(offset)).astimezone(UTC)


def _http_date(date: str) -> datetime:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return datetime.now(UTC)


def _offset(local: str, now: datetime) -> timedelta | None:
    """The account's distance from UTC: its local time against the server's own."""
    try:
        distance = datetime.fromisoformat(local).replace(tzinfo=UTC) - now
    except ValueError:
        return None
    rounded = round(distance / _QUARTER) * _QUARTER
    # A queue's default start date, shown instead of the time, seldom lies near a quarter hour.
    plausible = abs(rounded) <= _WIDEST_OFFSET and abs(distance - rounded) < _ROUNDING
    return rounded if plausible else None
