"""An export that is interrupted goes on: each ticket once, at whatever moment it was."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rtorm.errors import ConfigurationError
from rtorm.exports.keeping import Places, go_on, how_far
from tests.exports.support import (
    Crash,
    Shelf,
    check_whole,
    crashing,
    export,
    row_of,
    rows_in,
)


def _crash_after(calls: int) -> Callable[[], None]:
    def before() -> None:
        nonlocal calls
        calls -= 1
        if calls < 0:
            raise Crash

    return before


def _interrupted(output: Path, after: int = 2) -> None:
    """Have something left of an export that was ended after some pieces."""
    with pytest.raises(Crash):
        export(output, Shelf(before=_crash_after(1 + after)))


def test_an_export_that_nothing_interrupts(tmp_path: Path) -> None:
    """Each ticket is there once, what is missing is told, nothing else is left."""
    output, shelf, told = tmp_path / "t.jsonl", Shelf(), list[tuple[int, int]]()
    report = export(output, shelf, told=told)
    check_whole(output, shelf)
    assert (report.tickets, report.ok) == (6, False)
    assert [str(each) for each in report.troubles] == [
        "ticket 4 is not in it: no right",
        "attachment 9 of ticket 6 is not in it: no",
    ]
    assert told[0] == (0, 7)
    assert told[-1] == (7, 7)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert rows_in(tmp_path / "t.jsonl.missing")[0] == {"id": 4, "why": "no right", "lacks": ""}


def test_a_search_that_finds_nothing(tmp_path: Path) -> None:
    """An empty file is what was asked for."""
    output = tmp_path / "t.jsonl"
    report = export(output, Shelf(()), columns=("id", "cf.Other"))
    assert (report.tickets, report.ok, output.read_bytes()) == (0, True, b"")
    assert sorted(tmp_path.iterdir()) == [output]


def test_the_search_is_of_one_moment(tmp_path: Path) -> None:
    """What goes on takes the ids that were found at the beginning, and loads none again."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    assert how_far(output) == (4, 7)
    shelf = Shelf(range(1, 100))
    export(output, shelf, resume=True)
    check_whole(output, Shelf())
    assert (shelf.searches, shelf.asked) == (0, [5, 6, 7])
    assert how_far(output) is None


def test_any_cut_of_what_was_kept_is_gone_on_from(tmp_path: Path) -> None:
    """Rows and journal, each cut at every byte, as a machine that loses its power may leave them."""
    output = tmp_path / "t.jsonl"
    _interrupted(output, after=3)
    places = Places.of(output)
    part, state = places.part.read_bytes(), places.state.read_bytes()
    first = state.index(b"\n") + 1
    cuts = [(len(part), at) for at in range(first, len(state) + 1)]
    cuts += [(at, len(state)) for at in range(len(part) + 1)]
    cuts += [(at, first + at) for at in range(0, len(part), 7)]
    for of_part, of_state in cuts:
        places.part.write_bytes(part[:of_part])
        places.state.write_bytes(state[:of_state])
        export(output, Shelf(), resume=True)
        check_whole(output, Shelf())
        output.unlink()
        places.missing.unlink()


def test_rows_that_were_changed_are_loaded_again(tmp_path: Path) -> None:
    """A byte that is another one is not taken over, nor what comes behind it."""
    output = tmp_path / "t.jsonl"
    _interrupted(output, after=3)
    part = Places.of(output).part
    text = bytearray(part.read_bytes())
    text[len(json.dumps(row_of(1), ensure_ascii=False).encode()) + 5] ^= 1
    part.write_bytes(text)
    shelf = Shelf()
    export(output, shelf, resume=True)
    assert shelf.asked[0] == 1
    check_whole(output, shelf)


