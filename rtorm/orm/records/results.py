"""What became of records that were saved, as programs are told it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from rtorm.display.records import named
from rtorm.display.results import report_table, result_table
from rtorm.display.showing import Shown
from rtorm.errors import ConfigurationError, RTError, StaleError
from rtorm.orm.state import Change
from rtorm.texts import clipped

if TYPE_CHECKING:
    from rtorm.display.tables import Table
    from rtorm.orm.record import Record

__all__ = ["CommitReport", "Outcome", "SaveResult", "Verify", "check_verify"]

Outcome = Literal["created", "updated", "partial", "rejected", "unchanged", "unknown"]
Verify = Literal["risky", "always", "never"]

_TOLD = 20
_WIDE = 75


def check_verify(verify: object) -> None:
    """Refuse what says nothing of what to read back.

    Raises:
        ConfigurationError: It is none of the words of `Verify`.
    """
    if verify not in get_args(Verify):
        message = f"verify={verify!r}: give one of {', '.join(map(repr, get_args(Verify)))}"
        raise ConfigurationError(message)


@dataclass(frozen=True, slots=True)
class SaveResult(Shown):
    """What became of one record.

    Attributes:
        record: The record.
        outcome: `"created"` or `"updated"` in full, `"partial"` (a list that was refused and not
            read back is this, too, since RT may have taken items of it), `"rejected"` (nothing
            applied), `"unchanged"` (nothing to send), `"unknown"` (the reply was lost).
        applied: What RT accepted, attribute name to `Change(old, new)`.
        errors: What it refused and why, by attribute name; `""` is the record as a whole.
        cause: The error behind an outcome of the record as a whole, such as `NotFound`.
        unsent: Whether its turn never came, since the commit stopped before: RT was not asked.
        overwritten: Of a checked save: what others had set between check and write, as far as it
            is known, by attribute; `applied` took its place.
        unchecked: Of a checked save: the attributes of which it cannot be told whether others
            changed them before they were written, and why.
    """

    record: Record
    outcome: Outcome
    applied: Mapping[str, Change[Any]] = field(default_factory=dict[str, Change[Any]])
    errors: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cause: RTError | None = None
    unsent: bool = False
    overwritten: Mapping[str, Any] = field(default_factory=dict[str, Any])
    unchecked: Mapping[str, str] = field(default_factory=dict[str, str])

    def __repr__(self) -> str:
        outcome = "not sent" if self.unsent else self.outcome
        told = {"refused": self.errors, "overwritten": self.overwritten, "applied": self.applied}
        parts = [f"{what} {', '.join(names)}" for what, names in told.items() if any(names)]
        return f"<SaveResult {outcome}: {clipped('; '.join([named(self.record), *parts]), _WIDE)}>"

    def __rt_table__(self) -> Table:
        """What became of each field."""
        return result_table(self)


@dataclass(frozen=True, slots=True)
class CommitReport(Shown):
    """What became of every record of a commit.

    Attributes:
        results: One result a record, in the order in which the session met them.
    """

    results: tuple[SaveResult, ...] = ()

    def __repr__(self) -> str:
        return f"<CommitReport {self._counts()}>"

    def __rt_table__(self) -> Table:
        """What became of each field of each record."""
        return report_table(self)

    @property
    def rejected(self) -> list[SaveResult]:
        """Those of which RT applied nothing; those in `unsent` are among them."""
        return [result for result in self.results if result.outcome == "rejected"]

    @property
    def partial(self) -> list[SaveResult]:
        """Those of which RT applied some fields and refused others."""
        return [result for result in self.results if result.outcome == "partial"]

    @property
    def unknown(self) -> list[SaveResult]:
        """Those whose reply was lost."""
        return [result for result in self.results if result.outcome == "unknown"]

    @property
    def unsent(self) -> list[SaveResult]:
        """Those whose turn never came, since a request failed before or Ctrl-C was pressed."""
        return [result for result in self.results if result.unsent]

    @property
    def stale(self) -> list[SaveResult]:
        """Those that a checked commit did not send, since someone else had changed them.

        They are among the rejected ones; the `cause` of each is a `StaleError`.
        """
        return [result for result in self.results if isinstance(result.cause, StaleError)]

    @property
    def overwritten(self) -> list[SaveResult]:
        """Those that a checked commit wrote over a change that came between check and write."""
        return [result for result in self.results if result.overwritten]

    @property
    def unchecked(self) -> list[SaveResult]:
        """Those of which it cannot be told, of some attributes, whether others changed them."""
        return [result for result in self.results if result.unchecked]

    @property
    def ok(self) -> bool:
        """Whether everything was applied, and nothing that is known of was overwritten."""
        return not (self.rejected or self.partial or self.unknown or self.overwritten)

    def summary(self) -> str:
        """One line on the whole, then one for each record that was refused, 20 at most.

        Those that were not sent come last.
        """
        refused = [result for result in self.results if result.errors or result.overwritten]
        # A stable sort: the order of the commit is kept on both sides.
        lines = [_line(result) for result in sorted(refused, key=lambda each: each.unsent)[:_TOLD]]
        if len(refused) > _TOLD:
            lines.append(f"… and {len(refused) - _TOLD} more")
        return "\n  ".join([f"commit: {self._counts()}", *lines])

    def _counts(self) -> str:
        counts = Counter("not sent" if each.unsent else each.outcome for each in self.results)
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        return told or "nothing to send"


def _line(result: SaveResult) -> str:
    # After an interruption one reason may stand for all of a new record.
    names: dict[str, list[str]] = {}
    for name, said in result.errors.items():
        names.setdefault(" ".join(said), []).append(name or "record")
    told = [f"{', '.join(of)}: {said}" for said, of in names.items()]
    told += [f"{name}: written over {old!r}" for name, old in result.overwritten.items()]
    return f"{result.record!r}: {'; '.join(told)}"
