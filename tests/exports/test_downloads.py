"""Attachments of an export: one place for each, in its folder, whatever anybody calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm import Attachment
from rtorm.exports.downloads import save


def _attachment(filename: str, content: bytes = b"x", number: int = 45) -> Attachment:
    return Attachment(filename=filename, content=content).model_copy(update={"id": number})


@given(st.text(max_size=300))
@example("../../../etc/passwd")
@example("..")
@example("a" * 300 + ".jpg")
@example("a." + "b" * 300)
@example("a." + "ä" * 126)
@example("CON")
@example("x\\..\\y")
@example("")
def test_any_name_stays_in_the_tickets_folder(
    tmp_path_factory: pytest.TempPathFactory, filename: str
) -> None:
    """The file is where the row says, directly in the folder of its ticket, and alone there."""
    folder = tmp_path_factory.mktemp("files", numbered=True)
    name = save(_attachment(filename), folder, 17)
    assert name.startswith("17/45")
    assert (folder / name).resolve().parent == (folder / "17").resolve()
    assert [path.read_bytes() for path in (folder / "17").iterdir()] == [b"x"]


def test_two_of_one_name(tmp_path: Path) -> None:
    """Their numbers tell them apart."""
    names = {
        save(_attachment("a.jpg", content, number), tmp_path, 17)
        for number, content in ((1, b"1"), (2, b"2"))
    }
    assert names == {"17/1-a.jpg", "17/2-a.jpg"}


def test_what_was_interrupted_is_written_over(tmp_path: Path) -> None:
    """Half a file of an earlier run is gone, and what was whole is there once."""
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "45-a.jpg.part").write_bytes(b"half of something")
    (tmp_path / "17" / "45-a.jpg").write_bytes(b"x")
    save(_attachment("a.jpg"), tmp_path, 17)
    assert [path.name for path in (tmp_path / "17").iterdir()] == ["45-a.jpg"]
    assert (tmp_path / "17" / "45-a.jpg").read_bytes() == b"x"
