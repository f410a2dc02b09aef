"""Any value survives the trip to a real server and back, or is refused before it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rtorm import RejectedError, Session
from tests.support import Incident

Connect = Callable[..., Session]

HOSTILE = [
    "Subject: injected",
    "a\nPriority: 5",
    "a\n--\nid: ticket/1\nSubject: injected",
    "\n--\n",
    "# comment",
    "a\n# comment",
    "--",
    "x}: y",
    "}:",
    " leading",
    "\tleading tab",
    "trailing ",
    "trailing newline\n",
    "two\n\n",
    "blank\n\n\nlines",
    "    indented\n  less\n      more",
    "carriage\rreturn",
    "dos\r\nlines\r\n",
    "next\u0085line",
    "line\u2028separator",
    "\u00a0no-break",
    "vertical\x0btab form\x0cfeed",
    "emoji 😀 and accents éß日本",
    "quotes ' \" ` and back\\slash",
    "comma, comma",
    "percent %00 + plus & ampersand = equals",
    "Not set",
    "0",
    "CF.{Note}: other",
    "RT/5.0.3 409 Syntax Error",
]


def survives(session: Session, **values: object) -> None:
    """Save the values, read them anew, compare; or see them refused before anything was sent."""
    ticket = session.get(Incident, TICKET[id(session)])
    ticket.discard()
    before = ticket.last_updated
    try:
        for name, value in values.items():
            setattr(ticket, name, value)
        ticket.save()
    except (ValidationError, RejectedError):
        # Refused before it was sent: the ticket is as it was.
        ticket.discard()
        ticket.refresh()
        assert ticket.last_updated == before
        return
    ticket.refresh()
    for name, value in values.items():
        seen = getattr(ticket, name)
        assert _as_kept(seen) == _as_kept(value), name
    assert (ticket.priority, ticket.queue) == (0, "Incidents")


def _as_kept(value: Any) -> object:
    return set(cast("list[str]", value)) if isinstance(value, list) else value or ""


TICKET: dict[int, int] = {}


@pytest.fixture
def own(session: Session) -> Session:
    """A session with a ticket to write to."""
    ticket = session.add(Incident(subject="Values"))
    session.commit()
    TICKET[id(session)] = ticket.id
    return session


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_hostile_text_survives_in_a_custom_field(own: Session, value: str) -> None:
    """Each hostile value comes back as it was, and changes nothing else."""
    survives(own, note=value)


def test_hostile_text_survives_in_a_subject_and_in_many_values(own: Session) -> None:
    """One line at a time in a subject, all of them as values of one custom field."""
    for value in HOSTILE:
        if "\n" not in value:
            survives(own, subject=value)
    survives(own, hosts=[value for value in HOSTILE if "\n" not in value])


real = settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
)


@pytest.mark.live
@real
@given(note=st.text(max_size=60), subject=st.text(max_size=40))
@example(note="\n", subject="x" * 201)
@example(note="a\0b", subject="é" * 101)
@example(note="\ufdd0", subject="\udc80")
def test_any_text_survives(own: Session, note: str, subject: str) -> None:
    """Arbitrary Unicode in a subject and a custom field."""
    survives(own, note=note)
    survives(own, subject=subject)


@pytest.mark.live
@real
@given(st.lists(st.text("ab ,'\"\\{}:#-é\t", min_size=1, max_size=6), max_size=5, unique=True))
@example(["'a", "b'"])
@example(["a,b", "c'd", 'e"f', "\\"])
def test_any_list_of_values_survives(own: Session, values: list[str]) -> None:
    """Arbitrary values of one custom field, with all that RT's own quoting uses."""
    survives(own, hosts=values)


@pytest.mark.live
@real
@given(text=st.text(max_size=80))
@example(text="  indented\n\n\n# x\n--\nQueue: General\n")
def test_any_message_survives(own: Session, text: str) -> None:
    """The first message of a ticket is stored as it was given, or refused."""
    ticket = own.add(Incident(subject="Message", text=text))
    try:
        ticket.save()
    except RejectedError:
        assert ticket.id is None
        own.rollback()
        return
    listing = own.client.get(f"ticket/{ticket.id}/attachments").body
    first = re.search(r"(\d+): \S+ \(text/plain", listing)
    stored = own.client.get(f"attachment/{first.group(1)}/content").body if first else ""
    assert stored == text
