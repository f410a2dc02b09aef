"""What rtorm remembers of a record beside its values; no Pydantic here.

A record's state remembers what the server last said of each field that was touched, and nothing at
load: the comparison with the present value, made when it is asked for, tells what has changed.
"""

from __future__ import annotations

import enum
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

from rtorm.texts import brief

if TYPE_CHECKING:
    from rtorm.errors import RTError
    from rtorm.gateway import Action, Holders, Message
    from rtorm.orm.declaring.layout import Layout
    from rtorm.orm.record import Record
    from rtorm.orm.records.defined import Defined
    from rtorm.orm.records.results import SaveResult, Verify

__all__ = [
    "NOT_LOADED",
    "Change",
    "Owner",
    "State",
    "Status",
    "TrackedList",
    "state_of",
    "tie",
]

T = TypeVar("T")

_SHOWN = 40


class _NotLoaded(enum.Enum):
    NOT_LOADED = "not loaded"

    def __repr__(self) -> str:
        return "<not loaded>"

    __str__ = __repr__


NOT_LOADED: Final = _NotLoaded.NOT_LOADED
"""Stands for the old value of a field that was set before it was read."""


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """One changed field.

    Attributes:
        old: What the server last said; `NOT_LOADED` where it was never asked.
        new: What the record holds now.
    """

    old: Any
    new: T

    def __repr__(self) -> str:
        return f"Change(old={brief(self.old, _SHOWN)}, new={brief(self.new, _SHOWN)})"


class Status(enum.Enum):
    """Where a record stands.

    Attributes:
        NEW: Made here, added to no session.
        PENDING: Added to a session, sent with the next commit.
        LOADED: Exists in RT and belongs to a session.
        DELETED: Deleted in RT through this record.
        DETACHED: Exists in RT but belongs to no session (unpickled, copied, session closed).
    """

    NEW = "new"
    PENDING = "pending"
    LOADED = "loaded"
    DELETED = "deleted"
    DETACHED = "detached"


class Owner(Protocol):
    """What a record asks of its session."""

    def touched(self, record: Record) -> None:
        """Take note that the record is about to change."""
        ...

    def load(self, record: Record, name: str) -> None:
        """Load what is not loaded, for the record and its peers: a field, or what is related."""
        ...

    def define(self, record: Record) -> None:
        """Learn which custom fields a ticket has, and load those that its class does not declare.

        They are loaded for its peers in the same queue, too.
        """
        ...

    def save(self, record: Record, *, check: bool, verify: Verify | None) -> SaveResult:
        """Send the record's changes, and nothing else."""
        ...

    def refresh(self, record: Record, names: tuple[str, ...], *, keep_changes: bool) -> None:
        """Load fields anew."""
        ...

    def delete(self, record: Record) -> None:
        """Delete the record in RT."""
        ...

    def send(self, record: Record, message: Message) -> None:
        """Comment on a ticket or reply to it."""
        ...

    def own(self, record: Record, action: Action) -> None:
        """Change the owner of a ticket."""
        ...

    def merge(self, record: Record, into: Record | int) -> Record:
        """Merge a ticket into another one; gives the record of that one."""
        ...


_AT_NEED = frozenset({"original", "outdated", "errors", "undecoded", "defaults", "told", "holders"})