def test_rows_that_were_removed_are_loaded_again(tmp_path: Path) -> None:
    """The journal alone brings none of them back."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    Places.of(output).part.unlink()
    export(output, resume=True)
    check_whole(output, Shelf())


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize("links", [False, True])
def test_an_end_at_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaces: bool, links: bool
) -> None:
    """Before, within and after each write, sync, renaming and removal: the next run is right."""
    if not links:
        # As on a file system that has no second names of files.
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    for at in range(400):
        folder = tmp_path / str(at)
        folder.mkdir()
        output = folder / "t.jsonl"
        if replaces:
            output.write_text("old")
        with crashing(monkeypatch, at) as came:
            with suppress(Crash):
                export(output, chunk=3, replace=replaces)
            if not came():
                check_whole(output, Shelf())
                return
        assert not output.exists() or output.read_bytes() == b"old" or len(rows_in(output)) == 6
        if not Places.of(output).state.exists() and output.exists() and not replaces:
            # It was whole, and all was tidied up.
            check_whole(output, Shelf())
            continue
        export(output, resume=True, replace=replaces)
        check_whole(output, Shelf())
    pytest.fail("it does not end")


def _no_links(self: Path, target: Path) -> None:
    raise PermissionError(1, "Operation not permitted", str(self))


def test_two_ends_at_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes on may itself be ended at any step."""
    for at in range(400):
        folder = tmp_path / str(at)
        folder.mkdir()
        output = folder / "t.jsonl"
        _interrupted(output, after=1)
        with crashing(monkeypatch, at) as came:
            with suppress(Crash):
                export(output, resume=True)
            if not came():
                check_whole(output, Shelf())
                return
        if Places.of(output).state.exists():
            export(output, resume=True)
        check_whole(output, Shelf())
    pytest.fail("it does not end")


def test_a_full_disk(tmp_path: Path) -> None:
    """The error is raised, what was kept stays good, and the export goes on when there is room."""
    output = tmp_path / "t.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal, so that a write fails as on a full disk, after a part of it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            export(output, Shelf(range(10, 60)), chunk=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not output.exists()
    export(output, resume=True, chunk=7)
    assert [row["id"] for row in rows_in(output)] == list(range(10, 60))


@pytest.mark.parametrize("name", ["t.jsonl", "t.jsonl.part", "t.jsonl.new", "t.jsonl.missing"])
def test_nothing_is_replaced_unasked(tmp_path: Path, name: str) -> None:
    """A file of any of the names is left alone, and nothing is searched."""
    (tmp_path / name).write_text("mine")
    shelf = Shelf()
    for resume in (False, True):
        with pytest.raises(FileExistsError) as caught:
            export(tmp_path / "t.jsonl", shelf, resume=resume)
        assert caught.value.filename == str(tmp_path / name)
        assert "--force" in str(caught.value)
    assert shelf.searches == 0
    assert [each.read_text() for each in tmp_path.iterdir()] == ["mine"]


def test_an_interrupted_export_is_not_begun_anew_unasked(tmp_path: Path) -> None:
    """The message names both ways; by force it begins anew."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    with pytest.raises(FileExistsError, match="--resume goes on, --force begins anew"):
        export(output)
    shelf = Shelf()
    export(output, shelf, replace=True)
    assert shelf.searches == 1
    check_whole(output, shelf)


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """With force, too; and what goes on needs no second force."""
    output = tmp_path / "t.jsonl"
    output.write_text("old")
    with pytest.raises(Crash):
        export(output, Shelf(before=_crash_after(1)), replace=True)
    assert output.read_text() == "old"
    export(output, resume=True)
    check_whole(output, Shelf())


@pytest.mark.parametrize("mode", [0o600, 0o664])
@pytest.mark.parametrize("name", ["t.jsonl", "t.parquet"])
def test_the_new_file_is_read_by_the_same_people(tmp_path: Path, name: str, mode: int) -> None:
    """What was private stays private, and so are its rows until they are all there."""
    output = tmp_path / name
    output.touch()
    output.chmod(mode)
    with pytest.raises(Crash):
        export(output, Shelf(before=_crash_after(2)), replace=True)
    assert stat.S_IMODE(Places.of(output).part.stat().st_mode) == mode
    export(output, resume=True)
    assert stat.S_IMODE(output.stat().st_mode) == mode


@pytest.mark.parametrize("links", [False, True])
def test_a_file_that_appears_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """It is told, all rows are kept, and by force the export replaces it."""
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    output = tmp_path / "t.jsonl"

    def before() -> None:
        output.write_text("another program's")

    shelf = Shelf(before=before)
    with pytest.raises(FileExistsError, match="--resume --force"):
        export(output, shelf)
    assert output.read_text() == "another program's"
    last = Shelf()
    export(output, last, resume=True, replace=True)
    assert last.asked == []
    check_whole(output, Shelf())


def test_another_export_does_not_go_on(tmp_path: Path) -> None:
    """It is refused, says in what it differs, and leaves all as it is."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    kept = Places.of(output).state.read_bytes()
    with pytest.raises(
        ConfigurationError, match=r"the query was id > 0, not id > 2\. To begin anew"
    ):
        export(output, resume=True, query="id > 2")
    assert Places.of(output).state.read_bytes() == kept


