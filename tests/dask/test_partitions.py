"""Partitions on a real server: together they are the query."""

from __future__ import annotations

import pickle
from collections.abc import Callable

from rtorm import Queue, Session, Ticket, User, sql
from tests.support import Incident, Severity, Wire

Connect = Callable[..., Session]

LEVELS: tuple[Severity, ...] = ("low", "high", "critical")


def made(session: Session, subject: str, number: int) -> list[Incident]:
    """So many tickets of this subject, every third of each severity."""
    tickets = [
        session.add(Incident(subject=subject, severity=LEVELS[at % 3])) for at in range(number)
    ]
    session.commit()
    return tickets


def test_the_partitions_find_what_the_query_finds(session: Session, connect: Connect) -> None:
    """Each in a session of its own, from a pickle: every ticket once, and no other."""
    made(session, "cut in parts", 10)
    query = connect().query(Incident).where(Incident.subject == "cut in parts")
    high = query.where((Incident.severity == "high") | sql("Priority > 90"))
    for asked, number in ((query, 3), (query, 50), (high, 2)):
        found: list[int] = []
        for part in pickle.loads(pickle.dumps(asked.partitions(number))):
            with connect() as own:
                records = part.query(own).all()
            assert all(type(record) is Incident for record in records)
            assert len(records) == len(part)
            found += [record.id for record in records]
        assert found == asked.ids()
    assert query.where(Incident.severity == "low", Incident.priority == 3).partitions(4) == []


def test_partitions_cost_one_request(session: Session, connect: Connect, wire: Wire) -> None:
    """The ids are asked for, and no ticket is loaded."""
    made(session, "cut for little", 4)
    query = connect().query(Incident).where(Incident.subject == "cut for little")
    wire.clear()
    assert [len(part) for part in query.partitions(2)] == [2, 2]
    assert len(wire.sent) == 1


def test_a_partition_finds_what_is_there_when_it_is_asked(
    session: Session, connect: Connect
) -> None:
    """Neither what was deleted, merged or changed meanwhile; but what has come into its range."""
    tickets = made(session, "cut, then changed", 5)
    other = session.add(Ticket(queue="Incidents", subject="another subject"))
    session.commit()
    last = made(session, "cut, then changed", 1)[0]
    query = connect().query(Incident).where(Incident.subject == "cut, then changed")
    parts = query.partitions(2)
    tickets[0].delete()
    tickets[1].merge_into(tickets[2])
    tickets[3].subject = "changed since"
    tickets[3].save()
    other.subject = "cut, then changed"
    other.save()
    made(session, "cut, then changed", 1)
    with connect() as own:
        found = [record.id for part in parts for record in part.query(own)]
    assert found == [tickets[2].id, tickets[4].id, other.id, last.id]


def test_what_was_chosen_goes_with_the_partition(
    session: Session, connect: Connect, wire: Wire
) -> None:
    """Of `only` and `include` a worker loads the same, without asking for more."""
    ticket = made(session, "cut and chosen", 1)[0]
    ticket.requestors = ["ann@example.com"]
    ticket.save()
    query = connect().query(Incident).where(Incident.subject == "cut and chosen")
    [part] = query.only(Incident.subject, Incident.requestors).partitions(1)
    with connect() as own:
        [found] = part.query(own)
        wire.clear()
        assert (found.subject, found.requestors) == ("cut and chosen", ["ann@example.com"])
        assert not wire.sent
        assert "priority" not in vars(found)


def test_queues_and_users_have_partitions_too(session: Session) -> None:
    """By the same ids; RT evaluates the range or rtorm does."""
    for query in (
        session.query(Queue).where(Queue.name.like("o")),
        session.query(User).where(User.email_address.like("example.com")),
    ):
        parts = query.partitions(3)
        assert len(parts) == min(3, query.count())
        found = [record.id for part in parts for record in part.query(session)]
        assert found == query.ids()


def test_records_in_conditions_are_understood_elsewhere(session: Session, connect: Connect) -> None:
    """A worker's session knows nothing of the records that were compared."""
    [ticket] = made(session, "cut by records", 1)
    queue, user = session.get(Queue, "Incidents"), session.get(User, "root")
    query = session.query(Ticket).where(
        Ticket.queue == queue, Ticket.creator == user.name, Ticket.subject == "cut by records"
    )
    parts = pickle.loads(pickle.dumps(query.partitions(1)))
    with connect() as own:
        assert [found.id for part in parts for found in part.query(own)] == [ticket.id]
