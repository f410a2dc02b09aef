"""Comments, replies, changes of owner and merges: forms out, replies in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import NotFound, OutcomeUnknownError, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Message, Said, Upload
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.messages import message_form
from rtorm.rest1.replies.messages import read_message, read_said
from rtorm.rest1.replies.reply import Reply, read_text
from tests.rest1.rt_rules import read_forms, reply, stored_filename
from tests.rest1.support import CRASHES, RT4, RT5, plain

PLAIN = Message("comment", "x")
CLOSING = Message("correspond", "x", status="resolved")

READERS: list[Callable[[Reply], Said]] = [partial(read_message, message=CLOSING), read_said]

REFUSED = "400 Bad Request"
DONE = "200 Ok"


def answer(status: str, *lines: str) -> str:
    """RT's reply: a refusal ends in one line more."""
    body = "".join(f"{line}\n" for line in lines)
    return reply(f"{body}\n\n" if status == REFUSED else f"{body}\n", status)


TEXTS = st.text(st.characters(exclude_categories=["Cs"])).filter(
    lambda text: text not in ("", "0") and not text.startswith("\n")
)


@given(TEXTS, st.sampled_from(["comment", "correspond"]))
def test_rt_reads_back_any_text_exactly(text: str, kind: str) -> None:
    """No text becomes another field, another form or a shorter text."""
    message = Message("comment" if kind == "comment" else "correspond", text)
    try:
        [form] = read_forms(message_form(message))
    except EncodeError:
        return
    assert form.fields == {"Action": kind, "Text": text}
    assert not form.broken


@pytest.mark.parametrize(
    "text",
    [
        "--",
        "a\n--\nid: ticket/1\nStatus: deleted",
        "# a\n#b",
        "x\nAction: correspond\nCc: eve@example.com",
        f"{RT5} 200 Ok\n\n# Comments added\n\n",
        "  indented\n\ttab\n\n\n",
        "cr\r\nlf\r",
        "nul\0",
        "\u2028\u0085\x0b\x0c",
        "}: x",
        "😀\u202eabc",
    ],
)
def test_hostile_text_is_text(text: str) -> None:
    """What looks like a form of RT's stays within the text."""
    [form] = read_forms(message_form(Message("comment", text)))
    assert form.fields == {"Action": "comment", "Text": text}


@pytest.mark.parametrize("text", ["\nfirst", "\ufdd0", "a\U0001fffe", "\ud800"])
def test_text_that_rt_would_change_is_refused(text: str) -> None:
    """Newlines at the start and what is no character never leave."""
    with pytest.raises(EncodeError):
        message_form(Message("comment", text))


def test_everything_of_a_message_has_its_key() -> None:
    """The keys as RT spells them, which counts here; one line for each file."""
    message = Message(
        "correspond",
        "x",
        content_type="text/html",
        cc=("a@example.com", "b@example.com"),
        bcc=("c@example.com",),
        minutes=15,
        status="open",
        files=(Upload("a.txt", b"1"), Upload("b, c.txt", b"2")),
    )
    form = message_form(message)
    [read] = read_forms(form)
    assert {key: value for key, value in read.fields.items() if key != "Attachment"} == {
        "Action": "correspond",
        "Text": "x",
        "Content-Type": "text/html",
        "Cc": "a@example.com, b@example.com",
        "Bcc": "c@example.com",
        "TimeWorked": "15",
        "Status": "open",
    }
    names = [line.partition(": ")[2] for line in form.splitlines() if "Attachment" in line]
    assert [stored_filename(name) for name in names] == [["a.txt"], ["b, c.txt"]]


def test_nothing_is_sent_of_what_was_not_given() -> None:
    """Unset parts have no line, so that RT's own defaults apply."""
    assert message_form(PLAIN) == "Action: comment\nText: x\n"


@pytest.mark.parametrize(
    "said",
    [
        ["# Comments added"],
        ["# Correspondence added"],
        ["# Message recorded"],
        ["# Comments added", "# Status changed from 'new' to 'resolved'"],
        ["# Message recorded", "Status changed from 'new' to 'resolved'"],
    ],
    ids=["comment", "reply", "3.8-4.0", "status", "3.8-4.0-status"],
)
def test_a_recorded_message_is_recorded(said: list[str]) -> None:
    """In every version's words."""
    assert read_message(read_text(answer(DONE, *said)), CLOSING) == Said()


@pytest.mark.parametrize(
    "said",
    [
        "Status 'bogus' isn't a valid status for this ticket.",
        "You can't change status from 'open' to 'open'.",
        "That ticket has unresolved dependencies",
        "Permission Denied",
        "Illegal value for Status",
    ],
)
def test_a_refused_status_is_told_of_the_status(said: str) -> None:
    """The message was recorded all the same."""
    got = read_message(read_text(answer(DONE, "# Comments added", f"# {said}")), CLOSING)
    assert got == Said(errors={"Status": [said]})


