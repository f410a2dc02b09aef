"""Kinds of custom fields to types."""

from __future__ import annotations

import pytest

from tests.codegen.support import body, field


@pytest.mark.parametrize(
    ("kind", "one", "several"),
    [
        ("Freeform", "CF[str | None]", "CF[list[str]]"),
        ("Text", "CF[str | None]", "CF[list[str]]"),
        ("Wikitext", "CF[str | None]", "CF[list[str]]"),
        ("HTML", "CF[str | None]", "CF[list[str]]"),
        ("Somebody's own", "CF[str | None]", "CF[list[str]]"),
        ("Combobox", "CF[str | None]", "CF[list[str]]"),
        ("Autocomplete", "CF[str | None]", "CF[list[str]]"),
        ("Date", "CF[date | None]", "CF[list[date]]"),
        ("DateTime", "CF[AwareDatetime | None]", "CF[list[AwareDatetime]]"),
        (
            "IPAddress",
            "CF[IPv4Address | IPv6Address | None]",
            "CF[list[IPv4Address | IPv6Address]]",
        ),
        (
            "IPAddressRange",
            "CF[IPv4Network | IPv6Network | str | None]",
            "CF[list[IPv4Network | IPv6Network | str]]",
        ),
        ("Image", "ReadOnly[str | None]", "ReadOnly[list[str]]"),
        ("Binary", "ReadOnly[str | None]", "ReadOnly[list[str]]"),
        ("", "ReadOnly[str | None]", "ReadOnly[list[str]]"),
    ],
)
def test_each_kind_has_its_type(kind: str, one: str, several: str) -> None:
    """May be empty if it is one value; a list if RT holds several."""
    assert f"    x: {one} = cf(" in body(field("X", kind))
    assert f"    x: {several} = cf(" in body(field("X", kind, multiple=True))


def test_a_select_takes_its_values_alone() -> None:
    """Each once and in RT's order; one without a name cannot be chosen."""
    low = field("X", "Select", values=("low", "high", "low", ""))
    assert body(low) == '    x: CF[Literal["low", "high"] | None] = cf("X", default=None)\n'
    both = field("X", "Select", values=("b", "a"), multiple=True)
    assert body(both) == '    x: CF[list[Literal["b", "a"]]] = cf("X", default_factory=list)\n'


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (None, "does not tell this account which"),
        ((), "of which it tells none"),
        (tuple(map(str, range(251))), "which has more than 250"),
    ],
)
def test_a_select_without_values_says_why_it_takes_any_text(
    values: tuple[str, ...] | None, why: str
) -> None:
    """RT refuses what is not in its list, which the type cannot tell."""
    text = body(field("X", "Select", values=values))
    assert "x: CF[str | None]" in text
    assert "    # RT takes only values of its list" in text
    assert why in " ".join(text.split())


@pytest.mark.parametrize("kind", ["Combobox", "Autocomplete"])
def test_suggestions_are_told(kind: str) -> None:
    """RT takes any other text, too; a long list helps nobody."""
    assert body(field("X", kind, values=("a", "b'"))).endswith(
        '''    """RT suggests 'a', "b'"."""\n'''
    )
    assert "suggests" not in body(field("X", kind, values=tuple(map(str, range(13)))))


def test_what_rt_demands_of_values_is_told() -> None:
    """Where an editor shows it: in the attribute's docstring."""
    text = body(
        field("X", description="How many", multiple=True, pattern="(?#Digits)^\\d*$", maximum=3)
    )
    assert '    """How many. Must match `(?#Digits)^\\\\d*$`. At most 3 values:' in text
    assert "At most" not in body(field("X", maximum=1))


@pytest.mark.parametrize(
    ("kind", "why"), [("Image", "destroy the file"), ("", "what kind of field it is")]
)
def test_what_is_read_only_says_why(kind: str, why: str) -> None:
    """And nothing of values that a program cannot assign."""
    text = body(field("X", kind, pattern=".", maximum=3, multiple=True))
    assert text.startswith("    # RT ")
    assert why in " ".join(text.split())
    assert "Must match" not in text


def test_values_that_rt_does_not_keep_are_left_out_and_told() -> None:
    """Of those that differ in letter case alone, RT keeps the first for any (RT 4.4-5.0)."""
    text = body(field("X", "Select", values=("a", "B", "A", "b", "a")))
    assert '    x: CF[Literal["a", "B"] | None] = cf("X", default=None)\n' in text
    assert "left out: 'A', 'b'." in text.replace("\n    #", "")
    assert "left out" not in body(field("X", "Select", values=("a", "b")))
