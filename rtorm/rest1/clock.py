"""What an account's texts depend on, above all how its dates relate to instants; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from rtorm.errors import ConfigurationError
from rtorm.rest1.forms import EncodeError

__all__ = ["Clock"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = _EPOCH.replace(tzinfo=None)
_NO_OFFSET = timedelta(0)


@dataclass(frozen=True, slots=True)
class Clock:
    """How an account's dates relate to instants.

    RT prints dates in the account's time zone without naming it, and reads them so, too.

    Attributes:
        zone: The account's zone, or a fixed offset learnt from the server; None if unknown.
        exact: Whether the zone was given by name, so that dates of any season can be written.
        old_lists: Whether the account is one of an RT before 4.2.11, which quotes the values of a
            custom field in its own way.
    """

    zone: tzinfo | None
    exact: bool
    old_lists: bool = False

    def instant(self, local: datetime) -> datetime:
        """The instant, in UTC, of a naive local time."""
        if self.zone is None:
            message = "the account's time zone is unknown"
            raise ValueError(message)
        # A sum, since `replace(tzinfo=...)` takes seven times as long.
        return _EPOCH + (local - _LOCAL_EPOCH - (self.zone.utcoffset(local) or _NO_OFFSET))

    def local(self, instant: datetime) -> datetime:
        """The naive local time that RT takes for this instant.

        It is the time that RT prints, except in the hours before a change of daylight saving or
        after it: RT (4.4-5.0) subtracts the offset that its zone has when the clock of UTC, not
        its own, shows the time that it reads.

        Raises:
            ConfigurationError: The account's zone was not given, only its present offset is known.
            EncodeError: The instant cannot be written: the second pass of a repeated hour, which
                reads as the first, or one that RT takes no local time for.
        """
        if not self.exact or self.zone is None:
            message = (
                "dates can be read but not written: RT keeps them in the account's time zone, of "
                f"which only the present offset is known ({self._offset()}). Pass its name, such "
                "as connect(..., time_zone='Europe/Rome')"
            )
            raise ConfigurationError(message)
        try:
            return self._written(instant.astimezone(UTC), self.zone)
        except OverflowError:
            message = f"{instant} is beyond the dates that can be told in the account's time zone"
            raise EncodeError(message) from None

    def _written(self, instant: datetime, zone: tzinfo) -> datetime:
        if self.instant(instant.astimezone(zone).replace(tzinfo=None, fold=0)) != instant:
            message = f"{instant} falls into a repeated hour, of which only the first can be told"
            raise EncodeError(message)
        for near in (timedelta(0), timedelta(days=-1), timedelta(days=1)):
            offset = (instant + near).astimezone(zone).utcoffset() or timedelta(0)
            if (instant + offset).astimezone(zone).utcoffset() == offset:
                return (instant + offset).replace(tzinfo=None)
        message = f"{instant} lies so near a change of daylight saving that RT would move it"
        raise EncodeError(message)

    def _offset(self) -> str:
        return str(self.zone) if self.zone else "unknown"
