"""What `edit` and `create` are told."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.cli.assignments import (
    Assignment,
    Operator,
    UsageError,
    assignment,
    grouped,
    ids_and_rest,
)

OPERATORS: list[Operator] = ["=", "+=", "-="]


@given(
    name=st.text(min_size=1).filter(lambda text: "=" not in text and text[-1] not in "+-"),
    operator=st.sampled_from(OPERATORS),
    value=st.text(),
)
@example(name="cf.Odd (x): y [z]", operator="+=", value="a=b")
@example(name="cf.Br{ace}", operator="=", value="")
def test_any_value_arrives(name: str, operator: Operator, value: str) -> None:
    """Whatever stands behind the first sign is the value, to the letter."""
    assert assignment(f"{name}{operator}{value}") == Assignment(name, operator, value)


@given(
    name=st.text(min_size=1).filter(lambda text: "}" not in text),
    operator=st.sampled_from(OPERATORS),
    value=st.text(),
)
def test_in_braces_any_name_arrives(name: str, operator: Operator, value: str) -> None:
    """Also one that holds a sign, or ends like one."""
    assert assignment(f"cf.{{{name}}}{operator}{value}") == Assignment(
        f"cf.{name}", operator, value
    )


@given(st.text())
def test_no_text_is_more_than_refused(text: str) -> None:
    """What is no assignment is a usage error, and nothing else; without a sign it is none."""
    try:
        found = assignment(text)
    except UsageError:
        return
    assert "=" in text
    assert found.name


def test_ids_come_first() -> None:
    """All before the first sign are tickets, each once; `ticket/42` is RT's own way to write it."""
    ids, given = ids_and_rest(["43", "ticket/42", "43", "status=open", "subject=a 7=b"])
    assert ids == [43, 42]
    assert [each.name for each in given] == ["status", "subject"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["status=open"],
        ["42"],
        ["42", "open"],
        ["42", "status=open", "43"],
        ["0", "status=open"],
        ["-1", "status=open"],
        ["1e3", "status=open"],
        ["42", "=open"],
        [],
    ],
)
def test_what_is_neither_is_refused(arguments: list[str]) -> None:
    """A slip of the fingers changes nothing."""
    with pytest.raises(UsageError):
        ids_and_rest(arguments)


def test_either_set_or_changed() -> None:
    """`cc=a cc+=b` may mean two things, so it means none."""
    given = [("cc", assignment("cc=a@b.org")), ("cc", assignment("cc+=c@b.org"))]
    with pytest.raises(UsageError, match="cc: either"):
        grouped(given)
