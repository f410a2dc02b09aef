"""The unit of work: sends the plans of some records, reads back what RT may have lost, reports.

Nothing here raises for what RT refuses of one record: each record gets its result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.gateway import EditReply, Gateway
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.loading.mirroring import Agreement
from rtorm.orm.loading.shown import begin_life, drop_unshown, forget
from rtorm.orm.outcome import Verdict, judge_create, judge_edit, judge_forms, lost_create, unsent
from rtorm.orm.plan import CreatePlan, EditPlan, Plan, Unsendable, later_forms, replanned
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.running.crew import Crew, Progress
from rtorm.orm.running.interrupts import Interrupts
from rtorm.orm.saving.readback import ReadBack, computed, is_deleted
from rtorm.orm.saving.sending import Letter, Sending, Sent
from rtorm.orm.saving.stages import stages
from rtorm.orm.saving.untold import tellable
from rtorm.orm.state import NOT_LOADED, state_of, tie
from rtorm.rest1.clock import Clock

__all__ = ["NOT_SENT", "UnitOfWork"]

NOT_SENT = "not sent, since the commit was interrupted"
_NOT_SENT = "not sent, since an earlier request of the commit failed"
_NOT_READ = "It was not read back, since the commit was interrupted: it is not known what RT holds"
_CUT_OFF = "the commit was interrupted before RT's reply came"
_EDIT_CUT_OFF = f"{_CUT_OFF}: it may or may not have carried out the edit, which may be sent again"


@dataclass(slots=True)
class UnitOfWork:
    """One commit or save.

    Attributes:
        gateway: The server.
        clock: Gives the account's clock.
        verify: What to read back.
        agreement: What the records say of each other's links.
        batch: How many forms go into one request at most.
        made: Told the id of each record that was made.
        adopt: Told the new id of each record that was merged into another.
        let_go: Told each record of which it is not known whether it was made.
        crew: Who sends the requests.
        progress: Told how many of the records are done, and of how many.
        interrupts: Lets Ctrl-C in while RT is waited for, and `progress`.
        interruption: What has ended it before its time: Ctrl-C, or what `progress` has raised.
        plans: What is sent, or was.
    """

    gateway: Gateway
    clock: Callable[[], Clock]
    verify: Verify
    agreement: Agreement
    batch: int
    made: Callable[[Record, int], None]
    adopt: Callable[[Record, int], None]
    let_go: Callable[[Record], None]
    crew: Crew
    progress: Progress | None = None
    interrupts: Interrupts = field(default_factory=Interrupts)
    interruption: BaseException | None = None
    plans: Sequence[Plan] = ()
    _sending: Sending = field(init=False)
    _back: ReadBack = field(init=False)
    _verdicts: dict[Record, tuple[Sent, Verdict]] = field(
        default_factory=dict[Record, tuple[Sent, Verdict]]
    )
    _has_arrived: bool = False
    _done: int = 0

    def __post_init__(self) -> None:
        self._sending = Sending(self.gateway, self.crew, self.batch, self.interrupts)
        self._back = ReadBack(self.gateway, self.clock, self.verify, self.crew, self.interrupts)

    def run(self, plans: Sequence[Plan]) -> list[SaveResult]:
        """Send the plans; one result for each, in their order.

        Ctrl-C ends it, and whatever else is no failure of a request: the results tell how far it
        came, and `interruption` what was raised.

        Raises:
            RTError: The very first request failed, and nothing was sent.
        """
        self.plans = [tellable(self.gateway, plan) for plan in plans]
        try:
            self._work_through()
        except BaseException as error:  # noqa: BLE001 - told with the results
            self.interruption = error
        failure = self._sending.failure
        if failure is not None and self.interruption is None and not self._has_arrived:
            raise failure
        try:
            results = self._results()
        except BaseException as error:  # noqa: BLE001 - told with the results
            # Nothing is sent any more, and what is done twice does no harm.
            self.interruption = self.interruption or error
            results = self._results()
        tie([result.record for result in results])
        return results

    def _work_through(self) -> None:
        self._report(0)
        if refused := sum(isinstance(plan, Unsendable) for plan in self.plans):
            self._report(refused)
        creates = [plan for plan in self.plans if isinstance(plan, CreatePlan)]
        # Tickets name queues and users, which may be new, too.
        for of_tickets in (False, True):
            some = [plan for plan in creates if _is_of_ticket(plan) is of_tickets]
            self._sending.create(some, self._made, self._report)
        self._follow()
        self.plans = [self._numbered(plan) for plan in self.plans]
        for stage in stages(self.plans, parallel=self.crew.parallel > 1):
            letters = [Letter(plan, plan.forms) for plan in stage.plans]
            self._sending.edit(letters, self._edited, self._report, in_order=stage.in_order)
        self._back.settle()

    def _report(self, more: int) -> None:
        self._done += more
        if self.progress is not None:
            self.interrupts.let_in(partial(self.progress, self._done, len(self.plans)))
        self._back.relieve()

    def _made(self, letter: Letter) -> None:
        """Take in what became of a create."""
        plan, reply = letter.plan, letter.created
        if not isinstance(plan, CreatePlan):
            return
        if reply is not None:
            verdict = judge_create(plan, reply)
        elif letter.error is None:
            verdict = lost_create(plan.record, _CUT_OFF)
        else:
            verdict = _failed(letter, letter.error)
        # At once, so that nothing is made twice if the program is interrupted.
        if verdict.created is not None:
            self.made(plan.record, verdict.created)
            begin_life(plan.record)
        elif verdict.unknown:
            self.let_go(plan.record)
        self._note(letter, verdict)

    def _follow(self) -> None:
        """Send what RT takes only of records that exist."""
        letters: list[Letter] = []
        for record, (plan, verdict) in self._verdicts.items():
            if not isinstance(plan, CreatePlan) or verdict.created is None or not plan.later:
                continue
            completed, forms, errors = later_forms(plan, self.clock, self.agreement)
            self._verdicts[record] = completed, verdict
            verdict.errors.update(errors)
            letters.append(Letter(completed, forms))
        self._sending.edit(letters, self._followed, lambda _: self._back.relieve(), in_order=True)

    def _followed(self, letter: Letter) -> None:
        """Take in what became of a new record's forms; what the network did is told as of RT."""
        _, verdict = self._verdicts[letter.plan.record]
        replies = letter.replies
        if replies is None and letter.is_lost:
            replies = [EditReply(unclear=str(letter.error or _CUT_OFF)) for _ in letter.forms]
        elif replies is None:
            said = [_not_sent(letter.error)]
            keys = [form.edit.fields for form in letter.forms]
            replies = [EditReply(errors=dict.fromkeys(each, said)) for each in keys]
        judge_forms(verdict, letter.plan.record, letter.forms, replies)
        self._note(letter, verdict)

    def _numbered(self, plan: Plan) -> Plan:
        """The plan with the numbers of the tickets that were made."""
        if isinstance(plan, EditPlan) and plan.waits and self._sending.failure is None:
            return replanned(plan, self.clock, self.agreement)
        return plan

    def _edited(self, letter: Letter) -> None:
        """Take in what became of an edit."""
        plan = letter.plan
        if not isinstance(plan, EditPlan):
            return
        if letter.is_lost:
            _doubt(plan)
        if letter.replies is not None:
            verdict = judge_edit(plan, letter.replies)
        else:
            verdict = _failed(letter, letter.error or OutcomeUnknownError(_EDIT_CUT_OFF))
        self._note(letter, verdict)

    def _note(self, letter: Letter, verdict: Verdict) -> None:
        self._has_arrived |= letter.is_answered or letter.is_lost
        self._verdicts[letter.plan.record] = letter.plan, verdict
        self._back.note(letter.plan, verdict)

    def _results(self) -> list[SaveResult]:
        self._sending.settle()
        return list(map(self._result, self.plans))

    def _result(self, plan: Plan) -> SaveResult:
        record, state = plan.record, state_of(plan.record)
        sent, verdict = self._verdicts.get(record, (None, None))
        failure = self._sending.failure
        if isinstance(plan, Unsendable):
            result = SaveResult(record, "rejected", {}, plan.errors, plan.cause)
        elif sent is None or verdict is None:
            result = unsent(record, _not_sent(failure), failure)
        else:
            result = self._judged(sent, verdict)
        state.errors.pop("", None)
        state.errors.update(result.errors)
        return result

    def _judged(self, plan: Sent, verdict: Verdict) -> SaveResult:
        """What became of a record that was sent."""
        self._complete(plan, verdict)
        self._conclude(plan, verdict)
        # RT works through fields at random; what it said is told in the order of the changes.
        order = [*plan.changes, *verdict.errors]
        errors = {name: verdict.errors[name] for name in order if name in verdict.errors}
        applied = {n: change for n, change in plan.changes.items() if n in verdict.applied}
        return SaveResult(plan.record, verdict.outcome, applied, errors, verdict.cause)

    def _complete(self, plan: Sent, verdict: Verdict) -> None:
        """Tell of what was to come after the first request of a record."""
        if isinstance(plan, CreatePlan) and verdict.created is not None:
            known = {*verdict.applied, *verdict.errors, *verdict.silent, *verdict.unclear}
            for name in [name for name in plan.later if name not in known]:
                verdict.refuse(name, _not_sent(self._sending.failure))
        verdict.unread(_NOT_READ)

    def _conclude(self, plan: Sent, verdict: Verdict) -> None:
        """Bring the record's state up to what is now known."""
        record, state = plan.record, state_of(plan.record)
        fields = layout_for(record).fields
        if verdict.merged_into is not None:
            self.adopt(record, verdict.merged_into)
        state.accept(verdict.applied)
        if "status" in verdict.applied:
            state.deleted = is_deleted(plan, verdict, {})
        for name in verdict.errors:
            if name in verdict.seen and (fields[name].many or verdict.created is not None):
                state.original[name] = verdict.seen[name]
            elif name and (
                fields[name].many or verdict.created is not None or name in verdict.unseen
            ):
                state.original[name] = NOT_LOADED
        stale = computed(record, verdict.applied) | {
            name for name in verdict.applied if _by_number(fields[name], vars(record).get(name))
        }
        if verdict.merged_into is not None:
            stale = {*fields, *layout_for(record).related}
        drop_unshown(record, fields, verdict.applied)
        forget(record, stale - verdict.seen.keys())
        if "queue" in verdict.applied or verdict.merged_into is not None:
            # It has other custom fields now.
            state.unread = None


def _not_sent(failure: RTError | None) -> str:
    return NOT_SENT if failure is None else f"{_NOT_SENT}: {failure}"


def _failed(letter: Letter, error: RTError) -> Verdict:
    """What is known of a record that RT has said nothing of."""
    return Verdict(errors={"": [str(error)]}, cause=error, unknown=letter.is_lost)


def _doubt(plan: EditPlan) -> None:
    """Of what was sent and may have arrived, it is not known any more what RT holds."""
    original = state_of(plan.record).original
    original.update(dict.fromkeys(original.keys() & plan.changes.keys(), NOT_LOADED))
    forget(plan.record, computed(plan.record, plan.changes.keys()))


def _is_of_ticket(plan: Plan) -> bool:
    return type(plan.record).__rt_kind__ == "ticket"


def _by_number(laid_out: FieldLayout, value: object) -> bool:
    """Whether RT was told a number and will show the name that it stands for."""
    return laid_out.spec.by_name and isinstance(value, str) and value.isdecimal()
