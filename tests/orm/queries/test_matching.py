"""Clauses on queues, users and groups: what RT is asked for, and what is evaluated here."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Group, Queue, User, sql
from rtorm.errors import QueryError
from rtorm.gateway import Shown
from rtorm.orm.columns import And, Clause, Comparison, Not, Or, Ordering
from rtorm.orm.queries.clauses import ALL, normal
from rtorm.orm.queries.matching import in_order, matches, searches, sort_keys, values_of

QUEUE = {"Name": "Two Words", "Description": "", "Disabled": "0", "SLADisabled": "1"}


def asked(clause: Clause, cls: Any = Queue) -> tuple[str, ...]:
    return searches(normal(clause), cls)


def fits(clause: Clause, **fields: str) -> bool:
    shown = Shown(4, QUEUE | fields)
    return matches(normal(clause), values_of(shown, Queue))


@pytest.mark.parametrize(
    ("clause", "queries"),
    [
        (ALL, ["id > 0"]),
        (Queue.name == "Two Words", ['Name = "Two Words"']),
        (Queue.name.like("ops") & (Queue.name == "x"), ["Name = x"]),
        (
            Queue.name.like("ops") & (Queue.description.starts_with("d")),
            ["Description STARTSWITH d"],
        ),
        (Queue.name.like("ops") & (Queue.id == 3), ["id = 3"]),
        (Queue.name.like("ops") & (Queue.id > 3), ["Name LIKE ops"]),
        ((Queue.name == "a") | (Queue.name == "b"), ["Name = a", "Name = b"]),
        (Queue.name.in_(["a", "b"]) & Queue.description.like("x"), ["Name = a", "Name = b"]),
        ((Queue.name == "a") | (Queue.description != "b"), ["id > 0"]),
        (Queue.name.in_(map(str, range(21))), ["id > 0"]),
        (Queue.description == "", ["id > 0"]),
        (Queue.description.is_null(), ["id > 0"]),
        (Queue.name.like("%"), ["id > 0"]),
        (Queue.name.like("a\\%"), ["id > 0"]),
        (Queue.name > "a", ["id > 0"]),
    ],
)
def test_rt_is_asked_for_what_narrows_most(clause: Clause, queries: list[str]) -> None:
    """One condition each; what empty values fulfil is not sent, since RT's database has NULLs."""
    assert list(asked(clause)) == queries


@pytest.mark.parametrize(
    ("clause", "queries"),
    [
        (Queue.disabled == True, ["Disabled = 1"]),  # noqa: E712
        (Queue.disabled == False, ["id > 0"]),  # noqa: E712
        (Queue.disabled != True, ["id > 0"]),  # noqa: E712
        ((Queue.disabled == True) & (Queue.name == "x"), ["Disabled = 1"]),  # noqa: E712
        ((Queue.disabled == False) & (Queue.name == "x"), ["Name = x"]),  # noqa: E712
        ((Queue.disabled == True) | (Queue.name == "x"), ["id > 0", "Disabled = 1"]),  # noqa: E712
        (Queue.disabled.in_([True, False]), ["id > 0", "Disabled = 1"]),
    ],
)
def test_disabled_ones_are_sought_only_where_they_are_asked_for(
    clause: Clause, queries: list[str]
) -> None:
    """RT leaves them out of every search but that for nothing else."""
    assert list(asked(clause)) == queries


def test_users_are_narrowed_by_their_rights() -> None:
    """RT's empty query finds those who may be granted rights: of many users the few."""
    assert asked(User.privileged == True, User) == ("",)  # noqa: E712
    assert asked((User.privileged == True) & (User.name == "x"), User) == ("Name = x",)  # noqa: E712
    assert asked(User.contact_info == "x", User) == ("FreeformContactInfo = x",)


@pytest.mark.parametrize(
    ("clause", "true"),
    [
        (Queue.name == "two words", True),
        (Queue.name == "two", False),
        (Queue.name != "two", True),
        (Queue.name.like("O w"), True),
        (Queue.name.like("t_o%s"), True),
        (Queue.name.like("two.words"), False),
        (Queue.name.starts_with("TWO"), True),
        (Queue.name.starts_with("words"), False),
        (Queue.name.not_like("x"), True),
        (~Queue.name.starts_with("x"), True),
        (Queue.name > "three", True),
        (Queue.description.is_null(), True),
        (Queue.description == "", True),
        (Queue.description < "x", False),
        (Queue.description > "", False),
        (Queue.description != "x", True),
        (Queue.id == 4, True),
        (Queue.id.between(1, 3), False),
        (Queue.disabled == False, True),  # noqa: E712
        (Queue.sla_disabled == False, False),  # noqa: E712
        ((Queue.name == "x") | (Queue.id == 4), True),
        ((Queue.name == "x") & (Queue.id == 4), False),
        (ALL, True),
    ],
)
def test_the_whole_clause_is_evaluated(clause: Clause, true: bool) -> None:
    """Nothing is ignored; text is compared in any letter case, as RT does."""
    assert fits(clause) is true


