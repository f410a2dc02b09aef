"""Queries for tickets on a real server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtorm import (
    CF,
    ConfigurationError,
    NotFound,
    QueryError,
    Queue,
    Session,
    Ticket,
    WrongThreadError,
    cf,
    sql,
)
from rtorm.orm.columns import And, Clause, Not, Or
from tests.support import Incident, Severity, Wire

Connect = Callable[..., Session]

DUE = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def made(session: Session, *tickets: Ticket) -> list[int]:
    """The ids of these tickets, once they are created."""
    for ticket in tickets:
        session.add(ticket)
    session.commit()
    return [ticket.id for ticket in tickets]


def test_tickets_are_found_by_what_they_hold(session: Session, connect: Connect) -> None:
    """Core fields and custom fields together; they come loaded, as records of the class."""
    [wanted, *_] = made(
        session,
        Incident(subject="find me", severity="high", hosts=["db1", "db2"], priority=7),
        Incident(subject="find me", severity="low", hosts=["db1", "db2"], priority=7),
        Incident(subject="find me", severity="high", hosts=["db2"], priority=7),
        Ticket(queue="Two Words", subject="find me", priority=7),
    )
    query = connect().query(Incident)
    found = query.where(
        Incident.subject == "FIND ME",
        Incident.severity.in_(["high", "critical"]) & Incident.hosts.has("db1"),
        Incident.priority.between(5, 9),
        Incident.owner == "Nobody",
    ).one()
    assert isinstance(found, Incident)
    assert (found.id, found.severity, found.hosts) == (wanted, "high", ["db1", "db2"])


def test_a_result_is_few_requests(session: Session, wire: Wire) -> None:
    """One for what costs RT little; each kind of the rest loads for all at once."""
    made(session, *(Incident(subject="few requests", cc=["a@x.org"]) for _ in range(3)))
    other = rtorm_session_of(session)
    wire.clear()
    found = other.query(Incident).where(Incident.subject == "few requests").all()
    assert [ticket.subject for ticket in found] == ["few requests"] * 3
    assert [sent.path for sent in wire.sent] == ["search/ticket"]
    assert [ticket.cc for ticket in found] == [["a@x.org"]] * 3
    assert [sent.path for sent in wire.sent] == ["search/ticket", "ticket/show"]


def rtorm_session_of(session: Session) -> Session:
    """Another session on the same client, which holds no records yet."""
    return Session(session.client, time_zone="UTC")


def test_a_query_keeps_what_is_unsaved(session: Session) -> None:
    """What the session holds is the same record, changes and all."""
    ticket = session.add(Incident(subject="unsaved work"))
    session.commit()
    ticket.subject = "changed here"
    found = session.query(Incident).where(Incident.subject == "unsaved work").one()
    assert found is ticket
    assert ticket.subject == "changed here"
    ticket.discard()


def test_a_class_finds_the_tickets_of_its_queue_only(session: Session) -> None:
    """And the base finds those of all queues, each as its class."""
    made(session, Incident(subject="any queue"), Ticket(queue="General", subject="any queue"))
    assert len(session.query(Incident).where(Ticket.subject == "any queue").all()) == 1
    found = session.query(Ticket).where(Ticket.subject == "any queue").all()
    assert [type(ticket) for ticket in found] == [Incident, Ticket]


def test_order_and_slices(session: Session) -> None:
    """By id unless something else is asked for."""
    ids = made(session, *(Incident(subject="in order", priority=p) for p in (3, 1, 2)))
    query = session.query(Incident).where(Incident.subject == "in order")
    assert query.ids() == ids
    assert [t.priority for t in query.order_by(Incident.priority.asc())] == [1, 2, 3]
    assert [t.priority for t in query.order_by(Incident.priority.desc())[:2]] == [3, 2]
    assert [t.id for t in query[1:]] == ids[1:]
    assert (query.count(), query.exists()) == (3, True)
    last = query.order_by(Incident.id.desc()).first()
    assert last is not None
    assert last.id == ids[2]


def test_custom_fields_sort(session: Session) -> None:
    """Those that RT knows; an unknown one is told instead of an empty result."""
    made(session, *(Incident(subject="cf order", note=note) for note in ("b", "a", "c")))
    query = session.query(Incident).where(Incident.subject == "cf order")
    assert [t.note for t in query.order_by(Incident.note.desc())] == ["c", "b", "a"]

    class Unknown(Ticket):
        nope: CF[str | None] = cf("No such field", default=None)

    unknown = session.query(Unknown).where(Ticket.subject == "cf order")
    with pytest.raises(QueryError, match=r"cannot sort by CF\.\{No such field\}"):
        unknown.order_by(Unknown.nope.asc()).all()


def test_no_value(session: Session) -> None:
    """What is empty is found as empty, and differs from every value."""
    with_all, without = made(
        session,
        Incident(subject="has values", severity="low", due=DUE, note="x"),
        Incident(subject="has values"),
    )
    query = partial(session.query(Incident).where, Incident.subject == "has values")
    for column in (
        Incident.severity,
        Incident.due,
        Incident.note,
        Incident.hosts,
        Incident.started,
    ):
        both = query(column.is_null()).ids() + query(~column.is_null()).ids()
        assert sorted(both) == [with_all, without]
        assert without in query(column.is_null()).ids()
    for clause in (
        Incident.severity != "low",
        Incident.note != "x",
        Incident.note.not_like("x"),
        Incident.due != DUE,
        Incident.sla != "gold",
        ~Incident.note.starts_with("x"),
    ):
        assert without in query(clause).ids()
    for ordered in (Incident.due < DUE, Incident.due >= DUE, Incident.note < "z"):
        assert without not in query(ordered).ids()


def test_an_empty_subject_is_no_value(session: Session) -> None:
    """RT keeps it as an empty text."""
    [number] = made(session, Incident(note="without a subject"))
    query = session.query(Incident).where(Incident.note == "without a subject")
    assert query.where(Incident.subject.is_null()).ids() == [number]
    assert query.where(~Incident.subject.is_null()).ids() == []


@pytest.mark.parametrize("user", ["root", "roman"])
def test_dates_are_compared_to_the_second(connect: Connect, user: str) -> None:
    """Whatever the account's zone is; RT would find the whole day."""
    session = connect(user, time_zone="Europe/Rome" if user == "roman" else "UTC")
    subject = f"seconds of {user}"
    ids = made(
        session,
        *(
            Incident(subject=subject, due=DUE + n * SECOND, deadline=DUE + n * SECOND)
            for n in range(3)
        ),
    )
    query = partial(session.query(Incident).where, Incident.subject == subject)
    at = DUE + SECOND
    for column in (Incident.due, Incident.deadline):
        assert query(column == at).ids() == ids[1:2]
        assert query(column != at).ids() == [ids[0], ids[2]]
        assert query(column < at).ids() == ids[:1]
        assert query(column <= at).ids() == ids[:2]
        assert query(column > at - timedelta(microseconds=1)).ids() == ids[1:]
        assert query(column.between(DUE, at)).ids() == ids[:2]
        assert query(column.in_([DUE, DUE + 2 * SECOND])).ids() == [ids[0], ids[2]]