class State:
    """What rtorm knows of one record; `state_of(record)` gives it.

    Attributes:
        session: What stands behind the session that the record belongs to, or None.
        original: What the server last said of each touched field, by attribute name.
        outdated: Where that is not what it said before the first change, that value.
        errors: RT's words on fields that it refused, until they are assigned again.
        undecoded: Fields whose text from RT could not be read, by attribute name; the
            attribute holds that text.
        defaults: Lists that a new record was asked for but not given, as long as they stay empty
            of changes: what RT will hold in their place is not known yet.
        persistent: Whether the record exists in RT.
        deleted: Whether it was deleted through this record.
        peers: Gives the records loaded in the same request.
        defined: The custom fields that the server defines for it, as far as they were asked for.
        layout: Its fields with those that the server defines; None: those of its class.
        unread: Texts of custom fields that the server has shown and the class does not declare, by
            RT's names; None if it did not show them all.
        strict: Whether what is not loaded is refused when it is read, as its query wanted.
        told: What was asked for and not shown, by attribute name, with the server's reason if it
            gave one: reading it says so, before it is asked for again.
        holders: Who holds the roles whose lists are about to be sent, by attribute name, as far as
            the server tells it.
    """

    __slots__ = (
        "defaults",
        "defined",
        "deleted",
        "errors",
        "holders",
        "layout",
        "original",
        "outdated",
        "peers",
        "persistent",
        "session",
        "strict",
        "told",
        "undecoded",
        "unread",
    )

    original: dict[str, Any]
    outdated: dict[str, Any]
    errors: dict[str, list[str]]
    undecoded: dict[str, str]
    defaults: dict[str, TrackedList[Any]]
    told: dict[str, RTError | None]
    holders: dict[str, Holders]

    def __init__(self) -> None:
        self.session: Owner | None = None
        self.persistent = False
        self.deleted = False
        self.peers: Callable[[], Iterable[Record]] = tuple
        self.defined: Defined | None = None
        self.layout: Layout | None = None
        self.unread: Mapping[str, str] | None = None
        self.strict = False

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> dict[str, Any]:
            # Made when they are first asked for: of most records that a query finds, nobody does.
            if name not in _AT_NEED:
                raise AttributeError(name)
            made: dict[str, Any] = {}
            setattr(self, name, made)
            return made

    def __repr__(self) -> str:
        return f"<State {self.status.value}>"

    @property
    def status(self) -> Status:
        """Where the record stands."""
        if self.deleted:
            return Status.DELETED
        if self.session is None:
            return Status.DETACHED if self.persistent else Status.NEW
        return Status.LOADED if self.persistent else Status.PENDING

    def touch(self, record: Record, name: str, before: object) -> None:
        """Note the value that a field has before its first change."""
        if name not in self.original:
            if self.session is not None:
                self.session.touched(record)
            self.original[name] = before
            self.outdated.pop(name, None)
        if self.errors:
            self.errors.pop(name, None)

    def accept(self, names: Iterable[str]) -> None:
        """Take these fields for clean: the server holds their present values."""
        for name in names:
            self.original.pop(name, None)
            self.outdated.pop(name, None)
            self.errors.pop(name, None)
            self.undecoded.pop(name, None)

    def learn(self, record: Record, name: str, value: Any, *, rebase: bool) -> None:
        """Take note of what the server says now of a touched field.

        Args:
            record: The record.
            name: The field.
            value: Its value in RT.
            rebase: Whether the change counts as made to that value.
        """
        before = self.original[name]
        self.original[name] = value
        if rebase:
            self.outdated.pop(name, None)
        elif before is NOT_LOADED:
            # What was set before it was read is sent, whatever RT holds.
            self.original[name] = before
        elif record.__rt_differs__(name, before, value):
            self.outdated.setdefault(name, before)

    def settle(self, record: Record) -> None:
        """Forget what is remembered of fields that were set and set back."""
        if self.original:
            for name in self.original.keys() - record.changes.keys():
                del self.original[name]
                self.outdated.pop(name, None)

    def portable(self) -> dict[str, Any]:
        """What goes with a copy or a pickle: everything but the session and the peers."""
        return {
            "original": dict(self.original),
            "outdated": dict(self.outdated),
            "errors": {name: list(said) for name, said in self.errors.items()},
            "undecoded": dict(self.undecoded),
            "persistent": self.persistent,
            "deleted": self.deleted,
            "defined": self.defined,
            "unread": self.unread,
        }

    def restore(self, portable: dict[str, Any]) -> None:
        """Take over what `portable` gave."""
        for name, value in portable.items():
            setattr(self, name, value)


def state_of(record: Record) -> State:
    """What rtorm knows of a record: its status, its session, what it could not read.

    Its `status` is a `Status`; `undecoded` maps attributes to texts of RT's that do not fit them.
    """
    return record.__rt_state__


# RT takes 30 ms for each ticket to tell its watchers (RT 4.4-5.0), and proxies wait for a minute.
_TIED = 500


def tie(records: Sequence[Record]) -> list[Sequence[Record]]:
    """Tie records together, weakly: what is loaded later for one is loaded for all.

    Of many, 500 are tied at a time; gives these groups.
    """
    groups = [records[at : at + _TIED] for at in range(0, len(records), _TIED)]
    for group in groups:
        peers = _alive(group)
        for record in group:
            record.__rt_state__.peers = peers
    return groups


def _alive(records: Iterable[Record]) -> Callable[[], Iterable[Record]]:
    references = [weakref.ref(record) for record in records]

    def alive() -> Iterable[Record]:
        return [record for reference in references if (record := reference()) is not None]

    return alive


class TrackedList(list[T]):
    """A list that tells its record before it changes.

    It holds its record strongly, so that `session.get(Ticket, 1).cc.append(x)` is not lost with
    the record. Copies and pickles are plain lists.

    Attributes:
        forgotten: Whether the record has dropped it, to load another one when it is read again.
    """

    __slots__ = ("_before", "_name", "_record", "forgotten")
    forgotten: bool
    _record: Record
    _name: str
    _before: list[T] | None

    @classmethod
    def track(cls, values: Iterable[Any], record: Record, name: str) -> TrackedList[Any]:
        """The values as a list that belongs to a field of a record."""
        tracked = cls(values)
        tracked._record = record
        tracked._name = name
        tracked.forgotten = False
        return tracked

    def announce(self, *, undoable: bool = False) -> None:
        """Tell the record that the list is about to change."""
        self._record.__rt_changing__(self._name, self)
        self._before = list(self) if undoable else None

    def put(self, values: list[T]) -> None:
        """Take these values, without a word to the record."""
        super().__setitem__(slice(None), values)

    def undo(self) -> None:
        """Take back a `+=` or `*=` of which the record has refused the outcome."""
        before = getattr(self, "_before", None)
        if before is not None:
            self.put(before)

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        return list, (list(self),)


MUTATORS: Final = (
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__setitem__",
)


def _announced(name: str) -> Callable[..., Any]:
    change = cast("Callable[..., Any]", getattr(list, name))
    # Python assigns the outcome of these to the attribute, and the record may refuse it.
    undoable = name in ("__iadd__", "__imul__")

    def mutator(self: TrackedList[Any], *args: Any, **kwargs: Any) -> Any:
        self.announce(undoable=undoable)
        return change(self, *args, **kwargs)

    mutator.__name__ = name
    mutator.__doc__ = change.__doc__
    return mutator


for _name in MUTATORS:
    setattr(TrackedList, _name, _announced(_name))
