"""Queries: immutable, and run only when their records are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from rtorm.display.queries import ordered, query_table
from rtorm.display.showing import Shown
from rtorm.errors import CommitError, ConfigurationError, NotFound, QueryError
from rtorm.orm.columns import And, Clause, Comparison, Or, Ordering, told
from rtorm.orm.declaring.loadable import Loadable
from rtorm.orm.loading.selection import CHEAP, Selection
from rtorm.orm.queries.clauses import normal
from rtorm.orm.queries.finding import Finder, Search
from rtorm.orm.queries.partitions import Outline, Partition, check_cuttable, outline_of, partitions
from rtorm.orm.queries.rows import columns_of, row_of
from rtorm.orm.record import Record
from rtorm.orm.records.results import CommitReport, Verify
from rtorm.orm.running.crew import Progress
from rtorm.texts import in_line

if TYPE_CHECKING:
    from rtorm.display.tables import Table

__all__ = ["Query"]

R = TypeVar("R", bound=Record)

_PIECE = 100
_SHOWN = 60


@dataclass(frozen=True, eq=False, repr=False)
class Query(Shown, Generic[R]):
    """The records that fulfil some conditions; nothing is sent before they are asked for.

    ```python
    session.query(Incident).where(Incident.severity == "high").order_by(Incident.created.desc())
    ```

    A query never changes: each method gives a new one. It may be asked again, and then asks RT
    again. A query without conditions is for all that the account may see. Conditions mean what
    they mean in RT: text is compared in any letter case, and a field without value differs from
    every value, but is neither smaller nor greater.

    Of tickets, RT finds neither deleted ones nor those merged into others. Names that it does not
    know, of queues, users or custom fields, fit no ticket, and their denial fits every one. Users
    can be searched with the right
    AdminUsers only. Of queues, users and groups RT evaluates one condition; the others are
    evaluated here, on what it finds by the one that narrows most.

    Where queues have custom fields of the same name, RT finds every ticket by the denial of one
    (`!=`, `~`, `not_in`, `is_null`), unless the query is for certain queues: by its class, or by a
    condition such as `Ticket.queue == "Incidents"`; or the field is told by its number.
    """

    _session: Finder
    _cls: type[R]
    _clauses: tuple[Clause, ...] = ()
    _orderings: tuple[Ordering, ...] = ()
    _start: int = 0
    _stop: int | None = None
    _selection: Selection = CHEAP

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

    def only(self, *columns: Loadable) -> Self:
        """Load these attributes, and the id; the others are loaded when they are read.

        For all records of the result at once, as everything that is not loaded.

        Args:
            columns: Attributes as they stand on the class: `Ticket.subject`, `Ticket.cc`,
                `Ticket.links`. Of queues, users and groups RT shows all fields anyway. Another
                call adds to them.

        Raises:
            TypeError: One of them is no attribute of the class.
        """
        return replace(self, _selection=self._selection.limited_to(self._cls, columns))

    def include(self, *columns: Loadable) -> Self:
        """Load these attributes, too: what RT takes longer for, before it is read.

        Watcher lists cost RT about ten times all other fields of a ticket together (RT 4.4-5.0).

        Args:
            columns: Attributes as they stand on the class: `Ticket.requestors`, `Ticket.links`,
                `Ticket.attachments`, `Ticket.history`, `Ticket.cf`, `Queue.custom_fields`.

        Raises:
            TypeError: One of them is no attribute of the class.
        """
        return replace(self, _selection=self._selection.including(self._cls, columns))

    def strict(self) -> Self:
        """Have what is not loaded raise `NotLoadedError` when it is read, instead of loaded.

        So a program that must not send a request unawares finds out. It holds for the records of
        this query until the session meets them in another way.
        """
        return replace(self, _selection=replace(self._selection, strict=True))

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
        """The records; those of a query without limits in one request, else as they are needed.

        For more than some thousands of tickets use `stream()`: RT answers such a request only
        when it is done with all of them, about 3 ms for each (RT 4.4-5.0).

        Raises:
            QueryError: RT refuses the query, or cannot be asked it.
            PermissionDenied: The account may not search for these.
            ConfigurationError: A date is compared, and the account's time zone was not given.
            TransportError: The network failed, or RT took too long.
            DetachedError: The session is closed.
        """
        return self._search.records()

    def stream(self, *, chunk: int = _PIECE, progress: Progress | None = None) -> Iterator[R]:
        """The records, loaded so many at a time as they are needed, whatever their number.

        The ids are asked for first, so that the result is that of one moment, and stays so if a
        program changes what it reads. Tickets that vanish meanwhile are left out; what others
        change meanwhile is shown as it is then. The session lets go of records that the program
        does not hold and has not changed, so that memory does not grow with their number.

        Args:
            chunk: How many tickets one request shows.
            progress: Called with the number of records that are done and that of all, first with
                none, then after each piece.

        Raises:
            ValueError: `chunk` is no whole number from 1.
            RTError: As iterating does.
        """
        if type(chunk) is not int or chunk < 1:
            message = f"chunk={chunk!r}: give a whole number from 1"
            raise ValueError(message)
        return self._streamed(chunk, progress)

    def _streamed(self, chunk: int, progress: Progress | None) -> Iterator[R]:
        total, pieces = self._search.pieces(chunk)
        report, done = progress or _untold, 0
        report(done, total)
        for piece in pieces:
            yield from piece
            done = min(done + chunk, total)
            report(done, total)

    def all(self) -> list[R]:
        """All of the records; raises as iterating does."""
        return list(self)

    def to_pandas(self, *, chunk: int = _PIECE, progress: Progress | None = None) -> Any:
        """All of the records as a `pandas.DataFrame`, a row each, with their ids as its index.

        It has a column for each attribute that `only()` chose and `include()` added, in the order
        of their declaration; else for RT's own fields but for the watcher lists, and the custom
        fields that the query's class declares.

        Text is `string`; numbers are `int64`, dates `datetime64[us, UTC]`; where there may be no
        value, as in every custom field, numbers are `Int64` or `Float64` and truth is `boolean`.
        Days and lists are Python objects, and whatever else there is becomes text. A frame without
        rows has the same types. It needs pandas: `pip install "rtorm[pandas]"`.

        Args:
            chunk: As in `stream`.
            progress: As in `stream`.

        Raises:
            ConfigurationError: pandas or pyarrow is not installed.
            ValueError: `chunk` is no whole number from 1, something was chosen that no row can
                hold (attachments, history, `cf`), or RT shows a value that does not fit its field's
                type.
            RTError: As iterating does.
        """
        try:
            # Here, so that a program without frames needs neither of them nor the time for them.
            from rtorm.frames import frame_of, typed_columns  # noqa: PLC0415
        except ImportError as error:
            message = f'to_pandas() needs pandas and pyarrow: pip install "rtorm[pandas]" ({error})'
            raise ConfigurationError(message) from error
        names = columns_of(self._cls, self._selection)
        records = self.stream(chunk=chunk, progress=progress)
        rows = (row_of(record, names) for record in records)
        return frame_of(typed_columns(self._cls, names), rows).set_index("id")

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
            message = f"nothing is found by {self._told()}"
            raise NotFound(message)
        return record

    def one_or_none(self) -> R | None:
        """The only record, None if there is none.

        Raises:
            QueryError: There are several, or as iterating does.
        """
        found = self[:2].all()
        if len(found) > 1:
            message = f"more than one record is found by {self._told()}"
            raise QueryError(message)
        return found[0] if found else None

    def count(self) -> int:
        """How many records there are; of tickets none is loaded. Raises as iterating does."""
        return len(self.ids())

    def ids(self) -> list[int]:
        """The ids of the records; of tickets none is loaded. Raises as iterating does."""
        return self._search.numbers()

    def exists(self) -> bool:
        """Whether there is any record; of tickets none is loaded. Raises as iterating does."""
        return bool(self.ids())

    def update(
        self, *, verify: Verify | None = None, progress: Progress | None = None, **fields: Any
    ) -> CommitReport:
        """Edit all of the records without loading them: their ids, then forms by the batch.

        What the session holds of them and has not changed is read again when it is needed.

        Args:
            verify: What to read back; None as the session says.
            progress: As in `Session.commit`.
            fields: Attributes and their new values, the same for all.

        Returns:
            What became of every record.

        Raises:
            CommitError: Something was refused, or its reply was lost; everything else went through.
            ValidationError: A value does not fit its field; nothing was sent.
            AttributeError: There is no such field, or RT sets it.
            TypeError: No field is given.
            CommitInterrupted: Ctrl-C was pressed meanwhile.
            QueryError: A custom field is denied by its name alone, or what RT does not know, so
                that it may find too much; nothing was changed.
            RTError: As iterating does; nothing was changed.
        """
        if not fields:
            message = "update() needs an attribute to set: update(status='resolved')"
            raise TypeError(message)
        self._search.check_certain()
        results = self._session.edit_many(
            self._cls, self.ids(), fields, verify=verify, progress=progress
        )
        report = CommitReport(tuple(results))
        if not report.ok:
            raise CommitError(report)
        return report

    def partitions(self, n: int | None = None) -> list[Partition[R]]:
        """The query cut into independent parts, for other threads, processes and machines.

        The ids are asked for, once; each part is a range of them, with nearly the same number of
        records as the others. Together they find what the query found at that moment, each record
        once; and what comes to fulfil the conditions later, if its id lies in a range. A part can
        be pickled, holds neither a server nor a login, and is asked in a worker's own session:
        `partition.query(session)`.

        Args:
            n: How many parts; there are fewer where there are fewer records, and none where there
                is none. None for one for each 1,000 records.

        Raises:
            ValueError: The query has a limit or an order other than by id, or `n` is no whole
                number from 1.
            RTError: As iterating does.
        """
        check_cuttable(self._orderings, limited=bool(self._start) or self._stop is not None)
        return partitions(self.__rt_outline__(), self.ids, n)

    def __rt_outline__(self) -> Outline[R]:
        """What it asks for, without its session."""
        return outline_of(self._cls, self._clauses, self._selection, self._session.time_zone)

    @property
    def text(self) -> str:
        """The conditions: of tickets as RT is asked, in TicketSQL.

        Nothing is searched, but the account's clock is asked for if a date is compared.

        Raises:
            QueryError: RT cannot be asked this.
            ConfigurationError: A date is compared, and the account's time zone was not given.
        """
        return self._search.text

    def __rt_check__(self) -> None:
        """Raise what `Session.check` says of it."""
        if unknown := self._search.unknown():
            message = (
                f"{self._told()} names what RT does not know, or holds disabled: "
                f"{', '.join(unknown)}"
            )
            raise QueryError(message)

    def __repr__(self) -> str:
        return self._told(_SHOWN)

    def _told(self, width: int | None = None) -> str:
        """What it asks for; where a width is given, a long condition is not told whole."""
        conditions = told(self._clause)
        shown = conditions if width is None else in_line(conditions, width)
        order = f" ORDER BY {ordered(self._orderings)}" if self._orderings else ""
        return f"<Query {self._cls.__name__}{self._part}: {shown}{order}>"

    def __rt_table__(self) -> Table:
        """What it stands for; nothing is sent to find it out."""
        conditions, doubt = self._search.preview()
        part, name = self._part, self._cls.__name__
        return query_table(name, conditions, self._orderings, part, self._selection, doubt)

    @property
    def _part(self) -> str:
        part = f"[{self._start}:{'' if self._stop is None else self._stop}]"
        return part if self._start or self._stop is not None else ""

    def _check_unlimited(self, what: str) -> None:
        if self._start or self._stop is not None:
            message = f"{what} cannot be added to a limited query: limit it last"
            raise ValueError(message)

    @property
    def _clause(self) -> Clause:
        queues: Sequence[str] = getattr(self._cls, "__rt_queues__", ())
        own = [Or(tuple(Comparison("Queue", "=", name) for name in queues))] if queues else []
        return normal(And((*own, *self._clauses)))

    @property
    def _search(self) -> Search[R]:
        return Search(
            self._session,
            self._cls,
            self._clause,
            self._orderings,
            self._start,
            self._stop,
            self._selection,
        )


def _untold(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


def _expect(given: object, kind: type, why: str) -> None:
    if not isinstance(given, kind):
        message = f"{given!r} is {why}"
        raise TypeError(message)
