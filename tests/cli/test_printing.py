"""Tables, cells, JSON and CSV: nothing is lost, and nothing steers a terminal or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.cli.assignments import UsageError
from rtorm.cli.cells import plain, shown, visible
from rtorm.cli.columns import columns_of, ordering_of
from rtorm.cli.listings import safe, write_csv, write_json, write_json_lines
from rtorm.cli.terminal import Part, Sheet, aligned, lines_of

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
CELLS = st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()))
ROWS = st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}))


@given(st.text())
def test_nothing_steers_the_terminal(text: str) -> None:
    """What a stranger writes into a subject moves no cursor and turns no text round."""
    told = visible(text)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in told if each not in "\n\t")
    assert not set(told) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    assert "\n" not in visible(text, one_line=True)


def test_other_text_stays() -> None:
    """Whatever letters it is written in."""
    text = "Größe 日本 😀 'q' \"d\" e\u0301"
    assert visible(text) == text


@given(st.lists(st.tuples(st.text(), st.text(max_size=200)), min_size=1))
def test_a_piped_table_keeps_everything(rows: list[tuple[str, str]]) -> None:
    """A line a row, however long: no ellipsis, no wrapping."""
    lines = aligned(("one", "two"), rows)
    assert len(lines) == len(rows) + 1
    for (one, two), line in zip(rows, lines[1:], strict=True):
        assert line.startswith(visible(one, one_line=True).rstrip())
        assert line.endswith(visible(two, one_line=True).rstrip())


@given(st.text())
def test_a_piped_sheet_keeps_everything(text: str) -> None:
    """Each line of a text is there."""
    lines = lines_of(Sheet("t", [Part("", [("label", text)])]))
    found = [
        line.removeprefix("  label").removeprefix("       ").removeprefix("  ")
        for line in lines[1:]
    ]
    assert [line.strip() for line in found] == [line.strip() for line in visible(text).split("\n")]


def test_values_for_people() -> None:
    """Dates in the zone, minutes as such, lists joined."""
    zone = timezone(timedelta(hours=2))
    assert shown("due", NOON, zone) == "2026-07-01 14:00:00"
    assert shown("time_worked", 90, zone) == "90 min"
    assert shown("priority", 90, zone) == "90"
    assert shown("cc", ["a", "b"], zone) == "a, b"
    assert shown("due", None, zone) == ""
    assert shown("cf.Report date", date(2026, 1, 2), zone) == "2026-01-02"


def test_values_for_programs() -> None:
    """Instants in UTC, whatever zone they came in."""
    assert plain(NOON.astimezone(timezone(timedelta(hours=2)))) == "2026-07-01T12:00:00+00:00"
    assert plain([1, "a", None]) == [1, "a", None]


@given(ROWS)
def test_json_comes_back(rows: list[dict[str, Any]]) -> None:
    """Both kinds hold what was put in, and each line of the one is an object."""
    whole, lines = io.StringIO(), io.StringIO()
    write_json(whole, rows)
    write_json_lines(lines, rows)
    assert json.loads(whole.getvalue()) == rows
    assert [json.loads(line) for line in lines.getvalue().split("\n")[:-1]] == rows


def _joined(value: str | int | list[str] | None) -> str:
    return "\n".join(value) if isinstance(value, list) else str("" if value is None else value)


@given(ROWS)
def test_exact_csv_comes_back(rows: list[dict[str, Any]]) -> None:
    """A spreadsheet's parser finds the cells again: quotes, commas, line breaks."""
    out = io.StringIO()
    write_csv(out, ["a", "b"], rows, is_exact=True)
    read = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert read[0] == ["a", "b"]
    told = [[_joined(row["a"]), _joined(row["b"])] for row in rows]
    assert read[1:] == told


@given(st.text(), st.lists(st.text(), min_size=1))
def test_no_cell_is_a_formula(text: str, several: list[str]) -> None:
    """A subject comes from anybody; a number keeps its sign."""
    out = io.StringIO()
    write_csv(out, ["a", "b", "c"], [{"a": text, "b": several, "c": -5}], is_exact=False)
    (_, (one, two, number)) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert not one.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not two.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert number == "-5"
    assert one.removeprefix("'") == text.removeprefix("'")


def test_a_name_of_a_column_is_no_formula() -> None:
    """Custom fields have names from people, too."""
    assert safe("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
    assert safe("plain - text") == "plain - text"


def test_columns() -> None:
    """Names in braces may hold commas; links may be told by their bare name."""
    names = [each.name for each in columns_of("id, Subject,cf.Severity,cf.{Comma, name},parents")]
    assert names == ["id", "subject", "cf.Severity", "cf.Comma, name", "links.parents"]


@pytest.mark.parametrize("given", ["", ",", "id,nosuch", "text", "cf."])
def test_what_is_no_column(given: str) -> None:
    """It is refused before RT is asked, and all that there are are named."""
    with pytest.raises(UsageError):
        columns_of(given)


def test_orders() -> None:
    """A sign turns it round."""
    assert (ordering_of("created").descending, ordering_of("-created").descending) == (False, True)
    assert ordering_of("-cf.Severity").descending
