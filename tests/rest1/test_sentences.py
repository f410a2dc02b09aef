"""RT's sentences: each has its exception, and remedies where there are any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, QueryError, RTError
from rtorm.gateway import Edit
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.reply import read_text
from rtorm.rest1.replies.sentences import error_for
from tests.rest1.rt_rules import reply


@pytest.mark.parametrize(
    ("sentence", "error"),
    [
        ("Invalid object specification: ''", ProtocolError),
        ("Invalid object specification: 'ticket/1/a b'", ProtocolError),
        ("Unknown object type: foo", ProtocolError),
        ("Objects of type ticket must be specified by numeric id.", ProtocolError),
        ("Objects of type attachment must be specified by numeric id.", ProtocolError),
        ("Ticket 99999 does not exist.", NotFound),
        ("You are not allowed to display ticket 5.", PermissionDenied),
        ("You are not allowed to modify ticket 5.", PermissionDenied),
        ("You are not allowed to delete ticket 5.", PermissionDenied),
        ("Queue 9 does not exist.", NotFound),
        ("User nosuch does not exist.", NotFound),
        ("Group Two Words does not exist.", NotFound),
        ("No queue named nosuch exists.", NotFound),
        ("No user named a b exists.", NotFound),
        ("No group named x exists.", NotFound),
        ("No permission to create tickets in the queue 'General'", PermissionDenied),
        ("No attachment for a.txt", ProtocolError),
        ("Cannot modify Queue CF definitions via REST", PermissionDenied),
        ("Cannot modify Group CF definitions via REST", PermissionDenied),
        ("Invalid action: `x'.", ProtocolError),
        ("Empty comment with no attachments submitted.", ProtocolError),
        ("You are not allowed to Comment on ticket 5.", PermissionDenied),
        ("You are not allowed to Correspond on ticket 5.", PermissionDenied),
        ("Could not complete the merge.", RTError),
        ("Transaction 7 is not related to Ticket 5", NotFound),
        ("Invalid attachment id: 9", NotFound),
        ("Attachment 9 does not exist.", NotFound),
        ("Syntax error.", ProtocolError),
        ("Please resubmit with errors corrected.", ProtocolError),
        ("No object ID specified.", ProtocolError),
        ("Invalid object ID: 'x y'", ProtocolError),
        ("You may submit only one form to this object.", ProtocolError),
        ("No objects specified.", ProtocolError),
        ("Invalid object ID specified: 'x'", ProtocolError),
        ("Invalid field specification: CF.{a, b}", QueryError),
        ("Invalid query: 'Unknown field: Foo at …/Tickets.pm line 3184.\n\nStack:\n'.", QueryError),
        ("Unknown listing format: z. (Use i, s, or l.)", QueryError),
        ("Invalid operator specification: FOO", QueryError),
        ("Permission denied", PermissionDenied),
        ("Permission Denied", PermissionDenied),
        ("Unsupported object type.", QueryError),
        ("Couldn't load ticket id: 'N'.", NotFound),
        ("Invalid link: 'X'.", ProtocolError),
        ("Link not found", NotFound),
        ("Couldn't resolve 'X' into a link.", NotFound),
        ("Something that no version says yet", ProtocolError),
        ("", ProtocolError),
    ],
)
def test_every_sentence_has_its_exception(sentence: str, error: type[RTError]) -> None:
    """RT's sentence decides the exception, whose message repeats it."""
    raised = error_for(sentence)
    assert type(raised) is error
    assert sentence in str(raised)


@given(st.text())
def test_any_sentence_has_an_exception(sentence: str) -> None:
    """No sentence is without one."""
    assert sentence in str(error_for(sentence))


@pytest.mark.parametrize(
    "sentence", ["a" * 1_000_000, "Ticket " * 100_000, "a: " * 300_000, "1 " * 500_000]
)
def test_a_megabyte_of_sentence_is_read(sentence: str) -> None:
    """Telling sentences apart takes time in proportion to them."""
    got = read_text(reply(f"# {sentence}\n\n\n"))
    read_edits(got, [Edit("ticket", 1, {"Subject": "x"})])
    read_created(got, {"Subject": "x"})
    error_for(sentence)
