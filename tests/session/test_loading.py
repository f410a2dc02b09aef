"""Loading: one record for each id, in few requests, as the class of its queue."""

from __future__ import annotations

import gc
import pickle
import threading
from collections.abc import Callable
from datetime import UTC

import pytest

from rtorm import (
    DetachedError,
    Group,
    NotFound,
    Queue,
    Session,
    Ticket,
    User,
    WrongThreadError,
    state_of,
)
from tests.support import Incident, Wire

Connect = Callable[..., Session]


@pytest.fixture
def ids(connect: Connect, wire: Wire) -> list[int]:
    """The ids of three tickets that the session under test has not met."""
    other = connect()
    made = [
        other.add(Incident(subject=f"Ticket {n}", cc=[f"c{n}@example.com"], hosts=[f"db{n}"]))
        for n in range(3)
    ]
    other.commit()
    wire.clear()
    return [ticket.id for ticket in made]


def test_get_loads_everything_in_one_request(session: Session, ids: list[int], wire: Wire) -> None:
    """A single ticket comes whole, watchers and custom fields included."""
    ticket = session.get(Incident, ids[0])
    assert (ticket.subject, ticket.cc, ticket.hosts) == ("Ticket 0", ["c0@example.com"], ["db0"])
    assert (ticket.id, ticket.queue, ticket.status, ticket.owner) == (
        ids[0],
        "Incidents",
        "new",
        "Nobody",
    )
    assert (ticket.severity, ticket.count, ticket.sla, ticket.due) == (None, None, None, None)
    assert (ticket.priority, ticket.time_worked) == (0, 0)
    assert ticket.created <= ticket.last_updated
    assert ticket.created.tzinfo is UTC
    assert len(wire.sent) == 1
    assert not ticket.is_dirty
    assert state_of(ticket).undecoded == {}


def test_get_twice_is_one_record_and_one_request(
    session: Session, ids: list[int], wire: Wire
) -> None:
    """The session has one record for one id, by number or text."""
    ticket = session.get(Ticket, ids[0])
    assert session.get(Incident, str(ids[0])) is ticket
    assert len(wire.sent) == 1


def test_tickets_of_a_queue_load_as_its_class(session: Session, ids: list[int]) -> None:
    """Asked for a Ticket, the session gives the class declared for the queue."""
    assert type(session.get(Ticket, ids[0])) is Incident
    assert [type(ticket) for ticket in session.get_many(Ticket, ids)] == [Incident] * 3


def test_a_ticket_of_another_queue_is_not_found(session: Session, connect: Connect) -> None:
    """A class for one queue does not give another queue's tickets."""
    ticket = session.add(Ticket(queue="General", subject="General"))
    session.commit()
    with pytest.raises(NotFound, match="General"):
        connect().get(Incident, ticket.id)


@pytest.mark.parametrize("bad", [0, -1, "abc", "", "1/links", "²", True])
def test_what_is_no_id_is_refused(session: Session, bad: int | str, wire: Wire) -> None:
    """Nothing but a positive number goes into a request."""
    with pytest.raises(ValueError, match="not an id"):
        session.get(Ticket, bad)
    assert wire.sent == []


@pytest.mark.parametrize("name", ["", " ", "\n"])
@pytest.mark.parametrize("cls", [Queue, User, Group])
def test_a_blank_name_is_refused(
    session: Session, cls: type[Queue | User | Group], name: str, wire: Wire
) -> None:
    """It is no name that is missing in RT, but a mistake of the program."""
    with pytest.raises(ValueError, match="is blank"):
        session.get(cls, name)
    assert wire.sent == []


@pytest.mark.parametrize("name", ["no\nsuch", "no\0such", "no \ud800"])
@pytest.mark.parametrize("cls", [Queue, User, Group])
def test_a_name_that_rt_cannot_hold_is_not_found(
    session: Session, cls: type[Queue | User | Group], name: str
) -> None:
    """The error can be printed, and names it."""
    with pytest.raises(NotFound) as caught:
        session.get(cls, name)
    assert repr(name) in str(caught.value)
    str(caught.value).encode()


def test_a_missing_ticket_is_not_found(session: Session) -> None:
    """The error names the ticket."""
    with pytest.raises(NotFound, match="99999"):
        session.get(Ticket, 99999)


