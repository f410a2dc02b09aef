"""One record for each thing in RT: held weakly, and strongly while there is something unsent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast
from weakref import WeakValueDictionary

from rtorm.orm.loading.shown import become, forget_all
from rtorm.orm.record import Record
from rtorm.orm.state import state_of

__all__ = ["IdentityMap"]

R = TypeVar("R", bound=Record)


class IdentityMap:
    """The records of a session, by kind and id."""

    def __init__(self) -> None:
        self._records: WeakValueDictionary[tuple[str, int], Record] = WeakValueDictionary()
        # One queue, user or group may be met as one of several classes.
        self._siblings: WeakValueDictionary[tuple[type[Record], int], Record] = (
            WeakValueDictionary()
        )
        # As which classes any were met.
        self._classes: set[type[Record]] = set()
        self._touched: dict[int, Record] = {}
        self._new: dict[int, Record] = {}

    @property
    def new(self) -> list[Record]:
        """Records that are to be created, in the order in which they were added."""
        return list(self._new.values())

    @property
    def touched(self) -> list[Record]:
        """Existing records of which something was assigned."""
        return list(self._touched.values())

    def held(self, cls: type[R], number: int) -> R | None:
        """The record of this id, if it is of this class.

        One of another class tells nothing: the ticket may have moved to another queue since.
        """
        if cls.__rt_named__ and isinstance(sibling := self._siblings.get((cls, number)), cls):
            return sibling
        record = self._records.get((cls.__rt_kind__, number))
        return record if isinstance(record, cls) else None

    def fitted(self, cls: type[R], number: int, fields: Mapping[str, str]) -> R | None:
        """The record of this id, made one of `cls`.

        So a group that was met as `Group` stays one record when it is asked for as a subclass, and
        a ticket when it has moved to another queue.

        Args:
            cls: The class.
            number: The id.
            fields: What the server shows of it.

        Returns:
            None if there is no such record, or it is of another class for the same.
        """
        record = self.of(cls.__rt_kind__, number)
        if record is None:
            return None
        fits = type(record).__rt_class_for__(fields) is not None
        if fits and not issubclass(cls, type(record)):
            return None
        become(record, cls)
        self.hold(record, number)
        return cast("R", record)

    def of(self, kind: str, number: int) -> Record | None:
        """The record of this id, of whatever class."""
        return self._records.get((kind, number))

    def namesakes(self, record: Record) -> list[Record]:
        """The other records of the same id and kind."""
        kind, number = type(record).__rt_kind__, vars(record).get("id", 0)
        classes = [cls for cls in self._classes if cls.__rt_kind__ == kind]
        siblings = [self._siblings.get((cls, number)) for cls in classes]
        found = {id(each): each for each in (self.of(kind, number), *siblings) if each is not None}
        found.pop(id(record), None)
        return list(found.values())

    def of_kind(self, kind: str) -> list[Record]:
        """All records of a kind."""
        held = [record for (each, _), record in self._records.items() if each == kind]
        return list({id(record): record for record in held}.values())

    def hold(self, record: Record, number: int) -> None:
        """Let an id lead to a record, also one that led to another."""
        self._records[type(record).__rt_kind__, number] = record
        if type(record).__rt_named__:
            self._siblings[type(record), number] = record
            self._classes.add(type(record))

    def take(self, record: Record) -> None:
        """Take a record from outside.

        Raises:
            ValueError: There is another record of its id.
        """
        if not state_of(record).persistent:
            self._new[id(record)] = record
            return
        number = vars(record)["id"]
        other = self.of(type(record).__rt_kind__, number)
        if other is not None and other is not record:
            message = f"the session holds another record of the same id: {other!r}"
            raise ValueError(message)
        self.hold(record, number)
        if state_of(record).original:
            self.touch(record)

    def adopt(self, record: Record, number: int) -> None:
        """Hold a record under an id that it was just given."""
        vars(record)["id"] = number
        other = self.of(type(record).__rt_kind__, number)
        if other is None:
            self.hold(record, number)
        elif other is not record:
            forget_all(other)
        self._new.pop(id(record), None)
        self.touch(record)

    def touch(self, record: Record) -> None:
        """Hold a record strongly, since it is about to differ from what RT holds."""
        if not state_of(record).original:
            # A record that was clean again takes its place anew: commits go by it.
            self._touched.pop(id(record), None)
        self._touched[id(record)] = record

    def drop(self, records: Iterable[Record]) -> None:
        """Forget what is unsent of these."""
        for record in records:
            self._touched.pop(id(record), None)
            self._new.pop(id(record), None)

    def settle(self) -> None:
        """Let go of records of which nothing is unsent any more."""
        self.drop([record for record in self.touched if not state_of(record).original])

    def clear(self) -> list[Record]:
        """Let go of all records; gives them."""
        held = (*self._records.values(), *self._siblings.values(), *self.touched)
        records = {id(record): record for record in held}
        records.update(self._new)
        self._records.clear()
        self._siblings.clear()
        self._touched.clear()
        self._new.clear()
        return list(records.values())
