"""A query cut into independent pieces by id, for other threads, processes and machines; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import uuid4

from rtorm.orm.columns import And, Clause, Comparison, Not, Or, Ordering, told
from rtorm.orm.loading.selection import Selection
from rtorm.orm.record import Record
from rtorm.texts import in_line

if TYPE_CHECKING:
    from rtorm.orm.query import Query
    from rtorm.orm.session import Session

__all__ = ["Outline", "Partition", "check_cuttable", "outline_of", "partitions"]

R = TypeVar("R", bound=Record)

_SIZE = 1000
_SHOWN = 50
_BY_ID = Ordering("id")


@dataclass(frozen=True, slots=True)
class Outline(Generic[R]):
    """What a query asks for, without the session that would ask it.

    Attributes:
        cls: The class of the records.
        clauses: The conditions; names stand for the records that were compared.
        selection: What is loaded of them.
        time_zone: The time zone that the query's session was given; None if it was given none.
    """

    cls: type[R]
    clauses: tuple[Clause, ...]
    selection: Selection
    time_zone: tzinfo | None

    def query(self, session: Session, *clauses: Clause) -> Query[R]:
        """The same query in another session, with more conditions."""
        query = session.query(self.cls).where(*self.clauses, *clauses)
        return replace(query, _selection=self.selection)


@dataclass(frozen=True, slots=True, repr=False)
class Partition(Generic[R]):
    """A part of what a query finds: the records of a range of ids.

    `Query.partitions` makes it. It can be pickled and sent to where the work is done; there is
    neither a server nor a login in it, and `query` brings it to a session that the worker has
    opened. Its length is the number of records when it was planned.

    Attributes:
        outline: What the query asks for.
        low: The first id.
        high: The last id; it belongs to the range.
        count: How many records there were when it was planned.
        mark: What no other partition has, not even one that was planned for the same.
    """

    outline: Outline[R]
    low: int
    high: int
    count: int
    mark: str = field(default_factory=lambda: uuid4().hex, compare=False)

    def query(self, session: Session) -> Query[R]:
        """The query for these records, by their ids; nothing is sent before they are asked for.

        It finds what fulfils the conditions when it is run: not what was changed meanwhile so that
        it does not any more, but what was changed so that it does, if its id is in the range.

        Args:
            session: The worker's own session.

        Raises:
            DetachedError: When it is run, and the session is closed.
        """
        low, high = Comparison("id", ">=", self.low), Comparison("id", "<=", self.high)
        return self.outline.query(session, low, high)

    def __len__(self) -> int:
        return self.count

    def __dask_tokenize__(self) -> str:
        """What tells it from others, so that Dask never answers with what was found earlier."""
        return self.mark

    def __repr__(self) -> str:
        conditions = told(And(self.outline.clauses))
        name = self.outline.cls.__name__
        shown = in_line(conditions, _SHOWN)
        return f"<Partition {name} {self.low}-{self.high}, {self.count} planned: {shown}>"


def outline_of(
    cls: type[R], clauses: Iterable[Clause], selection: Selection, time_zone: tzinfo | None
) -> Outline[R]:
    """What a query asks for, with nothing of its session: names in the place of records."""
    return Outline(cls, tuple(map(_without_records, clauses)), selection, time_zone)


def check_cuttable(orderings: Sequence[Ordering], *, limited: bool) -> None:
    """Refuse a query whose parts would not make up the whole.

    Raises:
        ValueError: It has an order, or a limit.
    """
    if limited:
        message = "a limited query has no partitions: limit what they find"
        raise ValueError(message)
    if any(each != _BY_ID for each in orderings):
        message = (
            "partitions go by id, so that a query with another order has none: leave out "
            "order_by(), and sort what they find"
        )
        raise ValueError(message)


def partitions(
    outline: Outline[R], ids: Callable[[], Iterable[int]], number: int | None
) -> list[Partition[R]]:
    """Ranges of ids with nearly equal numbers of records, in the order of the ids.

    Args:
        outline: What the query asks for.
        ids: Tells the ids of what it finds.
        number: How many ranges; None for one for each 1,000 records. There are fewer where there
            are fewer records.

    Raises:
        ValueError: The number is no whole number from 1; nothing was asked then.
    """
    if number is not None and (type(number) is not int or number < 1):
        message = f"partitions({number!r}): give a whole number from 1"
        raise ValueError(message)
    ordered = sorted(ids())
    wanted = -(-len(ordered) // _SIZE) if number is None else min(number, len(ordered))
    ends = [len(ordered) * at // wanted for at in range(wanted + 1)] if wanted else [0]
    parts = [ordered[start:end] for start, end in pairwise(ends)]
    return [Partition(outline, part[0], part[-1], len(part)) for part in parts]


def _without_records(clause: Clause) -> Clause:
    match clause:
        case Comparison(field, operator, Record() as record):
            return Comparison(field, operator, _identified(record))
        case And(parts):
            return And(tuple(map(_without_records, parts)))
        case Or(parts):
            return Or(tuple(map(_without_records, parts)))
        case Not(inner):
            return Not(_without_records(inner))
        case _:
            return clause


def _identified(record: Record) -> object:
    """What stands for a record: its name, or its number where it has none."""
    return cast("Any", record).name if record.__rt_named__ else record.id
