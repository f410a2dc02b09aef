"""What queries load on a real server, and in how many requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtorm import (
    CommitError,
    NotFound,
    NotLoadedError,
    QueryError,
    Queue,
    Session,
    StaleError,
    Ticket,
)
from tests.support import Incident, Wire

Connect = Callable[..., Session]

_WATCHERS = (Ticket.requestors, Ticket.cc, Ticket.admin_cc)


def made(session: Session, subject: str, count: int = 3) -> list[int]:
    """The ids of so many new incidents, each with something of every kind."""
    tickets = [
        session.add(
            Incident(
                subject=subject,
                severity="low",
                hosts=["db1", "db2"],
                priority=place,
                requestors=[f"r{place}@example.com"],
                cc=["c@example.com"],
                text=f"message {place}",
            )
        )
        for place in range(count)
    ]
    session.commit()
    for ticket in tickets:
        ticket.links.refers_to = [tickets[0].id] if ticket is not tickets[0] else []
    session.commit()
    return [ticket.id for ticket in tickets]


def test_what_a_query_shows_is_what_a_get_shows(session: Session, connect: Connect) -> None:
    """A search writes its forms in another way than a show."""
    [number] = made(session, "shown alike", 1)
    kept = session.get(Incident, number)
    kept.note = "two\n  lines: of text\n\n# x"
    kept.save()
    other = connect(time_zone="UTC")
    found = other.query(Incident).where(Ticket.id == number).include(*_WATCHERS).one()
    loaded = connect(time_zone="UTC").get(Incident, number)
    # Also in one search, without pieces.
    [searched] = connect(time_zone="UTC").query(Incident).where(Ticket.id == number)
    wanted = loaded.model_dump()
    assert found.model_dump() == wanted
    assert searched.model_dump() == {
        name: value
        for name, value in wanted.items()
        if name not in ("requestors", "cc", "admin_cc")
    }


def test_each_deferred_kind_is_one_request_for_all(session: Session, wire: Wire) -> None:
    """Watchers, links, attachments, history: read of one, loaded for all."""
    ids = made(session, "each kind")
    other = Session(session.client, time_zone="UTC")
    wire.clear()
    found = other.query(Incident).where(Ticket.subject == "each kind").all()
    assert [ticket.priority for ticket in found] == [0, 1, 2]
    assert len(wire.sent) == 1
    assert [ticket.requestors for ticket in found] == [[f"r{n}@example.com"] for n in range(3)]
    assert len(wire.sent) == 2
    assert [ticket.links.refers_to for ticket in found] == [[], ids[:1], ids[:1]]
    # One more, since RT's text of two links may be that of one.
    assert [sent.path for sent in wire.sent[2:]] == ["ticket/show", "search/ticket"]
    assert [ticket.attachments[0].text for ticket in found][:1] == ["message 0"]
    before = len(wire.sent)
    assert all(ticket.attachments for ticket in found)
    assert len(wire.sent) == before


def test_histories_bring_the_attachments_along(session: Session, wire: Wire) -> None:
    """In one request for all, and one for the names of those who are named by number."""
    ids = made(session, "histories")
    session.get(Incident, ids[0]).owner = "alice"
    session.commit()
    other = Session(session.client, time_zone="UTC")
    found = other.query(Incident).where(Ticket.subject == "histories").all()
    wire.clear()
    assert [bool(ticket.history) for ticket in found] == [True] * 3
    assert [sent.path for sent in wire.sent] == ["ticket/show", "show"]
    assert [ticket.attachments[0].content_type for ticket in found] == ["text/plain"] * 3
    assert len(wire.sent) == 2
    query = other.query(Incident).where(Ticket.subject == "histories").strict()
    wire.clear()
    again = query.include(Ticket.links, Ticket.attachments, Ticket.history).all()
    assert [ticket.attachments for ticket in again] == [ticket.attachments for ticket in found]


def test_what_is_included_is_there(session: Session, wire: Wire) -> None:
    """Reading it sends nothing more."""
    made(session, "included")
    other = Session(session.client, time_zone="UTC")
    wire.clear()
    found = (
        other.query(Incident)
        .where(Ticket.subject == "included")
        .include(*_WATCHERS, Ticket.links, Ticket.attachments, Ticket.history, Ticket.cf)
        .strict()
        .all()
    )
    sent = len(wire.sent)
    assert [ticket.cc for ticket in found] == [["c@example.com"]] * 3
    assert [len(ticket.links.referred_to_by) for ticket in found] == [2, 0, 0]
    assert [bool(ticket.attachments and ticket.history) for ticket in found] == [True] * 3
    assert [ticket.cf["Severity"] for ticket in found] == ["low"] * 3
    assert len(wire.sent) == sent


def test_links_and_attachments_come_together(session: Session, wire: Wire) -> None:
    """In one request after the search; what is loaded or changed of either stays."""
    ids = made(session, "come together")
    held = session.get(Incident, ids[1])
    held.links.depends_on = [ids[2]]
    wire.clear()
    query = session.query(Incident).where(Ticket.subject == "come together")
    found = query.only(Ticket.links, Ticket.attachments).strict().all()
    assert [sent.path for sent in wire.sent if sent.method == "GET"][:2] == [
        "search/ticket",
        "ticket/show",
    ]
    assert [ticket.links.refers_to for ticket in found] == [[], ids[:1], ids[:1]]
    assert [ticket.attachments[0].text for ticket in found] == [f"message {n}" for n in range(3)]
    assert found[1] is held
    assert held.links.depends_on == [ids[2]]
    assert list(held.changes) == ["links.depends_on"]


def test_only_what_is_named_is_loaded(session: Session, wire: Wire) -> None:
    """The rest loads when it is read, for all."""
    made(session, "named alone")
    other = Session(session.client, time_zone="UTC")
    wire.clear()
    query = other.query(Incident).where(Ticket.subject == "named alone")
    found = query.only(Incident.priority, Incident.severity).all()
    assert [sorted(ticket.model_dump()) for ticket in found] == [
        ["id", "priority", "queue", "severity"]
    ] * 3
    assert len(wire.sent) == 1
    assert [ticket.subject for ticket in found] == ["named alone"] * 3
    assert [ticket.created.tzinfo is not None for ticket in found] == [True] * 3
    assert len(wire.sent) == 2


def test_a_strict_query_loads_nothing_later(session: Session, wire: Wire) -> None:
    """It says what to do; assigning and refreshing go on, and so does another way to the record."""
    made(session, "strictly", 2)
    other = Session(session.client, time_zone="UTC")
    query = other.query(Incident).where(Ticket.subject == "strictly").only(Ticket.subject)
    first, second = query.strict().all()
    wire.clear()
    for name in ("priority", "cc", "attachments", "history", "cf"):
        with pytest.raises(
            NotLoadedError, match=rf"{name} of <Incident .*include\(Incident.{name}\)"
        ):
            _ = getattr(first, name)["Note"] if name == "cf" else getattr(first, name)
    with pytest.raises(NotLoadedError, match=r"links\.depends_on .*Incident\.links\)"):
        _ = first.links.depends_on
    assert repr(first)
    assert wire.sent == []
    first.priority = 8
    first.save()
    first.refresh("cc")
    assert first.cc == ["c@example.com"]
    assert second in query.all()
    assert second.priority == 1


def test_a_strict_record_loads_once_it_is_met_otherwise(session: Session) -> None:
    """By its id, alone or with others: whoever asks so has not asked strictly."""
    ids = made(session, "met otherwise", 3)
    other = Session(session.client, time_zone="UTC")
    query = other.query(Incident).where(Ticket.subject == "met otherwise").only(Ticket.subject)
    held = query.strict().all()
    assert other.get(Incident, ids[0]).history
    assert [ticket.cc for ticket in other.get_many(Incident, ids[1:])] == [["c@example.com"]] * 2
    assert [ticket.id for ticket in held] == ids


def test_a_stream_goes_by_pieces(session: Session, wire: Wire) -> None:
    """In the query's order; what is merged away or deleted meanwhile spoils nothing."""
    ids = made(session, "streamed", 5)
    other = Session(session.client, time_zone="UTC")
    query = other.query(Ticket).where(Ticket.subject == "streamed").order_by(Ticket.id.desc())
    wire.clear()
    told: list[tuple[int, int]] = []
    found = query.stream(chunk=2, progress=lambda done, total: told.append((done, total)))
    seen = [next(found).id]
    session.get(Ticket, ids[0]).merge_into(ids[1])
    session.get(Ticket, ids[2]).delete()
    seen += [ticket.id for ticket in found]
    assert [number for number in seen if number != ids[2]] == [ids[4], ids[3], ids[1]]
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_slices_count_and_ids_load_only_their_part(session: Session, wire: Wire) -> None:
    """RT has no pages: the ids come first, which cost it little."""
    ids = made(session, "sliced", 4)
    query = Session(session.client, time_zone="UTC").query(Ticket)
    query = query.where(Ticket.subject == "sliced")
    wire.clear()
    assert [ticket.id for ticket in query[1:3]] == ids[1:3]
    [search, show] = wire.sent
    assert (search.path, show.path) == ("search/ticket", "ticket/show")
    assert f"{ids[1]},{ids[2]}" in show.text
    wire.clear()
    assert (query.count(), query.ids(), query[1:3].count(), query.exists()) == (4, ids, 2, True)
    assert {sent.path for sent in wire.sent} == {"search/ticket"}


