"""What others changed while a record was saved, by what was seen and what RT's history tells; pure.

RT has no write with a condition, and while it works through one form it may take another one: it
writes a field before it records that, so that entries may stand in another order than the writes,
and each tells as the old value what was there when RT began with its form (RT 4.4-5.0). Hence:

- Entries of which each begins with what the one before it ended with tell the true order, and the
  old value of ours is what our write replaced.
- Any others crossed each other. Which one came last cannot be told; what did not begin with our
  value counts as replaced.
- Of a list, which is written whole, RT records each member that comes or goes. One that went, and
  that we neither saw nor sent, was added by others and removed by us; one that came, and that we
  saw and sent, was removed by others and added again by us.

Who did it is not looked at: both sessions may have one account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rtorm.gateway import Step, Steps
from rtorm.models.changes import is_about, value_of
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.outcome import address_of
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.state import NOT_LOADED, state_of
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import LINKS, link_end, shown_values
from rtorm.rest1.old_lists import join_values

__all__ = [
    "UNREAD",
    "UNSHOWN",
    "Aftermath",
    "Names",
    "Sighting",
    "Written",
    "differences",
    "judge",
    "known_before",
    "least_entries",
    "principals_in",
]

UNREAD = "it was assigned without being read, so there was nothing to compare"
UNSHOWN = "RT does not show it"
_NO_ENTRY = "RT's history shows no entry of it to this account"
_MOVED = "RT sets it by itself with what else was saved, and its history shows more than one change"
_TOUCHED = "a message that came meanwhile changes it, too"
_ALIKE = "RT's history does not tell which of the custom fields of this name was changed"

_SETS = frozenset({"Set", "Status", "Told", "Take", "Untake", "Give", "Steal", "Force"})
_CAME, _WENT = ("AddLink", "AddWatcher"), ("DeleteLink", "DelWatcher")
# What a history calls the relations that RT's forms call otherwise.
_RELATIONS: Mapping[str, str] = {"Members": "HasMember"}
_BY_NUMBER: Mapping[str, str] = {"Owner": "user", "Queue": "queue"}
# RT adds the minutes of a message to one of them, and takes them from the other, without an entry.
_WORKED = frozenset({"TimeWorked", "TimeLeft"})
_TOLD = "Told"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a record held just before it was written.

    Attributes:
        number: Its id.
        values: What was seen, by attribute.
        entries: How long its history was before; 0 if that is not known.
        unchecked: Attributes about to be written of which nothing was compared, and why.
    """

    number: int
    values: Mapping[str, Any]
    entries: int = 0
    unchecked: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Written:
    """What was sent of a record.

    Attributes:
        values: By attribute, of what RT took, and of lists of which it may have taken a part.
        whole: Those that it took.
    """

    values: Mapping[str, Any]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came between check and write.

    Attributes:
        overwritten: What others had set and our write replaced, or crossed, by attribute.
        unchecked: Attributes of which that cannot be told, and why.
    """

    overwritten: Mapping[str, Any] = field(default_factory=dict[str, Any])
    unchecked: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _Found:
    """What others had set."""

    theirs: Any


@dataclass(frozen=True, slots=True)
class _Untold:
    """Why it cannot be told whether others had set anything."""

    why: str


_Finding = _Found | _Untold | None
Names = Mapping[int, tuple[str, ...]]
"""What principals and queues are called, by number: the name, then the address of a user."""


def known_before(record: Record) -> dict[str, Any]:
    """What a save compares: the values that were loaded before the fields were assigned."""
    outdated = state_of(record).outdated
    said = {name: outdated.get(name, change.old) for name, change in record.changes.items()}
    return {name: old for name, old in said.items() if old is not NOT_LOADED}


def differences(record: Record, known: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The present values of the fields that others changed since they were loaded."""
    return {
        name: now[name]
        for name, old in known.items()
        if name in now and record.__rt_differs__(name, old, now[name])
    }


def least_entries(record: Record, seen: Mapping[str, Any], written: Written) -> int:
    """How many entries there are at least after a write that nothing came between.

    If there are no more, nothing did: what others set in between has an entry of its own, since we
    set something else.
    """
    fields = layout_for(record).fields
    return sum(
        _least(fields[name], seen[name], value)
        for name, value in written.values.items()
        if name in seen and name in written.whole
    )


