"""Values that RT joins by commas, through its own way of writing them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import CF_TEXT, INTEGER, Codec
from rtorm.rest1.forms import EncodeError, parse
from rtorm.rest1.joined import joined_list
from tests.rest1.rt_rules import write_form

CLOCK = Clock(None, exact=False)
KEY = "CF-Skills"

pieces = st.sampled_from(
    [" ", ",", "'", '"', "a", "é", "日", "😀", "\t", "\u2028", ": ", "--", "#"]
)
words = st.one_of(st.text(max_size=70), st.lists(pieces, max_size=80).map("".join))
values = words.filter(lambda value: value and "\n" not in value and ", " not in value)
names = st.text("ab ,(é", min_size=1, max_size=20).map(lambda name: f"CF-{name}")


def read(key: str, text: str, item: Codec = CF_TEXT, choices: Sequence[str] = ()) -> list[object]:
    """The values of a field that RT shows like that."""
    decoded: list[object] = joined_list(key, item, choices).decode(parse(text).fields[key], CLOCK)
    return decoded


@given(names, st.lists(values, max_size=8))
@example(KEY, ["x" * 28, "y" * 30])
@example(KEY, ["x" * 28, "y" * 29])
@example(KEY, ["x" * 90, "0"])
@example(KEY, [",", " lead", "trail ", "'q'"])
def test_values_are_told_apart(key: str, items: list[str]) -> None:
    """Whatever they hold but a comma and a blank, in however many lines RT writes them."""
    assert read(key, write_form({key: items})) == items


@pytest.mark.parametrize(
    "text",
    [
        # One that holds both, or two: RT would have begun a new line between two.
        f"{KEY}: {'x' * 40}, {'y' * 40}",
        # Several, of which one has lines.
        f"{KEY}: one\n\n{KEY}: two\n           lines\n",
        f"{KEY}: two,\n           lines\n",
        # RT keeps no empty values.
        f"{KEY}: a, , b",
    ],
)
def test_what_may_be_several_things_is_none(text: str) -> None:
    """It is not guessed: the record keeps the text."""
    with pytest.raises(ValueError, match="cannot be told"):
        read(KEY, text)


def test_a_value_of_several_lines_that_is_alone() -> None:
    """RT writes it apart from others, so its commas are its own."""
    assert read(KEY, f"{KEY}: one, two\n           three\n") == ["one, two\nthree"]


def test_no_values() -> None:
    """RT shows a field without values, too."""
    assert read(KEY, f"{KEY}:") == []


def test_values_of_other_kinds() -> None:
    """Each is read by itself; one that cannot be read makes the list text."""
    assert read(KEY, f"{KEY}: 1, 20", INTEGER) == [1, 20]
    with pytest.raises(ValueError, match="invalid literal"):
        read(KEY, f"{KEY}: 1, x", INTEGER)


CHOICES = ("early, late", "early", "late", "day")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("day, early", ["day", "early"]),
        ("early, late, day", None),
        ("early, late, late", ["early, late", "late"]),
        ("early, early, late", ["early", "early, late"]),
        ("night", None),
    ],
)
def test_values_of_a_closed_set(text: str, chosen: list[str] | None) -> None:
    """Those that hold a comma are found, unless there is another way to see the text."""
    if chosen is not None:
        assert read(KEY, f"{KEY}: {text}", CF_TEXT, CHOICES) == chosen
        return
    with pytest.raises(ValueError, match="cannot be told"):
        read(KEY, f"{KEY}: {text}", CF_TEXT, CHOICES)


def test_values_outside_a_set_without_commas() -> None:
    """What RT shows is never validated."""
    assert read(KEY, f"{KEY}: a, b", CF_TEXT, ("a",)) == ["a", "b"]


def test_they_are_never_written() -> None:
    """RT would refuse the field."""
    with pytest.raises(EncodeError, match="never takes it"):
        joined_list(KEY, CF_TEXT).encode(["a"], CLOCK)
