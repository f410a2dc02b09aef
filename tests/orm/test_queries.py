"""Queries: immutable, lazy; a gateway that notes what it is asked stands for the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, TypeVar, cast

import pytest

from rtorm import CF, Query, Queue, Ticket, cf
from rtorm.errors import CommitError, NotFound, QueryError, RTError
from rtorm.gateway import Definition, Gateway, Shown
from rtorm.orm.columns import Clause, Ordering
from rtorm.orm.loading.selection import CHEAP, Selection
from rtorm.orm.loading.shown import blank
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.running.crew import Crew, Progress
from rtorm.rest1.clock import Clock
from tests.support import Incident

R = TypeVar("R", bound=Record)

LINKS = list(Incident.__rt_parts__)


class Bug(Ticket, queue=("Bugs", "It's")):
    """Tickets of two queues."""

    level: CF[str | None] = cf("Level", default=None)


@dataclass
class Shelf:
    """A session on a server that finds the tickets of these ids, or these records."""

    ids: Sequence[int] = ()
    shown: Sequence[Shown] = ()
    gone: frozenset[int] = frozenset()
    sortable: bool = True
    parallel: int = 1
    refused: frozenset[int] = frozenset()
    unknown: frozenset[str] = frozenset()
    asked: list[Any] = field(default_factory=list[Any])

    @property
    def gateway(self) -> Gateway:
        return cast("Gateway", self)

    @property
    def crew(self) -> Crew:
        return Crew(self.parallel)

    @property
    def time_zone(self) -> None:
        return None

    @property
    def known_clock(self) -> Clock | None:
        return None

    def clock(self) -> Clock:
        self.asked.append("clock")
        return Clock(UTC, exact=True)

    def check_open(self) -> None:
        pass

    def named(self, kind: str, name: str) -> Shown | RTError:
        self.asked.append((kind, name))
        return NotFound("no") if name in self.unknown else Shown(5, {"Name": name})

    def outline(self, queue: str) -> list[Definition]:
        self.asked.append(queue)
        return [Definition("Owner", "", "FreeformSingle", multiple=False, pattern="")]

    def search(self, kind: str, query: str, order: str = "") -> list[int]:
        self.asked.append((kind, query, order))
        return list(self.ids) if self.sortable or order == "+id" else []

    def search_shown(
        self, kind: str, query: str, order: str = "", fields: Sequence[str] | None = None
    ) -> list[Shown]:
        self.asked.append((kind, query, order))
        if kind != "ticket":
            return list(self.shown)
        self.asked.append(fields)
        found = self.ids if self.sortable or order == "+id" else ()
        return [Shown(number, {}) for number in found]

    def found(self, cls: type[R], shown: Iterable[Shown], selection: Selection) -> list[R]:
        numbers = dict.fromkeys(each.id for each in shown)
        self.asked += [selection] if cls.__rt_kind__ == "ticket" and numbers else []
        return [cast("R", blank(cls, number)) for number in numbers]

    def pieces(
        self, cls: type[R], numbers: Sequence[int], selection: Selection, size: int
    ) -> Iterator[list[R]]:
        for at in range(0, len(numbers), size):
            piece = list(numbers[at : at + size])
            self.asked.append(piece)
            yield [cast("R", blank(cls, n)) for n in piece if n not in self.gone]

    def edit_many(
        self,
        cls: type[Record],
        numbers: Sequence[int],
        fields: Mapping[str, Any],
        *,
        verify: Verify | None,
        progress: Progress | None,
    ) -> list[SaveResult]:
        self.asked.append((dict(fields), verify, progress))
        return [
            SaveResult(
                blank(cls, number),
                "rejected" if number in self.refused else "updated",
                errors={"status": ["No"]} if number in self.refused else {},
            )
            for number in numbers
        ]


def numbers(records: Iterable[Record]) -> list[int]:
    return [record.id for record in records]


def test_nothing_is_sent_before_it_is_asked_for() -> None:
    """Building, showing and keeping a query costs nothing."""
    shelf = Shelf([1])
    query = Query(shelf, Ticket).where(Ticket.status == "new").order_by(Ticket.created.desc())
    assert repr(query[:5]) == "<Query Ticket[0:5]: Status = 'new' ORDER BY Created DESC>"
    assert query.text == "Status = 'new'"
    assert shelf.asked == []


def test_a_query_never_changes() -> None:
    """Each method gives a new one."""
    shelf = Shelf([1, 2, 3])
    every = Query(shelf, Ticket)
    new = every.where(Ticket.status == "new")
    few = new.limit(2)
    assert (every.text, new.text) == ("id > 0", "Status = 'new'")
    assert (numbers(new), numbers(few)) == ([1, 2, 3], [1, 2])


def test_conditions_are_added() -> None:
    """All of them count, wherever they were given."""
    query = Query(Shelf(), Ticket).where(Ticket.status == "new", Ticket.id > 5)
    assert (
        query.where(Ticket.owner == "root").text == "Status = 'new' AND id > 5 AND Owner = 'root'"
    )


def test_a_class_of_a_queue_asks_for_its_queues() -> None:
    """Tickets of other queues are none of its records."""
    assert Query(Shelf(), Incident).text == "Queue = 'Incidents'"
    assert Query(Shelf(), Bug).where(Ticket.id == 1).text == (
        "(Queue = 'Bugs' OR Queue = 'It\\'s') AND id = 1"
    )


def test_what_is_no_condition_is_refused() -> None:
    """A comparison of a loaded value is a bool, and a text is none."""
    query = Query(Shelf(), Ticket)
    given: Any
    for given in (True, "Status = 'new'", None, Ticket.status):
        with pytest.raises(TypeError, match="no condition"):
            query.where(given)
        with pytest.raises(TypeError, match="no order"):
            query.order_by(given)


def test_a_result_is_one_request() -> None:
    """RT is asked for what costs it little, with the search; it may tell a ticket twice."""
    shelf = Shelf([7, 8, 7])
    assert numbers(Query(shelf, Incident)) == [7, 8]
    [asked, fields, selection] = shelf.asked
    assert asked == ("ticket", "Queue = 'Incidents'", "+id")
    assert "Subject" in fields
    assert "CF.{Severity}" in fields
    assert not {"Requestors", "Cc", "AdminCc"} & set(fields)
    assert selection == CHEAP


def test_only_and_include_name_what_is_loaded() -> None:
    """And the queue, by which the class of a ticket is known; what is apart comes later."""
    shelf = Shelf([7])
    query = Query(shelf, Incident).only(Incident.subject, Incident.severity)
    query.all()
    assert shelf.asked[1] == ("Queue", "Subject", "CF.{Severity}")
    shelf.asked.clear()
    query.only(Ticket.owner).include(Ticket.links, Ticket.history).strict().all()
    assert shelf.asked[1] == ("Queue", "Subject", "CF.{Severity}", "Owner")
    assert shelf.asked[2].later(Incident) == [*LINKS, "history"]
    assert shelf.asked[2].strict


def test_what_a_class_does_not_load_is_refused() -> None:
    """A typing error must not load something else."""
    query = Query(Shelf(), Ticket)
    given: Any
    for given in ("subject", Incident.severity, Queue.name, 3):
        with pytest.raises(TypeError, match="no attribute that Ticket loads"):
            query.only(given)
        with pytest.raises(TypeError, match="no attribute that Ticket loads"):
            query.include(given)


@pytest.mark.parametrize("case", ["parallel", "dear", "sliced"])
def test_what_takes_long_is_loaded_by_pieces(case: str) -> None:
    """Where RT works several requests at a time, tells watchers, or is not to tell all."""
    shelf = Shelf(range(1, 301), parallel=2 if case == "parallel" else 1)
    query = Query(shelf, Ticket)
    query = (
        query.include(Ticket.cc) if case == "dear" else query[: 300 if case == "sliced" else None]
    )
    found = iter(query)
    assert next(found).id == 1
    assert [len(ids) for ids in shelf.asked[1:]] == [200]
    assert len(list(found)) == 299
    assert [len(ids) for ids in shelf.asked[1:]] == [200, 100]


def test_a_stream_holds_one_piece_at_a_time() -> None:
    """The first ones are there before the last ones are asked for; what is gone is left out."""
    shelf = Shelf(range(1, 251), gone=frozenset({2}))
    told: list[tuple[int, int]] = []
    found = Query(shelf, Ticket).stream(progress=lambda done, total: told.append((done, total)))
    assert shelf.asked == []
    assert next(found).id == 1
    assert [len(ids) for ids in shelf.asked[1:]] == [100]
    assert told == [(0, 250)]
    assert len(list(found)) == 248
    assert told == [(0, 250), (100, 250), (200, 250), (250, 250)]
    assert numbers(Query(shelf, Ticket)[2:9].stream(chunk=3)) == [3, 4, 5, 6, 7, 8, 9]
    shown = [Shown(number, {}) for number in (4, 5, 6)]
    assert numbers(Query(Shelf(shown=shown), Queue).stream(chunk=2)) == [4, 5, 6]


@pytest.mark.parametrize("chunk", [0, -1, True, 2.5])
def test_a_piece_has_at_least_one_record(chunk: Any) -> None:
    """Said at once, not when the first record is asked for."""
    with pytest.raises(ValueError, match=r"chunk=.*: give a whole number from 1"):
        Query(Shelf(), Ticket).stream(chunk=chunk)


def test_an_update_loads_nothing() -> None:
    """The ids, then the edits; what is refused raises as a commit does."""
    shelf = Shelf([7, 8])
    report = Query(shelf, Ticket).update(status="open", verify="never")
    assert shelf.asked == [("ticket", "id > 0", "+id"), ({"status": "open"}, "never", None)]
    assert [result.record.id for result in report.results] == [7, 8]
    refusing = Shelf([7, 8], refused=frozenset({8}))
    with pytest.raises(CommitError) as caught:
        Query(refusing, Ticket).update(status="open")
    assert [result.record.id for result in caught.value.report.rejected] == [8]
    denied = Query(shelf, Ticket).where(Ticket.cf["Owner"] != "x")
    shelf.asked.clear()
    with pytest.raises(QueryError, match=r"CF\.\{Owner\} is denied, .* say which queue"):
        denied.update(status="open")
    assert shelf.asked == []
    denied.where(Ticket.queue == "General").update(status="open")
    assert shelf.asked[0] == "General"
    with pytest.raises(TypeError, match="needs an attribute to set"):
        Query(shelf, Ticket).update()


def test_an_update_does_not_go_by_the_denial_of_what_rt_does_not_know() -> None:
    """RT finds every ticket by that; what a query finds by an equality cannot be too much."""
    shelf = Shelf([7], unknown=frozenset({"Nope"}))
    general = Query(shelf, Ticket).where(Ticket.queue == "General")
    denials: list[tuple[Clause, str]] = [
        (Ticket.owner != "Nope", "user 'Nope'"),
        (~(Ticket.creator == "Nope"), "user 'Nope'"),
        (Ticket.queue != "Nope", "queue 'Nope'"),
        (~Ticket.cc.has("Nope"), "user 'Nope'"),
        (Ticket.cf["Nope"] != "x", "custom field 'Nope'"),
        (Ticket.cf["Nope"].not_like("x") | (Ticket.id == 5), "custom field 'Nope'"),
    ]
    for clause, told in denials:
        with pytest.raises(QueryError, match=told):
            general.where(clause).update(status="open")
    assert "ticket" not in [each[0] for each in shelf.asked]
    for clause in (Ticket.owner == "Nope", Ticket.cf["Nope"] == "x", Ticket.cf["owner"] != "x"):
        general.where(clause).update(status="open")


def test_a_slice_loads_nothing_else() -> None:
    """RT tells all ids, and only those of the slice are loaded; slices of slices fit together."""
    shelf = Shelf(range(10, 20))
    query = Query(shelf, Ticket)
    assert numbers(query[2:5]) == [12, 13, 14]
    assert shelf.asked[1] == [12, 13, 14]
    assert numbers(query[2:][1:3]) == [13, 14]
    assert numbers(query[2:5][1:9]) == [13, 14]
    assert numbers(query[8:]) == [18, 19]
    assert query[2:5].ids() == [12, 13, 14]
    assert query.limit(0).all() == []


@pytest.mark.parametrize("part", [slice(-1, None), slice(0, -1), slice(0, 9, 2)])
def test_slices_count_from_the_start(part: slice) -> None:
    """The end is not known before the query has run."""
    with pytest.raises(ValueError, match="sliced from a start to an end"):
        Query(Shelf(), Ticket)[part]


def test_one_record_is_no_slice() -> None:
    """It would be loaded by an innocent look."""
    position: Any = 0
    with pytest.raises(TypeError, match=r"use first\(\)"):
        Query(Shelf(), Ticket)[position]


def test_a_query_has_no_truth_value() -> None:
    """`if query:` would be true whatever it finds."""
    with pytest.raises(TypeError, match=r"use exists\(\)"):
        bool(Query(Shelf(), Ticket))


def test_a_limit_comes_last() -> None:
    """A condition after it would mean two things."""
    query = Query(Shelf(), Ticket).limit(3)
    with pytest.raises(ValueError, match="limit it last"):
        query.where(Ticket.id == 1)
    with pytest.raises(ValueError, match="limit it last"):
        query.order_by(Ticket.id.asc())


def test_first_and_one() -> None:
    """The first of many, and the only one."""
    assert Query(Shelf(), Ticket).first() is None
    assert Query(Shelf([7, 8]), Ticket).first() is not None
    assert Query(Shelf([7]), Ticket).one().id == 7
    assert Query(Shelf(), Ticket).one_or_none() is None
    with pytest.raises(NotFound, match="nothing is found by <Query Ticket: everything>"):
        Query(Shelf(), Ticket).one()
    with pytest.raises(QueryError, match="more than one record is found"):
        Query(Shelf([7, 8]), Ticket).one()


def test_tickets_are_counted_without_loading() -> None:
    """The ids are enough; RT may tell one twice."""
    shelf = Shelf([7, 8, 7])
    query = Query(shelf, Ticket)
    assert (query.count(), query.ids(), query.exists()) == (2, [7, 8], True)
    assert shelf.asked == [("ticket", "id > 0", "+id")] * 3


def test_what_nothing_fulfils_is_not_asked() -> None:
    """An empty list of values fits nothing."""
    shelf = Shelf([1])
    never: Clause = Ticket.status.in_([])
    assert Query(shelf, Ticket).where(never).all() == []
    assert Query(shelf, Queue).where(Queue.name.in_([])).count() == 0
    assert shelf.asked == []


def test_an_order_that_rt_does_not_know_is_told() -> None:
    """RT would say that nothing matches: asked again without the order, it finds something."""
    query = Query(Shelf([1], sortable=False), Bug).order_by(Bug.level.asc())
    with pytest.raises(QueryError, match=r"cannot sort by CF\.\{Level\}"):
        query.all()
    assert Query(Shelf([], sortable=False), Bug).order_by(Bug.level.asc()).all() == []


def test_other_records_are_evaluated_here() -> None:
    """RT is asked for what narrows most; the rest counts all the same."""
    shown = [
        Shown(3, {"Name": "Incidents", "Description": "x"}),
        Shown(4, {"Name": "Two Words", "Description": ""}),
        Shown(1, {"Name": "Incidental", "Description": ""}),
    ]
    shelf = Shelf(shown=shown)
    query = Query(shelf, Queue).where(Queue.name.like("inc"), Queue.description.is_null())
    assert numbers(query) == [1]
    assert shelf.asked == [("queue", "Name LIKE inc", "+id")]
    assert query.text == "Name LIKE 'inc' AND Description IS NULL"
    every = Query(shelf, Queue)
    assert numbers(every) == [1, 3, 4]
    assert numbers(every.order_by(Queue.name.desc())[:2]) == [4, 3]
    assert (every.count(), every.exists(), every.ids()) == (3, True, [1, 3, 4])


def test_an_order_is_checked_before_anything_is_sent() -> None:
    """Of all kinds of records."""
    shelf = Shelf(shown=[Shown(1, {"Name": "x"})])
    with pytest.raises(QueryError, match="queues cannot be searched or sorted by Nope"):
        Query(shelf, Queue).order_by(Ordering("Nope")).all()
    with pytest.raises(QueryError, match="RT cannot sort tickets by Nope"):
        Query(shelf, Ticket).order_by(Ordering("Nope")).all()
    assert shelf.asked == []


def test_a_value_that_rt_cannot_hold_is_an_error_of_the_query() -> None:
    """It can be found nowhere."""
    with pytest.raises(QueryError, match=r"U\+0000"):
        Query(Shelf(), Queue).where(Queue.name == "a\0").all()