def _least(laid_out: FieldLayout, seen: Any, value: Any) -> int:
    wire = laid_out.spec.wire
    if wire in ROLES or wire in _WORKED or (laid_out.spec.by_name and str(value).isdecimal()):
        # One watcher may have several names; minutes may come without an entry to be seen.
        return 0
    if laid_out.many:
        came = [item for item in value if not _kept(laid_out, [item], seen, any_of=True)]
        went = [item for item in seen if not _is_in(laid_out, item, value)]
        return len(came) + len(went)
    if _kept(laid_out, value, seen):
        return 0
    # RT records a change of owner twice.
    return 2 if wire == "Owner" else 1


def principals_in(
    record: Record, sighting: Sighting, written: Written, steps: Steps
) -> dict[str, set[int]]:
    """The numbers whose names `judge` needs, by kind: users and groups as `user`, queues."""
    fields, new = layout_for(record).fields, _since(sighting, steps)
    wanted: dict[str, set[int]] = {}
    for name in written.values.keys() & sighting.values.keys():
        wire, about = fields[name].spec.wire, _about(fields[name], new)
        if wire in _BY_NUMBER and len(about) > 1:
            texts = [text for step in about for text in (step.old_value, step.new_value)]
            wanted.setdefault(_BY_NUMBER[wire], set()).update(_numbers(texts))
        elif wire in ROLES:
            came, went = (
                {step.new_value or step.old_value for step in about if step.type in types}
                for types in (_CAME, _WENT)
            )
            wanted.setdefault("user", set()).update(_numbers(came & went))
    return {kind: numbers for kind, numbers in wanted.items() if numbers}


def _numbers(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdecimal()]


def judge(
    record: Record,
    sighting: Sighting,
    written: Written,
    steps: Steps,
    names: Mapping[str, Names],
    clock: Clock,
) -> Aftermath:
    """Tell what others changed between the sighting of a ticket and the write of it.

    Args:
        record: The ticket.
        sighting: What it held, and how long its history was.
        written: What was sent.
        steps: Its history afterwards.
        names: What `principals_in` has asked for.
        clock: The account's clock.
    """
    fields, new = layout_for(record).fields, _since(sighting, steps)
    overwritten: dict[str, Any] = {}
    unchecked: dict[str, str] = {}
    for name, value in written.values.items():
        if name not in sighting.values:
            continue
        case = _Case(
            laid_out=fields[name],
            seen=sighting.values[name],
            value=value,
            is_whole=name in written.whole,
            is_moved=_is_moved(record, name, written.values),
            # With hidden entries among the new ones, the last of those that are shown may be older.
            is_exact=len(steps.seen) == steps.total,
            names=names.get(_BY_NUMBER.get(fields[name].spec.wire, "user"), {}),
            clock=clock,
        )
        finding = case.judged(_about(fields[name], new), new)
        if isinstance(finding, _Found):
            overwritten[name] = finding.theirs
        elif isinstance(finding, _Untold):
            unchecked[name] = finding.why
    return Aftermath(overwritten, unchecked)


def _since(sighting: Sighting, steps: Steps) -> tuple[Step, ...]:
    """The entries that are new, and as many before them as there are hidden ones among them."""
    new = steps.total - sighting.entries
    return steps.seen[-new:] if new > 0 else ()


def _is_moved(record: Record, name: str, written: Iterable[str]) -> bool:
    """Whether RT sets an attribute by itself as it takes another one that was written."""
    affected = type(record).__rt_affects__
    return any(name in affected.get(other, ()) for other in written if other != name)


def _about(laid_out: FieldLayout, steps: Iterable[Step]) -> list[Step]:
    """The entries that are about a field."""
    spec = laid_out.spec
    if laid_out.codec is LINKS:
        relation, types = _RELATIONS.get(spec.wire, spec.wire), {"AddLink", "DeleteLink"}
        return [step for step in steps if step.type in types and step.field == relation]
    if spec.wire in ROLES:
        role, types = ROLES[spec.wire], {"AddWatcher", "DelWatcher"}
        return [step for step in steps if step.type in types and step.field == role]
    if not spec.custom:
        return [step for step in steps if step.type in _SETS and step.field == spec.wire]
    custom = [step for step in steps if step.type == "CustomField"]
    if spec.number is not None:
        return [step for step in custom if step.field == str(spec.number)]
    return [
        step
        for step in custom
        if is_about(spec.custom, step.description, step.old_value, step.new_value)
    ]


@dataclass(frozen=True, slots=True)
class _Set:
    """One value that took the place of another one."""

    id: int
    old: Any
    new: Any
    is_ours: bool


