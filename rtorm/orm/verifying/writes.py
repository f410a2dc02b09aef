"""Finds out whether a lost edit, message, take or merge was carried out; only asks RT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rtorm.errors import RTError
from rtorm.gateway import Action, Gateway, Message, Shown
from rtorm.orm.declaring.layout import FieldLayout
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.loading.reading import Reading, to_ask
from rtorm.orm.loading.shown import decode, place
from rtorm.orm.outcome import address_of, holds
from rtorm.orm.plan import EditPlan
from rtorm.orm.record import Record
from rtorm.orm.records.defined import layout_for
from rtorm.orm.state import state_of
from rtorm.orm.verifying.inquiry import UNTOLD, Finding, Moment, patiently
from rtorm.orm.verifying.resemblance import Words
from rtorm.orm.verifying.sight import sees_comments

__all__ = ["of_edits", "of_merge", "of_message", "of_owner"]

_ENTRIES = {"comment": "Comment", "correspond": "Correspond"}


def of_edits(session: Reading, plans: Sequence[EditPlan]) -> Finding:
    """Whether all edits of a request were carried out; their records learn what RT holds.

    One request for each.
    """
    session.check_open()
    answers = [_of_edit(session, plan) for plan in plans]
    if False in answers:
        return False, ()
    return (None if None in answers else True), ()


def _of_edit(session: Reading, plan: EditPlan) -> bool | None:
    """Whether RT holds what was sent; None if it does not show it, or in another way."""
    record = plan.record
    fields = layout_for(record).fields
    sent = {name: change.new for name, change in plan.changes.items()}
    asked, links = to_ask(record, sent)
    shown = session.shown(record, asked, links=links)
    seen = decode(
        record, shown.fields, session.clock(), asked=asked, expected=sent, doubled=shown.doubled
    )
    session.take_in(record, shown, asked, rebase=True)
    answers = [_holds(fields[n], new, seen[n]) if n in seen else None for n, new in sent.items()]
    if all(answers):
        _take_for_saved(record, sent, seen)
    session.records.settle()
    if False in answers:
        return False
    return None if None in answers else True


def _holds(field: FieldLayout, sent: Any, seen: Any) -> bool | None:
    """Whether RT holds a value that was sent; None if it may show that in another way."""
    if holds(field, sent, seen):
        return True
    if field.spec.wire in ROLES:
        people, shown = set(map(address_of, sent)), set(map(address_of, seen))
        # Of users and groups RT shows the addresses.
        return people == shown or (None if any("@" not in each for each in people) else False)
    is_other_name = field.spec.by_name and ("@" in str(sent) or str(sent).isdecimal())
    return None if is_other_name else False


def _take_for_saved(record: Record, sent: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    """What was sent is clean, unless the program has set it anew."""
    state, values = state_of(record), vars(record)
    same = [name for name, value in sent.items() if values.get(name) == value]
    state.accept(same)
    state.errors.pop("", None)
    place(record, {name: seen[name] for name in same})


def of_message(
    session: Reading, number: int, message: Message, began: Moment, wait: float, *, again: bool
) -> Finding:
    """Whether a comment or reply was recorded; tells the entries of the history that may be it.

    Args:
        session: The session.
        number: The ticket.
        message: What was sent.
        began: When it was.
        wait: Seconds for which it is looked for.
        again: Whether the session had sent an equal one just before.
    """
    session.check_open()
    words = Words.of(message.text, message.content_type, message.files)

    def look() -> Finding:
        return _of_message(session.gateway, number, message.kind, words, began)

    happened, found = patiently(look, wait)
    return (None if happened and again else happened), found


def _of_message(gateway: Gateway, number: int, kind: str, words: Words, began: Moment) -> Finding:
    since, me = began.at_server(gateway), gateway.identity().user.lower()
    if since is None:
        return UNTOLD
    [history], [listed] = gateway.history([number]), gateway.files([number])
    if isinstance(history, RTError):
        raise history
    if isinstance(listed, RTError):
        raise listed
    mine = [
        entry
        for entry in history
        if entry.type == _ENTRIES[kind] and entry.creator.lower() == me and entry.created >= since
    ]
    likely = {entry.id: words.likeness(entry, listed) for entry in mine}
    if same := [number for number, likeness in likely.items() if likeness == "same"]:
        return True, tuple(same)
    if like := [number for number, likeness in likely.items() if likeness == "like"]:
        return None, tuple(like)
    if kind == "comment" and not any(entry.type == "Comment" for entry in history):
        # Of this ticket it has seen none yet.
        queue = _shown(gateway, number, "Queue").fields["Queue"]
        return (False, ()) if sees_comments(gateway, queue, since) else UNTOLD
    return (False, ()) if history else UNTOLD


def of_owner(session: Reading, number: int, action: Action) -> Finding:
    """Whether the owner of a ticket is whom the action was to make it."""
    session.check_open()
    shown = _shown(session.gateway, number, "Owner")
    wanted = "Nobody" if action == "untake" else session.gateway.identity().user
    return shown.fields["Owner"].lower() == wanted.lower(), ()


def of_merge(session: Reading, number: int, into: int) -> Finding:
    """Whether a ticket was merged into another one, which may have been merged on meanwhile."""
    session.check_open()
    ends = {_shown(session.gateway, each, "Subject").id for each in (number, into)}
    return len(ends) == 1, ()


def _shown(gateway: Gateway, number: int, field: str) -> Shown:
    answer = gateway.show("ticket", [number], [field])[0]
    if isinstance(answer, RTError):
        raise answer
    return answer
