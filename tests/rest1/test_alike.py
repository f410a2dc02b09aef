"""Many forms that look alike are read as each would be by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rtorm.rest1.alike import count_forms, each_form
from rtorm.rest1.forms import Form, parse
from tests.rest1.rt_rules import write_body, write_form
from tests.rest1.test_forms import HOSTILE

VALUES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.just(""), st.just("x"))
KEYS = ["id", "Queue", "Subject", "CF.{Note}", "CF.{a.b*c}", "CF.{x}: y}", "Told"]


def many(forms: list[dict[str, str]]) -> list[Form]:
    body = write_body([write_form(form) for form in forms], tail=2)
    return list(each_form(body, tail=2))


@given(st.data())
def test_every_form_is_read_as_by_itself(data: st.DataObject) -> None:
    """Values of several lines, empty ones, other names and another order among many alike."""
    plain = dict.fromkeys(KEYS, "x")
    forms = [plain] * 25
    for _ in range(data.draw(st.integers(0, 4))):
        keys = data.draw(st.permutations(KEYS)) if data.draw(st.booleans()) else KEYS
        kept = keys[: data.draw(st.integers(1, len(keys)))]
        other = {key: data.draw(VALUES) for key in kept}
        forms = [*forms, other] if data.draw(st.booleans()) else [other, *forms]
    assert many(forms) == [parse(write_form(form)) for form in forms]


def test_any_blocks_are_read_as_by_themselves() -> None:
    """Also what RT never writes: comments, lines that are no fields, half a line at the end."""
    alike = "id: ticket/1\nSubject: x\n"
    odd = [
        "# No such ticket.\n",
        "id: ticket/1\nSubject: x",
        "id: ticket/1\nSubject: x\n\n",
        "id: ticket/1\nSubject: x\n\n\n",
        "id: ticket/1\n\nSubject: x\n",
        "id: ticket/1\nSubject: x\n  more\n",
        "id: ticket/1\nSubject:\n",
        "id: ticket/1\nSubject: x\nSubject: y\n",
        " id: ticket/1\nSubject: x\n",
        "id: ticket/1\rSubject: x\nSubject: \u2028\n",
        "",
    ]
    blocks = [alike] * 15 + odd + [alike] * 15
    body = "\n--\n\n".join(blocks) + "\n\n"
    # Of the last one, the reply's own end is taken off.
    assert list(each_form(body, tail=2)) == [parse(block) for block in blocks]


@given(st.lists(st.sampled_from(["\n", "--", "\n--\n\n", "a: b", "# c"])), st.integers(1, 2))
def test_forms_are_counted_without_being_read(pieces: list[str], tail: int) -> None:
    """As many as are read, also where the end of the reply looks like half of a separator."""
    body = "".join(pieces)
    assert count_forms(body, tail=tail) == len(list(each_form(body, tail=tail)))


def test_the_first_form_may_be_the_odd_one() -> None:
    """Then each is read by itself."""
    blocks = ["# gone\n", *["id: ticket/1\nSubject: x\n"] * 30]
    assert list(each_form("\n--\n\n".join(blocks), tail=1)) == [parse(block) for block in blocks]


def test_a_name_is_no_pattern() -> None:
    """A custom field may be called by the signs of regular expressions."""
    blocks = ["CF.{a.b}: x\n"] * 30 + ["CF.{aXb}: y\n"]
    assert list(each_form("\n--\n\n".join(blocks), tail=1)) == [parse(block) for block in blocks]