@dataclass(slots=True)
class _Member:
    """What became of one member of a list."""

    shown: Any
    is_seen: bool | None
    is_sent: bool | None
    came: bool = False
    went: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """One attribute that was written.

    Attributes:
        laid_out: The field.
        seen: What it held before.
        value: What was sent.
        is_whole: Whether RT took all of it.
        is_moved: Whether RT may have set it by itself with what else was sent.
        is_exact: Whether all entries are shown.
        names: What principals, or queues, are called.
        clock: The account's clock.
    """

    laid_out: FieldLayout
    seen: Any
    value: Any
    is_whole: bool
    is_moved: bool
    is_exact: bool
    names: Names
    clock: Clock

    def judged(self, about: Sequence[Step], steps: Sequence[Step]) -> _Finding:
        """What others had set, or why it cannot be told; None if nothing."""
        if self.laid_out.spec.custom and len({step.field for step in about}) > 1:
            return _Untold(_ALIKE)
        if not about:
            unchanged = _kept(self.laid_out, self.value, self.seen) or not self.is_whole
            return None if unchanged else _Untold(_NO_ENTRY)
        if self.laid_out.many:
            return self._of_list(self._members(about))
        return self._of_value([self._set(step) for step in about], steps)

    def _of_value(self, sets: Sequence[_Set], steps: Sequence[Step]) -> _Finding:
        ours = [each for each in sets if each.is_ours]
        foreign = [each for each in sets if not each.is_ours]
        if self.is_moved:
            return _Untold(_MOVED) if foreign else None
        if self.laid_out.spec.wire in _BY_NUMBER and len(sets) == 1:
            # Another owner, another queue has always an entry.
            return None
        if not ours:
            # RT has made something else of what it was sent.
            return self._unseen(foreign) if len(foreign) == 1 else _Found(foreign[0].new)
        if self.laid_out.spec.wire == _TOLD:
            found = self._by_order(ours[-1], foreign)
        elif self._is_sequence(sets):
            found = self._unseen(ours)
        else:
            found = self._crossed(ours, foreign)
        touched = any(self._touches(step) for step in steps if step.id < ours[-1].id)
        return found or (_Untold(_TOUCHED) if touched else None)

    def _unseen(self, sets: Sequence[_Set]) -> _Found | None:
        """What was replaced without having been seen."""
        if self.laid_out.spec.wire == _TOLD:
            return None
        olds = [each.old for each in sets]
        unseen = [old for old in olds if not self._is_known(old)]
        return _Found(unseen[-1]) if unseen else None

    def _is_known(self, value: Any) -> bool:
        """Whether to replace a value by ours loses nothing."""
        return _same(self.laid_out, value, self.seen) or _kept(self.laid_out, self.value, value)

    def _is_sequence(self, sets: Sequence[_Set]) -> bool:
        return all(_same(self.laid_out, one.new, other.old) for one, other in pairwise(sets))

    def _crossed(self, ours: Sequence[_Set], foreign: Sequence[_Set]) -> _Found | None:
        """What was set without having been begun with our value, or with what came of that."""
        after: list[_Set] = []
        left = list(foreign)
        # What began with our value and was recorded before us may have been made without a look at
        # it: whoever made it found no entry of ours yet.
        left_behind = [each for each in foreign if each.id > ours[0].id]
        while more := [each for each in left_behind if self._saw_ours(each, after)]:
            after += more
            left_behind = [each for each in left_behind if each not in more]
            left = [each for each in left if each not in more]
        if len(ours) > 1 or any(_same(self.laid_out, each.new, self.seen) for each in after):
            # What began with our value may have begun with theirs, which was the same; or before
            # ours, if that came of it which was there before.
            left = list(foreign)
        lost = [each.new for each in left if not self._is_known(each.new)]
        return _Found(lost[-1]) if lost else self._unseen(ours)

    def _saw_ours(self, each: _Set, after: Iterable[_Set]) -> bool:
        if _kept(self.laid_out, self.value, each.old):
            return True
        return any(_same(self.laid_out, other.new, each.old) for other in after)

    def _by_order(self, last: _Set, foreign: Iterable[_Set]) -> _Found | None:
        """Of a field of which RT records no old value."""
        before = [each.new for each in foreign if each.id < last.id]
        lost = [value for value in before if not self._is_known(value)]
        return _Found(lost[-1]) if lost else None

    def _touches(self, step: Step) -> bool:
        """Whether a message has changed the field without an entry about it."""
        wire = self.laid_out.spec.wire
        if wire == _TOLD:
            return step.type == "Correspond"
        return wire in _WORKED and step.minutes != 0 and step.type not in _SETS

    def _set(self, step: Step) -> _Set:
        old, new = self._read(step.old_value), self._read(step.new_value)
        by_number = self.laid_out.spec.by_name and str(self.value) == step.new_value
        is_ours = by_number or _kept(self.laid_out, self.value, new)
        return _Set(step.id, old, new, is_ours)

    def _read(self, text: str) -> Any:
        spec = self.laid_out.spec
        if spec.wire in _BY_NUMBER:
            return self.names.get(int(text), (text,))[0] if _numbers([text]) else text
        if not spec.custom:
            return value_of(spec.wire, text)
        try:
            return self.laid_out.codec.decode(text, self.clock)
        except (ValueError, KeyError, OverflowError):
            return text

    def _of_list(self, members: Iterable[_Member]) -> _Finding:
        theirs = list(self.seen)
        lost = False
        for member in members:
            if not (member.came and member.went) and not self._is_telling(member):
                continue
            if member.is_seen is not False and member.is_sent is not False and member.came:
                theirs = [item for item in theirs if not self._are_one(item, member)]
                lost = True
            elif not member.is_seen and not member.is_sent and member.went:
                theirs.append(member.shown)
                lost = True
        return _Found(theirs) if lost else None

    def _is_telling(self, member: _Member) -> bool:
        """Whether one that only came, or only went, cannot have done so before the check."""
        return self.is_exact and member.is_seen is not None

    def _are_one(self, item: Any, member: _Member) -> bool:
        return bool(item == member.shown or _kept(self.laid_out, [item], [member.shown]))

    def _members(self, about: Iterable[Step]) -> list[_Member]:
        """What became of each member, as far as the entries tell."""
        members: dict[str, _Member] = {}
        for step in about:
            # Of a custom field, one entry may tell of both.
            for text, came in ((step.old_value, False), (step.new_value, True)):
                if not text:
                    continue
                if text not in members:
                    members[text] = self._member(text)
                members[text].came |= came
                members[text].went |= not came
        return list(members.values())

    def _member(self, text: str) -> _Member:
        if self.laid_out.spec.wire in ROLES:
            return self._watcher(text)
        shown: Any = link_end(text) if self.laid_out.codec is LINKS else self._item(text)
        is_seen = _kept(self.laid_out, [shown], self.seen, any_of=True)
        return _Member(shown, is_seen, _is_in(self.laid_out, shown, self.value))

    def _watcher(self, text: str) -> _Member:
        called = self.names.get(int(text)) if _numbers([text]) else None
        if called is None:
            return _Member(text, None, None)
        small = [name.lower() for name in called]
        all_names = {text, *small, *(f"group:{name}" for name in small)}
        is_seen, is_sent = (
            any(address_of(item) in all_names or item.strip().lower() in all_names for item in held)
            for held in (self.seen, self.value)
        )
        address = next((name for name in called if "@" in name), "")
        # RT shows no users without an address, and the members of a group in its place.
        return _Member(address or called[0], is_seen if address else None, is_sent)

    def _item(self, text: str) -> Any:
        """The member that an entry about a custom field of several values tells."""
        try:
            shown = join_values([text]) if self.clock.old_lists else shown_values([text])
            [item] = self.laid_out.codec.decode(shown, self.clock)
        except (ValueError, KeyError, OverflowError):
            return text
        return item


def _same(laid_out: FieldLayout, one: Any, other: Any) -> bool:
    return _holds(laid_out.codec.same, one, other)


def _kept(laid_out: FieldLayout, told: Any, shown: Any, *, any_of: bool = False) -> bool:
    """Whether RT holds what it was told; with `any_of`, whether one of a list is that."""
    compare = laid_out.codec.kept or laid_out.codec.same
    if any_of:
        return any(_holds(compare, told, [item]) for item in shown)
    return _holds(compare, told, shown)


def _is_in(laid_out: FieldLayout, shown: Any, told: Iterable[Any]) -> bool:
    """Whether something that RT shows is one of what it was told."""
    return any(_kept(laid_out, [item], [shown]) for item in told)


def _holds(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    try:
        return bool(compare(one, other))
    except (AttributeError, TypeError):
        # Texts of RT's that do not fit the field.
        return bool(one == other)
