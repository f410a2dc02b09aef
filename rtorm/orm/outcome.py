"""RT's replies to results by attribute; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rtorm.errors import (
    OutcomeUnknownError,
    RTError,
)
from rtorm.gateway import Created, EditReply
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.plan import CreatePlan, EditPlan, PlannedForm
from rtorm.orm.records.defined import layout_for
from rtorm.orm.records.results import Outcome, SaveResult
from rtorm.orm.state import NOT_LOADED, Change

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = [
    "Verdict",
    "Watching",
    "address_of",
    "compare",
    "doubtful_watchers",
    "holds",
    "judge_create",
    "judge_edit",
    "judge_forms",
    "lost_create",
    "unsent",
]

Watching = Mapping[tuple[str, str], bool]
"""Whether RT holds watchers, by attribute and as they were given, as far as it was asked."""


@dataclass(slots=True)
class Verdict:
    """What is known of one sent record so far; `compare` completes it.

    Attributes:
        applied: Attributes that RT took.
        errors: Attributes that it refused, and why.
        silent: Attributes that RT may have dropped in silence, and what to say if it did.
        unclear: Attributes of which RT's reply does not say what became of them, and why.
        cause: Why the record was refused as a whole.
        created: The id of a record that was made.
        merged_into: The id of the ticket that this one has been merged into.
        unknown: Whether the reply was lost.
        in_part: Whether RT applied a part of a list that it refused, or may have.
        seen: What the server was seen to hold afterwards, by attribute.
        unseen: Attributes that RT may have changed, and that could not be read back.
    """

    applied: set[str] = field(default_factory=set[str])
    errors: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    silent: dict[str, str] = field(default_factory=dict[str, str])
    unclear: dict[str, str] = field(default_factory=dict[str, str])
    cause: RTError | None = None
    created: int | None = None
    merged_into: int | None = None
    unknown: bool = False
    in_part: bool = False
    seen: Mapping[str, Any] = field(default_factory=dict[str, Any])
    unseen: set[str] = field(default_factory=set[str])

    @property
    def outcome(self) -> Outcome:
        """The one word for it, once nothing is doubtful any more."""
        if self.unknown:
            return "unknown"
        if not self.errors and self.created is None:
            return "updated" if self.applied else "unchanged"
        if not self.errors:
            return "created"
        some = self.applied or self.in_part or self.created is not None
        return "partial" if some else "rejected"

    def refuse(self, name: str, said: str) -> None:
        """Take an attribute for refused."""
        self.errors.setdefault(name, []).append(said)

    def doubt(self, names: Iterable[str]) -> None:
        """Take accepted attributes for lost in silence, as long as they are not read back."""
        for name in self.applied.intersection(names):
            self.applied.discard(name)
            self.silent[name] = _LOST

    def unread(self, reason: str) -> None:
        """Tell of all that is doubtful that it was not read back, and why."""
        for name, why in {**dict.fromkeys(self.silent, _TAKEN), **self.unclear}.items():
            self.refuse(name, f"{why}. {reason}")
            self.unseen.add(name)
        self.in_part |= bool(self.unseen)
        self.silent.clear()
        self.unclear.clear()


_TAKEN = "RT took the request and said nothing against it"
_LOST = "RT dropped it without saying why"
_LOST_BY_WIRE: Mapping[str, str] = {
    "Owner": f"{_LOST}: no such user, or one who may not own tickets in this queue",
    "SLA": f"{_LOST}: the queue has no such level of service",
}
_DROPPED = "RT dropped {} without saying why"
_UNSHOWN = "RT does not show {}: no such user, or one without an e-mail address"
_NOT_SHOWN = "RT does not show it to this account, so it cannot be told whether it was kept"


def judge_edit(plan: EditPlan, replies: Sequence[EditReply]) -> Verdict:
    """What the replies to a record's forms say of its attributes."""
    verdict = Verdict()
    judge_forms(verdict, plan.record, plan.forms, replies)
    verdict.doubt(plan.regrouped)
    fields = layout_for(plan.record).fields
    # As long as it is not read back: RT tells only of what it refuses of a list.
    verdict.in_part = any(
        fields[name].many and _is_more_than_one(plan.changes[name])
        for name in verdict.errors
        if name
    )
    return verdict


