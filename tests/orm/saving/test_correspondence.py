"""Messages as a ticket makes them, before any session sends them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Attachment, PartialSaveError, PermissionDenied, RejectedError, Ticket
from rtorm.gateway import Message, Said, Upload
from rtorm.orm.saving.correspondence import message_error
from tests.orm.doubles import Shelf, loaded

TEXT_TYPE = "text/plain"


def sent(shelf: Shelf) -> list[Message]:
    """The messages that the session was asked to send."""
    return [asked[2] for asked in shelf.asked if asked[0] == "send"]


def test_a_message_has_what_was_given() -> None:
    """One address may be a string; files become uploads."""
    shelf = Shelf()
    ticket = loaded(Ticket, shelf)
    ticket.reply(
        "Text",
        content_type="text/html",
        cc="a@example.com",
        bcc=(address for address in ("b@example.com", " C <c@example.com> ")),
        time_worked=5,
        status="open",
        attachments=[Attachment(filename="a", content=b"x")],
    )
    assert sent(shelf) == [
        Message(
            "correspond",
            "Text",
            content_type="text/html",
            cc=("a@example.com",),
            bcc=("b@example.com", "C <c@example.com>"),
            minutes=5,
            status="open",
            files=(Upload("a", b"x", "application/octet-stream"),),
        )
    ]


def test_little_is_enough() -> None:
    """Text or a file."""
    shelf = Shelf()
    ticket = loaded(Ticket, shelf)
    ticket.comment("Text")
    ticket.comment(attachments=[Attachment(filename="a", content=b"")])
    first, second = sent(shelf)
    assert first == Message("comment", "Text", content_type=TEXT_TYPE)
    assert (second.text, [file.filename for file in second.files]) == ("", ["a"])


PARTS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=5) | st.sampled_from(["", "0", "\nx", "\ud800"]),
    "content_type": st.sampled_from(
        ["text/plain", "text/html", "text/markdown", "image/png", "x", ""]
    ),
    "cc": st.lists(st.sampled_from(["a@b", "bob", "", "x,y@z", "a@b\n"]), max_size=2),
    "bcc": st.sampled_from(["", "a@b", "bob"]),
    "time_worked": st.integers(-2, 2) | st.booleans() | st.floats(),
    "status": st.none() | st.sampled_from(["open", "", " ", "a\nb"]),
    "attachments": st.sampled_from(
        [[], [Path("/no/such/file")], [Attachment(filename="a", content=b"")], "x", [b"x"], 5]
    ),
}


@given(st.fixed_dictionaries({}, optional=PARTS))
def test_whatever_is_given_is_sent_whole_or_not_at_all(parts: dict[str, Any]) -> None:
    """Nothing but a RejectedError is raised, each of its keys is a part that was given."""
    shelf = Shelf()
    ticket = loaded(Ticket, shelf)
    try:
        ticket.comment(**parts)
    except RejectedError as error:
        assert sent(shelf) == []
        assert error.errors.keys() <= {*parts, "text"}  # noqa: PT017 - or nothing is raised
        assert all(error.errors.values())  # noqa: PT017
        assert error.record is ticket  # noqa: PT017
    else:
        [message] = sent(shelf)
        assert message.text == parts.get("text", "")
        assert message.text or message.files
        assert all("@" in address for address in (*message.cc, *message.bcc))
        assert message.minutes == parts.get("time_worked", 0)
        # RT takes other kinds of text for a message, but not for its text when it is read.
        assert message.content_type in ("text/plain", "text/html")


MESSAGE = Message("correspond", "Text", status="bogus")


def test_a_refusal_is_of_the_record() -> None:
    """And tells what was tried."""
    ticket = loaded(Ticket, subject="x")
    refused = message_error(ticket, MESSAGE, Said(refusal=PermissionDenied("You may not.")))
    assert isinstance(refused, RejectedError)
    assert isinstance(refused, PermissionDenied)
    assert refused.errors == {"": ["You may not."]}
    assert "was not replied to: You may not." in str(refused)


def test_a_refused_status_says_that_the_message_is_there() -> None:
    """Nobody then sends it again."""
    ticket = loaded(Ticket, subject="x")
    partial = message_error(ticket, MESSAGE, Said(errors={"Status": ["Bad status."]}))
    assert isinstance(partial, PartialSaveError)
    assert partial.errors == {"status": ["Bad status.", "(the message itself was recorded)"]}
    assert list(partial.applied) == ["text"]
    assert "replied to in part" in str(partial)


@pytest.mark.parametrize("verb", ["take", "untake", "steal"])
def test_verbs_of_owners_are_the_sessions(verb: str) -> None:
    """The record asks its session, and nothing else."""
    shelf = Shelf()
    ticket = loaded(Ticket, shelf)
    getattr(ticket, verb)()
    assert shelf.asked == [("own", ticket, verb)]


def test_a_merge_is_the_sessions() -> None:
    """With the target as it was given."""
    shelf = Shelf()
    ticket, other = loaded(Ticket, shelf), loaded(Ticket, shelf)
    ticket.merge_into(other)
    ticket.merge_into(9)
    assert shelf.asked == [("merge", ticket, other), ("merge", ticket, 9)]


def test_a_message_is_plain_text_or_html() -> None:
    """RT records other kinds of text, but shows them as no message's text: they are refused."""
    shelf = Shelf()
    with pytest.raises(RejectedError, match="text/plain or text/html") as caught:
        loaded(Ticket, shelf).comment("# x", content_type="text/markdown")
    assert list(caught.value.errors) == ["content_type"]
    assert sent(shelf) == []