def test_get_many_keeps_order_in_one_request(session: Session, ids: list[int], wire: Wire) -> None:
    """Many tickets come in one request, in the order asked for, repeated ids included."""
    wanted = [ids[2], ids[0], ids[1], ids[0]]
    tickets = session.get_many(Incident, wanted)
    assert [ticket.id for ticket in tickets] == wanted
    assert [ticket.subject for ticket in tickets] == [
        "Ticket 2",
        "Ticket 0",
        "Ticket 1",
        "Ticket 0",
    ]
    assert tickets[1] is tickets[3]
    assert [ticket.hosts for ticket in tickets[:2]] == [["db2"], ["db0"]]
    assert len(wire.sent) == 1


def test_get_many_of_missing_tickets(session: Session, ids: list[int]) -> None:
    """A missing ticket raises, or is left out."""
    with pytest.raises(NotFound, match="99999"):
        session.get_many(Ticket, [*ids, 99999])
    assert [t.id for t in session.get_many(Ticket, [99999, *ids], missing="skip")] == ids
    assert session.get_many(Ticket, []) == []


def test_watchers_load_for_all_at_the_first_touch(
    session: Session, ids: list[int], wire: Wire
) -> None:
    """A watcher list read on one ticket loads for all tickets of the result, in one request."""
    tickets = session.get_many(Incident, ids)
    assert "Cc" not in wire.sent[0].text
    assert [ticket.cc for ticket in tickets] == [[f"c{n}@example.com"] for n in range(3)]
    assert [ticket.admin_cc for ticket in tickets] == [[], [], []]
    assert len(wire.sent) == 3


def test_expired_fields_load_again(
    session: Session, connect: Connect, ids: list[int], wire: Wire
) -> None:
    """An expired value is read anew; a dirty one stays."""
    ticket = session.get(Incident, ids[0])
    connect().edit(Incident, ids[0], subject="Foreign", priority=4)
    ticket.priority = 9
    assert ticket.subject == "Ticket 0"
    wire.clear()
    session.expire(ticket)
    assert (ticket.subject, ticket.priority) == ("Foreign", 9)
    assert list(ticket.changes) == ["priority"]
    assert len(wire.sent) == 1
    assert ticket.id == ids[0]


def test_refresh_drops_or_keeps_changes(
    session: Session, connect: Connect, ids: list[int], wire: Wire
) -> None:
    """Refreshing takes the server's values; with `keep_changes` ours stay on top of them."""
    ticket = session.get(Incident, ids[0])
    connect().edit(Incident, ids[0], subject="Foreign", priority=4)
    ticket.subject, ticket.priority = "Mine", 4
    ticket.refresh(keep_changes=True)
    assert ticket.subject == "Mine"
    assert ticket.changes["subject"].old == "Foreign"
    assert "priority" not in ticket.changes
    ticket.refresh()
    assert ticket.subject == "Foreign"
    assert not ticket.is_dirty
    wire.clear()
    ticket.refresh("subject", "cc")
    assert len(wire.sent) == 1


def test_a_query_never_overwrites_changes(session: Session, ids: list[int]) -> None:
    """Loading a ticket again leaves what was changed and not saved."""
    first = session.get_many(Incident, ids)[0]
    first.subject = "Unsaved"
    again = session.get_many(Incident, ids)[0]
    assert again is first
    assert first.subject == "Unsaved"


def test_clean_records_are_let_go_and_dirty_ones_kept(session: Session, ids: list[int]) -> None:
    """The session holds records weakly, but never loses a change."""
    session.get(Incident, ids[0]).subject = "Kept"
    session.get(Incident, ids[1])
    session.get(Incident, ids[2]).cc.append("kept@example.com")
    gc.collect()
    assert {record.id for record in session.dirty if isinstance(record, Ticket)} == {ids[0], ids[2]}
    session.commit()


def test_a_merged_ticket_gives_its_target(session: Session, ids: list[int]) -> None:
    """Both ids lead to one record."""
    session.client.post(f"ticket/{ids[0]}/merge/{ids[1]}", "id: x\n")
    ticket = session.get(Ticket, ids[0])
    assert ticket.id == ids[1]
    assert session.get(Ticket, ids[1]) is ticket
    assert session.get(Ticket, ids[0]) is ticket
    assert session.get_many(Ticket, ids[:2]) == [ticket, ticket]


