"""What others do to an account, a ticket or a queue while a session is at work with it."""

from __future__ import annotations

import http.cookiejar
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from rtorm import (
    AuthenticationError,
    CommitError,
    ForbiddenError,
    GoneError,
    NotFound,
    PermissionDenied,
    Queue,
    RejectedError,
    Session,
    Ticket,
    User,
)
from rtorm.testing import RequestTracker
from tests.seed import QUEUE_RIGHTS
from tests.support import Incident, Server

Connect = Callable[..., Session]

pytestmark = pytest.mark.live

QUEUES = ("Incidents", "Two Words")
ACCOUNT, PASSWORD = "passing", "passing-password"
_CHANGE = """
push @Final, sub {{
    my $user = RT::User->new(RT->SystemUser); $user->Load('{account}');
    my $queue = RT::Queue->new(RT->SystemUser); $queue->Load('{queue}');
    $user->PrincipalObj->{deed}(Right => '{right}', Object => $queue);
}};
"""


def tracker_of(rt: Server) -> RequestTracker:
    """The running server."""
    assert rt.tracker is not None
    return rt.tracker


def change_rights(rt: Server, *changes: tuple[str, str, str]) -> None:
    """Grant or revoke rights of the account."""
    texts = [
        _CHANGE.format(account=ACCOUNT, deed=deed, right=right, queue=queue)
        for deed, right, queue in changes
    ]
    tracker_of(rt).insert("".join(texts))


def change_right(rt: Server, deed: str, right: str) -> None:
    """Grant or revoke a right of the account in the first queue."""
    change_rights(rt, (deed, right, QUEUES[0]))


def spoil_cookie(session: Session) -> None:
    """Give the session's client a cookie that is of no session."""
    own = session.client._transport.sessions.mine()  # pyright: ignore[reportPrivateUsage]
    jar: http.cookiejar.CookieJar = own.http.cookies
    for cookie in jar:
        cookie.value = "0" * 32


@pytest.fixture
def passing(rt: Server, session: Session, connect: Connect) -> Iterator[Session]:
    """A session of an account whose rights come and go; it has all of them at first."""
    if not session.query(User).where(User.name == ACCOUNT).ids():
        session.add(User(name=ACCOUNT, password=SecretStr(PASSWORD), privileged=True))
        session.commit()
    change_rights(
        rt,
        *(("GrantRight", right, queue) for right in QUEUE_RIGHTS for queue in QUEUES),
    )
    with connect(ACCOUNT, auth=(ACCOUNT, PASSWORD)) as passing:
        yield passing
        passing.rollback()


def test_a_right_that_is_lost_half_way(rt: Server, passing: Session, session: Session) -> None:
    """Of a commit, what the account may still do is done, and the rest is told as forbidden."""
    first, second = Incident(subject="Loses"), Ticket(queue="Two Words", subject="Keeps")
    passing.add(first)
    passing.add(second)
    passing.commit()
    change_right(rt, "RevokeRight", "ModifyTicket")
    first.subject = second.subject = "Changed"
    with pytest.raises(CommitError) as caught:
        passing.commit()
    lost, kept = caught.value.report.results
    assert (lost.record, lost.outcome) == (first, "rejected")
    assert isinstance(lost.cause, PermissionDenied)
    assert (kept.record, kept.outcome) == (second, "updated")
    assert passing.dirty == [first]
    assert session.get(Ticket, first.id).subject == "Loses"
    with pytest.raises(ForbiddenError, match="ModifyTicket"):
        first.save()
    change_right(rt, "GrantRight", "ModifyTicket")
    assert first.save().outcome == "updated"


def test_a_ticket_that_may_not_be_seen_any_more(rt: Server, passing: Session) -> None:
    """What is loaded can be read; what is not says which right is missing."""
    ticket = passing.add(Incident(subject="Seen"))
    passing.commit()
    assert passing.get(Incident, ticket.id).subject == "Seen"
    change_right(rt, "RevokeRight", "ShowTicket")
    assert ticket.subject == "Seen"
    with pytest.raises(PermissionDenied, match="ShowTicket"):
        ticket.refresh()
    with pytest.raises((PermissionDenied, NotFound)):
        passing.get_many(Ticket, [1])


