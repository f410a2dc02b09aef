"""One link seen from both its ends.

What is loaded of the one is out of date once the other is written. Where both lists have unsaved
changes, RT is sent whole lists (RT 3.8-6.0, REST 1.0), of which the second would take back what the
first one says. What one end adds is therefore added at the other one, unless it was removed there,
and what one end removes is removed there, unless it was added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from rtorm.orm.forgetting import forget_links
from rtorm.orm.identity_map import IdentityMap
from rtorm.orm.plan import CreatePlan, Plan, Unsendable
from rtorm.orm.record import Record
from rtorm.orm.state import NOT_LOADED, Change, TrackedList, state_of

__all__ = ["agree", "forget_ends", "take_note"]

Find = Callable[[int], Record | None]
_Ends = Iterable[tuple[Record, str, int | Record, bool]]


def agree(records: Iterable[Record], find: Find) -> None:
    """Let the lists that are about to be sent say the same at both ends of each link.

    Args:
        records: The records to be sent.
        find: Gives the session's ticket of a number, or None.
    """
    for record in records:
        for other, name, end, added in _ends(record, record.changes, find):
            _concede(other, name, end, added=added)


def take_note(record: Record, applied: Mapping[str, Change[Any]], find: Find) -> None:
    """Let lists that were not sent know of the links that RT now has at their other ends.

    Args:
        record: A record that was sent.
        applied: What RT applied of it.
        find: Gives the session's ticket of a number, or None.
    """
    for other, name, end, added in _ends(record, applied, find):
        change = _concede(other, name, end, added=added)
        if change is not None and change.old is not NOT_LOADED:
            state_of(other).original[name] = _with(change.old, end, added=added)


def forget_ends(plans: Iterable[Plan], records: IdentityMap) -> None:
    """Forget what is loaded of the other ends of links that were sent: it is out of date."""
    sent = [(each.record, links) for each in plans if (links := _links_in(each))]
    unseen = [record for record, links in sent if NOT_LOADED in (c.old for c in links)]
    if unseen:
        # What was linked before is not known.
        kept = unseen if len(unseen) == 1 else ()
        forget_links(ticket for ticket in records.of_kind("ticket") if ticket not in kept)
    for record, links in sent:
        ends = {end for change in links for end in (*change.new, *_known(change))}
        others = (records.of("ticket", end) for end in ends if isinstance(end, int))
        forget_links(other for other in others if other is not None and other is not record)


def _concede(record: Record, name: str, end: int | Record, *, added: bool) -> Change[Any] | None:
    """Change a list, if it has changes, as its other end did, unless it says the opposite."""
    change = record.changes.get(name)
    if change is not None and added != (end in change.new) and added != (end in _known(change)):
        members = _with(change.new, end, added=added)
        cast("TrackedList[Any]", vars(record)[name]).put(members)
    return change


def _ends(record: Record, changes: Mapping[str, Change[Any]], find: Find) -> _Ends:
    """The other ends of links that changed, the lists there, and whether a link was added."""
    own = vars(record)["id"] if state_of(record).persistent else record
    for name, mirror in type(record).__rt_mirrors__.items():
        if name not in changes:
            continue
        old, new = set(_known(changes[name])), set(changes[name].new)
        for member in old ^ new:
            other = find(member) if isinstance(member, int) else member
            if other is not None and not isinstance(other, str) and other is not record:
                yield other, mirror, own, member in new


def _known(change: Change[Any]) -> list[Any]:
    return [] if change.old is NOT_LOADED else change.old


def _with(members: Iterable[Any], end: int | Record, *, added: bool) -> list[Any]:
    kept = [member for member in members if member != end]
    return [*kept, end] if added else kept


def _links_in(sent: Plan) -> list[Change[Any]]:
    """The changes of links that were sent, with what the record holds now among the new ones."""
    if isinstance(sent, Unsendable):
        return []
    new = isinstance(sent, CreatePlan)
    return [
        Change([] if new else change.old, [*change.new, *vars(sent.record).get(name, ())])
        for name, change in sent.changes.items()
        if name.startswith("links.")
    ]