def test_what_follows_a_message_without_status_is_no_error() -> None:
    """Nothing was asked for, so nothing was refused."""
    got = read_message(read_text(answer(DONE, "# Comments added", "# Something")), PLAIN)
    assert got == Said()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Ticket 9 does not exist.", NotFound),
        ("You are not allowed to Comment on ticket 5.", PermissionDenied),
        ("You are not allowed to Correspond on ticket 5.", PermissionDenied),
        ("Empty comment with no attachments submitted.", ProtocolError),
        ("No attachment for a.txt", ProtocolError),
        ("Invalid action: `Foo'.", ProtocolError),
    ],
)
def test_a_refused_message_says_why(said: str, error: type[RTError]) -> None:
    """Under 400 nothing was recorded."""
    got = read_message(read_text(answer(REFUSED, f"# {said}")), PLAIN)
    assert type(got.refusal) is error
    assert said in str(got.refusal)
    assert not got.errors


@pytest.mark.parametrize("said", ["# Commentaires ajoutés", "# Permission Denied", "x", "id: 1"])
def test_words_that_say_nothing_are_an_unknown_outcome(said: str) -> None:
    """Under 200 a message counts as recorded only where RT says so."""
    with pytest.raises(OutcomeUnknownError, match="before you send it again"):
        read_message(read_text(answer(DONE, said)), PLAIN)


@pytest.mark.parametrize(
    "said",
    [
        "Owner changed from Nobody to root",
        "Intervenant changé de alice à french",
        "Merge completed.",
        "Merge Successful",
    ],
)
def test_what_rt_did_is_done_in_any_language(said: str) -> None:
    """RT's status tells it, so its words need not be known."""
    assert read_said(read_text(answer(DONE, f"# {said}"))) == Said()


@pytest.mark.parametrize(
    "body",
    [
        "# Ticket 7 updated.\n\n",
        "# Ticket 7 created.\n\n",
        "# Links for ticket 7 updated.\n\n",
        "# User 7 created.\n\n",
        "# Comments added\n\n",
        "# Correspondence added\n\n",
        "# Message recorded\n\n",
        "id: ticket/7\nSubject: another\n\n",
    ],
)
def test_what_rt_said_to_another_request_is_no_success(body: str) -> None:
    """A proxy may mix up replies: nothing is known of a change of owner or a merge then."""
    with pytest.raises(OutcomeUnknownError, match="it answered something else"):
        read_said(read_text(reply(body, DONE)))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("That user already owns that ticket", RTError),
        ("You already own this ticket", RTError),
        ("You can only take tickets that are unowned", RTError),
        ("You can only steal a ticket owned by someone else", RTError),
        ("You can only reassign tickets that you own or that are unowned", RTError),
        ("That user may not own tickets in that queue", PermissionDenied),
        ("Permission Denied", PermissionDenied),
        ("Ticket 9 does not exist.", NotFound),
        ("Invalid action: `Foo'.", ProtocolError),
        ("Could not complete the merge.", RTError),
        ("You are not allowed to modify ticket 5.", PermissionDenied),
        ("Cet utilisateur possède déjà ce ticket", ProtocolError),
    ],
)
def test_what_rt_refused_says_why(said: str, error: type[RTError]) -> None:
    """Under 400 nothing was done; the reason decides the exception."""
    got = read_said(read_text(answer(REFUSED, f"# {said}")))
    assert type(got.refusal) is error
    assert said in str(got.refusal)


def test_a_refused_merge_has_a_remedy() -> None:
    """RT gives no reason."""
    got = read_said(read_text(answer(REFUSED, "# Could not complete the merge.")))
    assert "ModifyTicket on both tickets" in str(got.refusal)


@pytest.mark.parametrize("text", CRASHES)
def test_after_a_crash_the_outcome_is_unknown(text: str) -> None:
    """RT may have recorded the message before it crashed."""
    for read in READERS:
        with pytest.raises(OutcomeUnknownError, match="crashed"):
            read(plain(text.encode()))


REPLIES = [
    answer(DONE, "# Comments added", "# Status changed from 'new' to 'resolved'"),
    answer(REFUSED, "# You are not allowed to Comment on ticket 152."),
    f"{RT4} 200 Ok\n\n# Owner changed from Nobody to root\n\n",
    answer(DONE, "# Comments added", "# Permission Denied"),
]


@pytest.mark.parametrize("text", REPLIES)
def test_a_reply_cut_anywhere_is_right_or_unknown(text: str) -> None:
    """Short of its end, a reply never makes a refused message pass for sent, or the reverse."""
    for read in READERS:
        try:
            whole = told(read(plain(text.encode())))
        except OutcomeUnknownError:
            whole = None
        for cut in range(1, len(text)):
            try:
                assert told(read(plain(text.encode()[:cut]))) == whole
            except (OutcomeUnknownError, ProtocolError):
                continue


def told(said: Said) -> tuple[str, dict[str, list[str]]]:
    """What was said, comparable."""
    return repr(said.refusal), dict(said.errors)


@given(
    st.sampled_from(["200 Ok", "400 Bad Request", "409 Syntax Error", "500 Server Error"]),
    st.text() | st.text().map(lambda text: f"# Comments added\n# {text}\n\n"),
)
def test_any_reply_is_a_result_or_an_unknown_outcome(status: str, body: str) -> None:
    """Nothing else is ever raised."""
    got = read_text(reply(body, status))
    for read in READERS:
        try:
            said = read(got)
        except OutcomeUnknownError:
            continue
        assert not (said.refusal and status.startswith("200"))
        assert isinstance(said.refusal, RTError | None)


def test_an_empty_reply_is_an_unknown_outcome() -> None:
    """RT always answers these."""
    for read in READERS:
        with pytest.raises(OutcomeUnknownError):
            read(plain(b""))
