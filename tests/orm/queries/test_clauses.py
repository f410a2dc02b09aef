"""Clauses in their normal form; no server."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.orm.columns import And, Clause, Comparison, Not, Or, sql, told
from rtorm.orm.queries.clauses import ALL, NONE, comparisons, normal

SIGNS: tuple[str, ...] = ("A", "B", "C")
LEAVES = st.sampled_from([Comparison(sign, "=", 1) for sign in SIGNS] + [ALL, NONE])
CLAUSES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=8,
)


def holds(clause: Clause, held: dict[str, bool]) -> bool:
    """Whether a clause is true where these fields equal 1."""
    match clause:
        case Comparison(field, operator):
            return held[field] == (operator == "=")
        case And(parts):
            return all(holds(part, held) for part in parts)
        case Or(parts):
            return any(holds(part, held) for part in parts)
        case Not(inner):
            return not holds(inner, held)
        case _:
            raise AssertionError(clause)


@given(CLAUSES)
def test_the_normal_form_means_the_same(clause: Clause) -> None:
    """Whatever is combined and denied, the same records fulfil it."""
    made = normal(clause)
    for truths in product([False, True], repeat=len(SIGNS)):
        held: dict[str, bool] = dict(zip(SIGNS, truths, strict=True))
        assert holds(made, held) == holds(clause, held)


@given(CLAUSES)
def test_the_normal_form_has_no_denials_and_no_constants_inside(clause: Clause) -> None:
    """RT knows neither NOT nor true and false."""
    made = normal(clause)
    if made in (ALL, NONE):
        return
    for part in parts_of(made):
        assert not isinstance(part, Not)
        assert part not in (ALL, NONE)


def parts_of(clause: Clause) -> list[Clause]:
    inner = clause.clauses if isinstance(clause, And | Or) else ()
    return [clause, *(each for part in inner for each in parts_of(part))]


@pytest.mark.parametrize(
    ("operator", "opposite"),
    [
        ("=", "!="),
        ("<", ">="),
        (">", "<="),
        ("LIKE", "NOT LIKE"),
        ("STARTSWITH", "NOT STARTSWITH"),
        ("IS", "IS NOT"),
    ],
)
def test_a_denied_comparison_is_the_opposite_one(operator: str, opposite: str) -> None:
    """Each operator has its opposite, both ways."""
    one, other = Comparison("A", operator, 1), Comparison("A", opposite, 1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert normal(Not(one)) == other
    assert normal(Not(other)) == one


def test_a_raw_condition_stays_denied() -> None:
    """What it means is known to RT alone; denied twice, it is itself."""
    raw = sql("Requestor.Name = 'x'")
    assert normal(~raw) == Not(raw)
    assert normal(~~raw) == raw


def test_comparisons_are_found_everywhere() -> None:
    """In whatever they are combined."""
    one, two, three = (Comparison(sign, "=", 1) for sign in SIGNS)
    assert list(comparisons(one & (two | ~three) & sql("x = 1"))) == [one, two, three]


def test_a_clause_is_told_to_people() -> None:
    """Near to what RT is asked, without asking anyone."""
    clause = Comparison("A", "=", "it's") & (Comparison("B", ">", 5) | Comparison("C", "IS", None))
    assert told(normal(clause)) == 'A = "it\'s" AND (B > 5 OR C IS NULL)'
    assert told(normal(sql("D = 1") & ~sql("E = 2"))) == "(D = 1) AND NOT (E = 2)"
    assert (told(ALL), told(NONE)) == ("everything", "nothing")
