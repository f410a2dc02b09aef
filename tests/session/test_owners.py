"""Taking tickets, giving them up, stealing them, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import rtorm
from rtorm import (
    Change,
    DetachedError,
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    RejectedError,
    Session,
    Ticket,
)
from tests.proxy import Loss, Proxy, proxy_to
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]
Verb = Callable[[Ticket], None]


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Incident:
    """A loaded ticket of nobody, and nothing on the wire yet."""
    made = session.add(Incident(subject="Owned"))
    session.commit()
    made.refresh()
    wire.clear()
    return made


def owner_of(connect: Connect, ticket: Ticket) -> str:
    """As another session reads it."""
    return connect().get(Ticket, ticket.id).owner


def test_taking_stealing_and_leaving(connect: Connect, ticket: Incident) -> None:
    """Each is done at once, and the record learns it."""
    ticket.take()
    assert ticket.owner == owner_of(connect, ticket) == "root"
    mine = connect("alice").get(Incident, ticket.id)
    mine.steal()
    assert mine.owner == owner_of(connect, ticket) == "alice"
    mine.untake()
    assert mine.owner == owner_of(connect, ticket) == "Nobody"


def test_a_verb_is_one_request(ticket: Incident, wire: Wire) -> None:
    """And reading the owner afterwards another one."""
    ticket.take()
    assert [(sent.path, sent.forms) for sent in wire.sent] == [
        (f"ticket/{ticket.id}/take", [{"Action": "take"}])
    ]
    assert ticket.owner == "root"
    assert len(wire.sent) == 2


def test_history_is_read_again(ticket: Incident) -> None:
    """It has one entry more."""
    before = len(ticket.history)
    ticket.take()
    assert ticket.history[-1].new_value == "root"
    assert len(ticket.history) > before


@pytest.mark.parametrize(
    ("owner", "user", "verb", "says"),
    [
        ("root", "root", Ticket.take, "That user already owns that ticket"),
        ("alice", "root", Ticket.take, "You can only take tickets that are unowned"),
        ("root", "root", Ticket.steal, "You already own this ticket"),
        ("Nobody", "root", Ticket.steal, "You can only steal a ticket owned by someone else"),
        ("Nobody", "root", Ticket.untake, "That user already owns that ticket"),
        ("root", "alice", Ticket.untake, "You can only reassign tickets that you own"),
    ],
)
def test_what_rt_refuses_is_told_of_the_owner(
    connect: Connect, ticket: Incident, owner: str, user: str, verb: Verb, says: str
) -> None:
    """In RT's words, and nothing has changed."""
    if owner != "Nobody":
        ticket.owner = owner
        ticket.save()
    mine = connect(user).get(Incident, ticket.id)
    with pytest.raises(RejectedError, match=says) as caught:
        verb(mine)
    assert list(caught.value.errors) == ["owner"]
    assert caught.value.record is mine
    assert not isinstance(caught.value, PermissionDenied)
    assert owner_of(connect, ticket) == owner


@pytest.mark.parametrize(
    ("user", "verb", "says"),
    [
        ("bob", Ticket.take, "may not own tickets"),
        ("bob", Ticket.steal, "may not own tickets"),
        ("reader", Ticket.take, "may not own tickets"),
        ("reader", Ticket.steal, "may not own tickets"),
        ("reader", Ticket.untake, "Permission Denied"),
    ],
)
def test_a_missing_right_is_told(
    connect: Connect, ticket: Incident, user: str, verb: Verb, says: str
) -> None:
    """An account that may not own tickets, or not change this one."""
    ticket.owner = "alice"
    ticket.save()
    mine = connect(user).get(Incident, ticket.id)
    with pytest.raises(PermissionDenied, match=says) as caught:
        verb(mine)
    assert isinstance(caught.value, RejectedError)
    assert owner_of(connect, ticket) == "alice"