def _is_more_than_one(change: Change[Any]) -> bool:
    """Whether several items of a list come or go, of which RT may have refused one."""
    if change.old is NOT_LOADED:
        return True
    coming = [item for item in change.new if item not in change.old]
    going = [item for item in change.old if item not in change.new]
    return len(coming) + len(going) > 1


def judge_forms(
    verdict: Verdict, record: Record, forms: Sequence[PlannedForm], replies: Sequence[EditReply]
) -> None:
    """Add to a verdict what the replies to some forms say."""
    fields = layout_for(record).fields
    for form, reply in zip(forms, replies, strict=True):
        _judge_form(verdict, form, reply)
        verdict.doubt(name for name in form.names.values() if fields[name].lost_on_edit)


def _judge_form(verdict: Verdict, form: PlannedForm, reply: EditReply) -> None:
    verdict.merged_into = reply.merged_into or verdict.merged_into
    if reply.refusal is not None:
        verdict.cause = verdict.cause or reply.refusal
        # All forms of a record that is gone are refused for the same reason.
        if str(reply.refusal) not in verdict.errors.get("", ()):
            verdict.refuse("", str(reply.refusal))
        return
    refused: set[str] = set()
    for key, messages in reply.errors.items():
        name = form.names.get(key, "")
        refused.add(name)
        for said in messages:
            verdict.refuse(name, said)
    applied = set(form.names.values()) - refused
    if reply.unclear:
        verdict.unclear.update(dict.fromkeys(applied, reply.unclear))
    else:
        verdict.applied |= applied


def judge_create(plan: CreatePlan, reply: Created) -> Verdict:
    """What the reply to a create says of the new record's attributes."""
    verdict = Verdict(created=reply.id)
    for key, messages in reply.errors.items():
        for said in messages:
            verdict.refuse(plan.names.get(key, ""), said)
    if reply.id is None:
        if reply.unclear and not verdict.errors:
            return lost_create(plan.record, reply.unclear)
        return verdict
    fields = layout_for(plan.record).fields
    for name in plan.changes.keys() - verdict.errors.keys() - set(plan.later):
        if fields[name].spec.lost_on_create:
            verdict.silent[name] = _LOST_BY_WIRE.get(fields[name].spec.wire, _LOST)
        else:
            verdict.applied.add(name)
    return verdict


def lost_create(record: Record, why: str) -> Verdict:
    """What is known of a new record of which RT may have made one."""
    cause = OutcomeUnknownError(
        f"it is unknown whether {record!r} was created: {why}; search for it before you add it "
        "again"
    )
    return Verdict(errors={"": [str(cause)]}, cause=cause, unknown=True)


def unsent(record: Record, why: str, cause: RTError | None = None) -> SaveResult:
    """What became of a record whose turn never came."""
    return SaveResult(record, "rejected", {}, {"": [why]}, cause, unsent=True)


def compare(
    verdict: Verdict,
    fields: Mapping[str, FieldLayout],
    changes: Mapping[str, Change[Any]],
    seen: Mapping[str, Any],
    watching: Watching | None = None,
) -> None:
    """Decide what is doubtful by what the server holds now.

    Args:
        verdict: What is known so far; completed in place.
        fields: The fields of the record's class.
        changes: What was sent.
        seen: What the server holds, by attribute name; what it does not show is missing.
        watching: What is known of `doubtful_watchers`.
    """
    for name, why in verdict.silent.items():
        if name in seen and fields[name].spec.wire in ROLES:
            unaccounted = _unaccounted(verdict, changes[name].new, seen[name])
            _judge_watchers(verdict, name, unaccounted, seen[name], watching or {})
        elif name in seen and not _kept(fields[name], changes[name].new, seen[name]):
            verdict.refuse(name, f"{why}; it holds {seen[name]!r}")
        elif name not in seen and verdict.created is not None:
            verdict.refuse(name, _NOT_SHOWN)
        else:
            # On an edit RT names a missing right, so its silence is consent.
            verdict.applied.add(name)
    for name, why in verdict.unclear.items():
        if name not in seen:
            verdict.refuse(name, f"{why}; {_NOT_SHOWN}")
        elif holds(fields[name], changes[name].new, seen[name]):
            verdict.applied.add(name)
        else:
            verdict.refuse(name, f"{why}; it holds {seen[name]!r}")
    verdict.silent.clear()
    verdict.unclear.clear()
    verdict.seen = seen
    verdict.in_part = any(
        name in seen and fields[name].many and _in_part(fields[name], changes[name], seen[name])
        for name in verdict.errors
        if name
    )