def test_many_ids_travel_in_the_body(session: Session, ids: list[int], wire: Wire) -> None:
    """A list of ids too long for a URL is posted."""
    many = [*ids, *range(100_000, 100_400)]
    assert len(session.get_many(Ticket, many, missing="skip")) == 3
    assert [sent.method for sent in wire.sent] == ["POST"]
    assert wire.writes == []


def test_a_closed_session_detaches_its_records(session: Session, ids: list[int]) -> None:
    """What was loaded stays readable; what was not, and saving, needs a session."""
    ticket = session.get_many(Incident, ids)[0]
    session.close()
    assert ticket.subject == "Ticket 0"
    with pytest.raises(DetachedError, match="session"):
        _ = ticket.cc
    ticket.subject = "Offline"
    with pytest.raises(DetachedError):
        ticket.save()


def test_closing_with_unsent_work_warns(session: Session, ids: list[int]) -> None:
    """Unsent work is named when the session closes."""
    session.get(Incident, ids[0]).subject = "Unsent"
    with pytest.warns(UserWarning, match="'Unsent'"):
        session.close()


def test_a_pickled_record_comes_back_detached_and_can_be_added(
    session: Session, connect: Connect, ids: list[int]
) -> None:
    """Values and changes survive a pickle, the session does not; another session takes it."""
    ticket = session.get(Incident, ids[0])
    ticket.subject = "Carried over"
    copied: Incident = pickle.loads(pickle.dumps(ticket))
    ticket.discard()
    assert copied.changes["subject"].new == "Carried over"
    assert state_of(copied).status.value == "detached"
    other = connect()
    other.add(copied)
    copied.save()
    ticket.refresh()
    assert ticket.subject == "Carried over"


def test_a_second_record_of_one_id_is_refused(session: Session, ids: list[int]) -> None:
    """A session does not take a copy of a record that it holds."""
    ticket = session.get(Incident, ids[0])
    with pytest.raises(ValueError, match="another record"):
        session.add(pickle.loads(pickle.dumps(ticket)))


def test_a_session_refuses_another_thread(session: Session, ids: list[int]) -> None:
    """Using a session, or changing its records, in another thread says so."""
    ticket = session.get(Incident, ids[0])
    caught: list[Exception] = []

    def elsewhere() -> None:
        def change() -> None:
            ticket.subject = "x"

        for attempt in (change, lambda: session.get(Ticket, 1), session.commit, ticket.save):
            try:
                attempt()
            except WrongThreadError as error:
                caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 4
    assert not ticket.is_dirty


def test_a_ticket_that_moves_to_another_queue_is_found_there(session: Session) -> None:
    """As a record of that queue's class, though the session holds one of the other class."""

    class General(Ticket, queue="General"):
        pass

    ticket = session.add(Incident(subject="Moves"))
    session.commit()
    ticket.queue = "General"
    ticket.save()
    found = session.query(General).where(Ticket.id == ticket.id)
    assert found.count() == len(found.all()) == 1
    assert type(session.get(General, ticket.id)) is General
    with pytest.raises(NotFound, match="General"):
        session.get(Incident, ticket.id)
    ticket.subject = "Moved"
    ticket.save()
    assert session.get(General, ticket.id).subject == "Moved"


def test_a_new_ticket_of_the_base_is_found_by_its_class(session: Session) -> None:
    """It was made without the queue's own class, and is held."""
    ticket = session.add(Ticket(queue="Incidents", subject="Plain"))
    session.commit()
    assert [type(each) for each in session.query(Incident).where(Ticket.id == ticket.id)] == [
        Incident
    ]


def test_what_belongs_to_a_copy_is_loaded_anew(session: Session, connect: Connect) -> None:
    """Attachments of a pickled ticket belong to no session; those of an added one do."""
    ticket = session.add(Incident(subject="Pickled", text="hello"))
    session.commit()
    assert [entry.content for entry in ticket.history] == ["hello"]
    copied = connect().add(pickle.loads(pickle.dumps(ticket)))
    assert copied.attachments[0].content == b"hello"
    assert copied.history[0].attachments[0].content == b"hello"
