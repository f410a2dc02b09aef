"""A closed session: it says so, whatever is tried with it, and sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rtorm import (
    Attachment,
    Client,
    DetachedError,
    Queue,
    Session,
    Ticket,
    Transaction,
    WrongThreadError,
)
from rtorm.errors import TransportError
from rtorm.orm.loading.shown import blank
from rtorm.orm.record import Record
from rtorm.orm.state import state_of


def nowhere() -> Session:
    """A session on a server that is not there: what it sends fails."""
    return Session(Client("http://127.0.0.1:1", auth=("me", "secret")))


def begin(session: Session) -> None:
    with session.begin():
        pytest.fail("the block is not to be entered")


ATTEMPTS: dict[str, Callable[[Session], Any]] = {
    "get": lambda session: session.get(Ticket, 1),
    "get by name": lambda session: session.get(Queue, "General"),
    "get an entry": lambda session: session.get(Transaction, 1),
    "get an attachment": lambda session: session.get(Attachment, 1),
    "get_many": lambda session: session.get_many(Ticket, [1]),
    "all": lambda session: session.query(Ticket).all(),
    "first": lambda session: session.query(Queue).first(),
    "count": lambda session: session.query(Ticket).count(),
    "ids": lambda session: session.query(Ticket).ids(),
    "edit": lambda session: session.edit(Ticket, 1, subject="x"),
    "comment": lambda session: session.comment(1, "x"),
    "reply": lambda session: session.reply(1, "x"),
    "commit": lambda session: session.commit(),
    "begin": begin,
    "with": lambda session: session.__enter__(),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_closed_session_says_so(attempt: Callable[[Session], Any]) -> None:
    """And what to do; while it was open, the same was tried."""
    session = nowhere()
    if attempt not in (ATTEMPTS["commit"], begin, ATTEMPTS["with"]):
        with pytest.raises(TransportError):
            attempt(session)
    session.close()
    with pytest.raises(DetachedError, match=r"the session is closed.*rtorm\.connect\(\)"):
        attempt(session)


def test_nothing_is_added_to_a_closed_session() -> None:
    """A new record that would never be created, or one from elsewhere."""
    session, new = nowhere(), Ticket(subject="New")
    session.close()
    for record in (new, blank(Ticket, 1)):
        with pytest.raises(DetachedError, match="the session is closed"):
            session.add(record)
        assert state_of(record).session is None
    with pytest.raises(DetachedError, match="the session is closed"):
        session.expire(blank(Ticket, 1))


def test_new_records_are_let_go() -> None:
    """The warning names them, and they are new as before, for another session to take."""
    session, new = nowhere(), Ticket(subject="New")
    session.add(new)
    with pytest.warns(UserWarning, match="'New'"):
        session.close()
    assert session.new == session.dirty == []
    assert state_of(new).session is None
    other = nowhere()
    assert other.add(new) is new
    other.rollback()


def test_its_records_load_and_save_nothing() -> None:
    """What is loaded of them can be read."""
    session = nowhere()
    record: Any = session.add(blank(Ticket, 1))
    vars(record)["subject"] = "Loaded"
    session.close()
    assert record.subject == "Loaded"
    attempts: list[Callable[[Record], Any]] = [
        lambda ticket: ticket.cc,  # type: ignore[attr-defined]
        lambda ticket: ticket.history,  # type: ignore[attr-defined]
        lambda ticket: ticket.comment("x"),  # type: ignore[attr-defined]
        lambda ticket: ticket.refresh(),
    ]
    for attempt in attempts:
        with pytest.raises(DetachedError, match="belongs to no session"):
            attempt(record)


def test_another_thread_does_not_close_it() -> None:
    """It belongs to the thread that made it, to its very end."""
    session = nowhere()
    with ThreadPoolExecutor() as pool, pytest.raises(WrongThreadError):
        pool.submit(session.close).result()
    assert session.commit().results == ()


@pytest.mark.filterwarnings("error")
def test_closing_again_does_nothing() -> None:
    """Nor does dropping what is unsent: there is nothing any more."""
    with nowhere() as session:
        session.close()
        session.close()
        session.rollback()


def test_an_error_in_a_block_that_closed_the_session_is_not_hidden() -> None:
    """It is the one that is raised, not that there is nothing to drop."""
    session = nowhere()

    def work() -> None:
        with session.begin():
            session.close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
