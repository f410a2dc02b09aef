"""What is uploaded is what RT gives back: every byte and the name."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from typing import Literal

import pytest

from rtorm import Attachment, Client, Session
from rtorm.errors import RTError
from rtorm.gateway import ListedFile, Message
from rtorm.models.attachment import upload_of
from rtorm.models.media_types import exact_type
from rtorm.rest1.gateway import Rest1
from rtorm.testing import RequestTracker
from tests.seed import SEED
from tests.support import installed

MAIL = (
    "From: a@example.com\nSubject: =?utf-8?q?=C3=A9?=\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhé\n--x--\n"
)
CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "zero": b"0",
    "newlines": b"\n\na\n\n\n",
    "CR LF": b"a\r\nb\r\n\r\n",
    "CR": b"a\rb\r",
    "blanks": b"  a \t ",
    "controls": bytes(range(32)) + b"\x7f",
    "UTF-8": "é日本😀".encode(),
    "BOM": b"\xef\xbb\xbfabc",
    "C1": "a\x80\x85\x9f".encode(),
    "noncharacters": "\ufffe\uffff\ufdd0".encode(),
    "surrogates": b"\xed\xa0\x80",
    "overlong": b"\xc0\x80",
    "beyond": b"\xf4\x90\x80\x80",
    "NUL": b"a\0b\0",
    "Latin-1": "café".encode("latin-1"),
    "C1 in Latin-1": b"a\x80\x9f",
    "Windows": b"\x93x\x94",
    "UTF-16": "hé\n".encode("utf-16"),
    "UTF-16 BE": b"\xfe\xff" + "hé".encode("utf-16-be"),
    "UTF-16 without BOM": "hello é".encode("utf-16-le"),
    "UTF-32": "hé".encode("utf-32"),
    "ISO-2022": b"\x1b$B$\x22\x1b(B",
    "Shift JIS": "日本語テキスト".encode("shift-jis"),
    "UTF-7": b"+AGE- &amp; =E9=20",
    "HTML that says Latin-1": b'<meta charset="iso-8859-1">\xe9',
    "HTML that says so wrongly": '<html><meta charset="iso-8859-1">é</html>'.encode(),
    "mail": MAIL.encode(),
    "mail in Latin-1": MAIL.encode("latin-1"),
    "a reply of RT": b"RT/5.0.3 200 Ok\n\n# Invalid attachment id: 1\n\n\n",
    "every byte": bytes(range(256)),
}
TYPES = [
    "text/plain",
    "text/plain; charset=utf-8",
    "TEXT/Plain; Charset=ISO-8859-1",
    "text/html",
    "text/csv",
    "text/csv; charset=utf-16",
    "message/rfc822",
    "message/delivery-status",
    "multipart/mixed",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/json; charset=shift_jis",
    "application/x-a/b",
    "image/png; name=other.png",
]
NAMES = ["a.txt", "Größe, 日本 (1).txt", "😀", "ü", "x\x85\u2028y", "e\u0301\u200b", "Москва.doc"]


@pytest.mark.parametrize(
    ("content_type", "filename", "content", "sent"),
    [
        ("text/plain", "a", b"x", "text/plain; charset=utf-8"),
        ("text/HTML; charset=US-ASCII", "a", b"x", "text/html; charset=utf-8"),
        ("text/plain; charset=latin-1", "a", b"x", "application/octet-stream"),
        ("text/plain", "é", b"\xff", "application/octet-stream; charset=utf-8"),
        ("text/csv; charset=latin-1", "a", b"\xff", "text/csv"),
        ("text/csv", "é", b"\xff", "text/csv; charset=utf-8"),
        ("message/rfc822", "a", b"x", "message/rfc822; charset=utf-8"),
        ("multipart/mixed", "a", b"x", "application/octet-stream"),
        ("nonsense", "a", b"x", "application/octet-stream"),
        ('"quo', "é", b"x", "application/octet-stream; charset=utf-8"),
    ],
)
def test_the_type_that_is_sent(content_type: str, filename: str, content: bytes, sent: str) -> None:
    """The file's own type where RT keeps the bytes under it, and an encoding where RT guesses."""
    assert exact_type(content_type, filename, content) == sent


