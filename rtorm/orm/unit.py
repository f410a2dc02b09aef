"""The unit of work: sends the plans of some records, reads back what RT may have lost, reports.

Nothing here raises for what RT refuses of one record: each record gets its result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from rtorm.errors import OutcomeUnknownError, RTError
from rtorm.gateway import Edit, EditReply, Gateway, Shown
from rtorm.orm.custom_reading import seen_by_number
from rtorm.orm.defined import layout_for
from rtorm.orm.layout import FieldLayout
from rtorm.orm.loading import decode, forget, place
from rtorm.orm.mirroring import Agreement
from rtorm.orm.outcome import (
    SaveResult,
    Verdict,
    Verify,
    compare,
    judge_create,
    judge_edit,
    judge_forms,
)
from rtorm.orm.plan import (
    CreatePlan,
    EditPlan,
    Plan,
    PlannedForm,
    Unsendable,
    later_forms,
    replanned,
)
from rtorm.orm.record import Record
from rtorm.orm.state import NOT_LOADED, Change, peers_of, state_of
from rtorm.rest1.clock import Clock
from rtorm.rest1.conditions import custom_field_key, quoted

__all__ = ["UnitOfWork"]

_NOT_SENT = "not sent, since an earlier request of the commit failed"
_NOT_KEPT = "RT said nothing against it, but does not hold it"
_UNSEEN = (
    "RT shows no links of a deleted ticket, so it cannot be told whether it was kept: change links "
    "before the deletion"
)

Sent = EditPlan | CreatePlan


@dataclass(slots=True)
class UnitOfWork:
    """One commit or save.

    Attributes:
        gateway: The server.
        clock: Gives the account's clock.
        verify: What to read back.
        agreement: What the records say of each other's links.
        batch: How many forms go into one request at most.
        adopt: Told the id of each record that was made, or merged into another.
        let_go: Told each record of which it is not known whether it was made.
    """

    gateway: Gateway
    clock: Callable[[], Clock]
    verify: Verify
    agreement: Agreement
    batch: int
    adopt: Callable[[Record, int], None]
    let_go: Callable[[Record], None]
    _sent: list[tuple[Sent, Verdict]] = field(default_factory=list[tuple[Sent, Verdict]])
    _failure: RTError | None = None

    def run(self, plans: Sequence[Plan]) -> list[SaveResult]:
        """Send the plans; one result for each, in their order.

        Raises:
            RTError: The very first request failed, and nothing was sent.
        """
        creates = [plan for plan in plans if isinstance(plan, CreatePlan)]
        # Tickets name queues and users, which may be new, too.
        for plan in sorted(creates, key=_is_of_ticket):
            self._create(plan)
        self._follow()
        plans = [self._numbered(plan) for plan in plans]
        for chunk in self._chunks(plans):
            self._edit(chunk)
        self._read_back()
        sent = {id(plan.record): (plan, verdict) for plan, verdict in self._sent}
        results = [self._result(*sent.get(id(plan.record), (plan, None))) for plan in plans]
        tied = peers_of([result.record for result in results])
        for result in results:
            state_of(result.record).peers = tied
        return results

    def _create(self, plan: CreatePlan) -> None:
        if self._failure is not None:
            return
        kind = type(plan.record).__rt_kind__
        try:
            reply = self.gateway.create(kind, plan.fields, plan.files)
        except RTError as error:
            self._fail([plan], error)
            return
        except BaseException as error:
            # Interrupted: RT may have made it, and this commit tells no more of it.
            self.let_go(plan.record)
            error.add_note(
                f"it is unknown whether {plan.record!r} was created, so it has left the session: "
                "search for it before you add it again"
            )
            raise
        verdict = judge_create(plan, reply)
        self._sent.append((plan, verdict))
        if verdict.created is not None:
            # At once, so that nothing is made twice if the program is interrupted.
            self.adopt(plan.record, verdict.created)
            _begin_life(plan.record)

    def _follow(self) -> None:
        """Send what RT takes only of records that exist."""
        waiting: list[tuple[CreatePlan, Verdict, PlannedForm]] = []
        for at, (plan, verdict) in enumerate(self._sent):
            if not isinstance(plan, CreatePlan) or verdict.created is None or not plan.later:
                continue
            completed, forms, errors = later_forms(plan, self.clock, self.agreement)
            self._sent[at] = (completed, verdict)
            verdict.errors.update(errors)
            waiting += [(completed, verdict, form) for form in forms]
        for at in range(0, len(waiting), self.batch):
            chunk = waiting[at : at + self.batch]
            replies = self._replies([form.edit for *_, form in chunk])
            for (plan, verdict, form), reply in zip(chunk, replies, strict=True):
                judge_forms(verdict, plan.record, [form], [reply])

    def _numbered(self, plan: Plan) -> Plan:
        """The plan with the numbers of the tickets that were made."""
        if isinstance(plan, EditPlan) and plan.waits and self._failure is None:
            return replanned(plan, self.clock, self.agreement)
        return plan

    def _replies(self, edits: Sequence[Edit]) -> Sequence[EditReply]:
        """The replies to edits; what the network did to them is told as RT's refusal."""
        if self._failure is None:
            try:
                return self.gateway.edit(edits)
            except OutcomeUnknownError as error:
                return [EditReply(unclear=str(error)) for _ in edits]
            except RTError as error:
                self._failure = error
        said = f"{_NOT_SENT}: {self._failure}"
        return [EditReply(errors={key: [said] for key in edit.fields}) for edit in edits]

    def _edit(self, chunk: Sequence[EditPlan]) -> None:
        if self._failure is not None:
            return
        edits = [form.edit for plan in chunk for form in plan.forms]
        try:
            replies = self.gateway.edit(edits) if edits else []
        except RTError as error:
            self._fail(chunk, error)
            return
        except BaseException:
            # Interrupted: RT may have taken it.
            _doubt(chunk)
            raise
        if len(chunk) > 1 and edits and all(reply.unclear for reply in replies):
            # RT crashed over one of them. Edits set values, so what was applied may be sent again.
            for plan in chunk:
                self._edit([plan])
            return
        remaining = iter(replies)
        for plan in chunk:
            verdict = judge_edit(plan, [next(remaining) for _ in plan.forms])
            self._sent.append((plan, verdict))

    def _fail(self, plans: Sequence[Sent], error: RTError) -> None:
        unknown = isinstance(error, OutcomeUnknownError)
        if not self._sent and not unknown:
            raise error
        self._failure = error
        if unknown:
            _doubt(plans)
        for plan in plans:
            verdict = Verdict(errors={"": [str(error)]}, cause=error, unknown=unknown)
            self._sent.append((plan, verdict))

    def _chunks(self, plans: Sequence[Plan]) -> Iterator[list[EditPlan]]:
        chunk: list[EditPlan] = []
        size = 0
        for plan in plans:
            if not isinstance(plan, EditPlan):
                continue
            if chunk and size + len(plan.forms) > self.batch:
                yield chunk
                chunk, size = [], 0
            chunk.append(plan)
            size += len(plan.forms)
        if chunk:
            yield chunk

    def _read_back(self) -> None:
        """One request for all records of which something is doubtful."""
        doubtful = [
            (plan, verdict, names)
            for plan, verdict in self._sent
            if (names := self._doubtful(plan, verdict))
        ]
        if not doubtful:
            return
        by_kind: dict[str, list[tuple[Sent, Verdict, set[str]]]] = {}
        for row in doubtful:
            by_kind.setdefault(type(row[0].record).__rt_kind__, []).append(row)
        for kind, rows in by_kind.items():
            self._read_kind(kind, rows)

    def _read_kind(self, kind: str, rows: Sequence[tuple[Sent, Verdict, set[str]]]) -> None:
        wires = _wires((plan, names) for plan, _, names in rows)
        links = any(_linked(plan, names) for plan, _, names in rows)
        ids = [_number(plan, verdict) for plan, verdict, _ in rows]
        shown = self._show(kind, ids, wires, links=links)
        for (plan, verdict, _), answer in zip(rows, shown, strict=True):
            self._settle(plan, verdict, answer, wires)

    def _doubtful(self, plan: Sent, verdict: Verdict) -> set[str]:
        """The attributes to read back."""
        if verdict.unknown or (isinstance(plan, CreatePlan) and verdict.created is None):
            return set()
        fields = layout_for(plan.record).fields
        if self.verify == "never":
            verdict.applied |= verdict.silent.keys()
            verdict.silent.clear()
            return set(verdict.unclear)
        if self.verify == "always":
            stored = {name for name in verdict.applied if fields[name].spec.stored}
            verdict.silent.update(dict.fromkeys(stored, _NOT_KEPT))
            verdict.applied -= stored
        # Of a list that it refuses, RT applies what it can: its present value must be learnt.
        refused = {name for name in verdict.errors if name and fields[name].many}
        return verdict.silent.keys() | verdict.unclear.keys() | refused

    def _show(
        self, kind: str, ids: Sequence[int], fields: Sequence[str] | None, *, links: bool = False
    ) -> list[Shown | RTError]:
        try:
            return self.gateway.show(kind, ids, fields, links=links)
        except RTError as error:
            return [error for _ in ids]

    def _settle(
        self, plan: Sent, verdict: Verdict, answer: Shown | RTError, asked: Sequence[str] | None
    ) -> None:
        fields = layout_for(plan.record).fields
        if isinstance(answer, RTError):
            for name, why in (verdict.silent | verdict.unclear).items():
                verdict.refuse(name, f"{why}? Reading it back failed: {answer}")
            verdict.in_part |= bool(verdict.silent or verdict.unclear)
            verdict.silent.clear()
            verdict.unclear.clear()
            return
        if answer.id != _number(plan, verdict):
            # What RT says to a change of links does not tell of a merge.
            verdict.merged_into = answer.id
        written = {name: change.new for name, change in plan.changes.items()}
        doubled = answer.doubled
        seen = decode(
            plan.record, answer.fields, self.clock(), asked=asked, expected=written, doubled=doubled
        )
        seen |= self._seen_by_number(plan, verdict, seen, written)
        if _is_deleted(plan, verdict, seen):
            seen = _without_links(verdict, fields, seen)
        silent = list(verdict.silent)
        compare(verdict, fields, plan.changes, seen)
        self._explain_links(plan, verdict, [name for name in silent if name in verdict.errors])
        state_of(plan.record).accept(verdict.applied)
        place(plan.record, seen)

    def _seen_by_number(
        self,
        plan: Sent,
        verdict: Verdict,
        seen: Mapping[str, Any],
        written: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Custom fields that share their name with others, of which RT shows one."""
        fields, ticket = layout_for(plan.record).fields, _number(plan, verdict)
        doubtful = (verdict.silent.keys() | verdict.unclear.keys()) - seen.keys()
        wanted = {name: written[name] for name in doubtful if fields[name].spec.number}
        told = seen_by_number(self.gateway, plan.record, ticket, wanted, self.clock())
        if told is None:
            return {n: v for n, v in wanted.items() if self._finds(ticket, fields[n], v)}
        return told

    def _finds(self, ticket: int, field: FieldLayout, value: object) -> bool:
        """Whether a search finds a ticket by the value of a custom field."""
        text = field.codec.encode(value, self.clock())
        if field.many or not text:
            return False
        key = custom_field_key(str(field.spec.number))
        return ticket in self.gateway.search("ticket", f"id = {ticket} AND {key} = {quoted(text)}")

    def _explain_links(self, plan: Sent, verdict: Verdict, names: Iterable[str]) -> None:
        """Say of a ticket that was linked in vain if it has been merged into another one."""
        for name in [name for name in names if name.startswith("links.")]:
            held = verdict.seen.get(name, ())
            lost = [to for to in plan.changes[name].new if isinstance(to, int) and to not in held]
            answers = self._show("ticket", lost, []) if lost else []
            for number, answer in zip(lost, answers, strict=True):
                if isinstance(answer, Shown) and answer.id != number:
                    said = f"ticket {number} was merged into ticket {answer.id}: link to that one"
                    verdict.refuse(name, said)

    def _result(self, plan: Plan, verdict: Verdict | None) -> SaveResult:
        record = plan.record
        if isinstance(plan, Unsendable):
            verdict = Verdict(errors=plan.errors)
        elif verdict is None:
            said = f"{_NOT_SENT}: {self._failure}"
            verdict = Verdict(errors={"": [said]}, cause=self._failure)
        else:
            self._conclude(plan, verdict)
        changes: Mapping[str, Change[Any]] = {} if isinstance(plan, Unsendable) else plan.changes
        # RT works through fields at random; what it said is told in the order of the changes.
        order = [*changes, *verdict.errors]
        errors = {name: verdict.errors[name] for name in order if name in verdict.errors}
        applied = {name: changes[name] for name in changes if name in verdict.applied}
        state = state_of(record)
        state.errors.pop("", None)
        state.errors.update(errors)
        return SaveResult(record, verdict.outcome, applied, errors, verdict.cause)

    def _conclude(self, plan: Sent, verdict: Verdict) -> None:
        """Bring the record's state up to what is now known."""
        record, state = plan.record, state_of(plan.record)
        fields = layout_for(record).fields
        if verdict.merged_into is not None:
            self.adopt(record, verdict.merged_into)
        state.accept(verdict.applied)
        if "status" in verdict.applied:
            state.deleted = _is_deleted(plan, verdict, {})
        for name in verdict.errors:
            if name in verdict.seen and (fields[name].many or verdict.created is not None):
                state.original[name] = verdict.seen[name]
            elif name and (fields[name].many or verdict.created is not None):
                state.original[name] = NOT_LOADED
        stale = _computed(record, verdict.applied) | {
            name for name in verdict.applied if _by_number(fields[name], vars(record).get(name))
        }
        if verdict.merged_into is not None:
            stale = {*fields, *layout_for(record).related}
        _drop_unshown(record, fields, verdict.applied)
        forget(record, stale - verdict.seen.keys())
        if "queue" in verdict.applied or verdict.merged_into is not None:
            # It has other custom fields now.
            state.unread = None


def _doubt(plans: Iterable[Sent]) -> None:
    """Of what was sent and may have arrived, it is not known any more what RT holds."""
    for plan in plans:
        if isinstance(plan, EditPlan):
            original = state_of(plan.record).original
            original.update(dict.fromkeys(original.keys() & plan.changes.keys(), NOT_LOADED))
            forget(plan.record, _computed(plan.record, plan.changes.keys()))


def _is_of_ticket(plan: Plan) -> bool:
    return type(plan.record).__rt_kind__ == "ticket"


def _is_deleted(plan: Sent, verdict: Verdict, seen: Mapping[str, Any]) -> bool:
    """Whether a ticket is deleted, as far as is known."""
    held = None if "status" in verdict.errors else vars(plan.record).get("status")
    return str(seen.get("status", held)).lower() == "deleted"


def _without_links(
    verdict: Verdict, fields: Mapping[str, FieldLayout], seen: Mapping[str, Any]
) -> dict[str, Any]:
    """What is seen of a deleted ticket, of which RT keeps links and shows none (RT 4.4-5.0)."""
    for doubtful in (verdict.silent, verdict.unclear):
        for name in [name for name in doubtful if fields[name].spec.part]:
            del doubtful[name]
            verdict.refuse(name, _UNSEEN)
    return {name: value for name, value in seen.items() if not fields[name].spec.part}


def _number(plan: Sent, verdict: Verdict) -> int:
    return verdict.created or verdict.merged_into or vars(plan.record)["id"]


def _wires(reads: Iterable[tuple[Sent, set[str]]]) -> list[str] | None:
    """RT's names of what to read, with what RT sets by itself; None: everything."""
    wires: set[str] = set()
    for plan, names in reads:
        fields = layout_for(plan.record).fields
        for name in (names | _computed(plan.record, plan.changes.keys())) & fields.keys():
            if fields[name].spec.part or not fields[name].spec.stored:
                continue
            if not fields[name].askable:
                return None
            if name in names or not fields[name].spec.dear:
                wires.add(fields[name].spec.wire)
    return sorted(wires)


def _linked(plan: Sent, names: set[str]) -> bool:
    """Whether links are among what is to be read."""
    fields = layout_for(plan.record).fields
    return any(fields[name].spec.part for name in names)


def _computed(record: Record, changed: AbstractSet[str]) -> set[str]:
    """The attributes that RT may have set by itself after these changed."""
    affected = type(record).__rt_affects__
    names = {name for change in ("", *changed) for name in affected.get(change, ())}
    if "queue" in changed:
        fields = layout_for(record).fields
        names |= {name for name, field in fields.items() if field.spec.wire.startswith("CF.")}
    return names - changed


def _begin_life(record: Record) -> None:
    """A new record becomes one that RT holds."""
    fields, state = layout_for(record).fields, state_of(record)
    untold = state.original.keys() - record.changes.keys()
    state.persistent = True
    forget(record, untold)
    for values in state.defaults.values():
        values.forgotten = True
    state.defaults.clear()
    _drop_unshown(record, fields, fields.keys())


def _drop_unshown(record: Record, fields: Mapping[str, FieldLayout], names: Iterable[str]) -> None:
    """Drop what RT took but never shows."""
    state, values = state_of(record), vars(record)
    for name in names:
        if not fields[name].spec.stored:
            values.pop(name, None)
            state.original.pop(name, None)


def _by_number(laid_out: FieldLayout, value: object) -> bool:
    """Whether RT was told a number and will show the name that it stands for."""
    return laid_out.spec.by_name and isinstance(value, str) and value.isdecimal()
