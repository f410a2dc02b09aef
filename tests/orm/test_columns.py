"""Columns and the clauses made of them; no server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rtorm import Ticket, sql
from rtorm.orm.columns import And, Clause, Column, Comparison, Not, Or, Ordering, Raw
from tests.orm.doubles import loaded
from tests.support import Incident

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
opened = Comparison("Status", "=", "open")
urgent = Comparison("Priority", ">", 50)


@pytest.mark.parametrize(
    ("made", "meant"),
    [
        (Ticket.status == "open", Comparison("Status", "=", "open")),
        (Ticket.status != "open", Comparison("Status", "!=", "open")),
        (Ticket.priority < 5, Comparison("Priority", "<", 5)),
        (Ticket.priority <= 5, Comparison("Priority", "<=", 5)),
        (Ticket.priority > 5, Comparison("Priority", ">", 5)),
        (Ticket.priority >= 5, Comparison("Priority", ">=", 5)),
        (Ticket.due < NOON, Comparison("Due", "<", NOON)),
        (Ticket.subject.like("disk"), Comparison("Subject", "LIKE", "disk")),
        (Ticket.subject.not_like("disk"), Comparison("Subject", "NOT LIKE", "disk")),
        (Ticket.subject.starts_with("disk"), Comparison("Subject", "STARTSWITH", "disk")),
        (Incident.severity.like("hi"), Comparison("CF.{Severity}", "LIKE", "hi")),
        (Incident.hosts.has("db1"), Comparison("CF.{Affected hosts}", "=", "db1")),
        (Ticket.due.is_null(), Comparison("Due", "IS", None)),
        (Incident.severity == "high", Comparison("CF.{Severity}", "=", "high")),
    ],
)
def test_a_column_makes_clauses(made: Clause, meant: Clause) -> None:
    """Each operator and method makes the clause that it reads as, with RT's name of the field."""
    assert made == meant


def test_between_includes_both_ends() -> None:
    """`between` is two comparisons."""
    meant = And((Comparison("Created", ">=", NOON), Comparison("Created", "<=", NOON)))
    assert Ticket.created.between(NOON, NOON) == meant


def test_none_is_no_value() -> None:
    """Compared with None, a field has a value or has none."""
    assert (Incident.severity == None) == Comparison("CF.{Severity}", "IS", None)  # noqa: E711
    assert (Incident.severity != None) == Comparison("CF.{Severity}", "IS NOT", None)  # noqa: E711
    assert Incident.severity.in_([None, "low"]) == Or(
        (Incident.severity == None, Incident.severity == "low")  # noqa: E711
    )


def test_none_is_neither_smaller_nor_greater() -> None:
    """Ordering by None is refused where it is written."""
    with pytest.raises(TypeError, match="Due < None"):
        _ = Ticket.due < None


def test_membership() -> None:
    """`in_` is any of the values, `not_in` none of them; any iterable will do."""
    meant = [Comparison("Status", "=", status) for status in ("new", "open")]
    assert Ticket.status.in_(["new", "open"]) == Or(tuple(meant))
    assert Ticket.status.in_(status for status in ("new", "open")) == Or(tuple(meant))
    assert Ticket.status.not_in({"new"}) == And((Comparison("Status", "!=", "new"),))
    assert Ticket.status.in_([]) == Or(())
    assert Ticket.status.not_in([]) == And(())


def test_a_text_is_no_list_of_texts() -> None:
    """`in_("new")` would otherwise ask for three statuses of one letter."""
    with pytest.raises(TypeError, match="'new' is one value"):
        Ticket.status.in_("new")
    with pytest.raises(TypeError, match="'new' is one value"):
        Ticket.status.not_in("new")


def test_combination() -> None:
    """`&`, `|` and `~` combine clauses as they read."""
    assert opened & urgent == And((opened, urgent))
    assert opened | urgent == Or((opened, urgent))
    assert ~opened == Not(opened)
    assert opened | urgent & ~opened == Or((opened, And((urgent, Not(opened)))))


def test_the_other_way_round() -> None:
    """A value on the left is compared as if it stood on the right."""
    made: object = 5 < Ticket.priority  # noqa: SIM300 - what is tested
    assert made == Comparison("Priority", ">", 5)


@pytest.mark.parametrize(
    "clause", [opened, opened & urgent, opened | urgent, ~opened], ids=["=", "&", "|", "~"]
)
def test_a_clause_has_no_truth_value(clause: Clause) -> None:
    """`and`, `or`, `not`, `if` and chained comparisons fail rather than drop a condition."""
    with pytest.raises(TypeError, match=r"clauses with & and \|"):
        bool(clause)
    with pytest.raises(TypeError, match="no truth value"):
        _ = 5 < Ticket.priority < 9


def test_a_raw_condition_is_a_clause() -> None:
    """RT's own language stands beside other clauses; a blank one would mean all tickets."""
    raw = sql("Requestor.Name = 'x'")
    assert opened & raw == And((opened, Raw("Requestor.Name = 'x'")))
    for blank in ("", "  ", "\n"):
        with pytest.raises(ValueError, match="blank"):
            sql(blank)


def test_what_is_no_clause_is_not_combined() -> None:
    """The comparison of a loaded value is a bool, and refused."""
    plain: Any = loaded(Ticket, status="open").status == "open"
    with pytest.raises(TypeError, match=r"True is no clause.*Ticket\.status"):
        _ = opened & plain
    with pytest.raises(TypeError, match="True is no clause"):
        _ = opened | plain


def test_ordering() -> None:
    """A column gives the two orders."""
    assert Ticket.created.asc() == Ordering("Created")
    assert Ticket.created.desc() == Ordering("Created", descending=True)


def test_a_column_knows_its_names() -> None:
    """A column tells attribute and RT's name, and can be kept in a set."""
    column = Incident.hosts
    assert isinstance(column, Column)
    assert (column.name, column.wire) == ("hosts", "CF.{Affected hosts}")
    assert repr(column) == "<Column CF.{Affected hosts}>"
    assert len({column, column}) == 1


def test_clauses_are_values() -> None:
    """Clauses are equal when they mean the same, and can be kept in a set."""
    assert len({opened, Comparison("Status", "=", "open"), urgent}) == 2
    assert repr(~opened) == "<Clause NOT (Status = 'open')>"
