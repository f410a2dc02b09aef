"""Files that are given to tickets, and those that RT holds; no server."""

from __future__ import annotations

import copy
import io
import os
import pickle
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rtorm import NOT_LOADED, Attachment, Change, Ticket
from rtorm.errors import DetachedError, TransportError
from rtorm.gateway import FileDetails, ListedFile
from rtorm.models.attachment import File, held
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


def test_from_path_takes_a_text(photo: Path) -> None:
    """Here a text can mean nothing but a path, as for `open()`."""
    assert Attachment.from_path(str(photo)) == Attachment.from_path(photo)
    with pytest.raises(FileNotFoundError):
        Attachment.from_path("none.jpg")


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


@pytest.mark.parametrize("content", ["text", "no base64", bytearray(b"x")])
def test_content_is_bytes(content: Any) -> None:
    """Text is no content, and never taken for base64."""
    with pytest.raises(ValidationError, match="valid bytes"):
        Attachment(filename="a", content=content)


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


def test_a_file_is_not_read_twice(tmp_path: Path, photo: Path) -> None:
    """After a refusal of something else, a file that was read would go as an empty one."""
    with photo.open("rb") as file:
        assert taken(file).content
        assert "seek(0)" in refusal(file)
        file.seek(0)
        assert taken(file).content
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as file:
        assert taken(file).content == b""


@pytest.mark.parametrize("file", ["photo.jpg", b"bytes", None, 3])
def test_what_is_no_file_is_refused(file: object) -> None:
    """A name in a string could as well be text: a path is a Path."""
    assert "a file is a pathlib.Path, a file opened in binary mode, or an Attachment" in refusal(
        file
    )


def test_a_text_in_a_list_of_files_is_told_what_to_write() -> None:
    """The remedy can be copied."""
    assert refusal("photo.jpg").endswith("if this text is a path, give Path('photo.jpg')")


def test_files_are_lists_of_files(photo: Path) -> None:
    """Type checkers take all three sorts of files, mixed."""
    files: list[File] = [photo, io.BytesIO(b"x"), Attachment(filename="a", content=b"")]
    assert [file.filename for file in map(taken, files)] == ["photo.jpg", "attachment", "a"]
    assert Ticket.model_json_schema()["properties"]["files"]["items"]["format"] == "path"


CREATED = datetime(2026, 11, 24, 20, 18, 24, tzinfo=UTC)