def test_what_someone_else_did_meanwhile_is_told_and_read(
    connect: Connect, ticket: Incident
) -> None:
    """The owner that was loaded is out of date: after RT's refusal it is read again."""
    mine = connect("alice").get(Incident, ticket.id)
    assert mine.owner == "Nobody"
    ticket.take()
    with pytest.raises(RejectedError, match="unowned"):
        mine.take()
    assert mine.owner == "root"
    mine.steal()
    with pytest.raises(RejectedError, match="unowned"):
        ticket.take()
    assert ticket.owner == "alice"


def test_what_is_dirty_stays_dirty(ticket: Incident, wire: Wire) -> None:
    """Unsaved changes are not sent, and compared with what RT holds after it."""
    ticket.subject, ticket.owner = "Unsaved", "alice"
    ticket.take()
    assert len(wire.writes) == 1
    assert ticket.changes == {
        "subject": Change("Owned", "Unsaved"),
        "owner": Change("root", "alice"),
    }
    ticket.save()
    ticket.refresh()
    assert (ticket.subject, ticket.owner) == ("Unsaved", "alice")


def test_an_owner_that_is_taken_is_no_change_any_more(ticket: Incident) -> None:
    """What was assigned is what RT holds now."""
    ticket.owner = "root"
    ticket.take()
    assert not ticket.is_dirty


def test_it_works_in_any_language(connect: Connect, ticket: Incident) -> None:
    """RT tells by its status what it did, and its reasons in the account's language."""
    theirs = connect("french")
    mine = theirs.add(Incident.model_copy(ticket))
    mine.take()
    assert owner_of(connect, ticket) == "french"
    with pytest.raises(RejectedError, match="possède déjà"):
        mine.take()


def test_a_ticket_that_is_gone(session: Session, connect: Connect, ticket: Incident) -> None:
    """A missing one is not found; a deleted one may still be taken; a hidden one may not."""
    ticket.delete()
    ticket.take()
    assert owner_of(connect, ticket) == "root"
    hidden = session.add(Ticket(queue="General", subject="Hidden"))
    session.commit()
    vars(ticket)["id"] = 999999
    for verb in (ticket.take, ticket.untake, ticket.steal):
        with pytest.raises(NotFound, match="999999"):
            verb()
    mine = connect("alice").add(Ticket.model_copy(hidden))
    with pytest.raises(PermissionDenied):
        mine.take()


def test_a_merged_ticket_is_taken_as_its_target(session: Session, ticket: Incident) -> None:
    """Merged behind our back."""
    target = session.add(Incident(subject="Target"))
    session.commit()
    session.client.post(f"ticket/{ticket.id}/merge/{target.id}", "id: x\n")
    ticket.take()
    assert target.owner == "root"


def test_a_new_ticket_is_not_taken(session: Session, wire: Wire) -> None:
    """It must be committed first."""
    with pytest.raises(DetachedError, match="take the ticket"):
        Incident(subject="New").take()
    pending = session.add(Incident(subject="Pending"))
    for verb in (pending.take, pending.untake, pending.steal):
        with pytest.raises(DetachedError, match="commit it first"):
            verb()
    assert wire.sent == []
    session.rollback()


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    with proxy_to(rt.url) as proxy:
        yield proxy


@pytest.mark.live
@pytest.mark.parametrize(("loss", "owner"), [("request", "Nobody"), ("reply", "root")])
def test_after_a_lost_reply_the_owner_is_read_again(
    proxy: Proxy, ticket: Incident, loss: Loss, owner: str
) -> None:
    """It is not known what happened, so what was loaded counts no more."""
    with rtorm.connect(proxy.url, auth=("root", "password"), time_zone="UTC", retries=0) as far:
        mine = far.get(Incident, ticket.id)
        proxy.losses["/take"] = loss
        with pytest.raises(OutcomeUnknownError, match="may or may not"):
            mine.take()
        assert len([path for path in proxy.passed if path.endswith("/take")]) == (loss == "reply")
        assert mine.owner == owner
