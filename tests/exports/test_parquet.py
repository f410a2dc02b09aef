"""Lines of JSON as Parquet: every row, in columns that have the same types for any values."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import rtorm.exports.parquet
from rtorm.exports.journal import Field
from rtorm.exports.keeping import Places
from rtorm.exports.lines import lines_of
from rtorm.exports.parquet import write_parquet
from tests.exports.support import GONE, WANTED, Crash, Shelf, crashing, export, row_of

pq: Any = import_module("pyarrow.parquet")

FIELDS = (
    Field("Severity", "Select", multiple=False),
    Field("Hosts", "Freeform", multiple=True),
    Field("Day", "Date", multiple=False),
    Field("Deadline", "DateTime", multiple=False),
    Field("Days", "Date", multiple=True),
    # One of each in two queues.
    Field("Both", "Freeform", multiple=False),
    Field("Both", "Freeform", multiple=True),
    Field("Odd", "Date", multiple=False),
    Field("Odd", "Freeform", multiple=False),
)
INSTANT, DAY = datetime(2026, 7, 1, 10, tzinfo=UTC), date(2026, 1, 2)


def _written(
    tmp_path: Path, rows: list[dict[str, Any]], columns: tuple[str, ...]
) -> tuple[Any, list[str]]:
    lines, target = tmp_path / "rows", tmp_path / "t.parquet"
    lines.write_bytes(lines_of(rows))
    plan = WANTED.__class__(
        "id > 0", columns, history=False, attachments=None, time_zone=None, replace=False
    )
    told = write_parquet(lines, target, plan, FIELDS)
    return pq.read_table(target), told


def test_values_keep_their_types(tmp_path: Path) -> None:
    """Instants, days, lists, texts; a value that is alone where others are lists is a list of it."""
    rows = [
        {"id": 1, "created": INSTANT, "due": None, "cf.Severity": "high", "cf.Hosts": ["a", "b"]}
        | {"cf.Day": DAY, "cf.Deadline": INSTANT, "cf.Days": [DAY], "cf.Both": "x", "cf.Odd": DAY},
        {"id": 2, "created": INSTANT, "due": INSTANT, "cf.Both": ["x", "y"], "cf.Odd": "text"},
    ]
    table, told = _written(tmp_path, rows, ("id", "created", "due", "cf"))
    assert told == []
    assert table.to_pylist() == [
        rows[0] | {"cf.Both": ["x"], "cf.Odd": "2026-01-02"},
        rows[1]
        | dict.fromkeys(["cf.Severity", "cf.Hosts", "cf.Day", "cf.Deadline", "cf.Days"], None),
    ]


def test_types_do_not_depend_on_values(tmp_path: Path) -> None:
    """Of no row, and of rows without values, they are the same as of others."""
    full = {"id": 1, "created": INSTANT, "cf.Day": DAY, "cf.Hosts": ["a"], "cf.Deadline": INSTANT}
    schemas = [
        _written(tmp_path, rows, ("id", "created", "cf"))[0].schema
        for rows in ([], [{"id": 1, "created": INSTANT}], [full])
    ]
    assert schemas[0] == schemas[1] == schemas[2]
    assert [str(schemas[0].field(name).type) for name in ("cf.Day", "cf.Hosts", "cf.Deadline")] == [
        "date32[day]",
        "list<element: string>",
        "timestamp[us, tz=UTC]",
    ]


def test_what_does_not_fit_makes_its_column_text(tmp_path: Path) -> None:
    """Nothing is lost by it, and it is told."""
    rows: list[dict[str, Any]] = [
        {"id": 1, "cf.Day": DAY, "due": INSTANT},
        {"id": 2, "cf.Day": "some day", "due": "soon"},
    ]
    table, told = _written(tmp_path, rows, ("id", "due", "cf.Day"))
    assert table["cf.Day"].to_pylist() == ["2026-01-02", "some day"]
    assert table["due"].to_pylist() == ["2026-07-01T10:00:00+00:00", "soon"]
    assert told == [
        "due is text, since ticket 2 has 'soon'",
        "cf.Day is text, since ticket 2 has 'some day'",
    ]


def test_many_rows_are_several_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never all of them in memory."""
    monkeypatch.setattr(rtorm.exports.parquet, "_ROWS", 3)
    rows = [{"id": number} for number in range(1, 9)]
    table, _ = _written(tmp_path, rows, ("id",))
    assert table["id"].to_pylist() == list(range(1, 9))
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 3


def test_rows_of_any_size_are_not_all_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Histories are long: few rows of them are as much as many without."""
    monkeypatch.setattr(rtorm.exports.parquet, "_BYTES", 1000)
    rows = [{"id": number, "subject": "x" * 600} for number in range(1, 6)]
    table, _ = _written(tmp_path, rows, ("id", "subject"))
    assert table.to_pylist() == rows
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 3


def test_an_export_becomes_parquet(tmp_path: Path) -> None:
    """The rows are kept as lines until all are there; the output is one file."""
    output = tmp_path / "t.parquet"
    export(output, Shelf())
    assert pq.read_table(output).to_pylist() == [row_of(n) for n in range(1, 8) if n != GONE]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["t.parquet", "t.parquet.missing"]


def test_an_end_while_parquet_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file of Parquet is never the output, and no ticket is loaded again."""
    output = tmp_path / "t.parquet"

    def half(_lines: Path, target: Path, *_: Any) -> list[str]:
        target.write_bytes(b"PAR1half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rtorm.exports.parquet, "write_parquet", half)
        with pytest.raises(KeyboardInterrupt):
            export(output)
    assert not output.exists()
    shelf = Shelf()
    export(output, shelf, resume=True)
    assert shelf.asked == []
    assert pq.read_table(output).num_rows == 6


def test_history_and_attachments_are_nested(tmp_path: Path) -> None:
    """Their types are the same whether there are any."""
    plan = WANTED.__class__(
        "id > 0", ("id",), history=True, attachments="/x", time_zone=None, replace=False
    )
    entry: dict[str, Any] = dict.fromkeys(
        ["type", "creator", "field", "data", "description", "content_type"], "x"
    )
    entry |= {"id": 5, "ticket_id": 1, "created": INSTANT, "field_id": None, "old_value": 3}
    entry |= {"new_value": None, "content": None, "time_taken": -2, "attachments": [7]}
    file = {"id": 7, "filename": "a", "content_type": "b/c", "size": 3, "file": "1/7-a"}
    rows: list[dict[str, Any]] = [
        {"id": 1, "history": [entry], "attachments": [file]},
        {"id": 2, "history": [], "attachments": []},
    ]
    lines, target = tmp_path / "rows", tmp_path / "t.parquet"
    lines.write_bytes(lines_of(rows))
    assert write_parquet(lines, target, plan, ()) == []
    first, second = pq.read_table(target).to_pylist()
    assert first == {"id": 1, "history": [entry | {"old_value": "3"}], "attachments": [file]}
    assert second == rows[1]


def test_an_end_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes on makes the file anew, and leaves nothing beside it."""
    for at in range(400):
        folder = tmp_path / str(at)
        folder.mkdir()
        output = folder / "t.parquet"
        with crashing(monkeypatch, at) as came, suppress(Crash):
            export(output, chunk=7)
        if Places.of(output).state.exists():
            export(output, resume=True)
        assert pq.read_table(output).num_rows == 6
        assert {path.name for path in folder.iterdir()} == {"t.parquet", "t.parquet.missing"}
        if not came():
            return
    pytest.fail("it does not end")
