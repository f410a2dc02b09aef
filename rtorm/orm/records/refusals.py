"""Results to the exceptions that they mean to someone who saved one record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rtorm.errors import (
    ForbiddenError,
    GoneError,
    NotFound,
    OverwrittenError,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    RTError,
    SaveError,
    StaleError,
)
from rtorm.orm.records.results import SaveResult

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = ["refusal_of", "save_error"]

# RT spells it in both ways (4.4-5.0).
_DENIED = re.compile(r"Permission [Dd]enied\Z")
_BY_CAUSE: tuple[tuple[type[RTError], type[RejectedError]], ...] = (
    (NotFound, GoneError),
    (PermissionDenied, ForbiddenError),
)


def save_error(result: SaveResult, deed: str = "saved") -> RTError | None:
    """The exception that a result means to someone who saved this one record; None if none.

    Args:
        result: What became of the record.
        deed: What was to be done with it, as `SaveError` tells it.
    """
    if isinstance(result.cause, StaleError):
        return result.cause
    if result.overwritten:
        record, theirs = result.record, result.overwritten
        return OverwrittenError(record, theirs, result.applied, result.errors)
    match result.outcome:
        case "unknown":
            return result.cause
        case "partial":
            return PartialSaveError(result.record, result.errors, result.applied, deed)
        case "rejected":
            cause = result.cause or _common_cause(result.errors)
            return _rejection(cause)(result.record, result.errors, None, deed)
        case _:
            return None


def refusal_of(record: Record, name: str, cause: RTError, deed: str) -> RejectedError:
    """The exception for what RT refused wholly, told of one attribute."""
    return _rejection(cause)(record, {name: [str(cause)]}, None, deed)


def _common_cause(errors: Mapping[str, list[str]]) -> RTError | None:
    """The missing right, where RT says nothing else of any attribute."""
    said = [message for messages in errors.values() for message in messages]
    denied = all(_DENIED.search(message) for message in said)
    return PermissionDenied(said[0]) if said and denied else None


def _rejection(cause: RTError | None) -> type[RejectedError]:
    if isinstance(cause, SaveError):
        return RejectedError
    return next((error for kind, error in _BY_CAUSE if isinstance(cause, kind)), RejectedError)
