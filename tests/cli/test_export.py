"""`rtorm export` on real servers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rtorm import Attachment, Session, Ticket
from rtorm.exports.tickets import Piece, Tickets
from tests.cli.conftest import Command
from tests.support import Incident, Wire

pq: Any = import_module("pyarrow.parquet")

Rows = list[dict[str, Any]]


@pytest.fixture
def tickets(session: Session) -> list[Incident]:
    made = [
        session.add(Incident(subject=f"Disk {n}\N{BULLET} full", hosts=["a, b", "c"]))
        for n in range(6)
    ]
    session.commit()
    return made


def _query(tickets: Sequence[Ticket]) -> str:
    return " OR ".join(f"id = {each.id}" for each in tickets)


def _rows(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _ids(path: Path) -> list[int]:
    return [row["id"] for row in _rows(path)]


@pytest.fixture
def interrupted(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Path]:
    """Has an export interrupted, by Ctrl-C or something else, after its first piece."""

    def interrupt(query: str, error: BaseException, status: int, *more: object) -> Path:
        original, count = Tickets.piece, 0

        def piece(*given: Any) -> Piece:
            nonlocal count
            count += 1
            if count == 2:
                raise error
            return original(*given)

        output = tmp_path / "t.jsonl"
        with monkeypatch.context() as patch:
            patch.setattr(Tickets, "piece", piece)
            ran = command("export", query, "--output", output, "--chunk", 2, *more)
        assert ran.status == status
        assert ran.err.endswith("2 of 6 tickets are kept: --resume goes on\n")
        assert not output.exists()
        return output

    return interrupt


def test_json_lines(command: Command, tickets: list[Incident], tmp_path: Path) -> None:
    """A ticket a line: RT's fields and its custom fields, dates in UTC, lists as lists."""
    tickets[0].severity, tickets[0].report_date = "high", date(2026, 1, 2)
    tickets[0].deadline = datetime(2026, 7, 1, 10, tzinfo=UTC)
    tickets[0].save()
    output = tmp_path / "t.jsonl"
    ran = command("export", _query(tickets), "--output", output)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == f"rtorm: 6 tickets in {output}\n"
    assert _ids(output) == [each.id for each in tickets]
    row = _rows(output)[0]
    assert (row["queue"], row["subject"]) == ("Incidents", "Disk 0\N{BULLET} full")
    assert datetime.fromisoformat(row["created"]) == tickets[0].created
    assert row["created"].endswith("+00:00")
    assert (row["cf.Severity"], row["cf.Report date"]) == ("high", "2026-01-02")
    assert (row["cf.Deadline"], row["cf.Affected hosts"]) == (
        "2026-07-01T10:00:00+00:00",
        ["a, b", "c"],
    )
    assert row["cf.Comma, name"] is None
    assert not {"requestors", "cc"} & row.keys()
    assert list(tmp_path.iterdir()) == [output]


def test_columns(command: Command, tickets: list[Incident], tmp_path: Path) -> None:
    """Those that are named, in every row; custom fields in any letter case."""
    tickets[0].links.depends_on = [tickets[1].id]
    tickets[0].requestors = ["ann@example.com"]
    tickets[0].save()
    output = tmp_path / "t.jsonl"
    names = "subject,requestors,links.depends_on,cf.affected Hosts,cf.{Comma, name}"
    ran = command("export", _query(tickets), "-o", output, "--columns", names)
    assert ran.status == 0
    assert _rows(output)[0] == {
        "id": tickets[0].id,
        "subject": "Disk 0\N{BULLET} full",
        "requestors": ["ann@example.com"],
        "links.depends_on": [tickets[1].id],
        "cf.affected Hosts": ["a, b", "c"],
        "cf.Comma, name": None,
    }


def test_a_column_that_no_ticket_has(
    command: Command, tickets: list[Incident], tmp_path: Path
) -> None:
    """A slip of the fingers is told, and so is the exit status."""
    ran = command("export", _query(tickets), "-o", tmp_path / "t.jsonl", "--columns", "cf.Severty")
    assert ran.status == 1
    assert "column cf.Severty: no ticket has such a custom field" in ran.err
    assert "did you mean cf.Severity?" in ran.err


def test_parquet(command: Command, tickets: list[Incident], tmp_path: Path) -> None:
    """The same rows, with types."""
    lines, output = tmp_path / "t.jsonl", tmp_path / "t.parquet"
    assert command("export", _query(tickets), "-o", lines).status == 0
    assert command("export", _query(tickets), "-o", output, "--chunk", 4).status == 0
    table = pq.read_table(output)
    rows = _rows(lines)
    assert table.schema.names == list(rows[0])
    assert [row["id"] for row in table.to_pylist()] == [row["id"] for row in rows]
    assert str(table.schema.field("cf.Deadline").type) == "timestamp[us, tz=UTC]"
    assert table["cf.Affected hosts"].to_pylist()[0] == ["a, b", "c"]
    assert sorted(tmp_path.iterdir()) == [lines, output]


