"""What stands behind a session: its records, and how they are saved.

Records, attachments and queries speak to it; programs speak to the `Session`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from functools import partial
from typing import Any, TypeVar, cast

from rtorm.errors import (
    CommitInterrupted,
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    RejectedError,
    RTError,
    SaveError,
)
from rtorm.gateway import Gateway
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.deeds import Deeds
from rtorm.orm.loading.forgetting import forget_links, overtake
from rtorm.orm.loading.mirroring import Agreement, forget_ends, take_note
from rtorm.orm.loading.reading import number_of
from rtorm.orm.loading.shown import blank, forget, forget_all
from rtorm.orm.loading.watchers import learn_holders
from rtorm.orm.outcome import unsent
from rtorm.orm.plan import CreatePlan, EditPlan, Plan, Unsendable, plans
from rtorm.orm.record import Record
from rtorm.orm.records.refusals import save_error
from rtorm.orm.records.results import CommitReport, SaveResult, Verify, check_verify
from rtorm.orm.running.crew import Progress
from rtorm.orm.running.interrupts import Interrupts
from rtorm.orm.saving.lookout import Lookout
from rtorm.orm.saving.unit import NOT_SENT, UnitOfWork
from rtorm.orm.state import NOT_LOADED, Change, Status, state_of
from rtorm.orm.verifying.creates import LostCreate
from rtorm.orm.verifying.inquiry import Finding, Moment
from rtorm.orm.verifying.writes import of_edits

__all__ = ["Workspace"]

R = TypeVar("R", bound=Record)


class Workspace(Deeds):
    """The records of one session and what can be done with them, in one thread."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        zone: tzinfo | None,
        verify: Verify,
        batch: int,
        parallel: int = 1,
    ) -> None:
        super().__init__(gateway, zone, parallel)
        self._verify: Verify = verify
        self._batch = batch

    def add(self, record: Record) -> None:
        """Take a new record, or a detached one."""
        self.check_open()
        state = state_of(record)
        if state.session is not None and state.session is not self:
            message = f"{record!r} belongs to another session"
            raise ValueError(message)
        self.records.take(record)
        if state.session is None:
            # The attachments of a copy belong to no session.
            forget(record, layout_of(type(record)).related)
        state.session = self

    def touched(self, record: Record) -> None:
        """Take note that a record is about to change."""
        self.check_open()
        if state_of(record).persistent:
            self.records.touch(record)

    def edit(self, cls: type[Record], wanted: int | str, fields: Mapping[str, Any]) -> SaveResult:
        """Edit a record without loading it."""
        self.check_open()
        record = self._assigned(cls, number_of(wanted), fields)
        try:
            return self._save_one(record, None)
        finally:
            self._forget_namesakes(record, fields)

    def edit_many(
        self,
        cls: type[Record],
        numbers: Sequence[int],
        fields: Mapping[str, Any],
        *,
        verify: Verify | None,
        progress: Progress | None,
    ) -> list[SaveResult]:
        """Edit records without loading them, all in the same way."""
        self.check_open()
        # Validated, also where there are none.
        self._assigned(cls, 0, fields)
        records = [self._assigned(cls, number, fields) for number in numbers]
        return self.run(records, verify, progress)

    def unloaded(self, cls: type[R], wanted: int | str) -> R:
        """The record that is held under this id, or an object of its own of which nothing is known.

        For what is done to a record by its number alone.
        """
        self.check_open()
        number = number_of(wanted)
        held = self.records.of(cls.__rt_kind__, number)
        if isinstance(held, cls):
            return held
        record = blank(cls, number)
        state_of(record).session = self
        return cast("R", record)

    def _assigned(self, cls: type[Record], number: int, fields: Mapping[str, Any]) -> Record:
        """An object of its own for a record of which nothing is loaded, with new values."""
        record = blank(cls, number)
        for name, value in fields.items():
            setattr(record, name, value)
        # Only now, so that the record is not taken for one of the session's own.
        state_of(record).session = self
        return record

    def save(self, record: Record, *, check: bool, verify: Verify | None) -> SaveResult:
        """Send one record's changes."""
        self.check_open()
        return self._save_one(record, verify, check=check)

    def run(
        self,
        records: Sequence[Record],
        verify: Verify | None,
        progress: Progress | None = None,
        *,
        check: bool = False,
    ) -> list[SaveResult]:
        """Send the changes of some records; one result for each.

        With `check`, those that others have changed meanwhile are not sent.

        Raises:
            CommitInterrupted: Ctrl-C was pressed meanwhile. What `progress` raises has the same
                effect, and is raised with the report in its notes.
        """
        results, interruption = self._carry_out(records, verify, progress, check=check)
        if isinstance(interruption, KeyboardInterrupt):
            raise CommitInterrupted(CommitReport(results)) from interruption
        if interruption is not None:
            interruption.add_note(CommitReport(results).summary())
            raise interruption
        return list(results)

    def _carry_out(
        self,
        records: Sequence[Record],
        verify: Verify | None,
        progress: Progress | None,
        *,
        check: bool = False,
    ) -> tuple[tuple[SaveResult, ...], BaseException | None]:
        """What became of some records, and what has interrupted that, if anything did."""
        if not records:
            if progress is not None:
                progress(0, 0)
            return (), None
        with Interrupts() as interrupts:
            lookout = self._lookout(interrupts) if check else None
            results, interruption = self._sent(records, verify, progress, interrupts, lookout)
        return results, interrupts.missed() or interruption

    def _sent(
        self,
        records: Sequence[Record],
        verify: Verify | None,
        progress: Progress | None,
        interrupts: Interrupts,
        lookout: Lookout | None,
    ) -> tuple[tuple[SaveResult, ...], BaseException | None]:
        began = Moment()
        try:
            planned, agreement = interrupts.let_in(partial(self._planned, records, lookout))
        except KeyboardInterrupt as error:
            return tuple(unsent(record, NOT_SENT) for record in records), error
        unit = self._unit(verify, agreement, interrupts, progress)
        try:
            results = unit.run(planned)
        finally:
            forget_ends(map(_changes, planned), self.records)
        self._have_answered(unit.plans, results, began)
        if any(map(_is_about_deletion, results)):
            forget_links(self.records.of_kind("ticket"))
        for each, result in zip(planned, results, strict=True):
            take_note(result.record, _written(each, result), self.records)
            self._forget_namesakes(result.record, {*result.applied, *result.errors})
        self.records.settle()
        if lookout is None:
            return tuple(results), unit.interruption
        is_over = unit.interruption is not None
        results = lookout.after(planned, results, is_over=is_over)
        return tuple(results), unit.interruption or lookout.interruption

    def _planned(
        self, records: Sequence[Record], lookout: Lookout | None
    ) -> tuple[list[Plan], Agreement]:
        for record in records:
            # What the server does not show any more it lets nobody edit either, and says so then.
            with suppress(NotFound, PermissionDenied):
                self.prepare(record)
        learn_holders(self.gateway, records)
        refused = {} if lookout is None else lookout.before(records)
        # Of the links of what is not sent, the others know nothing.
        sendable = [record for record in records if record not in refused]
        planned, agreement = plans(sendable, self.clock)
        planned_first = iter(planned)
        return [
            _unsendable(record, refused[record]) if record in refused else next(planned_first)
            for record in records
        ], agreement

    def _lookout(self, interrupts: Interrupts) -> Lookout:
        return Lookout(self.gateway, self.clock, self._custom.numbered_now, interrupts)

    def delete(self, record: Record) -> None:
        """Delete one record."""
        self.check_open()
        if "status" not in layout_of(type(record)).fields:
            said = f"RT deletes no {type(record).__rt_kind__} over REST 1.0: disable it instead"
            raise RejectedError(record, {"": [said]}, None, "deleted")
        doomed = blank(type(record), vars(record)["id"])
        # Past the validators of its class, which may not know this status.
        vars(doomed)["status"] = "deleted"
        state_of(doomed).original["status"] = NOT_LOADED
        state_of(doomed).session = self
        planned, agreement = plans([doomed], self.clock)
        with Interrupts() as interrupts:
            unit = self._unit(None, agreement, interrupts)
            [result] = unit.run(planned)
            state_of(record).errors.update(result.errors)
            told = SaveResult(record, result.outcome, {}, result.errors, result.cause)
            error = save_error(told, "deleted")
            if error is None:
                self._take_leave(record)
            elif isinstance(error, OutcomeUnknownError):
                error.__rt_ask__ = lambda _wait: self._whether_deleted(record, unit.plans)
        if reason := interrupts.missed() or unit.interruption or error:
            raise reason

    def _whether_deleted(self, record: Record, sent: Sequence[Plan]) -> Finding:
        happened, found = of_edits(self, [plan for plan in sent if isinstance(plan, EditPlan)])
        if happened:
            self._take_leave(record)
        return happened, found

    def _take_leave(self, record: Record) -> None:
        """Take note that a record was deleted."""
        record.discard()
        state_of(record).deleted = True
        self.records.drop([record])
        forget_all(record)
        forget_links(self.records.of_kind("ticket"))

    def _save_one(
        self, record: Record, verify: Verify | None, *, check: bool = False
    ) -> SaveResult:
        state = state_of(record)
        if state.status is not Status.PENDING and not record.is_dirty:
            return SaveResult(record, "unchanged")
        (result,), interruption = self._carry_out([record], verify, None, check=check)
        if interruption is not None:
            for said in result.errors.get("", ()):
                interruption.add_note(said)
            raise interruption
        if error := save_error(result):
            raise error
        return result

    def _unit(
        self,
        verify: Verify | None,
        agreement: Agreement,
        interrupts: Interrupts,
        progress: Progress | None = None,
    ) -> UnitOfWork:
        chosen: Verify = self._verify if verify is None else verify
        check_verify(chosen)
        return UnitOfWork(
            gateway=self.gateway,
            clock=self.clock,
            verify=chosen,
            agreement=agreement,
            batch=self._batch,
            made=self._made,
            adopt=self.records.adopt,
            let_go=self._let_go,
            crew=self.crew,
            progress=progress,
            interrupts=interrupts,
        )

    def _have_answered(
        self, planned: Iterable[Plan], results: Iterable[SaveResult], began: Moment
    ) -> None:
        """Have the errors of what got no reply find out what became of it."""
        edits: dict[OutcomeUnknownError, list[EditPlan]] = {}
        for plan, result in zip(planned, results, strict=True):
            # What was not sent may have the same cause.
            if result.outcome != "unknown" or not isinstance(result.cause, OutcomeUnknownError):
                continue
            if isinstance(plan, CreatePlan):
                result.cause.__rt_ask__ = LostCreate(self, plan, began)
            elif isinstance(plan, EditPlan):
                edits.setdefault(result.cause, []).append(plan)
        for error, plans_of_one_request in edits.items():
            error.__rt_ask__ = partial(_of_edits, self, plans_of_one_request)

    def _made(self, record: Record, number: int) -> None:
        if type(record).__rt_kind__ == "ticket":
            self.made.add(number)
        self.records.adopt(record, number)

    def _let_go(self, record: Record) -> None:
        """Sent again, it might be created twice: only the program may decide to add it."""
        self.records.drop([record])
        state_of(record).session = None

    def _forget_namesakes(self, record: Record, sent: Iterable[str]) -> None:
        """What one object writes, the others of its id read: after a merge, of other classes."""
        for other in self.records.namesakes(record):
            overtake(other, record, sent)


