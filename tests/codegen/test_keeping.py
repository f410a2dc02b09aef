"""The file with generated classes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rtorm.codegen.keeping import differences, keep, kept, text_of
from tests.codegen.support import field, rendered

OLD, NEW = rendered(field("A")), rendered(field("A"), field("Größe"))


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """In UTF-8 with line feeds, as Python wants it, and nothing else is left in the folder."""
    file = tmp_path / "rt_models.py"
    keep(str(file), NEW)
    assert file.read_bytes() == NEW.encode()
    assert list(tmp_path.iterdir()) == [file]


def test_a_generated_file_is_replaced(tmp_path: Path) -> None:
    """It is the same file for those who link to it."""
    file, link = tmp_path / "rt_models.py", tmp_path / "link.py"
    keep(str(file), OLD)
    link.symlink_to(file)
    keep(str(link), NEW)
    assert link.is_symlink()
    assert file.read_bytes() == NEW.encode()
    file.write_bytes(OLD.replace("\n", "\r\n").encode())
    keep(str(file), NEW)
    assert file.read_bytes() == NEW.encode()


@pytest.mark.parametrize("theirs", ["", "import rtorm\n", f"\n{OLD}", "\xff"])
def test_what_a_person_wrote_stays(tmp_path: Path, theirs: str) -> None:
    """Whatever it is: only the first line tells a generated file."""
    file = tmp_path / "rt_models.py"
    file.write_bytes(theirs.encode("latin-1"))
    with pytest.raises(FileExistsError, match=r"not written by rtorm\.codegen"):
        keep(str(file), NEW)
    assert file.read_bytes() == theirs.encode("latin-1")


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    """With the name that was given."""
    with pytest.raises(FileNotFoundError) as caught:
        keep(str(tmp_path / "no" / "such.py"), NEW)
    assert str(caught.value.filename).endswith("such.py")


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_is_read_by_the_same_people_as_before(tmp_path: Path, mode: int) -> None:
    """What was private stays private."""
    file = tmp_path / "rt_models.py"
    keep(str(file), OLD)
    file.chmod(mode)
    keep(str(file), NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_folder_is_not_made_a_file(tmp_path: Path) -> None:
    """A path with a slash at its end is no name of a file."""
    with pytest.raises(NotADirectoryError, match="no such folder"):
        keep(f"{tmp_path}/models/", NEW)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    """A command would wait for ever for what was generated into it before."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileExistsError, match="without --output it is standard output"):
        keep(str(pipe), NEW)
    assert pipe.is_fifo()


def test_a_dash_is_not_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gives it means standard output."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileExistsError, match="without --output it is standard output"):
        keep("-", NEW)
    assert list(tmp_path.iterdir()) == []


def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    """One that leads to itself is an error; one to a file that is not there yet makes it."""
    loop, link, target = tmp_path / "loop", tmp_path / "link", tmp_path / "target.py"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="symbolic links"):
        keep(str(loop), NEW)
    assert loop.is_symlink()
    link.symlink_to(target)
    keep(str(link), NEW)
    assert target.read_bytes() == NEW.encode()


def test_what_was_kept(tmp_path: Path) -> None:
    """None of a file that is not there, so that nothing can be lost."""
    file = tmp_path / "rt_models.py"
    assert kept(str(file)) is None
    keep(str(file), OLD)
    assert kept(str(file)) == OLD


def test_marks_and_line_ends_of_windows_are_no_difference(tmp_path: Path) -> None:
    """An editor may add them."""
    file = tmp_path / "rt_models.py"
    file.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
    assert text_of(file) == kept(str(file)) == OLD
    keep(str(file), NEW)
    assert file.read_bytes() == NEW.encode()


def test_differences_are_a_diff() -> None:
    """None if nothing has changed."""
    file = Path("rt_models.py")
    assert differences(file, OLD, OLD) == ""
    found = differences(file, OLD, NEW).splitlines()
    assert found[0] == "--- rt_models.py"
    assert '+    grosse: CF[str | None] = cf("Größe", default=None)' in found