def test_tickets_of_several_queues(command: Command, session: Session, tmp_path: Path) -> None:
    """Each has the custom fields of its own queue; Parquet has those of all."""
    made = [session.add(Ticket(queue=name, subject=name)) for name in ("Incidents", "Two Words")]
    session.commit()
    output = tmp_path / "t.jsonl"
    assert command("export", _query(made), "-o", output).status == 0
    one, two = _rows(output)
    assert "cf.Severity" in one
    assert "cf.Severity" not in two
    assert two["cf.Odd (x): y [z]"] == []
    assert command("export", _query(made), "-o", tmp_path / "t.parquet").status == 0
    row = pq.read_table(tmp_path / "t.parquet").to_pylist()[1]
    assert (row["cf.Severity"], row["cf.Odd (x): y [z]"]) == (None, [])


def test_history_and_attachments(command: Command, tickets: list[Incident], tmp_path: Path) -> None:
    """Each message with its text; each file under its number, whatever it is called."""
    names = {"photo.jpg": b"\xff\x00", "...": b"3", "CON": b"", "ä" * 100: b"5"}
    files = [Attachment(filename=name, content=content) for name, content in names.items()]
    tickets[0].comment("See them.", attachments=files)
    folder, output = tmp_path / "files", tmp_path / "t.jsonl"
    ran = command("export", _query(tickets), "-o", output, "--history", "--attachments", folder)
    assert ran.status == 0
    row = _rows(output)[0]
    comment = next(entry for entry in row["history"] if entry["type"] == "Comment")
    assert (comment["content"], comment["creator"]) == ("See them.", "root")
    saved = {each["filename"]: each["file"] for each in row["attachments"] if each["file"]}
    held = {f"{tickets[0].id}/{each.id}": each.content for each in tickets[0].attachments}
    assert len(saved) == len(names)
    for name, file in saved.items():
        path = folder / file
        assert path.resolve().parent == (folder / str(tickets[0].id)).resolve()
        number = path.name.partition("-")[0].partition(".")[0]
        assert path.read_bytes() == held[f"{tickets[0].id}/{number}"], name
    assert sorted(path.name for path in folder.iterdir()) == [str(tickets[0].id)]
    again = command("export", _query(tickets), "-o", output, "--force", "--attachments", folder)
    assert (again.status, _rows(output)[0]["attachments"]) == (0, row["attachments"])


def test_ctrl_c_and_what_goes_on(
    command: Command, tickets: list[Incident], interrupted: Callable[..., Path], wire: Wire
) -> None:
    """130, what is kept is told; what goes on asks for the rest alone and says from where."""
    query = _query(tickets)
    output = interrupted(query, KeyboardInterrupt(), 130)
    wire.clear()
    ran = command("export", query, "--output", output, "--resume")
    assert ran.status == 0
    assert ran.err.startswith(f"rtorm: going on with {output} after 2 of 6 tickets\n")
    assert _ids(output) == [each.id for each in tickets]
    assert not any("search" in sent.path for sent in wire.sent)
    assert list(output.parent.iterdir()) == [output]


def test_what_happened_meanwhile(
    command: Command, session: Session, tickets: list[Incident], interrupted: Callable[..., Path]
) -> None:
    """A ticket that was merged or is not shown any more is told; a deleted one is as RT shows it."""
    query = _query(tickets)
    output = interrupted(query, KeyboardInterrupt(), 130)
    _, _, deleted, merged, target, last = tickets
    deleted.status = "deleted"
    deleted.save()
    merged.merge_into(target)
    later = session.add(Incident(subject="later"))
    session.commit()
    ran = command("export", query, "--output", output, "--resume")
    assert ran.status == 1
    assert f"rtorm: ticket {merged_id(tickets)} is not in it: it was merged into" in ran.err
    assert later.id not in _ids(output)
    rows = {row["id"]: row for row in _rows(output)}
    assert len(rows) == len(_rows(output)) == 5
    assert last.id in rows
    assert rows[deleted.id or 0]["status"] == "deleted"
    [told] = _rows(output.with_name("t.jsonl.missing"))
    assert told["id"] == merged_id(tickets)
    assert told["why"].startswith("it was merged into ticket")


def merged_id(tickets: Sequence[Ticket]) -> int:
    """The number that the merged ticket had: that before its target's."""
    assert tickets[3].id == tickets[4].id
    return (tickets[2].id or 0) + 1


