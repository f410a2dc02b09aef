"""Committing many records: few requests, and an outcome for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtorm import (
    Change,
    CommitError,
    ConfigurationError,
    Group,
    Queue,
    RejectedError,
    Session,
    Ticket,
)
from tests.support import Incident, Wire

Connect = Callable[..., Session]


@pytest.fixture
def tickets(session: Session, wire: Wire) -> list[Incident]:
    """Twelve loaded tickets."""
    made = [session.add(Incident(subject=f"Ticket {number}")) for number in range(12)]
    session.commit()
    loaded = session.get_many(Incident, [ticket.id for ticket in made])
    for ticket in loaded:
        ticket.refresh("subject", "status", "owner")
    wire.clear()
    return loaded


def test_twelve_tickets_two_of_them_bad(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """One request; ten records are clean, two partial, each error on its attribute."""
    for ticket in tickets:
        ticket.subject += " changed"
    tickets[3].status = "bogus"
    tickets[7].owner = "nosuchuser"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [(sent.method, sent.path) for sent in wire.sent] == [("POST", "edit")]
    report = caught.value.report
    assert [result.record for result in report.results] == tickets
    assert [result.outcome for result in report.results] == [
        "partial" if number in (3, 7) else "updated" for number in range(12)
    ]
    assert report.partial[0].errors == {
        "status": ["Status 'bogus' isn't a valid status for this ticket."]
    }
    assert report.partial[1].errors == {"owner": ["That user does not exist"]}
    assert [ticket.is_dirty for ticket in tickets].count(True) == 2
    assert tickets[3].changes == {"status": Change("new", "bogus")}
    assert session.dirty == [tickets[3], tickets[7]]


def test_a_second_commit_sends_only_what_was_refused(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """What was refused is still dirty; another commit tries it alone."""
    tickets[0].subject, tickets[1].status = "fine", "bogus"
    with pytest.raises(CommitError):
        session.commit()
    tickets[1].status = "open"
    wire.clear()
    report = session.commit()
    assert wire.writes[0].forms == [{"id": f"ticket/{tickets[1].id}", "Status": "open"}]
    assert report.ok
    assert session.dirty == []


def test_refusals_of_every_sort_in_one_batch(connect: Connect, tickets: list[Incident]) -> None:
    """Refused fields, refused records, missing records and good ones are told apart."""
    alice = connect("alice")
    mine = alice.get_many(Incident, [ticket.id for ticket in tickets[:4]])
    hidden = connect().add(Ticket(queue="General", subject="Hidden"))
    hidden.save()
    mine[0].subject = "good"
    mine[1].owner, mine[1].priority = "bob", 5
    mine[2].status = "deleted"
    mine[3].severity = "high"
    with pytest.raises(CommitError) as caught:
        alice.commit()
    outcomes = {result.record.id: result for result in caught.value.report.results}
    assert outcomes[mine[0].id].outcome == "updated"
    assert outcomes[mine[1].id].outcome == "partial"
    assert list(outcomes[mine[1].id].errors) == ["owner"]
    assert outcomes[mine[2].id].outcome == "rejected"
    assert "DeleteTicket" in outcomes[mine[2].id].errors[""][0]
    assert outcomes[mine[3].id].outcome == "updated"
    with pytest.raises(RejectedError):
        alice.edit(Ticket, hidden.id, subject="Not seen")
    for ticket in mine:
        ticket.discard()


def test_batches_hold_as_many_forms_as_asked(
    connect: Connect, tickets: list[Incident], wire: Wire
) -> None:
    """`batch=5` sends twelve forms in three requests."""
    small = connect(batch=5)
    for ticket in small.get_many(Incident, [ticket.id for ticket in tickets]):
        ticket.priority = 3
    wire.clear()
    assert len(small.commit().results) == 12
    assert [len(sent.forms) for sent in wire.writes] == [5, 5, 2]


def test_a_crash_over_one_ticket_does_not_stop_the_others(
    session: Session, tickets: list[Incident]
) -> None:
    """When RT crashes in a batch, the records are sent one by one, and only the bad one fails."""
    for ticket in tickets[:4]:
        ticket.priority = 8
    tickets[1].cc = ["999999"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    outcomes = [result.outcome for result in caught.value.report.results]
    assert outcomes.count("updated") == 3
    assert "RT crashed" in tickets[1].errors["cc"][0]
    assert all(ticket.priority == 8 for ticket in (tickets[0], *tickets[2:4]))
    tickets[1].discard()


def test_lost_values_of_many_are_read_back_in_one_request(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """The read-back of a whole commit is one request, each loss on its own record.

    How custom fields are defined was asked for once, since no ticket had been shown whole.
    """
    for ticket in tickets:
        ticket.teams = ["net"]
    tickets[5].teams = ["nosuch", "db"]
    with pytest.raises(CommitError) as caught:
        session.commit()
    definitions = "queue/Incidents/ticketcustomfields"
    assert [sent.path for sent in wire.sent] == [definitions, "edit", "ticket/show"]
    assert [result.record for result in caught.value.report.results if result.errors] == [
        tickets[5]
    ]


def test_begin_commits_at_the_end_of_the_block(session: Session, tickets: list[Incident]) -> None:
    """A block that ends well is sent."""
    with session.begin() as same:
        assert same is session
        tickets[0].subject = "In a block"
    assert not tickets[0].is_dirty
    tickets[0].refresh()
    assert tickets[0].subject == "In a block"


def test_begin_drops_everything_on_an_exception(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """A block that raises sends nothing and leaves nothing dirty."""

    def block() -> None:
        with session.begin():
            tickets[0].subject = "Never"
            session.add(Incident(subject="Never"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert wire.sent == []
    assert tickets[0].subject == "Ticket 0"
    assert session.new == session.dirty == []


def test_rollback_drops_what_was_not_sent(session: Session, tickets: list[Incident]) -> None:
    """Rolling back restores values and forgets new records; what was sent stays sent."""
    tickets[0].subject = "Sent"
    tickets[0].save()
    tickets[0].subject, tickets[1].subject = "Unsent", "Unsent"
    tickets[2].cc.append("x@example.com")
    new = session.add(Incident(subject="Unsent"))
    session.rollback()
    assert (tickets[0].subject, tickets[1].subject) == ("Sent", "Ticket 1")
    assert tickets[2].cc == []
    assert session.new == session.dirty == []
    session.add(new)
    session.rollback()


def test_an_empty_commit_sends_nothing(session: Session, wire: Wire) -> None:
    """Nothing to do, no request."""
    assert session.commit().results == ()
    assert wire.sent == []


def test_the_report_is_readable(session: Session, tickets: list[Incident]) -> None:
    """The error of a commit counts outcomes and names record, attribute and RT's words."""
    tickets[0].subject, tickets[1].owner = "x", "nosuchuser"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert str(caught.value).splitlines() == [
        "commit: 1 updated, 1 rejected",
        f"  <Incident {tickets[1].id} 'Ticket 1' new*>: owner: That user does not exist",
    ]