def test_a_damaged_plan_is_told(tmp_path: Path) -> None:
    """Without a plan it is not known what the rows are; where there are none, all begins anew."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    places = Places.of(output)
    places.state.write_bytes(b"0000 {")
    with pytest.raises(ConfigurationError, match="is damaged: --force begins anew"):
        export(output, resume=True)
    places.part.write_bytes(b"")
    export(output, resume=True)
    check_whole(output, Shelf())


def test_two_processes_at_one_export(tmp_path: Path) -> None:
    """The second one is refused, whichever way it comes."""
    output = tmp_path / "t.jsonl"
    _interrupted(output)
    kept = go_on(Places.of(output))
    assert kept is not None
    with kept:
        for given in ({}, {"resume": True}, {"replace": True}):
            with pytest.raises(BlockingIOError, match="another process is at work"):
                export(output, **given)  # type: ignore[arg-type]
    export(output, resume=True)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", ["t.jsonl", "t.parquet"])
def test_files_that_are_taken_away_meanwhile(tmp_path: Path, name: str, again: bool) -> None:
    """Another export's half rows, of which the names are the same now, never become the output."""
    output = tmp_path / name
    places, calls = Places.of(output), 0

    def before() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            places.state.unlink()
            places.part.unlink()
            if again:
                _interrupted(output)

    with pytest.raises(FileNotFoundError, match=r"removed or replaced it while .* was running"):
        export(output, Shelf(before=before))
    assert not output.exists()
    assert how_far(output) == ((4, 7) if again else None)


@pytest.mark.parametrize("leads_there", [False, True])
def test_a_pipe_is_not_replaced(tmp_path: Path, leads_there: bool) -> None:
    """A device neither, where somebody leads what nobody is to keep: not by force, nor by a link."""
    pipe = tmp_path / ("pipe" if leads_there else "t.jsonl")
    os.mkfifo(pipe)
    if leads_there:
        (tmp_path / "t.jsonl").symlink_to(pipe)
    shelf = Shelf()
    for replaces in (False, True):
        with pytest.raises(FileExistsError, match="no plain file"):
            export(tmp_path / "t.jsonl", shelf, replace=replaces)
    assert pipe.is_fifo()
    assert shelf.searches == 0


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file is made where it leads."""
    (tmp_path / "data").mkdir()
    link = tmp_path / "t.jsonl"
    link.symlink_to(tmp_path / "data" / "real.jsonl")
    export(link)
    assert link.is_symlink()
    check_whole(tmp_path / "data" / "real.jsonl", Shelf())


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("t.csv", ValueError),
        ("nowhere/t.jsonl", FileNotFoundError),
        ("folder.jsonl", IsADirectoryError),
    ],
)
def test_an_output_that_cannot_be(tmp_path: Path, name: str, error: type[Exception]) -> None:
    """It is told before anything is searched."""
    (tmp_path / "folder.jsonl").mkdir()
    shelf = Shelf()
    with pytest.raises(error):
        export(tmp_path / name, shelf)
    assert shelf.searches == 0


def test_an_error_of_the_search_leaves_nothing(tmp_path: Path) -> None:
    """A query that RT refuses is no export that was interrupted."""
    with pytest.raises(Crash):
        export(tmp_path / "t.jsonl", Shelf(before=_crash_after(0)))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_attachments_that_is_not_empty(tmp_path: Path) -> None:
    """Nothing is written between a person's files."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "mine").touch()
    with pytest.raises(FileExistsError, match="there is something in this folder"):
        export(tmp_path / "t.jsonl", attachments=str(folder))


def test_columns_that_nobody_has_are_told(tmp_path: Path) -> None:
    """A name that is written wrongly is not an empty column and no word."""
    report = export(tmp_path / "t.jsonl", columns=("id", "cf.Severty"))
    [told] = report.unknown
    assert "no ticket has such a custom field" in told
    assert told.endswith("did you mean cf.Severity?")