def test_a_date_needs_the_time_zone(connect: Connect) -> None:
    """The error says how to give it."""
    session = connect(time_zone=None)
    with pytest.raises(ConfigurationError, match="time_zone="):
        session.query(Ticket).where(Ticket.due < DUE).all()


def test_raw_conditions(session: Session) -> None:
    """RT's own language stands beside clauses as one condition."""
    [number, _] = made(
        session,
        Incident(subject="raw", requestors=["raw@example.com"]),
        Incident(subject="raw other", requestors=["raw@example.com"]),
    )
    raw = sql("Requestor.EmailAddress = 'raw@example.com' OR id < 0")
    assert session.query(Incident).where(raw, Incident.subject == "raw").ids() == [number]
    assert session.query(Incident).where(raw).count() == 2


def test_a_query_that_rt_refuses_is_told_in_its_words(session: Session) -> None:
    """Without the lines of its program."""
    with pytest.raises(QueryError) as caught:
        session.query(Ticket).where(sql("Nope = 'x'")).all()
    assert str(caught.value) == "Invalid query: Unknown field: Nope"


def test_what_does_not_exist_fits_nothing(session: Session) -> None:
    """RT says no more of names that it does not know."""
    query = session.query(Ticket)
    for clause in (Ticket.queue == "nosuch", Ticket.owner == "nosuch", Ticket.id == 999999):
        assert query.where(clause).all() == []
    with pytest.raises(NotFound, match="nothing is found"):
        query.where(Ticket.id == 999999).one()