def test_what_cannot_be_read_is_compared_as_its_text() -> None:
    """One odd value in RT's database does not cost the query."""
    assert not fits(Queue.disabled == True, Disabled="maybe")  # noqa: E712
    assert fits(Queue.disabled != True, Disabled="maybe")  # noqa: E712


CLAUSES = st.recursive(
    st.sampled_from(
        [
            Queue.name == "a",
            Queue.name == "b",
            Queue.name != "a",
            Queue.name.like("a"),
            Queue.description == "",
            Queue.description == "a",
            Queue.id == 4,
            Queue.id > 4,
            Queue.disabled == True,  # noqa: E712
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=8,
)
ROWS = [
    Shown(number, {"Name": name, "Description": text, "Disabled": disabled, "SLADisabled": "1"})
    for number, name, text, disabled in [
        (3, "a", "", "0"),
        (4, "b", "a", "0"),
        (5, "A", "b", "1"),
        (6, "c", "", "1"),
    ]
]


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "LIKE": operator.contains,
}


def found_by(query: str) -> list[Shown]:
    """What RT finds by one of the conditions above."""
    field, sign, value = query.split(" ")
    if field == "Disabled":
        return [row for row in ROWS if row.fields["Disabled"] == "1"]
    shown = [row for row in ROWS if row.fields["Disabled"] == "0"]
    if field == "id":
        return [row for row in shown if COMPARE[sign](row.id, int(value))]
    return [row for row in shown if COMPARE[sign](row.fields[field].lower(), value)]


@given(CLAUSES)
def test_nothing_that_fits_is_missed(clause: Clause) -> None:
    """The searches together find every record that fulfils the clause."""
    made = normal(clause)
    about_disabled = "Disabled" in repr(made)
    wanted = {
        row.id
        for row in ROWS
        if matches(made, values_of(row, Queue))
        and (about_disabled or row.fields["Disabled"] == "0")
    }
    found = {row.id for query in searches(made, Queue) for row in found_by(query)}
    assert wanted <= found


@pytest.mark.parametrize(
    ("clause", "why"),
    [
        (sql("Name = 'x'"), r"sql\(\)"),
        ((Queue.id == 1) & sql("Name = 'x'"), r"sql\(\)"),
        (~sql("Name = 'x'"), r"sql\(\)"),
        (Comparison("Nope", "=", "x"), "queues cannot be searched or sorted by Nope"),
        (Comparison("Name", "=", 5), "Name = 5: it is compared with a value of type str"),
        (Comparison("id", "=", "5"), "a value of type int"),
        (Comparison("id", "=", True), "a value of type int"),
        (Comparison("Disabled", "=", "1"), "a value of type bool"),
        (Comparison("Disabled", "<", True), "either True or False"),
        (Queue.disabled.is_null(), "either True or False"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(clause: Clause, why: str) -> None:
    """Before anything is sent."""
    with pytest.raises(QueryError, match=why):
        asked(clause)


def test_what_rt_does_not_list_cannot_be_searched() -> None:
    """RT shows members only where they are asked for, and passwords never."""
    with pytest.raises(QueryError, match="groups cannot be searched or sorted by Members"):
        asked(Group.members.has("x"), Group)
    with pytest.raises(QueryError, match="users cannot be searched or sorted by Password"):
        asked(User.password.is_null(), User)


def ordered(*orderings: Ordering) -> list[int]:
    rows = [(row, values_of(row, Queue)) for row in reversed(ROWS)]
    return [row.id for row in in_order(rows, sort_keys(orderings, Queue))]


def test_records_are_sorted_by_any_number_of_fields() -> None:
    """In any letter case, what has no value first; by id where all are equal."""
    assert ordered() == [3, 4, 5, 6]
    assert ordered(Queue.name.asc()) == [3, 5, 4, 6]
    assert ordered(Queue.description.asc()) == [3, 6, 4, 5]
    assert ordered(Queue.disabled.desc(), Queue.description.desc()) == [5, 6, 4, 3]
    with pytest.raises(QueryError, match="by Nope"):
        ordered(Ordering("Nope"))
