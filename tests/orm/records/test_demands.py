"""What a definition of a custom field demands of a value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rtorm.gateway import Definition
from rtorm.orm.records.demands import type_of


def definition(kind: str = "Freeform", **more: Any) -> Definition:
    given: dict[str, Any] = {"description": "", "multiple": False, "pattern": "", **more}
    return Definition("Field", type=kind, **given)


def valid(defined: Definition, value: Any) -> Any:
    return TypeAdapter[Any](type_of(defined)).validate_python(value)


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("Freeform", "x", "x"),
        ("Select", "x", "x"),
        ("Something new", "x", "x"),
        ("Date", "2026-01-02", date(2026, 1, 2)),
        ("DateTime", NOON, NOON),
        ("IPAddress", "::1", IPv6Address("::1")),
        ("IPAddress", IPv4Address("1.2.3.4"), IPv4Address("1.2.3.4")),
        ("IPAddressRange", IPv4Network("10.0.0.0/8"), IPv4Network("10.0.0.0/8")),
        ("IPAddressRange", "1.2.3.4-1.2.3.9", "1.2.3.4-1.2.3.9"),
    ],
)
def test_values_have_the_type_of_their_kind(kind: str, given: Any, kept: Any) -> None:
    """RT's kind of field says which; a kind that is not known holds texts."""
    assert valid(definition(kind), given) == kept
    assert valid(definition(kind, multiple=True), [given]) == [kept]


@pytest.mark.parametrize(
    ("kind", "given"),
    [("Date", "soon"), ("DateTime", "2026-01-02T03:04:05"), ("IPAddress", "1.2.3"), ("Text", 5)],
)
def test_other_values_are_refused(kind: str, given: Any) -> None:
    """What is no date, no address, no text."""
    with pytest.raises(ValidationError):
        valid(definition(kind), given)
    with pytest.raises(ValidationError):
        valid(definition(kind, multiple=True), [given])


def test_one_value_and_several_are_not_the_same() -> None:
    """A text for a list would be torn into letters, a list for a text written as one value."""
    with pytest.raises(ValidationError, match="one value, not several"):
        valid(definition(), ["x"])
    for single in ("x", None, 5):
        with pytest.raises(ValidationError, match="give a list"):
            valid(definition(multiple=True), single)
    for several in ({"x"}, ("x",)):
        assert valid(definition(multiple=True), several) == ["x"]


def test_no_value() -> None:
    """None and an empty text clear a field of one value."""
    assert valid(definition(), None) is None
    assert valid(definition("Date"), "") is None
    assert valid(definition(multiple=True), []) == []


def test_no_more_values_than_rt_keeps() -> None:
    """RT drops the oldest ones in silence."""
    three = definition(multiple=True, maximum=3)
    assert valid(three, list("abc")) == list("abc")
    with pytest.raises(ValidationError, match="at most 3"):
        valid(three, list("abcd"))
    assert len(valid(definition(multiple=True), list("abcd"))) == 4


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        (r"^\d*$", ["", "12"], ["x", "1x"]),
        (r"(?#Digits)^\d+$", ["12"], ["", None, "x"]),
        (r"(?i)^ab", ["ABc", "ab"], ["b"]),
        ("[Digits]", ["", None, "12", "1.5", "-1"], ["many"]),
        ("[Year]", ["", "2026"], ["now"]),
        ("[Mandatory]", ["x", "\nx"[1:]], ["", None]),
    ],
)
def test_a_pattern_that_is_told_is_checked(
    pattern: str, fits: list[Any], does_not: list[Any]
) -> None:
    """Both the expression itself and what its usual names mean at the least."""
    for value in fits:
        valid(definition(pattern=pattern), value)
    for value in does_not:
        with pytest.raises(ValidationError, match="RT demands that it match"):
            valid(definition(pattern=pattern), value)
    with pytest.raises(ValidationError):
        valid(definition(pattern=pattern, multiple=True), [does_not[-1] or ""])


@pytest.mark.parametrize(
    "pattern",
    [
        "[Something]",
        r"^[[:alpha:]]+$",
        r"^\p{Lu}$",
        r"a\Z",
        r"(?<n>x)",
        "a{,2}",
        "(",
        r"\h",
        "[a-",
        "^[a||b]$",
    ],
)
def test_a_pattern_that_python_reads_otherwise_is_left_to_rt(pattern: str) -> None:
    """A name that says nothing, and Perl's own dialect, refuse no value here."""
    assert valid(definition(pattern=pattern), "anything at all") == "anything at all"


@pytest.mark.parametrize("pattern", [r"^(a+)+$", "^(a|aa)*$", "(a?){30}b", r"^(\d{1,3}\.){3}$"])
def test_a_pattern_that_may_take_for_ever_is_left_to_rt(pattern: str) -> None:
    """Python tries all ways in which a repeated group may match."""
    value = "a" * 40 + "!"
    assert valid(definition(pattern=pattern), value) == value


def test_a_long_text_is_left_to_rt_where_a_pattern_has_many_choices() -> None:
    """Each repetition of it multiplies the steps by the length of the text."""
    kind = definition(pattern=r"^\w*\w*\w*!$")
    with pytest.raises(ValidationError, match="RT demands"):
        valid(kind, "a" * 99)
    assert valid(kind, "a" * 20_000) == "a" * 20_000
    digits = definition(pattern=r"^\d*$")
    with pytest.raises(ValidationError, match="RT demands"):
        valid(digits, "a" * 20_000)


@given(st.text(max_size=30))
def test_any_pattern_makes_a_type(pattern: str) -> None:
    """No text of RT's, however odd, is an error of its own."""
    try:
        valid(definition(pattern=pattern), "x")
    except ValidationError as error:
        assert "RT demands" in str(error)  # noqa: PT017
