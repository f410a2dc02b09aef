"""Files that are given to tickets; no server."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rtorm import NOT_LOADED, Attachment, Change, Ticket
from rtorm.models.attachment import File
from tests.orm.doubles import make


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\0")
    return path


def taken(file: object) -> Attachment:
    """The attachment that a ticket makes of a file."""
    (attachment,) = make(Ticket, files=[file]).files
    assert isinstance(attachment, Attachment)
    return attachment


def refusal(file: object) -> str:
    """Why a ticket does not take a file."""
    with pytest.raises(ValidationError) as caught:
        taken(file)
    (row,) = caught.value.errors()
    assert row["loc"] == ("files", 0)
    return row["msg"]


def test_from_path(photo: Path) -> None:
    """A file is read at once, with its name and the type that its name tells."""
    file = Attachment.from_path(photo)
    photo.unlink()
    assert (file.filename, file.content, file.content_type) == (
        "photo.jpg",
        b"\xff\xd8\0",
        "image/jpeg",
    )
    assert repr(file) == "<Attachment 'photo.jpg' image/jpeg 3 bytes>"


def test_from_path_of_a_given_type(photo: Path) -> None:
    """A type that is given counts more than the name."""
    assert Attachment.from_path(photo, content_type="x/y").content_type == "x/y"


@pytest.mark.parametrize(
    ("filename", "content_type"),
    [
        ("a.txt", "text/plain"),
        ("a", "application/octet-stream"),
        ("a.unheardof", "application/octet-stream"),
        ("a.txt.gz", "application/octet-stream"),
    ],
)
def test_the_type_is_guessed_from_the_name(
    tmp_path: Path, filename: str, content_type: str
) -> None:
    """An unknown ending is bytes; what is packed is not told by what is inside."""
    (tmp_path / filename).write_bytes(b"")
    assert Attachment.from_path(tmp_path / filename).content_type == content_type


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that is not there is Python's own error."""
    with pytest.raises(FileNotFoundError):
        Attachment.from_path(tmp_path / "none")


def test_an_attachment_does_not_change() -> None:
    """An attachment is a value: frozen, equal by content, fit for a set."""
    file = Attachment(filename="a", content=b"x")
    with pytest.raises(ValidationError, match="frozen"):
        file.content = b"y"  # type: ignore[misc]
    assert len({file, Attachment(filename="a", content=b"x")}) == 1


def test_json_keeps_every_byte() -> None:
    """An attachment survives JSON, whatever its bytes."""
    file = Attachment(filename="a", content=bytes(range(256)))
    assert Attachment.model_validate_json(file.model_dump_json()) == file


def test_a_ticket_takes_an_attachment_as_it_is() -> None:
    """An attachment is kept, not copied."""
    file = Attachment(filename="a", content=b"x")
    assert taken(file) is file


def test_a_ticket_takes_a_path(photo: Path) -> None:
    """A path is read when it is assigned."""
    ticket = Ticket(files=[photo])
    expected = Attachment.from_path(photo)
    photo.unlink()
    assert ticket.changes == {"files": Change(NOT_LOADED, [expected])}


def test_a_ticket_takes_an_open_file(photo: Path) -> None:
    """An open binary file is read from where it stands; its name is that of the file."""
    with photo.open("rb") as file:
        file.read(1)
        assert taken(file) == Attachment(
            filename="photo.jpg", content=b"\xd8\0", content_type="image/jpeg"
        )


UNNAMED: dict[str, Callable[[], Any]] = {
    "BytesIO": lambda: io.BytesIO(b"x"),
    "pipe": lambda: os.fdopen(_pipe(), "rb"),
    "temporary": lambda: _written(tempfile.TemporaryFile()),  # noqa: SIM115 - closed by the test
}


def _pipe() -> int:
    reader, writer = os.pipe()
    os.write(writer, b"x")
    os.close(writer)
    return reader


def _written(file: Any) -> Any:
    file.write(b"x")
    file.seek(0)
    return file


@pytest.mark.parametrize("open_file", UNNAMED.values(), ids=UNNAMED.keys())
def test_a_file_without_name_gets_one(open_file: Callable[[], Any]) -> None:
    """A file that is nowhere in the file system is called `attachment`."""
    with open_file() as file:
        assert taken(file) == Attachment(filename="attachment", content=b"x")


def test_text_mode_is_refused(tmp_path: Path) -> None:
    """A file opened as text is refused with the remedy, even if its text cannot be read."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe\xff")
    with path.open(encoding="utf-8") as file:
        assert "open it with 'rb'" in refusal(file)
    assert "open it with 'rb'" in refusal(io.StringIO("x"))

    class Odd:
        def read(self) -> str:
            return "text"

    assert "open it with 'rb'" in refusal(Odd())


def test_what_cannot_be_read_is_refused(tmp_path: Path, photo: Path) -> None:
    """A missing file, a folder and a file open for writing are refused, and nothing is created."""
    assert "No such file or directory" in refusal(tmp_path / "none")
    assert "Is a directory" in refusal(tmp_path)
    with (tmp_path / "new").open("wb") as file:
        assert "it is not open for reading" in refusal(file)
    with photo.open("rb") as closed:
        pass
    assert "closed file" in refusal(closed)


@pytest.mark.parametrize("file", ["photo.jpg", b"bytes", None, 3])
def test_what_is_no_file_is_refused(file: object) -> None:
    """A name in a string could as well be text: a path is a Path."""
    assert "a file is a pathlib.Path, a file opened in binary mode, or an Attachment" in refusal(
        file
    )


def test_files_are_lists_of_files(photo: Path) -> None:
    """Type checkers take all three sorts of files, mixed."""
    files: list[File] = [photo, io.BytesIO(b"x"), Attachment(filename="a", content=b"")]
    assert [file.filename for file in map(taken, files)] == ["photo.jpg", "attachment", "a"]
    assert Ticket.model_json_schema()["properties"]["files"]["items"]["format"] == "path"