def _of_edits(session: Workspace, sent: Sequence[EditPlan], _wait: float) -> Finding:
    # RT at work with it still does no harm: an edit may be sent again.
    return of_edits(session, sent)


def _unsendable(record: Record, error: RTError) -> Unsendable:
    """What is not sent, since others have changed it, or it is gone."""
    errors = error.errors if isinstance(error, SaveError) else {"": [str(error)]}
    return Unsendable(record, errors, error)


def _is_about_deletion(result: SaveResult) -> bool:
    """Whether RT hides links of a ticket now, or no more; it does so at their other ends, too."""
    status = result.applied.get("status")
    return status is not None and "deleted" in (status.old, str(status.new).lower())


def _changes(planned: Plan) -> tuple[Record, Mapping[str, Change[Any]]]:
    """A record, and what was sent of it."""
    if isinstance(planned, Unsendable):
        return planned.record, {}
    changes = planned.changes
    if isinstance(planned, CreatePlan):
        changes = {name: Change([], change.new) for name, change in changes.items()}
    return planned.record, changes


def _written(planned: Plan, result: SaveResult) -> Mapping[str, Change[Any]]:
    """What RT has made of a record: what it took, and of lists that it refused what it holds."""
    original = state_of(result.record).original
    refused = {
        name: Change(change.old, original[name])
        for name, change in _changes(planned)[1].items()
        if isinstance(original.get(name), list)
    }
    return {**refused, **result.applied}