def test_tickets_that_may_not_be_seen_are_left_out(connect: Connect) -> None:
    """In silence, which is RT's way."""
    made(connect(), Ticket(queue="General", subject="only for root"))
    assert connect("alice").query(Ticket).where(Ticket.subject == "only for root").all() == []
    assert connect("stranger").query(Ticket).all() == []


def test_a_query_belongs_to_the_thread_of_its_session(session: Session) -> None:
    """As everything that the session does."""
    for query in (session.query(Ticket), session.query(Queue)):
        with ThreadPoolExecutor() as other, pytest.raises(WrongThreadError):
            other.submit(query.count).result()


def test_deleted_tickets_are_not_found(session: Session) -> None:
    """They are there by their id; asking for them is told to be in vain."""
    ticket = session.add(Incident(subject="soon gone"))
    session.commit()
    ticket.delete()
    assert session.query(Incident).where(Incident.subject == "soon gone").all() == []
    with pytest.raises(QueryError, match="no deleted tickets"):
        session.query(Incident).where(Incident.status == "deleted").all()


TEXTS = st.text("aB '\"\\%_é日😀(){}[]#:,;=<>-\t", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=12)
@given(TEXTS, TEXTS)
def test_any_text_finds_its_ticket_and_no_other(session: Session, one: str, other: str) -> None:
    """No value is taken for a part of the query, in core fields and custom fields alike."""
    first, second = made(
        session, Incident(subject=f"<{one}>", note=f"<{one}>"), Incident(subject=f"<{other}>")
    )
    query = session.query(Incident)
    same = one.lower() == other.lower()
    found = query.where(Incident.subject == f"<{one}>").ids()
    assert first in found
    assert (second in found) == same
    assert first in query.where(Incident.note == f"<{one}>").ids()
    assert first not in query.where(Incident.subject != f"<{one}>").ids()


@pytest.mark.parametrize("size", [255, 256, 3000])
def test_long_values_are_compared_whole(session: Session, size: int) -> None:
    """RT keeps them elsewhere, and mistakes them in some queries."""
    subject = f"long {size}"
    long, _ = made(
        session,
        Incident(subject=subject, note="x" * size),
        Incident(subject=subject, note="x" * (size - 1)),
    )
    query = session.query(Incident)
    clause = (Incident.note == "x" * size) | (Incident.id == 0)
    assert query.where(Incident.subject == subject, clause).ids() == [long]
    assert long not in query.where(Incident.subject == subject, Incident.note != "x" * size).ids()
    assert query.where(Incident.subject == subject, Incident.note.like("x" * size)).ids() == [long]


