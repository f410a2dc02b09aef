"""Partitions: ranges of ids with the query's conditions, and nothing of its session."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Partition, Query, Queue, Ticket, User, sql
from rtorm.orm.columns import Clause
from rtorm.orm.loading.selection import Selection
from rtorm.orm.queries.partitions import outline_of, partitions
from tests.orm.doubles import loaded
from tests.support import Incident

IDS = st.sets(st.integers(1, 10**6), max_size=300)


def cut(ids: Iterable[int], number: int | None, *clauses: Clause) -> list[Partition[Incident]]:
    outline = outline_of(Incident, clauses, Selection(), UTC)
    return partitions(outline, lambda: ids, number)


class Unasked:
    """A session of which nothing may be asked."""

    time_zone = None


def query(cls: type[Any] = Incident) -> Query[Any]:
    return Query(cast("Any", Unasked()), cls)


@given(IDS, st.integers(1, 40))
def test_each_record_is_in_one_partition(ids: set[int], number: int) -> None:
    """No id is left out or found twice, the order is kept, and the numbers are nearly equal."""
    parts = cut(ids, number)
    assert len(parts) == min(number, len(ids))
    inside = [{each for each in ids if part.low <= each <= part.high} for part in parts]
    assert [len(each) for each in inside] == [len(part) for part in parts]
    assert set().union(*inside) == ids
    assert all(left.high < right.low for left, right in pairwise(parts))
    counts = {part.count for part in parts}
    assert not counts or max(counts) - min(counts) <= 1


def test_there_is_a_partition_for_each_thousand_unless_told() -> None:
    """So many that no worker holds more than it can, and none for nothing."""
    assert [part.count for part in cut(range(1, 2501), None)] == [833, 833, 834]
    assert [part.count for part in cut(range(1, 1001), None)] == [1000]
    assert cut([], None) == cut([], 5) == []


@pytest.mark.parametrize("number", [0, -1, 2.0, True, "2"])
def test_a_number_that_is_none_is_refused(number: Any) -> None:
    """And nothing is asked before that."""
    with pytest.raises(ValueError, match=r"whole number from 1"):
        partitions(outline_of(Ticket, (), Selection(), None), pytest.fail, number)
    with pytest.raises(ValueError, match=r"whole number from 1"):
        query().partitions(number)


LIMITED: list[tuple[Query[Any], str]] = [
    (query()[:5], "limited"),
    (query()[3:], "limited"),
    (query().limit(0), "limited"),
    (query().order_by(Incident.created.desc()), "order_by"),
    (query().order_by(Incident.id.desc()), "order_by"),
]


@pytest.mark.parametrize(("limited", "said"), LIMITED)
def test_a_query_whose_parts_are_not_the_whole_is_refused(limited: Query[Any], said: str) -> None:
    """A limit or an order would be lost, so that it is an error before anything is sent."""
    with pytest.raises(ValueError, match=said):
        limited.partitions(2)


def test_names_stand_for_records() -> None:
    """What travels holds no record, whatever conditions it is in, and means the same."""
    user, queue = loaded(User, name="alice"), loaded(Queue, name="Incidents")
    ticket = loaded(Ticket, id=7)
    clauses = (
        (Ticket.owner == user) & ~((Ticket.queue == queue) | (Ticket.subject == "x")),
        Ticket.owner.in_([user, "bob"]),
        sql("DependsOn = 7"),
        cast("Any", Ticket.subject) == ticket,
    )
    named = (
        (Ticket.owner == "alice") & ~((Ticket.queue == "Incidents") | (Ticket.subject == "x")),
        Ticket.owner.in_(["alice", "bob"]),
        sql("DependsOn = 7"),
        cast("Any", Ticket.subject) == 7,
    )
    assert outline_of(Ticket, clauses, Selection(), None).clauses == named


def test_a_partition_is_pickled_whole() -> None:
    """What arrives is equal to what was sent: class, conditions, selection and range."""
    since = Incident.created > datetime(2026, 1, 1, tzinfo=UTC)
    for part in cut([3, 4, 9], 2, since, Incident.severity == "high"):
        again = pickle.loads(pickle.dumps(part))
        assert again == part
        assert again.outline.cls is Incident


def test_a_partition_says_what_it_is() -> None:
    """Its range, how many there were, and the conditions."""
    part = cut([3, 4, 9], 1, Incident.severity == "high")[0]
    assert repr(part) == "<Partition Incident 3-9, 3 planned: CF.{Severity} = 'high'>"
    assert repr(cut([3], 1)[0]) == "<Partition Incident 3-3, 1 planned: everything>"
