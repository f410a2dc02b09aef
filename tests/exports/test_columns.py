"""What a row of an export holds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.exports.columns import columns_named, usual_columns
from rtorm.exports.lines import lines_of


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (["subject,owner"], ("id", "subject", "owner")),
        (["owner , id", "owner"], ("id", "owner")),
        (["cf.Severity"], ("id", "cf.Severity")),
        (["CF.{Severity}", "CustomField.{B c}"], ("id", "cf.Severity", "cf.B c")),
        (
            ["status,cf.{Comma, name},cf.{Br{ace}}"],
            ("id", "status", "cf.Comma, name", "cf.Br{ace}"),
        ),
        (["Status,CF.Severity"], ("id", "status", "cf.Severity")),
        (["cf.Severity,cf"], ("id", "cf")),
        (["requestors,links.depends_on"], ("id", "requestors", "links.depends_on")),
        ([""], ("id",)),
    ],
)
def test_names_stand_for_columns(texts: list[str], meant: tuple[str, ...]) -> None:
    """Joined by commas or not, in RT's own words too, each once, the id first."""
    assert columns_named(texts) == meant


def test_links_are_all_links() -> None:
    """Six columns."""
    names = columns_named(["links"])
    assert len(names) == 7
    assert all(name.startswith("links.") for name in names[1:])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("subjct", "did you mean 'subject'"),
        ("history", "comes by --history"),
        ("attachments", "comes by --attachments"),
        ("cf.", "no such attribute"),
        ("text", "no such attribute"),
    ],
)
def test_a_name_that_is_none_is_told(name: str, told: str) -> None:
    """Before anything is asked of RT, and with what may be meant."""
    with pytest.raises(ValueError, match=told):
        columns_named([f"id,{name}"])


def test_the_usual_columns() -> None:
    """All that costs RT little, and the custom fields."""
    usual = usual_columns()
    assert {"id", "queue", "subject", "last_updated", "cf"} <= set(usual)
    assert not {"requestors", "cc", "admin_cc", "text"} & set(usual)


VALUES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.lists(st.dictionaries(st.text(), VALUES | st.lists(VALUES))))
def test_a_row_is_a_line(rows: list[dict[str, object]]) -> None:
    """Whatever text a value holds, newlines in it too, each row is one line that reads back."""
    lines = lines_of(rows).split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == rows


def test_what_json_has_no_type_for() -> None:
    """Instants in UTC, days, addresses."""
    instant = datetime.fromisoformat("2026-07-01T12:00:00+02:00")
    row = {
        "a": instant,
        "b": [date(2026, 1, 2)],
        "c": ip_address("10.0.0.1"),
        "d": datetime.now(UTC),
    }
    [line] = lines_of([row]).splitlines()
    told = json.loads(line)
    assert told["a"] == "2026-07-01T10:00:00+00:00"
    assert (told["b"], told["c"]) == (["2026-01-02"], "10.0.0.1")
    assert datetime.fromisoformat(told["d"]) == row["d"]
