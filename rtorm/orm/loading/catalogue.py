"""What a session has learnt of the custom fields of its queues; asked once for each queue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any, cast

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Definition, Entry, Gateway, Shown
from rtorm.orm.declaring.custom import WRITTEN
from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.orm.record import Record
from rtorm.orm.records.defined import Defined, define, layout_for, undefined
from rtorm.orm.state import NOT_LOADED, Change, state_of

__all__ = ["Catalogue", "numbers_told"]

# What RT answers where the account may not see a queue, or it is disabled, renamed, gone.
_NOT_TOLD = (NotFound, PermissionDenied, ProtocolError)


class Catalogue:
    """The custom fields of tickets, by queue, as far as the account may see them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._outlines: dict[str, tuple[Definition, ...]] = {}
        self._definitions: dict[str, tuple[Definition, ...]] = {}
        self._doubled: dict[str, frozenset[str]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._ids: dict[str, int] = {}

    def definitions(self, queue: str) -> tuple[Definition, ...]:
        """The custom fields of the tickets of a queue, in the server's order.

        Those of which the account may not see the definition are missing: all, if it has the
        right SeeCustomField on the queue only.
        """
        if queue not in self._definitions:
            self._definitions[queue] = self._asked(queue)
        return self._definitions[queue]

    def outline(self, queue: str) -> tuple[Definition, ...]:
        """The same without their numbers, unless these are known; in one request."""
        if queue in self._definitions:
            return self._definitions[queue]
        if queue not in self._outlines:
            try:
                self._outlines[queue] = tuple(self._gateway.outline(queue))
            except _NOT_TOLD:
                self._outlines[queue] = ()
        return self._outlines[queue]

    def note(self, queue: str | None, shown: Shown) -> None:
        """Take note of a ticket that the server has shown with all its fields."""
        if queue is not None:
            twice = _twice([wire for wire in shown.fields if wire.startswith("CF.{")])
            self._doubled[queue] = twice | {wire.lower() for wire in shown.doubled}

    def prepare(self, record: Record) -> bool:
        """Learn what must be known before changed custom fields of a ticket are written.

        RT writes one of two custom fields of one name, takes some names for none at all, keeps of
        some values what it has understood, and destroys a file in whose place a name is written.
        Where none of this can be, nothing is asked.

        Returns:
            Whether the ticket was told of its custom fields.
        """
        fields = layout_for(record).fields
        changes = {n: c for n, c in record.changes.items() if fields[n].spec.custom}
        if not changes or type(record).__rt_kind__ != "ticket":
            return False
        queue, persistent = queue_of(record), state_of(record).persistent
        changed = [fields[name] for name in changes]
        by_name = [field for field in changed if field.spec.number is None and not field.barred]
        odd = [f.spec.custom for f in by_name if f.not_told(created=not persistent)]
        doubtful = any(_is_doubtful(fields[name], change) for name, change in changes.items())
        if persistent and not odd and not doubtful and self._is_settled(record, queue, by_name):
            return False
        told = {definition.name for definition in self.outline(queue)}
        untold = any(field.spec.custom not in told for field in by_name)
        if persistent and untold and queue not in self._doubled:
            self._look(queue, vars(record)["id"])
        twice = any(_lower(field) in self._doubled_in(queue) for field in by_name)
        self.define(record, queue, odd, numbered=bool(odd) or twice)
        return True

    def _is_settled(self, record: Record, queue: str, by_name: Iterable[FieldLayout]) -> bool:
        """Whether a ticket that was shown whole has told that no others have these names.

        Of a ticket that is edited without being loaded nothing is asked, either.
        """
        known = self._doubled.get(queue)
        if known is None:
            untouched = vars(record).keys() <= {"id", *record.changes}
            return untouched and queue not in self._outlines
        return known.isdisjoint(map(_lower, by_name))

    def _look(self, queue: str, ticket: int) -> None:
        """Have a ticket shown whole, which tells of two fields of one name to every account."""
        answer = self._gateway.show("ticket", [ticket])[0]
        if isinstance(answer, Shown):
            self.note(queue, answer)

    def define(
        self, record: Record, queue: str, odd: Collection[str] = (), *, numbered: bool = True
    ) -> None:
        """Tell a ticket which custom fields it has.

        Args:
            record: The ticket.
            queue: Its queue.
            odd: Names that RT cannot be told, so that the numbers of these fields are needed.
            numbered: Whether numbers are needed at all.
        """
        state = state_of(record)
        definitions = self.definitions(queue) if numbered else self.outline(queue)
        names = {each.name: each.id for each in definitions}
        learnt = self._numbers.get(queue, {})
        unknown = [name for name in odd if names.get(name) is None and name not in learnt]
        if unknown:
            self._learn_numbers(queue, unknown, vars(record)["id"] if state.persistent else None)
        others = self._others(record, queue, names, odd)
        told = [self._with_number(queue, each) for each in (*definitions, *others)]
        define(record, Defined(queue, tuple(told)))

    def _others(
        self, record: Record, queue: str, names: Collection[str], odd: Iterable[str]
    ) -> list[Definition]:
        """Custom fields that no definition tells of, and that are there all the same."""
        state = state_of(record)
        declared = [f for f in layout_of(type(record)).fields.values() if f.spec.custom]
        seen = [f.spec.custom for f in declared if f.name in vars(record)]
        seen += [wire.removeprefix("CF.{").removesuffix("}") for wire in state.unread or ()]
        if state.defined is not None and state.defined.queue == queue:
            seen += state.defined.names
        # A declaration may spell a name in other letters than RT.
        once = Counter(map(str.lower, names))
        untold = [
            n for n in dict.fromkeys([*seen, *odd]) if n not in names and once[n.lower()] != 1
        ]
        # Of two of one name the account may see the values of one alone.
        alike = Counter(map(str.lower, (*names, *untold)))
        alone = [n for n in untold if alike[n.lower()] == 1 and self._is_doubled(queue, n)]
        return list(map(undefined, (*untold, *alone)))

    def _is_doubled(self, queue: str, name: str) -> bool:
        """Whether two custom fields of a queue have this name, as far as it was seen."""
        return WRITTEN.name.format(name).lower() in self._doubled_in(queue)

    def _with_number(self, queue: str, definition: Definition) -> Definition:
        """The definition with the number that a history entry told, if it says whose it is."""
        number = self._numbers.get(queue, {}).get(definition.name)
        if definition.id or number is None or self._is_doubled(queue, definition.name):
            return definition
        return replace(definition, id=number)

    def _asked(self, queue: str) -> tuple[Definition, ...]:
        found = self._gateway.named("queue", queue)
        if isinstance(found, RTError):
            return ()
        self._ids[queue] = found.id
        try:
            return tuple(self._gateway.definitions("queue", found.id, "ticket"))
        except _NOT_TOLD:
            return ()

    def _doubled_in(self, queue: str) -> frozenset[str]:
        """RT's names that two custom fields of a queue have, in lower case, as far as is seen."""
        told = _twice([WRITTEN.name.format(each.name) for each in self.outline(queue)])
        return told | self._doubled.get(queue, frozenset())

    def _learn_numbers(self, queue: str, names: Iterable[str], ticket: int | None) -> None:
        """Learn numbers that no definition tells: of REST 2.0, or of the ticket's history."""
        known = self._numbers.setdefault(queue, {})
        if queue in self._ids and not known:
            told = self._gateway.field_numbers(self._ids[queue])
            known |= {name: numbers[0] for name, numbers in told.items() if len(numbers) == 1}
        if ticket is not None and any(name not in known for name in names):
            answer = self._gateway.history([ticket])[0]
            if not isinstance(answer, RTError):
                known |= numbers_told(answer)


def _twice(names: Iterable[str]) -> frozenset[str]:
    """Names that are there twice for RT, which finds them in any letter case; in lower case."""
    times = Counter(name.lower() for name in names)
    return frozenset(name for name, number in times.items() if number > 1)


# The name of a file, a date, an address.
_OF_ANOTHER_KIND = re.compile(r"[^\n]*\.\w{1,5}\Z|\d{4}-\d\d-\d\d|[\da-fA-F]*[:.][\da-fA-F:.]*")


def _is_doubtful(field: FieldLayout, change: Change[Any]) -> bool:
    """Whether RT may hold something else in a field than its type says.

    Of a file it shows the name, of a date what it has understood.
    """
    if field.closed:
        return False
    old: object = change.old
    mixed = old is not None and change.new is not None and type(old) is not type(change.new)
    return _may_be_of_another_kind(old) or (mixed and not field.many and old is not NOT_LOADED)


def _may_be_of_another_kind(old: object) -> bool:
    if isinstance(old, list):
        return any(map(_may_be_of_another_kind, cast("list[object]", old)))
    if isinstance(old, datetime):
        return old.time() == time()
    return isinstance(old, str) and _OF_ANOTHER_KIND.match(old) is not None


def _lower(field: FieldLayout) -> str:
    return field.spec.wire.lower()


def queue_of(record: Record) -> str:
    """The queue of a ticket: loaded, if neither the ticket nor its class tells it."""
    declared: tuple[str, ...] = getattr(type(record), "__rt_queues__", ())
    if "queue" not in vars(record) and len(declared) == 1:
        return declared[0]
    queue: str = getattr(record, "queue")  # noqa: B009 - records of other kinds have none
    return queue


# Longer numbers are none that RT gives, and int() refuses very long ones.
_NUMBER = re.compile(r"[0-9]{1,18}\Z")


def numbers_told(entries: Iterable[Entry]) -> Mapping[str, int]:
    """The numbers of custom fields by their names, as a ticket's history tells both.

    `Field` is the number; the description begins with the name, and goes on with the values that
    the entry tells, too, unless the field is a long text (RT 4.4-5.0, in English).
    """
    told: dict[str, set[int]] = {}
    for entry in entries:
        if entry.type == "CustomField" and _NUMBER.match(entry.field):
            told.setdefault(_name_in(entry), set()).add(int(entry.field))
    return {name: numbers.pop() for name, numbers in told.items() if name and len(numbers) == 1}


def _name_in(entry: Entry) -> str:
    old, new, by = entry.old_value, entry.new_value, f"by {entry.creator}"
    change = f"changed to {new}" if old and new else "added" if new else "deleted"
    for ending in (f" {old or new} {change} {by}", f" {change.partition(' ')[0]} {by}"):
        if entry.description.endswith(ending):
            return entry.description.removesuffix(ending)
    return ""