def test_many_are_updated_without_loading(session: Session, wire: Wire) -> None:
    """Their ids, then forms by the batch; what the session holds of them is read anew."""
    ids = made(session, "updated", 3)
    held = session.get(Incident, ids[0])
    other = session.get(Incident, ids[1])
    other.subject = "unsaved"
    wire.clear()
    query = session.query(Incident).where(Incident.id.in_(ids))
    report = query.update(priority=77, severity="high")
    assert [sent.path for sent in wire.sent] == ["search/ticket", "edit"]
    assert [form.keys() for form in wire.writes[0].forms] == [
        {"id", "Priority", "CF.{Severity}"}
    ] * 3
    assert [result.outcome for result in report.results] == ["updated"] * 3
    assert (held.priority, held.severity) == (77, "high")
    assert other.subject == "unsaved"
    other.discard()


def test_what_is_refused_of_an_update_is_told(session: Session) -> None:
    """Each record by itself; what does not fit is not sent at all."""
    ids = made(session, "refused update", 2)
    query = session.query(Incident).where(Incident.id.in_(ids))
    with pytest.raises(CommitError) as caught:
        query.update(priority=3, status="no-such-status")
    results = caught.value.report.partial
    assert [result.record.id for result in results] == ids
    assert [list(result.errors) for result in results] == [["status"]] * 2
    assert [ticket.priority for ticket in query] == [3, 3]
    with pytest.raises(ValueError, match="severity"):
        query.update(severity="huge")
    with pytest.raises(AttributeError):
        query.update(created=None)