def test_a_right_to_create_that_is_lost(rt: Server, passing: Session) -> None:
    """The new record was not made, its error names the right, and it waits for another commit."""
    change_right(rt, "RevokeRight", "CreateTicket")
    ticket = passing.add(Incident(subject="Never made"))
    # RT says the same of a queue that is disabled.
    with pytest.raises(RejectedError, match="CreateTicket"):
        ticket.save()
    assert passing.new == [ticket]
    change_right(rt, "GrantRight", "CreateTicket")
    assert ticket.save().outcome == "created"


def test_a_password_that_is_changed_meanwhile(passing: Session, session: Session) -> None:
    """The session goes on with its cookie; the next login says that the password is wrong."""
    ticket = passing.add(Incident(subject="Before"))
    passing.commit()
    user = session.get(User, ACCOUNT)
    user.password = SecretStr("another-password")
    user.save()
    try:
        passing.client.logout()
        ticket.subject = "After"
        with pytest.raises(AuthenticationError, match=ACCOUNT):
            ticket.save()
        assert passing.dirty == [ticket]
    finally:
        user.password = SecretStr(PASSWORD)
        user.save()
    assert ticket.save().outcome == "updated"


def test_an_account_that_is_disabled_meanwhile(passing: Session, session: Session) -> None:
    """RT serves it as long as its session lasts (4.4-5.0); then nothing of its work is lost."""
    ticket = passing.add(Incident(subject="Enabled"))
    passing.commit()
    number = session.get(User, ACCOUNT).id
    session.edit(User, number, disabled=True)
    try:
        ticket.subject = "Disabled"
        assert ticket.save().outcome == "updated"
        passing.client.logout()
        ticket.subject = "Disabled and logged out"
        with pytest.raises(AuthenticationError, match=ACCOUNT):
            ticket.save()
        assert passing.dirty == [ticket]
    finally:
        session.edit(User, number, disabled=False)
    assert ticket.save().outcome == "updated"


def test_a_queue_that_is_disabled_meanwhile(session: Session, connect: Connect) -> None:
    """Its tickets can still be edited; new ones are refused, and not lost."""
    queue = session.add(Queue(name="Passing queue"))
    session.commit()
    ticket = session.add(Ticket(queue="Passing queue", subject="Before"))
    session.commit()
    connect().edit(Queue, queue.id, disabled=True)
    ticket.subject = "After"
    assert ticket.save().outcome == "updated"
    new = session.add(Ticket(queue="Passing queue", subject="New"))
    with pytest.raises(RejectedError):
        new.save()
    assert new.id is None
    assert session.new == [new]
    session.rollback()


def test_a_ticket_that_is_deleted_meanwhile(session: Session, connect: Connect) -> None:
    """It still takes edits (RT 4.4-5.0), and one that is gone for good says so."""
    ticket, gone = (session.add(Incident(subject="There")) for _ in "12")
    session.commit()
    connect().get(Incident, ticket.id).delete()
    ticket.subject = "Edited after that"
    assert ticket.save().outcome == "updated"
    ticket.refresh()
    assert ticket.status == "deleted"
    with pytest.raises(GoneError):
        session.edit(Ticket, gone.id + 1000, subject="No such ticket")


def test_a_ticket_that_is_merged_meanwhile(session: Session, connect: Connect) -> None:
    """What was to be changed is changed on the ticket that remains, whose record this becomes."""
    one, other = (session.add(Incident(subject=f"Number {each}")) for each in "12")
    session.commit()
    near = connect()
    near.get(Incident, one.id).merge_into(other.id)
    one.subject = "Changed by the one"
    assert one.save().outcome == "updated"
    assert one.id == other.id
    assert near.get(Incident, other.id).subject != "Number 2"
    other.refresh()
    assert other.subject == "Changed by the one"


def test_a_cookie_that_rt_does_not_know(session: Session) -> None:
    """A session that RT has thrown away is replaced by a new login, and nothing is lost."""
    ticket = session.add(Incident(subject="Known"))
    session.commit()
    spoil_cookie(session)
    ticket.subject = "Unknown cookie"
    assert ticket.save().outcome == "updated"
    spoil_cookie(session)
    assert session.add(Incident(subject="Made once")).save().outcome == "created"
    assert len(session.query(Incident).where(Incident.subject == "Made once").ids()) == 1
