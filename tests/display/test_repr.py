"""The `repr` of everything public: one line that fits, whatever is in it."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any

import pytest

import rtorm
from rtorm import (
    Attachment,
    Change,
    Client,
    CommitError,
    CommitInterrupted,
    CommitReport,
    CustomField,
    Group,
    History,
    Queue,
    Reply,
    SaveResult,
    Session,
    Ticket,
    Transaction,
    Upload,
    User,
    sql,
    state_of,
)
from tests.orm.doubles import Shelf, loaded
from tests.support import Incident

NASTY = "漢字\n\u202e\x1b[31m" * 500_000
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MANY = [f"host-{number}.example.com" for number in range(1000)]


def ticket() -> Incident:
    """A ticket of which everything is long."""
    made = loaded(
        Incident,
        Shelf(),
        subject=NASTY,
        status=NASTY,
        note=NASTY,
        hosts=MANY,
        **{"links.depends_on": list(range(5000)), "links.refers_to": MANY},
    )
    made.priority = 5
    return made


def entry() -> Transaction:
    """A history entry by someone with a long name."""
    return Transaction.model_construct(
        id=7, type="Correspond", creator=NASTY, created=NOON, content=NASTY, attachments=()
    )


def things() -> dict[str, object]:
    """One of each public kind, with what is long and unprintable in it."""
    one = ticket()
    change = Change(NASTY, NASTY.encode())
    result = SaveResult(one, "partial", {"note": change}, {"owner": [NASTY]})
    report = CommitReport((result,) * 1000)
    session = Session(Client("http://127.0.0.1:9", auth=("me", "geheim")))
    query = session.query(Incident)
    conditions = (Ticket.subject == NASTY, Ticket.id.in_(range(5000)), Ticket.due < NOON)
    return {
        "Ticket": one,
        "Queue": loaded(Queue, name=NASTY),
        "User": loaded(User, name=NASTY),
        "Group": loaded(Group, name=NASTY),
        "Attachment": Attachment(filename=NASTY, content=NASTY.encode()),
        "Upload": Upload(NASTY, NASTY.encode(), "text/plain"),
        "Transaction": entry(),
        "History": History([entry()] * 1000),
        "CustomField": CustomField(name=NASTY, type="Freeform"),
        "Change": change,
        "SaveResult": result,
        "CommitReport": report,
        "CommitError": CommitError(report),
        "CommitInterrupted": CommitInterrupted(report),
        "Links": one.links,
        "CustomValues": one.cf,
        "State": state_of(one),
        "Query": query.where(*conditions).order_by(Ticket.created.desc())[:5],
        "Raw": sql(NASTY),
        "Clause": Ticket.id.in_(range(5000)),
        "Column": Incident.severity,
        "Ordering": Ticket.created.desc(),
        "LinkColumns": Ticket.links,
        "CustomColumns": Ticket.cf,
        "Related": Ticket.history,
        "Reply": Reply("5.0.3", 200, "Ok", NASTY),
        "Client": session.client,
        "Session": session,
    }


THINGS = things()


@pytest.mark.parametrize("name", THINGS)
def test_it_fits_on_a_line(name: str) -> None:
    """At most 105 characters, all of them printable, and no address of memory."""
    text = repr(THINGS[name])
    assert len(text) <= 105
    assert text.isprintable()
    assert " object at 0x" not in text
    assert "geheim" not in text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Change("new", "open"), "Change(old='new', new='open')"),
        (SaveResult(loaded(Ticket), "unchanged"), "<SaveResult unchanged: Ticket 1>"),
        (
            SaveResult(loaded(Ticket), "partial", {"cc": Change([], ["a"])}, {"owner": ["no"]}),
            "<SaveResult partial: Ticket 1; refused owner; applied cc>",
        ),
        (CommitReport(), "<CommitReport nothing to send>"),
        (
            CommitReport((SaveResult(loaded(Ticket), "updated"),) * 2),
            "<CommitReport 2 updated>",
        ),
        (History(), "<History of none>"),
        (~(Ticket.status == "open"), "<Clause NOT (Status = 'open')>"),
        (Ticket.due < NOON, "<Clause Due < '2026-03-04 12:00:00+00:00'>"),
        (Ticket.links, "<LinkColumns links>"),
        (Upload("a.txt", b"abc", "text/plain"), "<Upload 'a.txt' text/plain 3 bytes>"),
    ],
)
def test_what_it_says(shown: object, text: str) -> None:
    """What it is, and the least that tells it from others."""
    assert repr(shown) == text


def test_errors_keep_what_rt_said() -> None:
    """The text of an error is never cut: logs have it; its `repr` in a prompt is one line."""
    said = "That user does not exist. " * 20
    results = (SaveResult(loaded(Ticket), "rejected", {}, {"owner": [said]}),)
    error = CommitError(CommitReport(results))
    assert said in str(error)
    assert repr(error) == "CommitError('commit: 1 rejected')"


def test_every_public_class_has_one() -> None:
    """Nothing that a program meets is shown by its address."""
    looked_at = {type(each) for each in THINGS.values()}
    bare = [
        name
        for name in rtorm.__all__
        if inspect.isclass(kind := getattr(rtorm, name))
        and kind.__repr__ == object.__repr__
        and not any(issubclass(each, kind) for each in looked_at)
        and not hasattr(kind, "__class_getitem__")
    ]
    assert bare == []


def test_a_pretty_printer_shows_the_same() -> None:
    """IPython's, which would write each entry of a tuple on a line of its own."""
    pretty: Any = pytest.importorskip("IPython.lib.pretty").pretty
    for name in ("History", "Ticket", "CommitReport", "CustomValues"):
        assert pretty(THINGS[name]) == repr(THINGS[name])