def test_an_order_that_rt_does_not_know_is_told_of_a_stream_too(session: Session) -> None:
    """RT would answer that nothing matches."""
    with pytest.raises(QueryError):
        list(session.query(Queue).order_by(Ticket.subject.asc()).stream())


def test_a_change_is_compared_with_what_the_server_said_last(
    session: Session, connect: Connect
) -> None:
    """A query that meets a changed record learns what others have made of it since."""
    ticket = session.add(Incident(subject="met A", cc=["a@example.com"], severity="low"))
    session.commit()
    ticket.subject, ticket.severity = "met B", "high"
    ticket.cc.append("b@example.com")
    other = connect().get(Incident, ticket.id)
    other.subject, other.cc, other.severity = "met C", ["c@example.com"], "critical"
    other.save()
    query = session.query(Incident).where(Ticket.id == ticket.id).include(Ticket.cc)
    assert query.one() is ticket
    assert (ticket.subject, ticket.severity) == ("met B", "high")
    assert ticket.changes["subject"].old == "met C"
    with pytest.raises(StaleError) as caught:
        ticket.save(check=True)
    assert caught.value.theirs == {
        "subject": "met C",
        "cc": ["c@example.com"],
        "severity": "critical",
    }
    ticket.subject, ticket.severity = "met A", "critical"
    ticket.cc.remove("b@example.com")
    assert sorted(ticket.changes) == ["cc", "subject"]
    ticket.save()
    again = connect().get(Incident, ticket.id)
    assert (again.subject, again.cc, again.severity) == ("met A", ["a@example.com"], "critical")


