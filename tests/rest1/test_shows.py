"""RT's replies to a show of many records."""

from __future__ import annotations

import pytest

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, QueryError, RTError
from rtorm.gateway import Shown
from rtorm.rest1.replies.reply import read_text
from rtorm.rest1.replies.shows import read_shows
from tests.rest1.rt_rules import reply, write_body, write_form
from tests.rest1.support import RT4, RT5, plain

SHOW = (
    f"{RT5} 200 Ok\n\nid: ticket/29\nSubject: c\nStatus: new\n\nCF.{{Note}}: a\n           b\n\n"
    ": \nCc: a@x.org\n\n--\n\n# Ticket 99999 does not exist.\n\n\n"
)


def test_a_show_of_many_tells_each_record() -> None:
    """What is there is shown, what is not is an error in its place."""
    first, second = read_shows(plain(SHOW.encode()), [29, 99999])
    assert first == Shown(
        29,
        {
            "id": "ticket/29",
            "Subject": "c",
            "Status": "new",
            "CF.{Note}": "a\nb",
            "Cc": "a@x.org",
        },
    )
    assert isinstance(second, NotFound)


def test_a_name_that_two_custom_fields_have_is_told() -> None:
    """RT shows the line twice, with the value of the last one."""
    twice = f"{RT5} 200 Ok\n\nid: ticket/2\nCF.{{Dup}}: b\nCF.{{Dup}}: b\nCF.{{One}}: x\n\n"
    [shown] = read_shows(plain(twice.encode()), [2])
    assert isinstance(shown, Shown)
    assert shown.fields["CF.{Dup}"] == "b"
    assert shown.doubled == {"CF.{Dup}"}


def test_a_merged_ticket_is_shown_under_its_own_number() -> None:
    """The place in the reply tells what was asked for, the id what was found."""
    body = write_body([write_form({"id": "ticket/9", "Subject": "x"})])
    [shown] = read_shows(read_text(reply(body)), [5])
    assert isinstance(shown, Shown)
    assert shown.id == 9


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("# You are not allowed to display ticket 5.\n\n\n", PermissionDenied),
        (
            "# Objects of type ticket must be specified by numeric id.\n\nid: ticket/abc\n\n",
            RTError,
        ),
        ("# No queue named nosuch exists.\n\nid: queue/nosuch\n\n", NotFound),
        ("id: ticket/" + "9" * 5000 + "\n\n", ProtocolError),
        ("id: ticket/²\n\n", ProtocolError),
        ("\n", ProtocolError),
    ],
)
def test_a_record_that_is_not_shown_is_an_error(body: str, error: type[RTError]) -> None:
    """A comment without fields, or with an id that is no number, shows nothing."""
    try:
        [shown] = read_shows(read_text(reply(body)), [5])
    except RTError as raised:
        shown = raised
    assert isinstance(shown, error)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f"{RT4} 400 Bad Request\n\nInvalid field specification: CF.{{a, b}}\n", QueryError),
        (f"{RT4} 400 Bad Request\n\nNo objects specified.\n", ProtocolError),
        (f"{RT4} 200 Ok\n\n# Ticket 1 does not exist.\n\n\n", NotFound),
        (f"{RT4} 200 Ok\n\nid: ticket/1\n\n", ProtocolError),
        ("", ProtocolError),
    ],
)
def test_a_show_that_was_refused_as_a_whole_raises(text: str, error: type[RTError]) -> None:
    """Another number of records than was asked for is never dealt out."""
    with pytest.raises(error):
        read_shows(plain(text.encode()), [1, 2])


def test_a_show_cut_short_is_a_result_or_an_error() -> None:
    """However much of a reply is missing, nothing else is raised, and no record is mixed up."""
    for cut in range(len(SHOW)):
        try:
            shown = read_shows(plain(SHOW[:cut].encode()), [29, 99999])
        except RTError:
            continue
        assert isinstance(shown[0], Shown)
        assert shown[0].fields["Subject"] == "c"
