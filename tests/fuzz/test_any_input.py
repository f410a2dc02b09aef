"""Whatever a server sends, it is read, or an error of rtorm says what is wrong with it."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtorm.errors import RTError
from tests.fuzz.seeds import seeds_of
from tests.fuzz.targets import APART, TARGETS

# None that RT gives; Python makes no number of the longest.
_NUMBERS = (b"9" * 5000, b"9" * 19, b"-1", b"0", "\u0663".encode(), "\u00b2".encode(), b"")
_DIGITS = re.compile(rb"[0-9]+")
_PLACES = st.integers(0, 3) | st.integers(0, 999)
_ENDS = (b"\n", b": ", b", ", b"\n\n", b"\n--\n\n", b" ", APART)


def _with_number(data: bytes, number: bytes | None, place: int) -> bytes:
    """With another number in the place of one that stands behind the first line."""
    digits = [] if number is None else list(_DIGITS.finditer(data, data.find(b"\n") + 1))
    if not digits or number is None:
        return data
    found = digits[place % len(digits)]
    return data[: found.start()] + number + data[found.end() :]


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A real reply with pieces of it cut, repeated, moved or exchanged for something else."""
    words = [word.encode() for word in TARGETS[name].words]
    seeds = st.sampled_from(seeds_of(name))
    pieces = st.sampled_from([*words, *_ENDS]) | st.binary(max_size=4) | st.text().map(str.encode)
    data = _with_number(draw(seeds), draw(st.none() | st.sampled_from(_NUMBERS)), draw(_PLACES))
    for _ in range(draw(st.integers(0, 3))):
        end = draw(st.sampled_from(_ENDS[:3]))
        parts = data.split(end)
        at, to = sorted(draw(st.tuples(*[st.integers(0, len(parts))] * 2)))
        cut = parts[at:to]
        others = st.just(draw(seeds).split(end)[-3:])
        repeated = st.just(cut * draw(st.integers(2, 25)))
        turned: list[bytes] = cut[::-1]
        inner = draw(st.lists(pieces, max_size=3) | others | repeated | st.just(turned))
        data = end.join([*parts[:at], *inner, *parts[to:]])[:20_000]
    if draw(st.integers(0, 3)) == 0:
        data = data[: draw(st.integers(0, len(data)))]
    return data


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=100)
@given(st.data())
def test_any_bytes_are_a_result_or_an_error_of_rtorm(name: str, data: st.DataObject) -> None:
    """No other exception comes out, and no reading goes on for ever."""
    target = TARGETS[name]
    given_bytes = data.draw(mutated(name) | mutated(name) | st.binary() | st.text().map(str.encode))
    with contextlib.suppress(RTError, *target.may_raise):
        target.read(given_bytes)


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_recorded_is_read(name: str) -> None:
    """The recorded replies themselves, each by every reader that may get it."""
    target = TARGETS[name]
    for seed in seeds_of(name):
        with contextlib.suppress(RTError, *target.may_raise):
            target.read(seed)
