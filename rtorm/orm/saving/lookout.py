"""Looks at the server before records are saved, and afterwards for what came in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from rtorm.errors import NotFound, PermissionDenied, RTError, StaleError
from rtorm.gateway import Gateway, Shown, Steps
from rtorm.orm.loading.reading import to_ask
from rtorm.orm.loading.shown import decode
from rtorm.orm.plan import EditPlan, Plan
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.records.results import SaveResult
from rtorm.orm.running.interrupts import Interrupts
from rtorm.orm.saving.staleness import (
    UNREAD,
    UNSHOWN,
    Aftermath,
    Names,
    Sighting,
    Written,
    differences,
    judge,
    known_before,
    least_entries,
    principals_in,
)
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock

__all__ = ["Lookout"]

T = TypeVar("T")

_NO_HISTORY = "RT tells no history of a {} over REST 1.0"
_NOT_SAVED = "it is not known whether it was saved"
_MERGED = "the ticket was merged into another one meanwhile"
_UNCOUNTED = "RT shows this account nothing of the ticket's history"
_FAILED = "RT's history could not be read after the save: {}"
_INTERRUPTED = "RT's history was not read after the save, since the program was interrupted"

Numbered = Callable[[Record, Sequence[str]], Mapping[str, Any]]
"""What RT holds of custom fields that share their name with others, if it tells that."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A record that was written, and what it held before."""

    record: Record
    sighting: Sighting
    written: Written

    @property
    def number(self) -> int:
        """Its id before the write."""
        return self.sighting.number

    @property
    def is_comparable(self) -> bool:
        """Whether anything that was written was compared before."""
        return not self.written.values.keys().isdisjoint(self.sighting.values)

    def untold(self, why: str) -> Aftermath:
        """Say of all that was compared before why it is not known what came in between."""
        compared = [name for name in self.written.values if name in self.sighting.values]
        return self.told(Aftermath(unchecked=dict.fromkeys(compared, why)))

    def told(self, aftermath: Aftermath) -> Aftermath:
        """Add what was not compared before."""
        before = self.sighting.unchecked
        unread = {name: why for name, why in before.items() if name in self.written.values}
        return Aftermath(aftermath.overwritten, {**unread, **aftermath.unchecked})


