"""The file with generated classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtorm.codegen.keeping import differences, keep
from tests.codegen.support import field, rendered

OLD, NEW = rendered(field("A")), rendered(field("A"), field("Größe"))


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """In UTF-8 with line feeds, as Python wants it, and nothing else is left in the folder."""
    file = tmp_path / "rt_models.py"
    keep(file, NEW)
    assert file.read_bytes() == NEW.encode()
    assert list(tmp_path.iterdir()) == [file]


def test_a_generated_file_is_replaced(tmp_path: Path) -> None:
    """It is the same file for those who link to it."""
    file, link = tmp_path / "rt_models.py", tmp_path / "link.py"
    keep(file, OLD)
    link.symlink_to(file)
    keep(link, NEW)
    assert link.is_symlink()
    assert file.read_bytes() == NEW.encode()
    file.write_bytes(OLD.replace("\n", "\r\n").encode())
    keep(file, NEW)
    assert file.read_bytes() == NEW.encode()


@pytest.mark.parametrize("theirs", ["", "import rtorm\n", f"\n{OLD}", "\xff"])
def test_what_a_person_wrote_stays(tmp_path: Path, theirs: str) -> None:
    """Whatever it is: only the first line tells a generated file."""
    file = tmp_path / "rt_models.py"
    file.write_bytes(theirs.encode("latin-1"))
    with pytest.raises(FileExistsError, match=r"not written by rtorm\.codegen"):
        keep(file, NEW)
    assert file.read_bytes() == theirs.encode("latin-1")


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    """With the name that was given."""
    with pytest.raises(FileNotFoundError) as caught:
        keep(tmp_path / "no" / "such.py", NEW)
    assert str(caught.value.filename).endswith("such.py")


def test_differences_are_a_diff(tmp_path: Path) -> None:
    """None if nothing has changed, whatever the line ends are."""
    file = tmp_path / "rt_models.py"
    keep(file, OLD)
    assert differences(file, OLD) == ""
    file.write_bytes(OLD.replace("\n", "\r\n").encode())
    assert differences(file, OLD) == ""
    found = differences(file, NEW).splitlines()
    assert found[0] == f"--- {file}"
    assert '+    grosse: CF[str | None] = cf("Größe", default=None)' in found
