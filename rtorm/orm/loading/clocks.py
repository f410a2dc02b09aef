"""The account's clock, of the zone that the program gave and the time that the server tells."""

from __future__ import annotations

import inspect
import warnings
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rtorm.errors import ConfigurationError, TimeZoneWarning
from rtorm.gateway import Identity
from rtorm.rest1.clock import Clock
from rtorm.rest1.versions import LISTS_ESCAPED, LOCAL_TIME, Version

__all__ = ["TimeZone", "clock_for", "outside", "zone_of"]

TimeZone = str | tzinfo


def zone_of(given: TimeZone) -> tzinfo:
    """The zone of this name.

    Raises:
        ConfigurationError: There is none.
    """
    if isinstance(given, tzinfo):
        return UTC if str(given) == "UTC" else given
    name = str(given)
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        message = (
            f"time_zone={given!r}: no such time zone; give an IANA name such as 'Europe/Rome', or "
            "a tzinfo"
        )
        raise ConfigurationError(message) from error


def clock_for(identity: Identity, zone: tzinfo | None) -> Clock:
    """The clock of an account; warns where its zone is not known, but at most its present offset.

    Raises:
        ConfigurationError: The zone contradicts the server.
    """
    learnt, version = identity.offset, Version.parse(identity.version)
    old_lists = not version.has(LISTS_ESCAPED)
    if zone is None:
        if learnt is None:
            if said := version.lacks(LOCAL_TIME):
                message = f"dates cannot be read, and stay texts: {said}"
                warnings.warn(message, TimeZoneWarning, stacklevel=outside())
            return Clock(None, exact=False, old_lists=old_lists)
        if learnt:
            warnings.warn(
                f"RT shows dates to {identity.user} with the offset {_hours(learnt)}, which is "
                "used for all dates, whatever the season: pass time_zone= to be exact",
                TimeZoneWarning,
                stacklevel=outside(),
            )
        return Clock(timezone(learnt) if learnt else UTC, exact=False, old_lists=old_lists)
    here = identity.time.astimezone(zone).utcoffset()
    if learnt is not None and here != learnt:
        message = (
            f"time_zone={str(zone)!r} is now at {_hours(here or timedelta(0))}, but RT shows dates "
            f"to {identity.user} with the offset {_hours(learnt)}: give the time zone that the "
            "account has in RT"
        )
        raise ConfigurationError(message)
    return Clock(zone, exact=True, old_lists=old_lists)


def _hours(offset: timedelta) -> str:
    return f"UTC{timezone(offset).tzname(None).removeprefix('UTC') or '+00:00'}"


def outside() -> int:
    """The `stacklevel` of the program's own line, for a warning by the caller."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("rtorm."):
        frame, level = frame.f_back, level + 1
    return level
