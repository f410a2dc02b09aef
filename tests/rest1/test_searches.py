"""RT's replies to a search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import PermissionDenied, ProtocolError, QueryError, RTError
from rtorm.gateway import Shown
from rtorm.rest1.replies.reply import read_text
from rtorm.rest1.replies.searches import read_ids, read_records
from tests.rest1.rt_rules import reply, write_body, write_form
from tests.rest1.support import CRASHES, RT4, RT5, plain

UNKNOWN = (
    f"{RT4} 400 Bad request\n\nInvalid query: 'Unknown field: Nope at /usr/share/request-tracker4/"
    "lib/RT/Tickets.pm line 3184, <GEN42> line 22.\n\nStack:\n"
    "  [/usr/share/request-tracker4/lib/RT/Tickets.pm:3184]\n"
    "  [/usr/share/request-tracker4/html/autohandler:53]\n'.\n\n\n"
)
WRONG = (
    f"{RT5} 400 Bad request\n\nInvalid query: 'Wrong query, expecting a KEYWORD in "
    "'id > 0 AND >AND<--here' at /usr/share/request-tracker5/lib/RT/Tickets.pm line 3187.\n'.\n\n\n"
)


def test_ids_come_in_the_order_of_the_search() -> None:
    """The order is RT's, whatever the numbers."""
    found = read_ids(plain(f"{RT5} 200 Ok\n\nticket/12\nticket/3\n\n\n".encode()))
    assert found == [12, 3]


def test_nothing_found_is_no_error() -> None:
    """RT says so in two ways, by the format asked for."""
    assert read_ids(plain(f"{RT5} 200 Ok\n\n\n\n".encode())) == []
    assert list(read_records(plain(f"{RT4} 200 Ok\n\nNo matching results.\n\n\n".encode()))) == []


def test_records_come_with_their_fields() -> None:
    """Any text in a field stays in it, the words for an empty result included."""
    fields = {
        "id": "queue/4",
        "Name": "No matching results.",
        "Description": "a\n--\n\nid: queue/9",
    }
    body = write_body([write_form(fields), write_form({"id": "queue/5", "Name": "x"})], tail=2)
    assert list(read_records(read_text(reply(body)))) == [
        Shown(4, fields),
        Shown(5, {"id": "queue/5", "Name": "x"}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (UNKNOWN, "Invalid query: Unknown field: Nope"),
        (WRONG, "Invalid query: Wrong query, expecting a KEYWORD in 'id > 0 AND >AND<--here'"),
    ],
)
def test_a_refused_query_is_told_in_rts_words(text: str, said: str) -> None:
    """What RT objects to is told, and nothing of its program's lines."""
    for read in (read_ids, read_records):
        with pytest.raises(QueryError) as caught:
            read(plain(text.encode()))
        assert str(caught.value) == said


def test_a_condition_of_an_unknown_field_is_refused() -> None:
    """Of other records, RT objects to the field itself."""
    text = f"{RT5} 400 Bad Request\n\nInvalid field specification: Members\n\n"
    with pytest.raises(QueryError, match="Invalid field specification: Members"):
        read_records(plain(text.encode()))


def test_a_missing_right_names_itself() -> None:
    """Users are searched by administrators only."""
    with pytest.raises(PermissionDenied, match="AdminUsers"):
        read_records(plain(f"{RT4} 403 Forbidden\n\nPermission denied\n\n".encode()))


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_is_no_empty_result(crash: str) -> None:
    """A Perl error is an error, though HTTP says 200."""
    with pytest.raises(ProtocolError, match="RT crashed"):
        read_ids(plain(crash.encode()))


WHOLE = f"{RT5} 200 Ok\n\nticket/12\nticket/345\n\n\n"


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_reply_that_was_cut_short_gives_no_other_ids(length: int) -> None:
    """A lost end is an error, never a shorter list or half a number."""
    try:
        found = read_ids(plain(WHOLE[:length].encode()))
    except RTError:
        return
    assert found == [12, 345]


@given(st.text())
def test_any_reply_is_a_result_or_an_error_of_rtorm(text: str) -> None:
    """Whatever answers, no other exception comes out."""
    for read in (read_ids, read_records):
        for told in (text, reply(text), reply(text, "400 Bad request"), reply(f"{text}\n\n")):
            try:
                read(plain(told.encode("utf-8", "replace")))
            except RTError:
                continue
