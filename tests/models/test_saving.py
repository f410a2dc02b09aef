"""Names that stay in their folder, and files that are whole or not there."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.models.saving import plain_name, write_file, write_into


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("photo (1), Größe.jpg", "photo (1), Größe.jpg"),
        ("日本😀.png", "日本😀.png"),
        ("archive.tar.gz", "archive.tar.gz"),
        ("Re: what?.eml", "Re_ what_.eml"),
        ("C:evil.txt", "C_evil.txt"),
        ("file:stream", "file_stream"),
        ("a\0b\r\n\tc\x7f\x85", "a_b___c__"),
        ('<a>"b"|*', "_a__b___"),
        ("\u202egnp.exe", "_gnp.exe"),
        (".bashrc", "_bashrc"),
        ("..x", "_.x"),
        ("a. .", "a___"),
        ("a ", "a_"),
        (" a", " a"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Com1 .log", "_Com1 .log"),
        ("LPT².x", "_LPT².x"),
        ("console", "console"),
        ("a\ud800", "a_"),
    ],
)
def test_names(filename: str, name: str) -> None:
    """What any system takes for something else than a plain file becomes `_`."""
    assert plain_name(filename) == name


@pytest.mark.parametrize(
    "filename",
    ["../x", "a/b", "/etc/passwd", "a\\b", "\\\\host\\x", "C:\\x", ".", "..", " .. ", "", " "],
)
def test_names_that_lead_elsewhere(filename: str) -> None:
    """They are refused, by name, with the remedy."""
    with pytest.raises(ValueError, match="give the path") as caught:
        plain_name(filename)
    assert repr(filename) in str(caught.value)


@given(st.text(max_size=40) | st.text("./\\ :conNUL\0\u202e", max_size=8))
def test_no_name_leaves_its_folder(filename: str) -> None:
    """Whatever a name is, the file is in the folder, on any system."""
    try:
        name = plain_name(filename)
    except ValueError:
        return
    assert os.path.dirname(name) == ""  # noqa: PTH120
    assert PureWindowsPath(name).parts == (name,)
    with warnings.catch_warnings():
        # Python 3.13 has another place for it.
        warnings.simplefilter("ignore", DeprecationWarning)
        assert not PureWindowsPath(name).is_reserved()
    assert name not in ("", ".", "..")
    assert name.isprintable() or not any(ord(sign) < 32 for sign in name)
    name.encode()


def test_long_names(tmp_path: Path) -> None:
    """A name is cut to what file systems take, between characters; its ending stays."""
    name = "é" * 200 + ".jpg"
    paths = [write_into(tmp_path, name, [b"x"], None) for _ in range(2)]
    assert [path.name for path in paths] == ["é" * 125 + ".jpg", "é" * 124 + "-2.jpg"]
    strange = write_into(tmp_path, "a." + "x" * 300, [b"x"], None)
    assert strange.name == "a." + "x" * 253


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    """It counts as taken."""
    (tmp_path / "a.b").mkdir()
    assert write_into(tmp_path, "a.b", [b"x"], None).name == "a-2.b"


def test_others_may_read_it(tmp_path: Path) -> None:
    """A file is as readable as any that the program makes."""
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    for path in (
        write_into(tmp_path, "a", [b"x"], None),
        write_file(tmp_path / "b", [b"x"], None),
    ):
        assert path.stat().st_mode == plain.stat().st_mode


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """At no moment is the file missing or half."""
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"n"
        assert path.read_bytes() == b"old"
        yield b"ew"

    write_file(path, pieces(), None)
    assert path.read_bytes() == b"new"


def test_a_file_that_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left of it, not even its name."""

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        write_into(tmp_path, "a", [b"x"], None)
    with pytest.raises(PermissionError):
        write_file(tmp_path / "b", [b"x"], None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The error is the system's own, and names what the program has named."""
    with pytest.raises(FileNotFoundError) as into:
        write_into(tmp_path / "missing", "a", [b"x"], None)
    assert into.value.filename == str(tmp_path / "missing")
    with pytest.raises(FileNotFoundError) as itself:
        write_file(tmp_path / "missing" / "a", [b"x"], None)
    assert itself.value.filename == str(tmp_path / "missing" / "a")