def test_a_ticket_that_may_not_be_seen_any_more(
    command: Command, tickets: list[Incident], interrupted: Callable[..., Path]
) -> None:
    """RT's reason is told, and nothing is left out without a word."""
    query = _query(tickets)
    output = interrupted(query, KeyboardInterrupt(), 130)
    tickets[5].queue = "Odd"
    tickets[5].save()
    # It began as root; the account that goes on must be the same.
    ran = command("export", query, "--output", output, "--resume", user="reader")
    assert ran.status == 2
    assert "the account was root, not reader" in ran.err
    assert command("export", query, "--output", output, "--resume").status == 0
    output.unlink()
    ran = command("export", query, "--output", output, user="reader")
    assert (ran.status, len(_ids(output))) == (0, 5)


def test_unreadable_meanwhile(
    command: Command,
    tickets: list[Incident],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A ticket that was found and moves to where the account sees nothing."""
    original = Tickets.piece

    def piece(*given: Any) -> Piece:
        if tickets[5].queue == "Incidents":
            tickets[5].queue = "Odd"
            tickets[5].save()
        return original(*given)

    monkeypatch.setattr(Tickets, "piece", piece)
    output = tmp_path / "t.jsonl"
    ran = command("export", _query(tickets), "--output", output, user="reader")
    assert ran.status == 1
    assert f"ticket {tickets[5].id} is not in it: " in ran.err
    assert "not allowed to display" in ran.err
    assert _ids(output) == [each.id for each in tickets[:5]]


def test_merged_while_its_row_is_made(
    command: Command,
    session: Session,
    tickets: list[Incident],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Between two requests of one piece: the other ticket has one row, not two."""
    numbers = [each.id or 0 for each in tickets]
    original = Session.get_many

    def get_many(self: Session, *given: Any, **named: Any) -> Any:
        found = original(self, *given, **named)
        session.get(Ticket, numbers[3]).merge_into(numbers[4])
        return found

    monkeypatch.setattr(Session, "get_many", get_many)
    output = tmp_path / "t.jsonl"
    query = _query(tickets)
    ran = command("export", query, "--output", output, "--columns", "requestors")
    assert ran.status == 1
    assert f"ticket {numbers[3]} is not in it: it was merged into ticket {numbers[4]}" in ran.err
    assert _ids(output) == [*numbers[:3], *numbers[4:]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--columns", "subject"), "--columns was"),
        (("--history",), "--history was not given, not given"),
        (("--time-zone", "UTC"), "the time zone was not given, not UTC"),
    ],
)
def test_another_export_does_not_go_on(
    command: Command,
    tickets: list[Incident],
    interrupted: Callable[..., Path],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    """It is refused, says in what it differs; the files stay as they are."""
    output = interrupted(_query(tickets), KeyboardInterrupt(), 130)
    ran = command("export", _query(tickets), "--output", output, "--resume", *arguments)
    assert ran.status == 2
    assert told in ran.err
    assert command("export", _query(tickets), "--output", output, "--resume").status == 0


def test_a_full_disk(
    command: Command, tickets: list[Incident], interrupted: Callable[..., Path]
) -> None:
    """The disk's own words, and what is kept."""
    output = interrupted(_query(tickets), OSError(28, "No space left on device"), 2)
    assert command("export", _query(tickets), "--output", output, "--resume").status == 0
    assert _ids(output) == [each.id for each in tickets]


def test_files_that_somebody_removes(
    command: Command,
    tickets: list[Incident],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """It is said at the next piece, and nothing is called whole or kept."""
    output, original = tmp_path / "t.jsonl", Tickets.piece

    def piece(*given: Any) -> Piece:
        for path in tmp_path.iterdir():
            path.unlink()
        return original(*given)

    monkeypatch.setattr(Tickets, "piece", piece)
    ran = command("export", _query(tickets), "--output", output)
    assert (ran.status, list(tmp_path.iterdir())) == (2, [])
    assert "somebody has removed or replaced it" in ran.err
    assert ran.err.endswith("rtorm: nothing of it is kept\n")


def test_a_file_that_is_there(command: Command, tickets: list[Incident], tmp_path: Path) -> None:
    """It is left alone, unless --force says otherwise."""
    output = tmp_path / "t.jsonl"
    output.write_text("mine")
    ran = command("export", _query(tickets), "--output", output)
    assert (ran.status, output.read_text()) == (2, "mine")
    assert "it is there already: --force" in ran.err
    assert command("export", _query(tickets), "--output", output, "--force").status == 0
    assert _ids(output) == [each.id for each in tickets]


@pytest.mark.parametrize("query", ["", "Nonsense = 'x'", "id >"])
def test_a_query_that_rt_refuses(command: Command, tmp_path: Path, query: str) -> None:
    """One line; nothing is left that could be gone on with."""
    ran = command("export", query, "--output", tmp_path / "t.jsonl")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_the_name_says_the_format(command: Command, tmp_path: Path) -> None:
    """A name that says none is refused."""
    ran = command("export", "id > 0", "--output", tmp_path / "t.csv")
    assert ran.status == 2
    assert ".jsonl or .parquet" in ran.err
