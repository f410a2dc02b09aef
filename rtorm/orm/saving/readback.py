"""Reading back, after a write, what RT may have lost in silence or left in the dark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rtorm.errors import RTError
from rtorm.gateway import Gateway, Shown
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.loading.custom_reading import by_number
from rtorm.orm.loading.shown import decode, place
from rtorm.orm.outcome import Verdict, address_of, compare, doubtful_watchers
from rtorm.orm.plan import CreatePlan
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.records.results import Verify
from rtorm.orm.running.crew import Crew
from rtorm.orm.running.interrupts import Interrupts
from rtorm.orm.saving.sending import Sent
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
# A search names each of them, with its value.
_SEARCHED = 50


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


@dataclass(frozen=True, slots=True)
class _LostLink:
    """A ticket that one was to be linked to and is not."""

    verdict: Verdict
    name: str
    to: int


@dataclass(slots=True)
class _Reading:
    """What was read back of one record.

    Attributes:
        doubt: What was asked for.
        seen: What RT holds, by attribute.
        numbered: What was sent of custom fields that RT tells by their numbers alone.
        failure: Why these could not be read.
        watching: Whether RT holds watchers that what it shows does not account for.
    """

    doubt: _Doubt
    seen: dict[str, Any]
    numbered: Mapping[str, Any]
    failure: RTError | None = None
    watching: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])

    @property
    def number(self) -> int:
        return _number(self.doubt.plan, self.doubt.verdict)


class ReadBack:
    """What is doubtful of the records of a commit.

    Some hundreds of records are read in one request. One that fails ends nothing: what it was for
    is told as not read back.
    """

    def __init__(
        self,
        gateway: Gateway,
        clock: Callable[[], Clock],
        verify: Verify,
        crew: Crew,
        interrupts: Interrupts,
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._verify = verify
        self._crew = crew
        self._interrupts = interrupts
        self._doubts: dict[Record, _Doubt] = {}
        self._led_to: dict[int, int] = {}

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
        answers = self._crew.each(self._ask, questions)
        for question in questions:
            shown = self._interrupts.let_in(partial(next, answers))
            try:
                self._take_in(question, shown, self._interrupts.let_in(self._clock))
            except RTError as error:
                for doubt in question.doubts:
                    doubt.verdict.unread(_failed(error))

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
        try:
            return self._gateway.show(kind, question.ids, question.wires, links=question.links)
        except RTError as error:
            return [error for _ in question.ids]

    def _take_in(self, question: _Question, shown: Sequence[Shown | RTError], clock: Clock) -> None:
        readings: list[_Reading] = []
        for doubt, answer in zip(question.doubts, shown, strict=True):
            if isinstance(answer, RTError):
                doubt.verdict.unread(_failed(answer))
            else:
                readings.append(_reading(doubt, answer, question.wires, clock))
        self._add_numbered([reading for reading in readings if reading.numbered], clock)
        self._look_for_watchers(readings)
        self._explain_links([lost for reading in readings for lost in _settled(reading)])

    def _add_numbered(self, readings: Sequence[_Reading], clock: Clock) -> None:
        """Add custom fields that share their name with others, of which RT shows one."""
        if not readings:
            return
        try:
            told = self._interrupts.let_in(partial(self._numbered, readings, clock))
        except RTError as error:
            for reading in readings:
                reading.failure = error
            return
        for reading, values in zip(readings, told, strict=True):
            reading.seen |= values

    def _numbered(self, readings: Sequence[_Reading], clock: Clock) -> list[dict[str, Any]]:
        tickets = [reading.number for reading in readings]
        fields = {number for reading in readings for number in _fields(reading).values()}
        answers = self._gateway.numbered_values(tickets, sorted(fields))
        if answers is None:
            return self._found(readings, clock)
        return [
            by_number(reading.doubt.plan.record, values, reading.numbered, clock)
            for reading, values in zip(readings, answers, strict=True)
        ]

    def _found(self, readings: Sequence[_Reading], clock: Clock) -> list[dict[str, Any]]:
        """What was sent of them, as far as searches find the tickets by it."""
        held: list[dict[str, Any]] = [{} for _ in readings]
        terms: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for at, reading in enumerate(readings):
            for name, number in _fields(reading).items():
                if term := _term(reading, name, clock):
                    terms[number].append((at, name, term))
        # One for each field, since what is found may be found by any of the terms.
        for some in terms.values():
            for start in range(0, len(some), _SEARCHED):
                asked = some[start : start + _SEARCHED]
                query = " OR ".join(term for _, _, term in asked)
                found = set(self._gateway.search("ticket", query))
                for at, name, _ in asked:
                    if readings[at].number in found:
                        held[at][name] = readings[at].numbered[name]
        return held

    def _look_for_watchers(self, readings: Sequence[_Reading]) -> None:
        """Ask for watchers who may be there unseen: users without an address, members of groups."""
        for reading in readings:
            plan, verdict = reading.doubt.plan, reading.doubt.verdict
            fields = layout_for(plan.record).fields
            for name, who in doubtful_watchers(verdict, fields, plan.changes, reading.seen):
                query = f"id = {reading.number} AND ({_watched(fields[name].create_wire, who)})"
                search = partial(self._gateway.search, "ticket", query)
                with suppress(RTError):
                    reading.watching[name, who] = bool(self._interrupts.let_in(search))

    def _explain_links(self, lost: Sequence[_LostLink]) -> None:
        """Say of tickets that were linked in vain if they have been merged into other ones."""
        ends = dict.fromkeys(link.to for link in lost)
        unknown = [number for number in ends if number not in self._led_to]
        for at in range(0, len(unknown), _MANY):
            some = unknown[at : at + _MANY]
            with suppress(RTError):
                show = partial(self._gateway.show, "ticket", some, [], links=False)
                for number, answer in zip(some, self._interrupts.let_in(show), strict=True):
                    self._led_to[number] = answer.id if isinstance(answer, Shown) else number
        for link in lost:
            into = self._led_to.get(link.to, link.to)
            if into != link.to:
                said = f"ticket {link.to} was merged into ticket {into}: link to that one"
                link.verdict.refuse(link.name, said)


def _failed(error: RTError) -> str:
    return f"Reading it back failed, so it is not known what RT holds: {error}"


def _reading(doubt: _Doubt, answer: Shown, asked: Sequence[str] | None, clock: Clock) -> _Reading:
    """What the answer tells."""
    plan, verdict = doubt.plan, doubt.verdict
    if answer.id != _number(plan, verdict):
        # What RT says to a change of links does not tell of a merge.
        verdict.merged_into = answer.id
    written = {name: change.new for name, change in plan.changes.items()}
    seen = decode(
        plan.record, answer.fields, clock, asked=asked, expected=written, doubled=answer.doubled
    )
    fields = layout_for(plan.record).fields
    unseen = (verdict.silent.keys() | verdict.unclear.keys()) - seen.keys()
    numbered = {name: written[name] for name in unseen if fields[name].spec.number}
    return _Reading(doubt, seen, numbered)


def _settled(reading: _Reading) -> list[_LostLink]:
    """Complete the verdict by what was read; gives the links that are not there."""
    plan, verdict, seen = reading.doubt.plan, reading.doubt.verdict, reading.seen
    fields = layout_for(plan.record).fields
    if is_deleted(plan, verdict, seen):
        seen = _without_links(verdict, fields, seen)
    unread = reading.numbered.keys() if reading.failure is not None else ()
    silent, unclear = (
        {name: doubtful.pop(name) for name in unread if name in doubtful}
        for doubtful in (verdict.silent, verdict.unclear)
    )
    links = [name for name in verdict.silent if name.startswith("links.")]
    compare(verdict, fields, plan.changes, seen, reading.watching)
    if reading.failure is not None:
        verdict.silent, verdict.unclear = silent, unclear
        verdict.unread(_failed(reading.failure))
    state_of(plan.record).accept(verdict.applied)
    place(plan.record, seen)
    return [
        _LostLink(verdict, name, to)
        for name in links
        if name in verdict.errors
        for to in plan.changes[name].new
        if isinstance(to, int) and to not in verdict.seen.get(name, ())
    ]


def _watched(role: str, who: str) -> str:
    """The condition that someone, however RT was told of them, is a watcher (RT 4.4-5.0)."""
    if who.isdecimal():
        return f"{role}.id = {int(who)}"
    bare = quoted(address_of(who.removeprefix("group:")))
    by_name = f"{role}.Name = {bare}"
    return f"{role}.EmailAddress = {bare} OR {by_name}" if "@" in who else by_name


def _fields(reading: _Reading) -> dict[str, int]:
    """The numbers of the custom fields that are told by them alone, by attribute."""
    fields = layout_for(reading.doubt.plan.record).fields
    return {name: fields[name].spec.number or 0 for name in reading.numbered}


def _term(reading: _Reading, name: str, clock: Clock) -> str:
    """What finds a ticket if it holds a value; empty where no search tells that."""
    field = layout_for(reading.doubt.plan.record).fields[name]
    text = field.codec.encode(reading.numbered[name], clock)
    if field.many or not text:
        return ""
    key = custom_field_key(str(field.spec.number))
    return f"(id = {reading.number} AND {key} = {quoted(text)})"


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
