"""One link seen from both its ends.

What is loaded of the one is out of date once the other is written. Where both lists have unsaved
changes, RT is sent whole lists (RT 3.8-6.0, REST 1.0), of which the second would take back what the
first one says. What one end adds is therefore added at the other one, unless it was removed there,
and what one end removes is removed there, unless it was added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError

from rtorm.orm.loading.forgetting import forget_links
from rtorm.orm.loading.identity_map import IdentityMap
from rtorm.orm.record import Record
from rtorm.orm.records.checking import checked
from rtorm.orm.state import NOT_LOADED, Change, TrackedList, state_of

__all__ = ["Agreement", "forget_ends", "take_note"]

Changes = Mapping[str, Change[Any]]


class Agreement:
    """What the records that are sent together say of each other's links."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Note what the changed lists of these records add and remove."""
        self._said: dict[Record | int, list[tuple[str, Record, bool]]] = {}
        self.records = frozenset(records)
        for record in self.records:
            for name, member, added in _differences(record, _meant(record)):
                mirror = type(record).__rt_mirrors__[name]
                self._said.setdefault(member, []).append((mirror, record, added))

    def changes_of(self, record: Record, *, made: bool = False) -> dict[str, Change[Any]]:
        """The changes of one of them, its links with what the other ends say.

        Args:
            record: The record.
            made: Whether new tickets have been made, so that those without a number count no more.
        """
        changes = record.changes
        for key in (record, vars(record).get("id")):
            for name, other, added in self._said.get(key, ()) if key is not None else ():
                if name in changes and (state_of(other).persistent or not made):
                    changes[name] = _conceded(changes[name], _end(other), added=added)
        return changes


def take_note(record: Record, written: Changes, records: IdentityMap) -> None:
    """Let lists that are not saved yet know of the links that RT now has at their other ends.

    Args:
        record: A record that was sent.
        written: What RT has made of its links.
        records: Those of the session.
    """
    end = _end(record)
    for name, member, added in _differences(record, written):
        other = records.of("ticket", member) if isinstance(member, int) else None
        mirror = type(record).__rt_mirrors__[name]
        change = None if other is None or other is record else other.changes.get(mirror)
        if other is None or change is None:
            continue
        now = _conceded(change, end, added=added)
        cast("TrackedList[Any]", vars(other)[mirror]).put(now.new)
        if change.old is not NOT_LOADED:
            state_of(other).original[mirror] = _with(change.old, end, added=added)


def forget_ends(sent: Iterable[tuple[Record, Changes]], records: IdentityMap) -> None:
    """Forget what is loaded of the other ends of links that were sent: it is out of date.

    Args:
        sent: Records that were sent, and what.
        records: Those of the session.
    """
    linked = [(record, links) for record, changes in sent if (links := _links_in(record, changes))]
    unseen = [record for record, links in linked if NOT_LOADED in (c.old for c in links)]
    if unseen:
        # What was linked before is not known.
        kept = unseen if len(unseen) == 1 else ()
        forget_links(ticket for ticket in records.of_kind("ticket") if ticket not in kept)
    for record, links in linked:
        ends = {end for change in links for end in (*change.new, *_known(change))}
        others = (records.of("ticket", end) for end in ends if isinstance(end, int))
        forget_links(other for other in others if other is not None and other is not record)


def _meant(record: Record) -> Changes:
    """The changed lists of links with what their members stand for; not those that are refused.

    What was added in place may be a record that has a number by now, a number as text, anything.
    """
    changes = record.changes
    meant: dict[str, Change[Any]] = {}
    for name in type(record).__rt_mirrors__.keys() & changes.keys():
        try:
            meant[name] = Change(changes[name].old, checked(record, name, changes[name].new))
        except ValidationError:
            continue
    return meant


def _differences(record: Record, changes: Changes) -> Iterator[tuple[str, Any, bool]]:
    """The lists that differ, the ends that came or went, and whether they came."""
    for name in type(record).__rt_mirrors__.keys() & changes.keys():
        old, new = set(_known(changes[name])), set(changes[name].new)
        yield from ((name, member, member in new) for member in old ^ new)


def _links_in(record: Record, changes: Changes) -> list[Change[Any]]:
    """The changes of links, with what the record holds now among the new ones."""
    held = vars(record)
    return [
        Change(change.old, [*change.new, *held.get(name, ())])
        for name, change in changes.items()
        if name in type(record).__rt_mirrors__
    ]


def _conceded(change: Change[Any], end: int | Record, *, added: bool) -> Change[Any]:
    """A change of a list with what its other end says, unless it says the opposite itself."""
    if added in (end in change.new, end in _known(change)):
        return change
    return Change(change.old, _with(change.new, end, added=added))


def _end(record: Record) -> int | Record:
    number: int = vars(record).get("id", 0)
    return number if state_of(record).persistent else record


def _known(change: Change[Any]) -> list[Any]:
    return [] if change.old is NOT_LOADED else change.old


def _with(members: Iterable[Any], end: int | Record, *, added: bool) -> list[Any]:
    kept = [member for member in members if member != end]
    return [*kept, end] if added else kept
