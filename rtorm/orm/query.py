"""Queries: immutable, and run only when their records are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, Literal, NoReturn, Protocol, Self, TypeVar

from rtorm.errors import NotFound, QueryError
from rtorm.gateway import Gateway, Shown
from rtorm.orm.clauses import NONE, normal, told
from rtorm.orm.columns import And, Clause, Comparison, Or, Ordering
from rtorm.orm.matching import in_order, matches, searches, sort_keys, values_of
from rtorm.orm.record import Record
from rtorm.orm.state import peers_of, state_of
from rtorm.orm.ticketsql import order_of, ticket_sql
from rtorm.rest1.clock import Clock

__all__ = ["Finder", "Query"]

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound=Record)

_CHUNK = 200
_BY_ID = "+id"


class Finder(Protocol):
    """What a query asks of its session."""

    @property
    def gateway(self) -> Gateway:
        """The server."""
        ...

    def clock(self) -> Clock:
        """The account's clock."""
        ...

    def check_open(self) -> None:
        """Refuse a session that is closed, and another thread than its own."""
        ...

    def met(self, cls: type[T], shown: Shown) -> T:
        """The session's record of what the server has shown."""
        ...

    def get_many(
        self, cls: type[T], ids: Iterable[int | str], *, missing: Literal["raise", "skip"]
    ) -> list[T]:
        """The records of these ids, in their order."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Query(Generic[R]):
    """The records that fulfil some conditions; nothing is sent before they are asked for.

    ```python
    session.query(Incident).where(Incident.severity == "high").order_by(Incident.created.desc())
    ```

    A query never changes: each method gives a new one. It may be asked again, and then asks RT
    again. A query without conditions is for all that the account may see. Conditions mean what
    they mean in RT: text is compared in any letter case, and a field without value differs from
    every value, but is neither smaller nor greater.

    Of tickets, RT finds neither deleted ones nor those merged into others. Names that it does not
    know, of queues, users or custom fields, fit no ticket. Users can be searched with the right
    AdminUsers only. Of queues, users and groups RT evaluates one condition; the others are
    evaluated here, on what it finds by the one that narrows most.
    """

    _session: Finder
    _cls: type[R]
    _clauses: tuple[Clause, ...] = ()
    _orderings: tuple[Ordering, ...] = ()
    _start: int = 0
    _stop: int | None = None

    def where(self, *clauses: Clause) -> Self:
        """Only the records that fulfil all of these conditions, too.

        Args:
            clauses: Comparisons of the class's columns, combined with `&`, `|` and `~`, or
                `sql()`.

        Raises:
            TypeError: One of them is no condition.
            ValueError: The query was limited before.
        """
        self._check_unlimited("conditions")
        for clause in clauses:
            _expect(clause, Clause, "no condition: compare columns, such as Ticket.status")
        return replace(self, _clauses=(*self._clauses, *clauses))

    def order_by(self, *orderings: Ordering) -> Self:
        """The records in this order, instead of by id.

        Args:
            orderings: `Ticket.created.desc()`; of tickets one field, since RT sorts by one.

        Raises:
            TypeError: One of them is no ordering.
            ValueError: The query was limited before.
        """
        self._check_unlimited("an order")
        for ordering in orderings:
            _expect(ordering, Ordering, "no order: give such as Ticket.created.desc()")
        return replace(self, _orderings=orderings)

    def limit(self, count: int) -> Self:
        """At most the first so many records.

        RT tells the ids of all, since it knows no limits; only these are loaded.

        Raises:
            ValueError: The number is negative.
        """
        return self[:count]

    def __getitem__(self, part: slice) -> Self:
        """The records from one position to another, as of a list.

        Raises:
            TypeError: It is no slice.
            ValueError: A position is negative, or there is a step.
        """
        _expect(part, slice, "no slice: use first() for one record")
        start, stop = part.start or 0, part.stop
        if part.step is not None or start < 0 or (stop is not None and stop < 0):
            message = f"a query is sliced from a start to an end counted from 0, not by {part!r}"
            raise ValueError(message)
        ends = [self._stop] if stop is None else [self._stop, self._start + stop]
        known = [end for end in ends if end is not None]
        return replace(self, _start=self._start + start, _stop=min(known, default=None))

    def __bool__(self) -> NoReturn:
        message = "a query has no truth value: use exists(), which asks RT"
        raise TypeError(message)

    def __iter__(self) -> Iterator[R]:
        """The records, loaded as they are needed, many at a time.

        Raises:
            QueryError: RT refuses the query, or cannot be asked it.
            PermissionDenied: The account may not search for these.
            ConfigurationError: A date is compared, and the account's time zone was not given.
        """
        if not self._of_tickets:
            yield from self._met()
            return
        ids = self._numbers()
        for at in range(0, len(ids), _CHUNK):
            chunk = ids[at : at + _CHUNK]
            # What is gone meanwhile does not fulfil the conditions any more.
            yield from self._session.get_many(self._cls, chunk, missing="skip")

    def all(self) -> list[R]:
        """All of the records; raises as iterating does."""
        return list(self)

    def first(self) -> R | None:
        """The first record, None if there is none; raises as iterating does."""
        return next(iter(self[:1]), None)

    def one(self) -> R:
        """The only record.

        Raises:
            NotFound: There is none.
            QueryError: There are several, or as iterating does.
        """
        record = self.one_or_none()
        if record is None:
            message = f"nothing is found by {self!r}"
            raise NotFound(message)
        return record

    def one_or_none(self) -> R | None:
        """The only record, None if there is none.

        Raises:
            QueryError: There are several, or as iterating does.
        """
        found = self[:2].all()
        if len(found) > 1:
            message = f"more than one record is found by {self!r}"
            raise QueryError(message)
        return found[0] if found else None

    def count(self) -> int:
        """How many records there are; of tickets none is loaded. Raises as iterating does."""
        return len(self.ids())

    def ids(self) -> list[int]:
        """The ids of the records; of tickets none is loaded. Raises as iterating does."""
        return self._numbers() if self._of_tickets else [shown.id for shown in self._shown()]

    def exists(self) -> bool:
        """Whether there is any record; of tickets none is loaded. Raises as iterating does."""
        return bool(self.ids())

    @property
    def text(self) -> str:
        """The conditions: of tickets as RT is asked, in TicketSQL.

        Nothing is searched, but the account's clock is asked for if a date is compared.

        Raises:
            QueryError: RT cannot be asked this.
            ConfigurationError: A date is compared, and the account's time zone was not given.
        """
        if self._of_tickets:
            return ticket_sql(self._clause, self._cls, self._session.clock)
        return told(self._clause)

    def __repr__(self) -> str:
        order = ", ".join(
            f"{each.field} {'DESC' if each.descending else 'ASC'}" for each in self._orderings
        )
        part = f"[{self._start}:{'' if self._stop is None else self._stop}]"
        sliced = part if self._start or self._stop is not None else ""
        ordered = f" ORDER BY {order}" if order else ""
        return f"<Query {self._cls.__name__}{sliced}: {told(self._clause)}{ordered}>"

    def _check_unlimited(self, what: str) -> None:
        if self._start or self._stop is not None:
            message = f"{what} cannot be added to a limited query: limit it last"
            raise ValueError(message)

    @property
    def _of_tickets(self) -> bool:
        return self._cls.__rt_kind__ == "ticket"

    @property
    def _clause(self) -> Clause:
        queues: Sequence[str] = getattr(self._cls, "__rt_queues__", ())
        own = [Or(tuple(Comparison("Queue", "=", name) for name in queues))] if queues else []
        return normal(And((*own, *self._clauses)))

    def _numbers(self) -> list[int]:
        """The ids of the tickets."""
        self._session.check_open()
        if self._clause == NONE:
            return []
        order = order_of(self._orderings, self._cls)
        found = self._session.gateway.search("ticket", self.text, order)
        if not found and order != _BY_ID:
            self._check_order(order)
        return list(dict.fromkeys(found))[self._start : self._stop]

    def _check_order(self, order: str) -> None:
        """Where RT cannot sort by a field, it says that nothing matches."""
        if self._session.gateway.search("ticket", self.text, _BY_ID):
            message = (
                f"RT cannot sort by {order[1:]}: there is no such custom field, or it may not be "
                "seen"
            )
            raise QueryError(message)

    def _met(self) -> list[R]:
        records = [self._session.met(self._cls, shown) for shown in self._shown()]
        tied = peers_of(records)
        for record in records:
            state_of(record).peers = tied
        return records

    def _shown(self) -> list[Shown]:
        """The queues, users or groups, as the server shows them."""
        self._session.check_open()
        clause, cls = self._clause, self._cls
        if clause == NONE:
            return []
        queries, keys = searches(clause, cls), sort_keys(self._orderings, cls)
        search = partial(self._session.gateway.search_shown, cls.__rt_kind__, order=_BY_ID)
        found = {shown.id: shown for query in queries for shown in search(query)}
        rows = [(shown, values_of(shown, cls)) for shown in found.values()]
        fitting = [row for row in rows if matches(clause, row[1])]
        return in_order(fitting, keys)[self._start : self._stop]


def _expect(given: object, kind: type, why: str) -> None:
    if not isinstance(given, kind):
        message = f"{given!r} is {why}"
        raise TypeError(message)
