"""What comes of each operation under each fault, as the page in `docs/reliability.md` tells it."""

from __future__ import annotations

from typing import Literal

from tests.faults.operations import Operation
from tests.faults.proxy import ANOTHER, Fault

Outcome = Literal["done", "wrong", "TransportError", "OutcomeUnknownError", "ProtocolError"]

# Of a write and of a read that are not tried again.
_OUTCOMES: dict[str, tuple[Outcome, Outcome]] = {
    "connection refused": ("TransportError", "TransportError"),
    "cut before RT has it": ("OutcomeUnknownError", "TransportError"),
    "cut after RT has it": ("OutcomeUnknownError", "TransportError"),
    "cut within the reply": ("OutcomeUnknownError", "TransportError"),
    "no reply in time": ("OutcomeUnknownError", "TransportError"),
    "reply by drips": ("OutcomeUnknownError", "TransportError"),
    "garbage": ("OutcomeUnknownError", "TransportError"),
    "502 before RT": ("OutcomeUnknownError", "ProtocolError"),
    "503 before RT": ("OutcomeUnknownError", "ProtocolError"),
    "504 after RT": ("OutcomeUnknownError", "ProtocolError"),
    "429": ("ProtocolError", "ProtocolError"),
}
# A write that takes too long for a gateway is still under way at RT, for all one knows.
_OUTLASTING = "504 after RT"
NOT_DONE = frozenset({"TransportError", "ProtocolError"})
"""What says of a write that RT has not carried it out."""


def expected(operation: Operation, fault: Fault, *, passes: bool) -> Outcome:
    """What comes of it.

    Args:
        operation: What is tried.
        fault: What meets it.
        passes: Whether the fault meets the first attempt alone.
    """
    if fault.name == ANOTHER.name:
        return "done" if operation.count else "wrong"
    outlasts = fault.is_slow or (fault.name == _OUTLASTING and operation.count is not None)
    if passes and operation.repeatable and not outlasts:
        return "done"
    write, read = _OUTCOMES[fault.name]
    return write if operation.count else read