class Lookout:
    """What one checked save, or commit, needs to know of others' changes.

    Attributes:
        interruption: What has kept it from looking afterwards: Ctrl-C.
    """

    def __init__(
        self,
        gateway: Gateway,
        clock: Callable[[], Clock],
        numbered: Numbered,
        interrupts: Interrupts,
    ) -> None:
        self.interruption: BaseException | None = None
        self._gateway = gateway
        self._clock = clock
        self._numbered = numbered
        self._interrupts = interrupts
        self._sightings: dict[Record, Sighting] = {}

    def before(self, records: Iterable[Record]) -> dict[Record, RTError]:
        """Compare what is about to be written with the server.

        One request for each kind of record; of tickets, one before tells how long their histories
        are. Both in one would not do: RT loads a ticket once for a request, and so would show it as
        it was before its history was counted (RT 4.4-5.0).

        Returns:
            Why records must not be sent: a `StaleError`, or what RT says of one that it does not
            show any more.

        Raises:
            RTError: The server could not be asked.
        """
        refused: dict[Record, RTError] = {}
        by_kind: dict[str, list[Record]] = {}
        for record in records:
            if state_of(record).persistent and record.is_dirty:
                by_kind.setdefault(type(record).__rt_kind__, []).append(record)
        for kind, some in by_kind.items():
            known = {record: known_before(record) for record in some}
            for record, length, answer in self._seen(kind, known):
                try:
                    self._compare(record, known[record], length, answer)
                except (StaleError, NotFound, PermissionDenied) as error:
                    refused[record] = error
        return refused

    def _seen(
        self, kind: str, known: Mapping[Record, Mapping[str, Any]]
    ) -> list[tuple[Record, int, Shown | RTError]]:
        """What the server holds of some records now, and how long their histories were before."""
        to_see = [record for record, values in known.items() if values]
        for record in [record for record, values in known.items() if not values]:
            unread = dict.fromkeys(record.changes, UNREAD)
            self._sightings[record] = Sighting(vars(record)["id"], {}, unchecked=unread)
        if not to_see:
            return []
        asked = [to_ask(record, known[record]) for record in to_see]
        wires = _together([wires for wires, _ in asked])
        links = any(linked for _, linked in asked)
        numbers = sorted({vars(record)["id"] for record in to_see})
        told = self._gateway.lengths(numbers) if kind == "ticket" else [0] * len(numbers)
        lengths = [0 if isinstance(length, RTError) else length for length in told]
        answers = self._gateway.show(kind, numbers, wires, links=links)
        by_number = dict(zip(numbers, zip(lengths, answers, strict=True), strict=True))
        return [(record, *by_number[vars(record)["id"]]) for record in to_see]

    def _compare(
        self, record: Record, known: Mapping[str, Any], length: int, answer: Shown | RTError
    ) -> None:
        """Take note of what the server holds; raises where the record must not be sent."""
        if isinstance(answer, RTError):
            raise answer
        if said := type(record).__rt_hidden__(answer.fields):
            raise PermissionDenied(said)
        now = self._values(record, known, answer)
        unchecked = {
            name: UNSHOWN if name in known else UNREAD
            for name in record.changes
            if name not in now or name not in known
        }
        values = {name: now[name] for name in known if name in now}
        self._sightings[record] = Sighting(vars(record)["id"], values, length, unchecked)
        if theirs := differences(record, known, now):
            raise StaleError(record, theirs)

    def _values(self, record: Record, known: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
        wires, _ = to_ask(record, known)
        now = decode(
            record,
            shown.fields,
            self._clock(),
            asked=wires,
            expected=known,
            doubled=shown.doubled,
        )
        missing = [name for name in known if name not in now]
        return now | dict(self._numbered(record, missing)) if missing else now

    def after(
        self, planned: Sequence[Plan], results: Sequence[SaveResult], *, is_over: bool
    ) -> list[SaveResult]:
        """The results with what others changed between check and write.

        Args:
            planned: What was to be sent.
            results: What became of it, in the same order.
            is_over: Whether the program was interrupted, so that nothing more is to be asked.
        """
        told: dict[Record, Aftermath] = {}
        cases: list[_Case] = []
        for plan, result in zip(planned, results, strict=True):
            case = self._case(plan, result)
            if case is None:
                continue
            why = _why_untold(case, result)
            told[case.record] = case.untold(why or _INTERRUPTED)
            if not why and case.is_comparable:
                cases.append(case)
        if cases and not is_over:
            try:
                for case, aftermath in self._look(cases):
                    told[case.record] = case.told(aftermath)
            except BaseException as error:  # noqa: BLE001 - told with the results
                self.interruption = error
        return [_with(result, told.get(result.record)) for result in results]

    def _case(self, plan: Plan, result: SaveResult) -> _Case | None:
        sighting = self._sightings.get(result.record)
        if sighting is None or not isinstance(plan, EditPlan) or result.unsent:
            return None
        written = _written(plan, result)
        return _Case(result.record, sighting, written) if written.values else None

    def _look(self, cases: Sequence[_Case]) -> Iterator[tuple[_Case, Aftermath]]:
        """Read what has come to the histories, as far as our own writes do not explain it."""
        suspect: list[_Case] = []
        for case, length in self._ask(self._gateway.lengths, cases):
            before = case.sighting.entries
            if isinstance(length, RTError):
                yield case, case.untold(_FAILED.format(length))
            elif length == 0 or length < before:
                yield case, case.untold(_UNCOUNTED)
            elif length - before > least_entries(case.record, case.sighting.values, case.written):
                suspect.append(case)
            else:
                yield case, Aftermath()
        found = list(self._ask(self._gateway.steps, suspect)) if suspect else []
        names = self._names([(case, steps) for case, steps in found if isinstance(steps, Steps)])
        for case, steps in found:
            if isinstance(steps, RTError):
                yield case, case.untold(_FAILED.format(steps))
            else:
                clock = self._clock()
                yield (
                    case,
                    judge(case.record, case.sighting, case.written, steps, names, clock),
                )

    def _ask(
        self, verb: Callable[[Sequence[int]], Sequence[T | RTError]], cases: Sequence[_Case]
    ) -> Iterator[tuple[_Case, T | RTError]]:
        numbers = sorted({case.number for case in cases})
        answers: Sequence[T | RTError]
        try:
            answers = self._interrupts.let_in(partial(verb, numbers))
        except RTError as error:
            answers = [error] * len(numbers)
        told = dict(zip(numbers, answers, strict=True))
        return ((case, told[case.number]) for case in cases)

    def _names(self, found: Iterable[tuple[_Case, Steps]]) -> dict[str, Names]:
        """What the users, groups and queues are called that the histories tell by number."""
        wanted: dict[str, set[int]] = {}
        for case, steps in found:
            numbers = principals_in(case.record, case.sighting, case.written, steps)
            for kind, some in numbers.items():
                wanted.setdefault(kind, set()).update(some)
        names: dict[str, Names] = {}
        for kind, some in wanted.items():
            # Without their names, what is about them counts as others'.
            with suppress(RTError):
                called = partial(self._called, kind, sorted(some))
                names[kind] = self._interrupts.let_in(called)
        return names

    def _called(self, kind: str, numbers: Sequence[int]) -> Names:
        called: dict[int, tuple[str, ...]] = {}
        for number, answer in zip(numbers, self._gateway.show(kind, numbers), strict=True):
            if isinstance(answer, Shown) and (name := answer.fields.get("Name")):
                address = answer.fields.get("EmailAddress", "")
                called[number] = (name, address) if address else (name,)
        others = [number for number in numbers if number not in called]
        if kind == "user" and others:
            called |= {number: (name,) for number, name in self._gateway.names(others).items()}
        return called


def _together(asked: Iterable[Sequence[str] | None]) -> list[str] | None:
    """RT's names of what to show of several records; None, everything, if one needs that."""
    told: set[str] = set()
    for wires in asked:
        if wires is None:
            return None
        told.update(wires)
    return sorted(told)


def _written(plan: EditPlan, result: SaveResult) -> Written:
    """What RT holds of what it was sent, or may hold."""
    fields = layout_for(result.record).fields
    sent = {name: change.new for name, change in plan.changes.items()}
    if result.outcome == "unknown":
        return Written(sent, frozenset())
    whole = {name: change.new for name, change in result.applied.items()}
    in_part = {
        name: sent[name]
        for name in result.errors
        if result.outcome == "partial" and name in sent and fields[name].many
    }
    return Written({**in_part, **whole}, frozenset(whole))


def _why_untold(case: _Case, result: SaveResult) -> str:
    """Why nothing can be learnt of others' changes; empty if it can."""
    kind = type(case.record).__rt_kind__
    if result.outcome == "unknown":
        return _NOT_SAVED
    if kind != "ticket":
        return _NO_HISTORY.format(kind)
    if vars(case.record)["id"] != case.number:
        return _MERGED
    return "" if case.sighting.entries else _UNCOUNTED


def _with(result: SaveResult, aftermath: Aftermath | None) -> SaveResult:
    if aftermath is None:
        return result
    return replace(result, overwritten=aftermath.overwritten, unchecked=aftermath.unchecked)