COMBINED = "all combinations"
SEVERITIES: tuple[Severity | None, ...] = ("low", "high", None)
HOSTS: tuple[list[str], ...] = ([], ["db1"], ["db1", "db2"])
Row = tuple[Severity | None, list[str], datetime | None]
Test = Callable[[Row], bool]
LEAVES: list[tuple[Clause, Test]] = [
    (Incident.severity == "low", lambda row: row[0] == "low"),
    (Incident.severity != "low", lambda row: row[0] != "low"),
    (Incident.severity.is_null(), lambda row: row[0] is None),
    (Incident.severity.like("ig"), lambda row: "ig" in (row[0] or "")),
    (Incident.severity.not_like("ig"), lambda row: "ig" not in (row[0] or "")),
    (Incident.severity.in_(["low", "high"]), lambda row: row[0] is not None),
    (Incident.severity.not_in(["low", "high"]), lambda row: row[0] is None),
    (Incident.hosts.has("db2"), lambda row: "db2" in row[1]),
    (~Incident.hosts.has("db2"), lambda row: "db2" not in row[1]),
    (Incident.hosts.is_null(), lambda row: not row[1]),
    (Incident.due == DUE, lambda row: row[2] is not None),
    (Incident.due != DUE, lambda row: row[2] is None),
    (Incident.due.is_null(), lambda row: row[2] is None),
    (Incident.owner.like("obod"), lambda _: True),
    (Incident.owner.not_like("obod"), lambda _: False),
    (Incident.owner.starts_with("nob"), lambda _: True),
    (~Incident.owner.starts_with("nob"), lambda _: False),
    (Incident.owner != "Nobody", lambda _: False),
    (Incident.sla != "gold", lambda _: True),
    (Incident.subject.starts_with("all"), lambda _: True),
    (Incident.status.in_(["new", "open"]), lambda _: True),
    (Incident.priority > 5, lambda _: False),
    (sql("Creator = 'root' OR id < 0"), lambda _: True),
]


def all_of(parts: list[tuple[Clause, Test]]) -> tuple[Clause, Test]:
    tests = [test for _, test in parts]
    return And(tuple(clause for clause, _ in parts)), lambda row: all(test(row) for test in tests)


def any_of(parts: list[tuple[Clause, Test]]) -> tuple[Clause, Test]:
    tests = [test for _, test in parts]
    return Or(tuple(clause for clause, _ in parts)), lambda row: any(test(row) for test in tests)


def denied(part: tuple[Clause, Test]) -> tuple[Clause, Test]:
    clause, test = part
    return Not(clause), lambda row: not test(row)


def combined(leaves: list[tuple[Clause, Test]]) -> st.SearchStrategy[tuple[Clause, Test]]:
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: (
            st.lists(inner, min_size=2, max_size=3).map(all_of)
            | st.lists(inner, min_size=2, max_size=3).map(any_of)
        ),
        max_leaves=7,
    )


@pytest.fixture
def rows(session: Session) -> dict[int, Row]:
    """A ticket of each sort."""
    rows = list(product(SEVERITIES, HOSTS, (None, DUE)))
    query = session.query(Incident).where(Incident.subject == COMBINED)
    ids = query.ids() or made(
        session,
        *(Incident(subject=COMBINED, severity=s, hosts=hosts, due=due) for s, hosts, due in rows),
    )
    return dict(zip(ids, rows, strict=True))


@settings(max_examples=40)
@given(combined(LEAVES))
def test_combined_conditions_mean_what_they_say(
    session: Session, rows: dict[int, Row], condition: tuple[Clause, Test]
) -> None:
    """However they are nested, RT finds what fulfils them and nothing else."""
    clause, test = condition
    found = session.query(Incident).where(Incident.subject == COMBINED, clause).ids()
    assert found == [number for number, row in rows.items() if test(row)]


@settings(max_examples=20)
@given(combined(LEAVES[:-1]).map(denied))
def test_denied_conditions_mean_what_they_say(
    session: Session, rows: dict[int, Row], condition: tuple[Clause, Test]
) -> None:
    """RT knows no NOT, so that each part is denied."""
    clause, test = condition
    found = session.query(Incident).where(Incident.subject == COMBINED, clause).ids()
    assert found == [number for number, row in rows.items() if test(row)]


NAMES = st.text("aB '\"\\%_é日(){}#:,;=-/.", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=8)
@given(NAMES)
def test_any_name_finds_its_queue(session: Session, name: str) -> None:
    """Quoted for RT's other language of conditions, the name finds that queue alone."""
    called = f"q {name} x"
    held = session.query(Queue).where(Queue.name == called).one_or_none()
    if held is None:
        held = session.add(Queue(name=called))
        session.commit()
    assert session.query(Queue).where(Queue.name == called).ids() == [held.id]
    assert session.get(Queue, called) is held
    assert held.id not in session.query(Queue).where(Queue.name != called).ids()
