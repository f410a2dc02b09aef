"""How a query is run: ids or records, at once or piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from rtorm.errors import NotFound, ProtocolError, QueryError
from rtorm.gateway import Gateway, Shown
from rtorm.orm.columns import Clause, Ordering, told
from rtorm.orm.loading.selection import Selection
from rtorm.orm.queries.clauses import NONE
from rtorm.orm.queries.matching import in_order, matches, searches, sort_keys, values_of
from rtorm.orm.queries.mentions import Mentions, mentions
from rtorm.orm.queries.scope import queues_of, uncertain
from rtorm.orm.queries.ticketsql import order_of, ticket_sql
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.running.crew import Crew, Progress
from rtorm.rest1.clock import Clock

__all__ = ["Finder", "Search"]

R = TypeVar("R", bound=Record)
F = TypeVar("F", bound=Record)
T = TypeVar("T")

_PIECE = 200
_BY_ID = "+id"
_CLOCK = "RT takes dates in the account's time, and its clock was not asked for yet."


class _UnknownClockError(Exception):
    """It would have to be asked for."""


class Finder(Protocol):
    """What a query asks of its session."""

    @property
    def gateway(self) -> Gateway:
        """The server."""
        ...

    @property
    def crew(self) -> Crew:
        """Who sends requests, several at a time."""
        ...

    @property
    def time_zone(self) -> tzinfo | None:
        """The account's time zone, if it was given."""
        ...

    @property
    def known_clock(self) -> Clock | None:
        """The account's clock, if the server was asked for it."""
        ...

    def clock(self) -> Clock:
        """The account's clock."""
        ...

    def check_open(self) -> None:
        """Refuse a session that is closed, and another thread than its own."""
        ...

    def found(self, cls: type[F], shown: Iterable[Shown], selection: Selection) -> list[F]:
        """The session's records of what the server has shown, with all that is selected."""
        ...

    def pieces(
        self, cls: type[F], numbers: Sequence[int], selection: Selection, size: int
    ) -> Iterator[list[F]]:
        """The records of these ids, so many at a time."""
        ...

    def edit_many(
        self,
        cls: type[Record],
        numbers: Sequence[int],
        fields: Mapping[str, Any],
        *,
        verify: Verify | None,
        progress: Progress | None,
    ) -> list[SaveResult]:
        """Edit records without loading them."""
        ...