@dataclass(slots=True)
class Shelf:
    """A session's stand-in: gives what it holds, and notes what it is asked."""

    pieces: Sequence[bytes] = (b"one\ntw", b"o\n", b"\xff")
    headers: str = "Subject: x\nContent-Type: text/plain; charset=utf-8"
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list[str])
    given: int = 0

    @contextmanager
    def download(self, ticket: int, file: ListedFile) -> Generator[Iterator[bytes]]:
        self.asked.append(f"download {ticket}/{file.id}")
        yield self._each()
        self.asked.append("closed")

    def _each(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.given += 1
            yield piece
        if self.failure is not None:
            raise self.failure

    def details(self, file: int) -> FileDetails:
        self.asked.append(f"details {file}")
        return FileDetails(file, "a.txt", "text/plain", 3, CREATED, self.headers)


def on(shelf: Shelf, filename: str = "a.txt", content_type: str = "text/plain") -> Attachment:
    """An attachment that RT holds."""
    return held(shelf, 7, ListedFile(5, filename, content_type, 12))


def test_what_is_listed_is_there_without_a_request() -> None:
    """Number, name, type and size are known; printing, comparing and dumping load nothing."""
    shelf = Shelf()
    file = on(shelf)
    assert (file.id, file.filename, file.content_type, file.size) == (5, "a.txt", "text/plain", 12)
    assert repr(file) == str(file) == "<Attachment 5 'a.txt' text/plain>"
    assert file == on(Shelf())
    assert len({file, on(shelf), on(shelf, "b")}) == 2
    assert file != Attachment(filename="a.txt", content=b"", content_type="text/plain")
    assert file != "a.txt"
    assert file.model_dump() == {
        "id": 5, "filename": "a.txt", "content_type": "text/plain", "size": 12,
    }  # fmt: skip
    assert '"size":12' in file.model_dump_json()
    assert "content" not in dict(file.__repr_args__())
    assert shelf.asked == []


def test_the_content_is_loaded_once() -> None:
    """The first look loads the content; it is kept, and changes neither size nor equality."""
    shelf = Shelf()
    file = on(shelf)
    assert file.content == file.content == b"one\ntwo\n\xff"
    assert shelf.asked == ["download 7/5", "closed"]
    assert file == on(shelf)
    assert file.size == 12
    assert repr(file) == "<Attachment 5 'a.txt' text/plain>"
    with file.open() as opened:
        assert opened.read() == file.content
    assert file.model_dump()["content"] == file.content
    assert len(shelf.asked) == 2


def test_details_are_loaded_once() -> None:
    """Date and headers come together, in one request."""
    shelf = Shelf()
    file = on(shelf)
    assert file.created == CREATED
    assert (file.headers["subject"], file.headers.get_content_charset()) == ("x", "utf-8")
    assert file.headers is file.headers
    assert shelf.asked == ["details 5"]


def test_a_new_file_has_details_of_its_own() -> None:
    """It was not created in RT, and has but its type; its size is that of its content."""
    file = Attachment(
        filename="a", content="é".encode("latin-1"), content_type="a/b; charset=latin1"
    )
    assert (file.id, file.created, file.size) == (None, None, 1)
    assert file.headers.get_content_type() == "a/b"
    assert file.text == "é"
    assert file.model_copy(update={"content": b"four"}).size == 4


NO_TEXTS = ("base64", "idna", "undefined", "rot13", "a\0b")


@pytest.mark.parametrize(
    ("headers", "content", "text"),
    [
        ("Content-Type: text/plain; charset=utf-8", b"\xef\xbb\xbf\xc3\xa9\r\n", "é\r\n"),
        (
            "Content-Type: text/plain; charset=utf-8\nX-RT-Original-Encoding: iso-8859-1",
            b"\xe9",
            "é",
        ),
        ("X-RT-Original-Encoding: utf-8-strict", b"\xef\xbb\xbfx", "x"),
        ("X-RT-Original-Encoding: ascii", b"x\xe9", "x\ufffd"),
        ("Content-Type: text/csv; charset=shift_jis", "日本".encode("shift-jis"), "日本"),
        ("Content-Type: text/csv; charset=unheard-of", b"\xc3\xa9", "é"),
        *((f"Content-Type: text/csv; charset={name}", b"\xc3\xa9", "é") for name in NO_TEXTS),
        ("Subject: none", b"\xc3\xa9\xff", "é\ufffd"),
        ("", b"", ""),
    ],
)
def test_text(headers: str, content: bytes, text: str) -> None:
    """The encoding is that in which RT gives out the content, else the declared one, else UTF-8."""
    assert on(Shelf([content], headers)).text == text


@given(
    st.lists(
        st.sampled_from(["Content-Type: ", "X-RT-Original-Encoding: ", "a/b", "; charset=", "''"])
        | st.sampled_from(["; charset*=", "; charset*0=", "; charset*1*=", "utf-7", "idna", '"'])
        | st.sampled_from(["unicode_escape", "\n", "\r", " ", "\\", "(", "=?utf-8?q?x?=", "%FF"])
        | st.text(st.characters(codec="utf-8"), max_size=3),
        max_size=12,
    ).map("".join),
    st.binary(max_size=5),
)
def test_any_content_has_a_text(headers: str, content: bytes) -> None:
    """Whatever anybody wrote into the headers of a mail."""
    assert isinstance(on(Shelf([content], headers)).text, str)


def test_reading_by_pieces() -> None:
    """An open attachment is a file, of which no more is fetched than is read."""
    shelf = Shelf([b"x" * 65536] * 3 + [b"", b"\nlast"])
    with on(shelf).open() as opened:
        assert opened.read(3) == b"xxx"
        assert shelf.given == 1
        buffer = bytearray(2)
        assert cast("io.BufferedReader", opened).readinto(buffer) == 2
        assert list(opened)[1:] == [b"last"]
        assert opened.read() == b""
    assert shelf.asked == ["download 7/5", "closed"]
    assert opened.closed


def test_an_open_attachment_that_is_given_up() -> None:
    """Closing it early ends the download."""
    shelf = Shelf()
    on(shelf).open().close()
    assert shelf.asked == ["download 7/5", "closed"]


def test_a_content_that_breaks_off() -> None:
    """The error of the network is told where it is read, and nothing half is kept."""
    shelf = Shelf(failure=TransportError("gone"))
    file = on(shelf)
    with file.open() as opened, pytest.raises(TransportError, match="gone"):
        opened.read()
    with pytest.raises(TransportError):
        _ = file.content
    shelf.failure = None
    assert file.content == b"one\ntwo\n\xff"


def copies(file: Attachment) -> list[Attachment]:
    return [
        copy.copy(file),
        copy.deepcopy(file),
        file.model_copy(),
        pickle.loads(pickle.dumps(file)),
    ]


def test_copies_belong_to_no_session() -> None:
    """A copy has what was loaded; the rest is an error that says so."""
    shelf = Shelf()
    for other in copies(on(shelf)):
        assert other == on(shelf)
        assert other.size == 12
        reads: list[Callable[[], object]] = [
            lambda other=other: other.content,  # type: ignore[misc]
            lambda other=other: other.created,  # type: ignore[misc]
            lambda other=other: other.headers,  # type: ignore[misc]
            lambda other=other: other.open(),  # type: ignore[misc]
            lambda other=other: other.save_to(Path("never")),  # type: ignore[misc]
        ]
        for read in reads:
            with pytest.raises(
                DetachedError, match=r"<Attachment 5 'a\.txt' text/plain> belongs to no"
            ):
                read()
    assert shelf.asked == []
    loaded = on(shelf)
    assert all((loaded.content, loaded.created, loaded.headers))
    for other in copies(loaded):
        assert (other.content, other.created) == (loaded.content, CREATED)
        assert other.headers["Subject"] == "x"


def test_json_of_what_rt_holds() -> None:
    """With its content, it comes back from JSON equal."""
    file = on(Shelf())
    assert file.content
    again = Attachment.model_validate_json(file.model_dump_json())
    assert (again, again.content) == (file, file.content)


def test_subclasses() -> None:
    """A program may add fields of its own."""

    class Report(Attachment, frozen=True):
        pages: int = 1

    report = Report(filename="r", content=b"x")
    assert (report.pages, report.content, report.size) == (1, b"x", 1)


@pytest.mark.parametrize("kind", ["", "x", "a/", "/b", "a/b\r\nX: y", "é/x", "a b/c"])
def test_what_is_no_media_type(kind: str) -> None:
    """A media type has two parts and no line break, which could begin a header."""
    with pytest.raises(ValidationError, match="media type"):
        Attachment(filename="a", content=b"", content_type=kind)


def test_saving_into_a_folder(tmp_path: Path) -> None:
    """The file gets the attachment's name, and nothing is overwritten."""
    shelf = Shelf()
    paths = [on(shelf).save_to(tmp_path) for _ in range(3)]
    assert [path.name for path in paths] == ["a.txt", "a-2.txt", "a-3.txt"]
    assert {path.read_bytes() for path in paths} == {b"one\ntwo\n\xff"}
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_saving_under_a_path(tmp_path: Path) -> None:
    """A path that is given is the file, which is replaced; text will do for a path."""
    path = tmp_path / "mine.bin"
    path.write_text("old")
    assert on(Shelf()).save_to(str(path)) == path
    assert path.read_bytes() == b"one\ntwo\n\xff"
    assert list(tmp_path.iterdir()) == [path]


def test_saving_what_has_no_name(tmp_path: Path) -> None:
    """It is called by its number, with an ending that its type tells."""
    assert on(Shelf(), "", "text/html").save_to(tmp_path).name == "attachment-5.html"
    assert on(Shelf(), "", "nonsense").save_to(tmp_path).name == "attachment-5"
    new = Attachment(filename="", content=b"x", content_type="image/png")
    assert new.save_to(tmp_path).name == "attachment.png"


def test_a_name_that_leads_out_of_the_folder(tmp_path: Path) -> None:
    """It is refused before anything is loaded, unless a path is given."""
    shelf = Shelf()
    file = on(shelf, "../x")
    with pytest.raises(ValueError, match=r"'\.\./x'.*give the path"):
        file.save_to(tmp_path)
    assert shelf.asked == []
    assert file.save_to(tmp_path / "x").read_bytes() == b"one\ntwo\n\xff"


def test_progress(tmp_path: Path) -> None:
    """It is told how much was written so far, and its exceptions end the saving."""
    told: list[int] = []
    on(Shelf()).save_to(tmp_path, progress=told.append)
    assert told == [6, 8, 9]

    def stop(_written: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        on(Shelf(), "b").save_to(tmp_path, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("target", ["", "new", "old"])
def test_nothing_is_left_of_a_broken_download(tmp_path: Path, target: str) -> None:
    """A network that fails leaves no file, and an old one as it was."""
    (tmp_path / "old").write_text("old")
    with pytest.raises(TransportError):
        on(Shelf(failure=TransportError("gone"))).save_to(tmp_path / target)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_saving_where_there_is_no_folder(tmp_path: Path) -> None:
    """That is the system's own error."""
    with pytest.raises(FileNotFoundError):
        on(Shelf()).save_to(tmp_path / "none" / "a.txt")


@pytest.mark.parametrize("ending", ["/", "//", "/."])
def test_saving_into_a_folder_that_is_not_there(tmp_path: Path, ending: str) -> None:
    """A path that ends as a folder's does is never made a file, nor replaces one."""
    (tmp_path / "file").write_text("old")
    shelf = Shelf()
    for name in ("none", "file"):
        with pytest.raises(NotADirectoryError, match=f"no such folder.*{name}{ending}'"):
            on(shelf).save_to(f"{tmp_path}/{name}{ending}")
    assert shelf.asked == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"
    assert on(shelf).save_to(f"{tmp_path}{ending}").parent == tmp_path