FEW = ("UTF-8", "Latin-1", "every byte")
MANY = ("text/plain", "text/html", "message/rfc822")


def named(pairs: Iterable[tuple[str, bytes]]) -> list[Attachment]:
    """A file for each type and content, under a name of each sort in turn."""
    return [
        Attachment(filename=name, content=content, content_type=content_type)
        for (content_type, content), name in zip(pairs, cycle(NAMES), strict=False)
    ]


def few_of_each_sort() -> list[Attachment]:
    return named((content_type, CONTENTS[key]) for content_type in TYPES for key in FEW)


def many_that_rt_converts() -> list[Attachment]:
    return named((content_type, content) for content_type in MANY for content in CONTENTS.values())


def random_bytes() -> list[Attachment]:
    chance = random.Random(7)
    contents = [chance.randbytes(length) for length in (1, 2, 3, 5, 8, 13, 21)]
    texts = ["".join(chance.choices("A\né€😀\x85", k=length)) for length in (2, 3, 5, 8)]
    contents += [text.encode(code, "ignore") for text in texts for code in ("utf-8", "utf-16")]
    return named((content_type, content) for content_type in MANY for content in contents)


SORTS = [few_of_each_sort, many_that_rt_converts, random_bytes]


def send(gate: Rest1, how: Literal["create", "comment"], files: Sequence[Attachment]) -> int:
    """A ticket that has these files, of its own or of a comment."""
    uploads = [upload_of(file) for file in files]
    fields = {"Queue": "Incidents", "Subject": "uploads"}
    ticket = gate.create("ticket", fields, uploads if how == "create" else ()).id
    assert ticket is not None
    if how == "comment":
        assert gate.message(ticket, Message("comment", "x", files=tuple(uploads))).refusal is None
    return ticket


def stored(gate: Rest1, ticket: int) -> list[ListedFile]:
    [answer] = gate.files([ticket])
    assert not isinstance(answer, RTError)
    return [file for file in answer if file.filename]


@pytest.mark.parametrize(
    ("how", "sort"),
    [("create", few_of_each_sort), *(("comment", sort) for sort in SORTS)],
)
def test_every_byte_and_name_survives(
    session: Session, how: Literal["create", "comment"], sort: Callable[[], list[Attachment]]
) -> None:
    """Whatever the bytes, the type and the name, RT gives back what was uploaded."""
    gate, files = Rest1(session.client), sort()
    ticket = send(gate, how, files)
    kept = stored(gate, ticket)
    assert [file.filename for file in kept] == [file.filename for file in files]
    for file, there in zip(files, kept, strict=True):
        with gate.download(ticket, there) as pieces:
            assert b"".join(pieces) == file.content
        assert there.content_type == upload_of(file).content_type.partition(";")[0]


@pytest.mark.real_rt
@pytest.mark.parametrize("major", [4, 5], ids=["rt4", "rt5"])
def test_names_survive_where_rt_detects_encodings(major: Literal[4, 5]) -> None:
    """With `*` in $EmailInputEncodings RT would take many a short name for Chinese."""
    if not installed(major):
        pytest.skip("not installed")
    config = "Set(@EmailInputEncodings, qw(* utf-8 iso-8859-1 us-ascii));"
    files = [
        Attachment(filename=name, content=name.encode(), content_type=content_type)
        for name in NAMES
        for content_type in ("text/plain", "image/png", "text/csv")
    ]
    with (
        RequestTracker(version=major, initialdata=SEED, config=config) as tracker,
        Client(tracker.url, auth=("root", "password")) as client,
    ):
        gate = Rest1(client)
        ticket = send(gate, "comment", files)
        kept = stored(gate, ticket)
        assert [file.filename for file in kept] == [file.filename for file in files]
        for file, there in zip(files, kept, strict=True):
            with gate.download(ticket, there) as pieces:
                assert b"".join(pieces) == file.content
