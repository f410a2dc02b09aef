"""What stands for the session in tests of records, so that no server is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from rtorm.gateway import Action, Message
from rtorm.orm.loading.shown import blank
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.state import TrackedList, state_of

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Shelf:
    """An owner of records that gives out what it holds, and notes what it is asked."""

    held: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])

    def touched(self, record: Record) -> None:
        self.asked.append(("touched", record))

    def load(self, record: Record, name: str) -> None:
        self.asked.append(("load", record, name))
        if name in self.held:
            fill(record, {name: self.held[name]})

    def define(self, record: Record) -> None:
        self.asked.append(("define", record))

    def save(self, record: Record, *, check: bool, verify: Verify | None) -> SaveResult:
        self.asked.append(("save", record, check, verify))
        return SaveResult(record, "updated")

    def refresh(self, record: Record, names: tuple[str, ...], *, keep_changes: bool) -> None:
        self.asked.append(("refresh", record, names, keep_changes))

    def delete(self, record: Record) -> None:
        self.asked.append(("delete", record))

    def send(self, record: Record, message: Message) -> None:
        self.asked.append(("send", record, message))

    def own(self, record: Record, action: Action) -> None:
        self.asked.append(("own", record, action))

    def merge(self, record: Record, into: Record | int) -> Record:
        self.asked.append(("merge", record, into))
        return record


def fill(record: Record, values: dict[str, Any]) -> None:
    """Put values onto a record as if the server had shown them."""
    for name, value in values.items():
        given: Any = value
        if given.__class__ is list:
            given = TrackedList.track(given, record, name)
        vars(record)[name] = given


def loaded(cls: type[R], shelf: Shelf | None = None, /, **values: Any) -> R:
    """An existing record with these values loaded, on a shelf of its own unless one is given."""
    record = detached(cls, **values)
    state_of(record).session = Shelf() if shelf is None else shelf
    return record


def detached(cls: type[R], /, **values: Any) -> R:
    """An existing record that belongs to no session."""
    record: Any = blank(cls, 1)
    fill(record, values)
    made: R = record
    return made


def read(record: Record, *names: str) -> list[Any]:
    """What the attributes give."""
    return [getattr(record, name) for name in names]


def put(record: Record, /, **values: Any) -> None:
    """Assign what type checkers would refuse."""
    for name, value in values.items():
        setattr(record, name, value)


def make(cls: type[R], /, **values: Any) -> R:
    """Construct with what type checkers would refuse."""
    return cls(**values)
