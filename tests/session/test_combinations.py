"""Conditions of every kind, combined at random, find on a real server what they mean."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtorm import QueryError, Session, Ticket, sql
from rtorm.orm.columns import Clause
from tests.support import Incident

Facts = Mapping[str, Any]
"""What a ticket was made with."""

DUE = datetime(2030, 6, 1, 12, tzinfo=UTC)
LATER = DUE + timedelta(seconds=1)
DAY = date(2026, 3, 1)
URI = "https://example.com/a?b=1"
ANN, BOB = "ann@x.org", "bob@y.org"

TICKETS: list[Facts] = [
    {"subject": "Disk full"},
    {"subject": "Disk full on db1", "priority": 5, "hosts": ["db1"], "cc": [ANN]},
    {"subject": 'O\'Neil \\ "x"', "status": "open", "hosts": ["db1", "db2"], "due": DUE},
    {"subject": "mail", "owner": "root", "severity": "high", "cc": [ANN, BOB], "due": LATER},
    {"subject": "mail", "severity": "low", "note": "a", "requestors": [BOB], "count": 7},
    {"subject": "100% of _", "note": "A b", "report_date": DAY, "priority": 99},
    {"subject": "x", "status": "resolved", "note": "b", "requestors": [ANN, BOB], "time_worked": 5},
    {"subject": "x", "severity": "critical", "cc": [BOB], "due": DUE, "refers_to": [URI]},
    {"subject": "y", "owner": "root", "status": "open", "priority": 5, "count": 10, "note": "a"},
    {"subject": "y", "hosts": ["db2"], "severity": "high", "report_date": date(2026, 3, 2)},
    {"subject": "z", "status": "open", "cc": [ANN], "note": "a", "hosts": ["db1"], "count": 7},
    {"subject": "z", "refers_to": [URI], "requestors": [ANN], "severity": "high", "priority": 5},
]


@dataclass(frozen=True)
class Leaf:
    """One condition, and what it means.

    Attributes:
        clause: The condition.
        holds: Whether a ticket fulfils it.
        differs: Whether a ticket fulfils its denial; None: where it does not fulfil it.
        deniable: Whether RT can be asked for its denial.
    """

    clause: Clause
    holds: Callable[[Facts], bool]
    differs: Callable[[Facts], bool] | None = None
    deniable: bool = True

    def fulfilled(self, facts: Facts, *, denied: bool) -> bool:
        if not denied:
            return self.holds(facts)
        return not self.holds(facts) if self.differs is None else self.differs(facts)


def ordered(column: Any, name: str, value: Any, default: Any = None) -> list[Leaf]:
    """What is smaller and greater; what has no value is neither, whatever is denied."""

    def leaf(compare: Callable[[Any, Any], Any]) -> Leaf:
        def holds(facts: Facts) -> bool:
            held = facts.get(name, default)
            return held is not None and bool(compare(held, value))

        def differs(facts: Facts) -> bool:
            held = facts.get(name, default)
            return held is not None and not compare(held, value)

        return Leaf(compare(column, value), holds, differs)

    return [leaf(each) for each in (operator.lt, operator.le, operator.gt, operator.ge)]


def equal(column: Any, name: str, value: Any, default: Any = None) -> list[Leaf]:
    """Equal to a value, unequal, one of two."""
    return [
        Leaf(column == value, lambda facts: bool(facts.get(name, default) == value)),
        Leaf(column != value, lambda facts: bool(facts.get(name, default) != value)),
    ]


def has(column: Any, name: str, *values: str) -> list[Leaf]:
    """A list with this value; an empty one."""

    def leaf(value: str) -> Leaf:
        return Leaf(column.has(value), lambda facts: value in facts.get(name, ()))

    return [*map(leaf, values), Leaf(column.is_null(), lambda facts: not facts.get(name))]


def text(facts: Facts, name: str) -> str:
    return (facts.get(name) or "").lower()


def is_raw(facts: Facts) -> bool:
    return facts.get("priority") == 5 or facts.get("status") == "open"


LEAVES: list[Leaf] = [
    *equal(Ticket.subject, "subject", "mail"),
    *equal(Ticket.subject, "subject", 'O\'Neil \\ "x"'),
    Leaf(Ticket.subject.like("DISK"), lambda facts: "disk" in text(facts, "subject")),
    Leaf(Ticket.subject.starts_with("disk full o"), lambda f: f["subject"].endswith("db1")),
    *equal(Ticket.status, "status", "open", "new"),
    Leaf(Ticket.status.in_(["new", "resolved"]), lambda f: f.get("status") != "open"),
    Leaf(Ticket.status.not_in(["new", "open"]), lambda f: f.get("status") == "resolved"),
    *equal(Ticket.owner, "owner", "root", "Nobody"),
    Leaf(Ticket.owner.like("roo"), lambda facts: facts.get("owner") == "root"),
    *equal(Ticket.priority, "priority", 5, 0),
    *ordered(Ticket.priority, "priority", 5, 0),
    Leaf(Ticket.priority.between(1, 50), lambda f: 1 <= f.get("priority", 0) <= 50),
    *ordered(Ticket.time_worked, "time_worked", 5, 0),
    *equal(Ticket.due, "due", DUE),
    *ordered(Ticket.due, "due", DUE),
    Leaf(Ticket.due.is_null(), lambda facts: "due" not in facts),
    *has(Ticket.cc, "cc", ANN, BOB),
    *has(Ticket.requestors, "requestors", ANN, BOB),
    Leaf(Ticket.cc.like("@X."), lambda facts: ANN in facts.get("cc", ()), deniable=False),
    *has(Ticket.links.refers_to, "refers_to", URI),
    *equal(Incident.severity, "severity", "high"),
    Leaf(Incident.severity.is_null(), lambda facts: "severity" not in facts),
    Leaf(Incident.severity.in_(["low", "high"]), lambda f: f.get("severity") in ("low", "high")),
    *has(Incident.hosts, "hosts", "db1", "db2"),
    Leaf(Incident.hosts.like("B2"), lambda facts: "db2" in facts.get("hosts", ())),
    *equal(Ticket.cf["Note"], "note", "b"),
    Leaf(Incident.note.like("a"), lambda facts: "a" in text(facts, "note")),
    Leaf(Incident.note.starts_with("A"), lambda facts: text(facts, "note").startswith("a")),
    Leaf(Incident.note.is_null(), lambda facts: "note" not in facts),
    *equal(Incident.count, "count", 7),
    *equal(Incident.report_date, "report_date", DAY),
    *ordered(Incident.report_date, "report_date", DAY),
    Leaf(sql("Priority = 5 OR Status = 'open'"), is_raw, deniable=False),
]


Tree = Any
"""A leaf, `("not", tree)`, or `("and" or "or", tree, tree)`."""

TREES: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=6,
)


def clause_of(tree: Tree) -> Clause:
    match tree:
        case Leaf():
            return tree.clause
        case ("not", inner):
            return ~clause_of(inner)
        case ("and", one, two):
            return clause_of(one) & clause_of(two)
        case (_, one, two):
            return clause_of(one) | clause_of(two)
        case _:
            raise AssertionError(tree)


def fulfils(facts: Facts, tree: Tree, *, denied: bool = False) -> bool:
    match tree:
        case Leaf():
            return tree.fulfilled(facts, denied=denied)
        case ("not", inner):
            return fulfils(facts, inner, denied=not denied)
        case (word, one, two):
            parts = (fulfils(facts, each, denied=denied) for each in (one, two))
            return all(parts) if (word == "and") != denied else any(parts)
        case _:
            raise AssertionError(tree)


def can_be_asked(tree: Tree, *, denied: bool = False) -> bool:
    match tree:
        case Leaf():
            return tree.deniable or not denied
        case ("not", inner):
            return can_be_asked(inner, denied=not denied)
        case (_, *inner):
            return all(can_be_asked(each, denied=denied) for each in inner)
        case _:
            raise AssertionError(tree)


@pytest.mark.live
def test_any_combination_of_conditions_finds_what_it_means(session: Session) -> None:
    """With `&`, `|` and `~`, whatever the kinds of the fields."""
    made = [session.add(Incident(**without_links(facts))) for facts in TICKETS]
    session.commit()
    for ticket, facts in zip(made, TICKETS, strict=True):
        ticket.links.refers_to = facts.get("refers_to", [])
    session.commit()
    numbers = [ticket.id for ticket in made]
    query = session.query(Incident).where(Ticket.id.between(min(numbers), max(numbers)))
    assert query.ids() == numbers

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(tree=TREES)
    def holds(tree: Tree) -> None:
        clause = clause_of(tree)
        if not can_be_asked(tree):
            with pytest.raises(QueryError):
                query.where(clause).ids()
            return
        wanted = [n for n, facts in zip(numbers, TICKETS, strict=True) if fulfils(facts, tree)]
        assert query.where(clause).ids() == wanted, query.where(clause).text

    holds()


def without_links(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "refers_to"}