@dataclass(frozen=True, slots=True)
class Search(Generic[R]):
    """One query, ready to be run.

    Attributes:
        session: Whose records it finds.
        cls: Their class.
        clause: What they fulfil, in its normal form.
        orderings: Their order.
        start: The position of the first one.
        stop: The position after the last one; None for the end.
        selection: What is loaded of them.
    """

    session: Finder
    cls: type[R]
    clause: Clause
    orderings: tuple[Ordering, ...]
    start: int
    stop: int | None
    selection: Selection

    @property
    def of_tickets(self) -> bool:
        """Whether RT evaluates the whole query."""
        return self.cls.__rt_kind__ == "ticket"

    @property
    def text(self) -> str:
        """The conditions as RT is asked; of others than tickets as they are evaluated here."""
        if self.of_tickets:
            return ticket_sql(self.clause, self.cls, self.session.clock)
        return told(self.clause)

    def preview(self) -> tuple[str, str]:
        """What `text` will be, without a request; and what it is not quite, if anything."""
        if not self.of_tickets:
            return told(self.clause), "RT is asked by one condition; the others are evaluated here."
        try:
            return ticket_sql(self.clause, self.cls, self._known_clock), ""
        except _UnknownClockError:
            return told(self.clause), _CLOCK
        except QueryError as error:
            return told(self.clause), f"RT cannot be asked this: {error}."

    def _known_clock(self) -> Clock:
        clock = self.session.known_clock
        if clock is None:
            raise _UnknownClockError
        return clock

    def numbers(self) -> list[int]:
        """The ids of what is found."""
        self.session.check_open()
        if not self.of_tickets:
            return [shown.id for shown in self._evaluated()]
        return list(dict.fromkeys(self._asked(self._found_ids)))[self._part]

    def records(self) -> Iterator[R]:
        """The records: loaded in one request, or if that may take long by pieces."""
        self.session.check_open()
        if self.of_tickets and self._is_piecemeal:
            for piece in self.pieces(_PIECE)[1]:
                yield from piece
        else:
            yield from self.session.found(self.cls, self._shown(), self.selection)

    def pieces(self, size: int) -> tuple[int, Iterator[list[R]]]:
        """How many records there are, and they, so many at a time.

        Of others than tickets RT tells all at once.
        """
        if self.of_tickets:
            numbers = self.numbers()
            return len(numbers), self.session.pieces(self.cls, numbers, self.selection, size)
        records = list(self.records())
        parts = (records[at : at + size] for at in range(0, len(records), size))
        return len(records), parts

    def check_certain(self) -> None:
        """Refuse to change what a query finds if RT may find too much by it.

        Raises:
            QueryError: It denies a custom field of which there may be others of the same name, or
                what RT does not know, or does not show to the account.
        """
        if not self.of_tickets:
            return
        if field := uncertain(self.clause, self.cls):
            message = (
                f"{field} is denied, and if custom fields of several queues are called so, RT "
                "finds every ticket by that: say which queue is meant, by a class of tickets or "
                "where(Ticket.queue == ...), or give the field's number, Ticket.cf[5]"
            )
            raise QueryError(message)
        denied = mentions(self.clause, denied=True)
        unseen = self._unseen_fields(denied.custom_fields, queues_of(self.clause, self.cls))
        if unknown := self._unknown_names(denied) + unseen:
            message = (
                f"{self.text}: RT finds every ticket by the denial of what it does not know, and "
                f"it shows this account no {', '.join(unknown)}. Of a custom field, the right "
                "SeeCustomField is needed, or its number, Ticket.cf[5]"
            )
            raise QueryError(message)

    def unknown(self) -> list[str]:
        """What the conditions name and RT does not know, as far as it tells that."""
        self.session.check_open()
        if not self.of_tickets:
            return []
        # What RT cannot be asked is told first.
        _ = self.text, order_of(self.orderings, self.cls)
        named = mentions(self.clause)
        return self._unknown_names(named) + self._unknown_fields(named)

    def _unknown_names(self, named: Mentions) -> list[str]:
        asked = [("queue", name) for name in named.queues] + [
            ("user", name) for name in named.users
        ]
        return [
            f"{kind} {name!r}"
            for kind, name in asked
            if isinstance(self.session.gateway.named(kind, name), NotFound)
        ]

    def _unknown_fields(self, named: Mentions) -> list[str]:
        """Custom fields that none of the queues has; to many accounts RT does not tell them."""
        every = [self._fields_of(queue) for queue in named.queues if named.custom_fields]
        shown = [names for names in every if names is not None]
        if not shown or not all(shown):
            return []
        known = {name for names in shown for name in names}
        return [f"custom field {n!r}" for n in named.custom_fields if n.lower() not in known]

    def _unseen_fields(self, names: Sequence[str], queues: Sequence[str]) -> list[str]:
        """Custom fields that RT does not show among those of each of the queues."""
        shown = [self._fields_of(queue) or () for queue in queues if names]
        missing = [name for name in names if not all(name.lower() in known for known in shown)]
        return [f"custom field {name!r}" for name in missing]

    def _fields_of(self, queue: str) -> Collection[str] | None:
        """The names of its custom fields in small letters, as far as RT shows them."""
        with suppress(NotFound, ProtocolError):
            return {each.name.lower() for each in self.session.gateway.outline(queue)}
        return None

    @property
    def _part(self) -> slice:
        return slice(self.start, self.stop)

    @property
    def _is_piecemeal(self) -> bool:
        """Whether only some are to be loaded, or RT takes long for each, or answers in parallel."""
        sliced = self.start or self.stop is not None
        return bool(sliced) or self.session.crew.parallel > 1 or self.selection.is_dear(self.cls)

    def _found_ids(self, text: str, order: str) -> Iterator[int]:
        return iter(self.session.gateway.search("ticket", text, order))

    def _shown(self) -> Iterable[Shown]:
        if not self.of_tickets:
            return self._evaluated()
        return self._asked(partial(self._searched, self.selection.asked(self.cls)))

    def _searched(self, fields: tuple[str, ...] | None, text: str, order: str) -> Iterator[Shown]:
        return self.session.gateway.search_shown("ticket", text, order, fields)

    def _asked(self, search: Callable[[str, str], Iterator[T]]) -> Iterator[T]:
        """What a search for tickets finds."""
        if self.clause == NONE:
            return
        order, text = order_of(self.orderings, self.cls), self.text
        nothing = True
        for each in search(text, order):
            nothing = False
            yield each
        # Where RT cannot sort by a field, it says that nothing matches.
        if nothing and order != _BY_ID and self.session.gateway.search("ticket", text, _BY_ID):
            message = (
                f"RT cannot sort by {order[1:]}: there is no such custom field, or it may not be "
                "seen"
            )
            raise QueryError(message)

    def _evaluated(self) -> list[Shown]:
        """The queues, users or groups, as the server shows them."""
        clause, cls = self.clause, self.cls
        if clause == NONE:
            return []
        queries, keys = searches(clause, cls), sort_keys(self.orderings, cls)
        search = partial(self.session.gateway.search_shown, cls.__rt_kind__, order=_BY_ID)
        found = {shown.id: shown for query in queries for shown in search(query)}
        rows = [(shown, values_of(shown, cls)) for shown in found.values()]
        fitting = [row for row in rows if matches(clause, row[1])]
        return in_order(fitting, keys)[self._part]
