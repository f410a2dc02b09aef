"""What an export keeps of itself, as text and back."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.exports.journal import (
    Field,
    Mark,
    Plan,
    Trouble,
    Whole,
    differences,
    line_of,
    read,
)
from tests.exports.support import WANTED

TEXTS = st.text()
PLANS = st.builds(
    Plan,
    query=TEXTS,
    columns=st.lists(TEXTS).map(tuple),
    history=st.booleans(),
    attachments=st.none() | TEXTS,
    time_zone=st.none() | TEXTS,
    replace=st.booleans(),
    parquet=st.booleans(),
    server=TEXTS,
    account=TEXTS,
    ids=st.lists(st.integers(min_value=1)).map(tuple),
)
MARKS = st.builds(
    Mark,
    done=st.integers(min_value=0),
    size=st.integers(min_value=0),
    digest=st.binary(max_size=3).map(lambda data: hashlib.sha256(data).hexdigest()),
    troubles=st.lists(st.builds(Trouble, st.integers(), TEXTS, TEXTS), max_size=3).map(tuple),
    fields=st.lists(st.builds(Field, TEXTS, TEXTS, st.booleans()), max_size=3).map(tuple),
)
WHOLES = st.builds(Whole, st.integers(min_value=0), TEXTS)


@given(PLANS, st.lists(MARKS, max_size=4), st.none() | WHOLES)
def test_what_is_written_is_read(plan: Plan, marks: list[Mark], whole: Whole | None) -> None:
    """Any plan, any marks, with any text in them."""
    entries: list[Plan | Mark | Whole] = [plan, *marks, *([whole] if whole else [])]
    journal = read(b"".join(map(line_of, entries)))
    assert journal is not None
    assert (journal.plan, journal.whole) == (plan, whole)
    assert journal.marks == (Mark(), *marks)


@given(PLANS, st.lists(MARKS, max_size=3), st.data())
def test_a_cut_text_tells_what_was_whole(
    plan: Plan, marks: list[Mark], data: st.DataObject
) -> None:
    """Wherever it is cut, the lines before it count, and where they end is told."""
    entries: list[Plan | Mark] = [plan, *marks]
    lines = [line_of(each) for each in entries]
    text = b"".join(lines)
    cut = data.draw(st.integers(0, len(text)))
    journal = read(text[:cut])
    ends = [sum(map(len, lines[: number + 1])) for number in range(len(lines))]
    whole = [end for end in ends if end <= cut]
    if not whole:
        assert journal is None
        return
    assert journal is not None
    assert list(journal.ends) == whole
    assert journal.marks == (Mark(), *marks[: len(whole) - 1])


@given(PLANS, MARKS, st.data())
def test_a_changed_byte_costs_its_line_and_those_behind(
    plan: Plan, mark: Mark, data: st.DataObject
) -> None:
    """What a disk has made of a line is never taken for what was written."""
    lines = [line_of(each) for each in (plan, mark, mark)]
    text = bytearray(b"".join(lines))
    at = data.draw(st.integers(len(lines[0]), len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    journal = read(bytes(text))
    assert journal is not None
    assert len(journal.marks) == 1 + (at >= len(lines[0]) + len(lines[1]))


@given(st.binary(max_size=200))
def test_anything_else_is_no_journal(text: bytes) -> None:
    """No bytes raise."""
    assert read(text) is None


def test_another_version_is_told() -> None:
    """A journal that may mean something else is not read as this one."""
    line = line_of(WANTED)
    body = line.partition(b" ")[2].rstrip(b"\n").replace(b'"rtorm":1', b'"rtorm":2')
    with pytest.raises(ValueError, match="another version of rtorm"):
        read(b"%08x %b\n" % (zlib.crc32(body), body))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"query": "id > 1"}, "the query was id > 0, not id > 1"),
        ({"columns": ("id", "owner")}, "--columns was id,subject, not id,owner"),
        ({"history": True}, "--history was not given, not given"),
        ({"attachments": "/a"}, "--attachments was not given, not /a"),
        ({"server": "https://b"}, "the server was https://rt.example.com, not https://b"),
        ({"account": "bob"}, "the account was alice, not bob"),
        ({"time_zone": None}, "the time zone was UTC, not not given"),
        ({"replace": True, "ids": (1,)}, ""),
    ],
)
def test_what_differs_is_named(change: dict[str, object], told: str) -> None:
    """So that it is known why one export cannot go on with another."""
    assert "; ".join(differences(WANTED, replace(WANTED, **change))) == told  # type: ignore[arg-type]
