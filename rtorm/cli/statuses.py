"""Exit statuses, and which of them an exception means."""

from __future__ import annotations

from rtorm.errors import (
    CommitError,
    CommitInterrupted,
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    SaveError,
)

__all__ = ["FAILED", "INTERRUPTED", "MEANINGS", "OK", "REFUSED", "UNKNOWN", "status_of"]

OK, REFUSED, FAILED, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 130

MEANINGS = {
    OK: "done, or nothing to do",
    REFUSED: "RT refused something; what it said is shown",
    FAILED: "wrong usage, or RT could not be asked; standard error says why",
    UNKNOWN: "a reply was lost: it may have been done or not, and is not repeated",
    INTERRUPTED: "Ctrl-C; standard error says what was done before",
}
"""What each of them means; `rtorm --help` shows it."""


def status_of(error: BaseException) -> int:
    """The exit status that an exception means."""
    if isinstance(error, OutcomeUnknownError):
        return UNKNOWN
    if isinstance(error, CommitError | CommitInterrupted):
        unknown = bool(error.report.unknown)
        if isinstance(error, CommitInterrupted):
            return INTERRUPTED
        return UNKNOWN if unknown else REFUSED
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    refused = isinstance(error, SaveError | PermissionDenied)
    return REFUSED if refused and not isinstance(error, NotFound) else FAILED
