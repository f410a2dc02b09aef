"""Whatever stands in a clause on tickets, its values stay values of the TicketSQL that it becomes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from rtorm import Queue, Ticket, User
from rtorm.orm.columns import And, Clause, Comparison, Not, Or
from rtorm.orm.loading.shown import blank
from tests.fuzz.queries import FIELDS, NOON, OPERATORS, allowed_texts, check_clause, named

HOSTILE = st.sampled_from(
    [
        "'",
        "\\",
        "\\'",
        "' OR id > 0 OR Subject = '",
        "CF.{x}",
        "__CurrentUser__",
        "12",
        "t:5",
        "NULL",
    ]
)
TEXTS = st.lists(HOSTILE | st.text(max_size=4), max_size=4).map("".join)
NUMBERS = st.integers(1, 10**6)
ONE = st.one_of(
    TEXTS,
    TEXTS,
    TEXTS,
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.binary(),
    st.integers(0, 10**7).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1)) | st.dates(date(1971, 1, 1)),  # noqa: DTZ001
    st.ip_addresses(),
    st.builds(named, st.just(User), NUMBERS, TEXTS),
    st.builds(named, st.just(Queue), NUMBERS, TEXTS),
    st.builds(blank, st.just(Ticket), NUMBERS),
)
VALUES = ONE | st.lists(ONE, max_size=2)
COMPARISONS = st.builds(
    Comparison,
    st.sampled_from(FIELDS) | TEXTS.map(lambda name: f"CF.{{{name}}}"),
    st.sampled_from(OPERATORS),
    VALUES,
)
# What is refused takes the whole clause with it, so that most are of a kind that is not.
PLAIN = st.builds(
    Comparison,
    st.sampled_from(
        ["Subject", "Status", "Queue", "Owner", "CF.{Plain}", "CF.{It's {x}: a, \\' b}"]
    ),
    st.sampled_from(["=", "!="]),
    TEXTS,
)
CLAUSES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


def held(clause: Clause) -> list[Any]:
    """The values in a clause."""
    match clause:
        case Comparison():
            return [clause.value]
        case And(parts) | Or(parts):
            return [value for part in parts for value in held(part)]
        case Not(inner):
            return held(inner)
        case _:
            return []


def check(clause: Clause) -> int:
    found = check_clause(clause)
    allowed = {text for value in held(clause) for text in allowed_texts(value)} | {"0"}
    assert allowed >= set(found)
    return len(found)


@given(COMPARISONS)
@example(Comparison("CF.{Net}", "=", "10.0.0.0/24"))
@example(Comparison("CF.{Address}", "=", NOON))
@example(Comparison("CF.{Other}", "=", named(Queue, 3, "x")))
def test_any_value_of_any_field_is_a_value_or_refused(clause: Comparison) -> None:
    """Nothing of it stands outside of quotes, and no other text than it has is sought."""
    check(clause)


@given(CLAUSES)
def test_any_clause_is_read_as_it_is_meant(clause: Clause) -> None:
    """RT takes all words of one level for the last one, so that no level has two."""
    check(clause)


def test_most_of_these_clauses_are_asked() -> None:
    """What is refused would hold nothing."""
    asked = [check(Comparison(field, "=", "it's")) for field in ("Subject", "Owner", "CF.{Plain}")]
    assert asked == [1, 1, 1]
    assert check(And((Comparison("Subject", "=", "a"), Or((PLAIN_A, PLAIN_B))))) == 3


PLAIN_A = Comparison("Status", "=", "\\' OR")
PLAIN_B = Comparison("Status", "!=", "'")
