"""Values as short texts."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from rtorm.texts import brief, clipped, in_line, listed, printable, readable

LONG = "x" * 10_000_000


def columns(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


@given(st.text(max_size=200), st.integers(2, 80))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    """As Python prints it, in wide letters and escapes too; what fits is not touched."""
    shown = clipped(text, width)
    assert columns(repr(shown)[1:-1]) <= width + shown.count("'") + shown.count("\\")
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))
    if len(repr(text)) * 2 <= width:
        assert shown == text


@pytest.mark.parametrize("width", [2, 5, 10])
def test_wide_letters_count_twice(width: int) -> None:
    """Han characters take two columns each."""
    assert clipped("漢字" * 20, width) == f"{('漢字' * 20)[: (width - 1) // 2]}…"


def test_marks_upon_one_letter_end_somewhere() -> None:
    """A text of nothing but combining marks has no columns, and is cut all the same."""
    assert len(clipped("\u0301" * 100_000, 20)) < 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        (LONG, f"'{'x' * 59}…'"),
        (b"ab", "b'ab'"),
        (LONG.encode(), "<10,000,000 bytes>"),
        ([1, "a"], "[1, 'a']"),
        ((), "()"),
        ([LONG, "b"], f"['{'x' * 59}…', …]"),
        (["host"] * 50, "['host', 'host', 'host', 'host', 'host', 'host', 'host', …]"),
        (None, "None"),
        (SecretStr("geheim"), "SecretStr('**********')"),
    ],
)
def test_brief(value: object, text: str) -> None:
    """As `repr`, but never long."""
    assert brief(value) == text


def test_one_is_always_listed() -> None:
    """Rather too long than nothing."""
    assert listed([], 3) == ""
    assert listed(["abcdef"], 3) == "abcdef"
    assert listed(["abc", "d"], 3) == "abc, …"


def test_nothing_turns_text_around() -> None:
    """Controls and marks of direction are seen; joiners of scripts and emoji stay."""
    assert printable("a\u202eb\x1b[31m\r") == "a\\u202eb\\x1b[31m\\r"
    assert printable("one\n\ttwo") == "one\n\ttwo"
    assert printable("שלום") == "שלום"
    assert printable("می\u200cخواهم 👩\u200d💻") == "می\u200cخواهم 👩\u200d💻"
    assert in_line("one\ntwo \u202e", 20) == "one two \\u202e"


class Colour(Enum):
    """Named by texts."""

    RED = "red"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        (0, "0"),
        (False, "False"),
        (["a", None, 1], "a, —, 1"),
        (Colour.RED, "red"),
        (datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), "2026-03-04 05:06:07 UTC"),
        (
            datetime(2026, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2))),
            "2026-03-04 05:06:00+02:00",
        ),
        (date(2026, 3, 4), "2026-03-04"),
        (b"abc", "3 bytes"),
        (SecretStr("geheim"), "**********"),
        (LONG, f"{'x' * 400}… (10,000,000 characters)"),
        ("a\n" * 20, "a\n" * 7 + "a… (40 characters)"),
    ],
)
def test_readable(value: Any, text: str) -> None:
    """For people: without quotes, with zones, of long texts the beginning and their length."""
    assert readable(value) == text
