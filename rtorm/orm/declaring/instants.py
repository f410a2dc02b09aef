"""Dates as RT keeps them, for the validators of custom fields; standard library alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

__all__ = ["instants_kept"]


def instants_kept(value: Any) -> Any:
    """The value, or values, of a custom field with its dates in UTC and of whole seconds.

    Raises:
        ValueError: A date has no time zone, or is beyond all dates in UTC.
    """
    if value.__class__ is list:
        return [instants_kept(item) for item in value]
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        message = "a date without time zone is no instant: give it a tzinfo"
        raise ValueError(message)
    try:
        return value.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        message = f"{value} is beyond the dates that can be told in UTC"
        raise ValueError(message) from None