def test_records_of_other_kinds_take_nothing_of_each_other(session: Session, wire: Wire) -> None:
    """What loads for all records of a commit loads for those of its kind: ids may be the same."""
    queue, group = session.add(Queue(name="Of its own")), session.add(Group(name="Of its own"))
    session.commit()
    wire.clear()
    assert group.description == ""
    assert [(sent.path, f"id={group.id}" in sent.text) for sent in wire.sent] == [
        ("group/show", True)
    ]
    assert "description" not in vars(queue)


def test_what_a_new_ticket_names_is_created_before_it(session: Session) -> None:
    """A queue that is made in the same commit may be added after its ticket."""
    queue = Queue(name="Made with its ticket")
    ticket = session.add(Ticket(queue=queue, subject="First"))
    session.add(queue)
    report = session.commit()
    assert [result.record for result in report.results] == [ticket, queue]
    assert session.get(Ticket, ticket.id).queue == "Made with its ticket"


@pytest.mark.parametrize("batch", [0, -1])
def test_a_request_carries_one_form_at_least(connect: Connect, batch: int) -> None:
    """Anything else is refused before something is sent."""
    with pytest.raises(ConfigurationError, match="batch"):
        connect(batch=batch)


def test_records_go_in_the_order_of_their_first_unsent_change(session: Session, wire: Wire) -> None:
    """A record that was changed, cleaned and changed again comes after those changed meanwhile."""
    first, second = (session.add(Incident(subject=name)) for name in ("first", "second"))
    session.commit()
    first.priority = 1
    first.discard()
    second.priority = 2
    first.priority = 3
    wire.clear()
    session.commit()
    assert [form["id"] for form in wire.writes[0].forms] == [
        f"ticket/{second.id}",
        f"ticket/{first.id}",
    ]
