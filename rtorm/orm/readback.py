"""Reading back, after a write, what RT may have lost in silence or left in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from rtorm.errors import RTError
from rtorm.gateway import Gateway, Shown
from rtorm.orm.crew import Crew
from rtorm.orm.custom_reading import seen_by_number
from rtorm.orm.defined import layout_for
from rtorm.orm.layout import FieldLayout
from rtorm.orm.loading import decode, place
from rtorm.orm.outcome import Verdict, Verify, compare
from rtorm.orm.plan import CreatePlan
from rtorm.orm.record import Record
from rtorm.orm.sending import Sent
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock
from rtorm.rest1.conditions import custom_field_key, quoted

__all__ = ["ReadBack", "computed", "is_deleted"]

_NOT_KEPT = "RT said nothing against it, but does not hold it"
_UNSEEN = (
    "RT shows no links of a deleted ticket, so it cannot be told whether it was kept: change links "
    "before the deletion"
)
# It takes RT up to 30 ms to show one of them, and proxies wait for a minute.
_MANY = 200


@dataclass(frozen=True, slots=True)
class _Doubt:
    plan: Sent
    verdict: Verdict
    names: AbstractSet[str]

    @property
    def kind(self) -> str:
        return type(self.plan.record).__rt_kind__


@dataclass(frozen=True, slots=True)
class _Question:
    """Some records of one kind, and what to show of all of them."""

    doubts: Sequence[_Doubt]
    ids: Sequence[int]
    wires: Sequence[str] | None
    links: bool


class ReadBack:
    """What is doubtful of the records of a commit.

    Some hundreds of records are read in one request.
    """

    def __init__(
        self, gateway: Gateway, clock: Callable[[], Clock], verify: Verify, crew: Crew
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._verify = verify
        self._crew = crew
        self._doubts: dict[Record, _Doubt] = {}

    def note(self, plan: Sent, verdict: Verdict) -> None:
        """Find out what is doubtful of a record that was sent."""
        if names := self._doubtful(plan, verdict):
            self._doubts[plan.record] = _Doubt(plan, verdict, names)

    def relieve(self) -> None:
        """Read what is doubtful once it is much."""
        if len(self._doubts) >= _MANY:
            self.settle()

    def settle(self) -> None:
        """Read all that is doubtful, and complete the verdicts on it."""
        doubts, self._doubts = list(self._doubts.values()), {}
        questions = [
            _question(some[at : at + _MANY])
            for kind in dict.fromkeys(doubt.kind for doubt in doubts)
            if (some := [doubt for doubt in doubts if doubt.kind == kind])
            for at in range(0, len(some), _MANY)
        ]
        for question, shown in zip(questions, self._crew.each(self._ask, questions), strict=True):
            for doubt, answer in zip(question.doubts, shown, strict=True):
                self._settle(doubt.plan, doubt.verdict, answer, question.wires)

    def _doubtful(self, plan: Sent, verdict: Verdict) -> set[str]:
        """The attributes to read back."""
        if verdict.unknown or (isinstance(plan, CreatePlan) and verdict.created is None):
            return set()
        fields = layout_for(plan.record).fields
        if self._verify == "never":
            verdict.applied |= verdict.silent.keys()
            verdict.silent.clear()
            return set(verdict.unclear)
        if self._verify == "always":
            stored = {name for name in verdict.applied if fields[name].spec.stored}
            verdict.silent.update(dict.fromkeys(stored, _NOT_KEPT))
            verdict.applied -= stored
        # Of a list that it refuses, RT applies what it can: its present value must be learnt.
        refused = {name for name in verdict.errors if name and fields[name].many}
        return verdict.silent.keys() | verdict.unclear.keys() | refused

    def _ask(self, question: _Question) -> list[Shown | RTError]:
        kind = question.doubts[0].kind
        return self._show(kind, question.ids, question.wires, links=question.links)

    def _show(
        self, kind: str, ids: Sequence[int], fields: Sequence[str] | None, *, links: bool = False
    ) -> list[Shown | RTError]:
        try:
            return self._gateway.show(kind, ids, fields, links=links)
        except RTError as error:
            return [error for _ in ids]

    def _settle(
        self, plan: Sent, verdict: Verdict, answer: Shown | RTError, asked: Sequence[str] | None
    ) -> None:
        fields = layout_for(plan.record).fields
        if isinstance(answer, RTError):
            verdict.unread(f"Reading it back failed: {answer}")
            return
        if answer.id != _number(plan, verdict):
            # What RT says to a change of links does not tell of a merge.
            verdict.merged_into = answer.id
        written = {name: change.new for name, change in plan.changes.items()}
        seen = decode(
            plan.record,
            answer.fields,
            self._clock(),
            asked=asked,
            expected=written,
            doubled=answer.doubled,
        )
        seen |= self._seen_by_number(plan, verdict, seen, written)
        if is_deleted(plan, verdict, seen):
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
        told = seen_by_number(self._gateway, plan.record, ticket, wanted, self._clock())
        if told is None:
            return {n: v for n, v in wanted.items() if self._finds(ticket, fields[n], v)}
        return told

    def _finds(self, ticket: int, field: FieldLayout, value: object) -> bool:
        """Whether a search finds a ticket by the value of a custom field."""
        text = field.codec.encode(value, self._clock())
        if field.many or not text:
            return False
        key = custom_field_key(str(field.spec.number))
        return ticket in self._gateway.search("ticket", f"id = {ticket} AND {key} = {quoted(text)}")

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


def computed(record: Record, changed: AbstractSet[str]) -> set[str]:
    """The attributes that RT may have set by itself after these changed."""
    affected = type(record).__rt_affects__
    names = {name for change in ("", *changed) for name in affected.get(change, ())}
    if "queue" in changed:
        fields = layout_for(record).fields
        names |= {name for name, field in fields.items() if field.spec.wire.startswith("CF.")}
    return names - changed


def is_deleted(plan: Sent, verdict: Verdict, seen: Mapping[str, Any]) -> bool:
    """Whether a ticket is deleted, as far as is known."""
    held = None if "status" in verdict.errors else vars(plan.record).get("status")
    return str(seen.get("status", held)).lower() == "deleted"


def _question(doubts: Sequence[_Doubt]) -> _Question:
    reads = [(doubt.plan, doubt.names) for doubt in doubts]
    return _Question(
        doubts,
        [_number(doubt.plan, doubt.verdict) for doubt in doubts],
        _wires(reads),
        any(_linked(*read) for read in reads),
    )


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


def _wires(reads: Iterable[tuple[Sent, AbstractSet[str]]]) -> list[str] | None:
    """RT's names of what to read, with what RT sets by itself; None: everything."""
    wires: set[str] = set()
    for plan, names in reads:
        fields = layout_for(plan.record).fields
        for name in (names | computed(plan.record, plan.changes.keys())) & fields.keys():
            if fields[name].spec.part or not fields[name].spec.stored:
                continue
            if not fields[name].askable:
                return None
            if name in names or not fields[name].spec.dear:
                wires.add(fields[name].spec.wire)
    return sorted(wires)


def _linked(plan: Sent, names: AbstractSet[str]) -> bool:
    """Whether links are among what is to be read."""
    fields = layout_for(plan.record).fields
    return any(fields[name].spec.part for name in names)