def test_what_was_kept_on_top_of_the_new_values_is_not_stale(
    session: Session, connect: Connect
) -> None:
    """A refresh that keeps changes bases them on what the server holds now."""
    ticket = session.add(Incident(subject="kept A"))
    session.commit()
    ticket.subject = "kept B"
    other = connect().get(Incident, ticket.id)
    other.subject = "kept C"
    other.save()
    assert session.query(Incident).where(Ticket.id == ticket.id).one() is ticket
    ticket.refresh(keep_changes=True)
    ticket.save(check=True)
    assert connect().get(Incident, ticket.id).subject == "kept B"


def test_a_ticket_that_was_merged_meanwhile_is_read_as_the_other_one(
    session: Session, connect: Connect
) -> None:
    """What is loaded later is not mixed with what was loaded before."""
    old = session.add(Incident(subject="merged away", priority=10, severity="low"))
    target = session.add(Incident(subject="merged into", priority=90, severity="high"))
    session.commit()
    other = connect()
    [found] = other.query(Incident).where(Ticket.id == old.id).only(Ticket.subject)
    old.merge_into(target)
    assert (found.priority, found.severity, found.subject) == (90, "high", "merged into")
    assert found.id == target.id


def test_a_ticket_that_moved_stays_one_record(session: Session, connect: Connect) -> None:
    """Of its new queue's class, with what was changed here and nothing of the old queue's."""

    class General(Ticket, queue="General"):
        """Tickets of another queue; declared last, so that it counts."""

    ticket = session.add(Incident(subject="moved", severity="low", note="x"))
    session.commit()
    assert ticket.severity == "low"
    ticket.priority, ticket.note = 7, "unsent"
    other = connect().get(Ticket, ticket.id)
    other.queue = "General"
    other.save()
    [met] = session.query(Ticket).where(Ticket.id == ticket.id).all()
    assert met is ticket
    assert type(ticket).__name__ == General.__name__
    assert (ticket.queue, ticket.priority, ticket.subject) == ("General", 7, "moved")
    assert session.dirty == [ticket]
    assert sorted(ticket.changes) == ["cf.Note", "priority"]
    with pytest.raises(NotFound):
        session.query(Incident).where(Ticket.id == ticket.id).one()
    with pytest.raises(CommitError) as caught:
        session.commit()
    [result] = caught.value.report.results
    assert list(result.errors) == ["cf.Note"]
    ticket.discard("cf.Note")
    session.commit()
    other.queue = "Incidents"
    other.save()
    assert session.query(Incident).where(Ticket.id == ticket.id).one() is ticket
    assert type(ticket).__name__ == "Incident"
    assert (ticket.severity, ticket.priority) == ("low", 7)


def test_what_cannot_be_read_is_asked_for_once(
    connect: Connect, session: Session, wire: Wire
) -> None:
    """Not again for each ticket of a result; each tells it once, and asks again after that."""
    made(session, "half seen")
    half = connect("creator")
    found = half.query(Incident).where(Ticket.subject == "half seen").all()
    wire.clear()
    for ticket in found:
        with pytest.raises(NotFound, match="SeeCustomField"):
            _ = ticket.severity
    assert len(wire.sent) == 1
    with pytest.raises(NotFound, match="SeeCustomField"):
        _ = found[1].severity
    assert len(wire.sent) == 2
    query = connect("creator").query(Incident).where(Ticket.subject == "half seen")
    wire.clear()
    included = query.only(Ticket.subject).include(Incident.severity).strict().all()
    for ticket in included * 2:
        with pytest.raises(NotFound, match="SeeCustomField"):
            _ = ticket.severity
        with pytest.raises(NotLoadedError):
            _ = ticket.priority
    assert len(wire.sent) == 1


def test_an_update_by_what_the_account_may_not_see_is_refused(
    connect: Connect, session: Session
) -> None:
    """RT takes the denial of a hidden custom field, or of an unknown one, for every ticket."""
    [number] = made(session, "hidden field", 1)
    half = connect("creator").query(Incident).where(Ticket.id == number)
    for clause in (Incident.field_owner != "1", Incident.severity.not_in(["low"])):
        with pytest.raises(QueryError, match="SeeCustomField"):
            half.where(clause).update(priority=33)
    seen = session.query(Incident).where(Ticket.id == number)
    with pytest.raises(QueryError, match="custom field 'Severty'"):
        seen.where(Ticket.cf["Severty"] != "low").update(priority=33)
    assert seen.one().priority == 0
    assert seen.where(Incident.severity != "high").update(priority=5).ok
