"""Values and names in RT's query languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.rest1.conditions import custom_field_key, quoted, words
from rtorm.rest1.forms import EncodeError, check_text
from tests.rest1.rt_rules import SPACE

QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)


def storable(text: str) -> bool:
    try:
        check_text(text)
    except EncodeError:
        return False
    return True


TEXTS = st.text().filter(storable) | st.text("'\"\\ %_\n()=ab").filter(storable)


def read_literal(text: str) -> str:
    """What RT makes of a quoted text in TicketSQL."""
    assert QUOTED.fullmatch(text)
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def read_words(line: str) -> list[str]:
    """How RT splits a condition: as a shell, but without escapes in single quotes."""
    found: list[str] = []
    word: str | None = None
    rest = line.lstrip(SPACE)
    while rest:
        if quote := QUOTED.match(rest):
            inner = quote.group()[1:-1]
            plain = inner if rest[0] == "'" else re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)
            word, rest = (word or "") + plain, rest[quote.end() :]
        elif space := re.match(f"[{SPACE}]+", rest):
            found, word, rest = [*found, word or ""], None, rest[space.end() :]
        else:
            bare = re.match(rf"(?:\\.|[^\\\"'{SPACE}])+", rest, re.DOTALL)
            assert bare, f"an open quote: {rest!r}"
            plain = re.sub(r"\\(.)", r"\1", bare.group(), flags=re.DOTALL)
            word, rest = (word or "") + plain, rest[bare.end() :]
    return found if word is None else [*found, word]


@given(TEXTS)
@example("it's")
@example("a\\")
@example("\\'")
@example("' OR id > 0 OR Subject = '")
def test_a_text_stays_one_literal_of_ticket_sql(text: str) -> None:
    """Whatever a value holds, it ends neither its quotes nor the condition."""
    assert read_literal(quoted(text)) == text


@given(TEXTS)
@example("a b")
@example("")
@example('a" = "b')
@example("it's")
@example("\\")
def test_a_text_stays_one_word_of_a_condition(text: str) -> None:
    """Whatever a value holds, RT splits the condition into the same three words."""
    assert read_words(words("Name", "=", text)) == ["Name", "=", text]


def test_operators_of_two_words_stay_one() -> None:
    """RT would take the second word for the value and ignore the rest in silence."""
    assert words("Name", "NOT LIKE", "x") == 'Name "NOT LIKE" x'


@given(st.text("abcXYZ '\"\\{}():,1é").filter(bool))
def test_a_custom_field_is_named_exactly(name: str) -> None:
    """Names may hold quotes, braces, commas."""
    key = custom_field_key(name)
    assert read_literal(key) == f"CF.{{{name}}}"


@pytest.mark.parametrize("text", ["\nx", "a\0b", "\ufdd0", "\ud800"])
def test_what_no_field_can_hold_is_not_sought(text: str) -> None:
    """RT would look for another text."""
    with pytest.raises(EncodeError):
        quoted(text)
    with pytest.raises(EncodeError):
        words("Name", "=", text)


def test_a_name_that_rt_reads_as_another_is_refused() -> None:
    """RT takes what stands before ".{" for the name of a queue."""
    with pytest.raises(EncodeError, match=r"'a\.\{b'"):
        custom_field_key("a.{b")
