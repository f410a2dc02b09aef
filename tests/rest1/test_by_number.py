"""What RT shows of one transaction and of its attachments; whose it is, is never guessed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Entry, ListedFile
from rtorm.rest1.replies.attachments import read_names
from rtorm.rest1.replies.by_number import read_entry, read_sizes, read_ticket
from rtorm.rest1.replies.reply import Reply
from tests.rest1.rt_rules import write_body
from tests.rest1.support import CRASHES, RT4, RT5, plain
from tests.rest1.test_history import HOSTILE, entries, entry, shown

HIDDEN = (
    "# 0/4 (id/67/total)\n\nid: 67\nTicket: 2\nTimeTaken: \nType: \nField: \nOldValue: \n"
    "NewValue: \nData: \nDescription: Permission Denied\n"
    "Content: This transaction appears to have no content\nCreator: \nCreated: \nAttachments: \n\n"
)
NAMED = (
    "id: attachment/2\nCreated: 2026-11-24 23:00:52\nFilename: a  b: c.txt\nContentType: x/y\n\n"
    "--\n\nid: attachment/3\nCreated: 2026-11-24 23:00:52\nFilename: \nContentType: text/html\n\n"
)


def body(text: str, version: str = RT5) -> Reply:
    return plain(f"{version} 200 Ok\n\n{text}".encode(errors="replace"))


def test_the_number_of_the_ticket() -> None:
    """Of whichever object: the history of that ticket decides."""
    for version in (RT4, RT5):
        assert read_ticket(body("id: 58\nTicket: 33\n\n", version), 58) == 33


def test_a_transaction_that_does_not_exist() -> None:
    """RT shows it without its number, and with any other field it crashes."""
    with pytest.raises(NotFound, match="transaction 99 does not exist"):
        read_ticket(body("id: \nTicket: \n\n"), 99)


@pytest.mark.parametrize(
    "text",
    [
        "id: 7\nTicket: 33\n\n",
        "id: 58\nTicket: \n\n",
        "id: 58\nTicket: x\n\n",
        "id: 58\nTicket: -3\n\n",
        f"id: 58\nTicket: {'9' * 5000}\n\n",
        "id: 58\n: \n\n",
        "# Objects of type transaction must be specified by numeric id.\n\nid: transaction/x\n\n",
    ],
)
def test_what_shows_no_ticket_is_not_believed(text: str) -> None:
    """No other transaction's ticket is taken for that of the one that was asked for."""
    with pytest.raises(ProtocolError, match="asked for transaction 58"):
        read_ticket(body(text), 58)


@given(entries)
@example(entry(content="\n".join(HOSTILE), files=(7,)))
@example(entry(description=HOSTILE[5], new_value=HOSTILE[9]))
def test_an_entry_is_read_as_in_a_history(given_entry: Entry) -> None:
    """Every value is exact, and the sizes are those of the list."""
    reply = body(write_body([shown(given_entry, ("x (3k)", "untitled"))]))
    got, sizes = read_entry(reply, given_entry.id)
    assert got == given_entry
    assert sizes == dict.fromkeys(given_entry.files, 12)
    assert read_sizes(reply, given_entry.id) == sizes


@pytest.mark.parametrize(
    ("listed", "size"), [("0b", 0), ("1024b", 1024), ("1k", 1024), ("1.9k", 1945), ("1.2.3k", None)]
)
def test_sizes_are_those_of_a_list(listed: str, size: int | None) -> None:
    """Rounded, as RT tells them."""
    reply = body(write_body([shown(entry(files=(7,)), ["a (5b).png"], listed)]))
    assert read_sizes(reply, 5) == ({} if size is None else {7: size})


def test_an_entry_without_attachments() -> None:
    """It has no sizes."""
    got, sizes = read_entry(body(write_body([shown(entry())])), 5)
    assert (got.files, sizes) == ((), {})


def test_an_entry_that_may_not_be_seen() -> None:
    """RT shows it without values; the rights that it may take are named."""
    with pytest.raises(PermissionDenied, match=r"transaction 67.*ShowTicketComments"):
        read_entry(body(HIDDEN), 67)


@pytest.mark.parametrize(
    "said", ["Transaction 30 is not related to Ticket 33", "Ticket 33 does not exist."]
)
def test_an_entry_of_something_else(said: str) -> None:
    """RT's words stand in the error, and what it may be."""
    for read in (read_entry, read_sizes):
        with pytest.raises(NotFound, match=f"transaction 30 is of no ticket.*user.*{said}"):
            read(body(f"# {said}\n\n\n"), 30)


def test_another_entry_is_not_taken_for_it() -> None:
    """RT shows the whole history where it has not understood a number."""
    for text in (write_body([shown(entry(id=4))]), "# 1/4 (id/5/total)\n\n\n", "# Odd.\n\n\n"):
        for read in (read_entry, read_sizes):
            with pytest.raises(ProtocolError):
                read(body(text), 5)


def test_names_and_types_of_attachments() -> None:
    """In the order of their numbers, whatever the order in which they were asked for."""
    assert read_names(body(NAMED), {3: 4, 2: 0}) == [
        ListedFile(2, "a  b: c.txt", "x/y", 0),
        ListedFile(3, "", "text/html", 4),
    ]


def test_an_attachment_that_is_gone_meanwhile() -> None:
    """Or that may not be seen any more: the error names it."""
    gone = NAMED + "--\n\n# Attachment 9 does not exist.\n\n\n"
    with pytest.raises(NotFound, match="Attachment 9 does not exist"):
        read_names(body(gone), {2: 0, 3: 4, 9: 1})
    hidden = "id: attachment/2\nCreated: \nFilename: \nContentType: \n\n"
    with pytest.raises(PermissionDenied, match="attachment 2"):
        read_names(body(hidden), {2: 0})
    with pytest.raises(ProtocolError, match="asked for 3 attachments and showed 2"):
        read_names(body(NAMED), {2: 0, 3: 4, 9: 1})


def read_all(reply: Reply) -> None:
    """Read a reply in every way; only rtorm's own errors are allowed."""
    with contextlib.suppress(RTError):
        read_ticket(reply, 58)
    with contextlib.suppress(RTError):
        read_entry(reply, 5)
    with contextlib.suppress(RTError):
        read_sizes(reply, 5)
    with contextlib.suppress(RTError):
        read_names(reply, {2: 0, 3: 4})


@pytest.mark.parametrize("crash", CRASHES)
def test_crashes_are_told(crash: str) -> None:
    """RT answers with a Perl error and HTTP 200."""
    for read in (read_ticket, read_entry, read_sizes):
        with pytest.raises(ProtocolError, match="crashed"):
            read(plain(crash.encode()), 5)
    with pytest.raises(ProtocolError, match="crashed"):
        read_names(plain(crash.encode()), {5: 1})


def test_nothing_at_all_is_an_error() -> None:
    """RT says nothing of transaction 0."""
    for read in (read_ticket, read_entry, read_sizes):
        with pytest.raises(ProtocolError, match="nothing at all"):
            read(plain(b""), 5)


@pytest.mark.parametrize(
    "text", [HIDDEN, NAMED, write_body([shown(entry(content="a\n\n b", files=(7, 8)))])]
)
def test_a_reply_that_is_cut_is_an_error_or_complete(text: str) -> None:
    """However far it got; never another exception."""
    for end in range(len(text)):
        read_all(body(text[:end]))
        with pytest.raises(RTError):
            read_entry(body(text[:end].rstrip("\n")), 5)


@given(st.text(max_size=200))
def test_any_text_is_an_error_or_an_answer(text: str) -> None:
    """Never another exception."""
    read_all(body(text))