def _in_part(laid_out: FieldLayout, change: Change[Any], seen: Any) -> bool:
    """Whether RT applied something of a list that it refused."""
    if change.old is NOT_LOADED:
        # What was there before is not known: what is there of the new list may be new.
        return any(item in seen for item in change.new)
    return not laid_out.codec.same(change.old, seen)


def holds(laid_out: FieldLayout, wanted: Any, seen: Any) -> bool:
    """Whether RT holds what a field was to be set to."""
    return bool((laid_out.codec.kept or laid_out.codec.same)(wanted, seen))


def _kept(laid_out: FieldLayout, wanted: Any, seen: Any) -> bool:
    """Whether what RT took without a word is there, as far as can be seen."""
    match laid_out.spec.wire:
        case "Owner":
            # A user may be named by address or id, too; RT falls back to Nobody.
            return str(wanted).lower() == "nobody" or str(seen).lower() != "nobody"
        case _:
            return holds(laid_out, wanted, seen)


def doubtful_watchers(
    verdict: Verdict,
    fields: Mapping[str, FieldLayout],
    changes: Mapping[str, Change[Any]],
    seen: Mapping[str, Any],
) -> list[tuple[str, str]]:
    """Watchers that RT may have dropped, by attribute and as they were given; `compare` judges.

    A search for the ticket by such a watcher tells (`Cc.Name = 'ann'`, RT 4.4-5.0).
    """
    return [
        (name, watcher)
        for name in verdict.silent
        if name in seen and fields[name].spec.wire in ROLES
        for watcher in _unaccounted(verdict, changes[name].new, seen[name])
    ]


def _unaccounted(
    verdict: Verdict, wanted: Sequence[str], seen: Iterable[object]
) -> Mapping[str, bool]:
    """The watchers for whom nothing that RT shows needs to stand.

    Of its watchers RT shows the e-mail addresses: of a group, given by number or as `group:name`,
    those of its members, and nothing of a user without one. On a create it drops in silence whom it
    does not know; on an edit it names each of them (RT 4.4-5.0).

    Returns:
        Whether they are missing; if not, a group may hide that they are.
    """
    shown = {str(each).lower() for each in seen}
    named = [watcher for watcher in wanted if not _is_address(watcher)]
    missing = [who for who in wanted if _is_address(who) and address_of(who) not in shown]
    unaccounted = dict.fromkeys(missing, True)
    if verdict.created is None:
        return unaccounted
    left = shown.difference(map(address_of, wanted))
    few = len(left) < len({watcher.lower() for watcher in named})
    if few or (len(named) > 1 and any(map(_may_be_group, named))):
        unaccounted |= dict.fromkeys(named, few)
    return unaccounted


def _judge_watchers(
    verdict: Verdict, name: str, unaccounted: Mapping[str, bool], seen: object, watching: Watching
) -> None:
    lost = [w for w, missing in unaccounted.items() if not watching.get((name, w), not missing)]
    if not lost:
        verdict.applied.add(name)
        return
    is_told = all(_is_address(watcher) or (name, watcher) in watching for watcher in lost)
    said = (_DROPPED if is_told else _UNSHOWN).format(", ".join(map(repr, lost)))
    verdict.refuse(name, f"{said}; it holds {seen!r}")


def _is_address(watcher: str) -> bool:
    return "@" in address_of(watcher) and not watcher.startswith("group:")


def _may_be_group(watcher: str) -> bool:
    return watcher.startswith("group:") or watcher.isdecimal()


def address_of(watcher: str) -> str:
    """What RT is to find a watcher by: the address, or what was given in its place."""
    _, bracket, address = watcher.rpartition("<")
    return (address.rstrip("> ") if bracket else watcher).strip().lower()
