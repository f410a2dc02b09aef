"""Whether a write whose reply was lost happened: `OutcomeUnknownError.verify()`."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

import rtorm
from rtorm import (
    Attachment,
    CommitError,
    DetachedError,
    Group,
    OutcomeUnknownError,
    RTError,
    Session,
    Ticket,
    TransportError,
    User,
    WrongThreadError,
    state_of,
)
from tests.proxy import Loss, Proxy, proxy_to
from tests.seed import password_of
from tests.support import Incident, Server

Connect = Callable[..., Session]

pytestmark = pytest.mark.live

LOSSES = pytest.mark.parametrize("loss", ["request", "reply"])
_BLIND = """
push @Final, sub {
    my $user = RT::User->new(RT->SystemUser);
    $user->Create(Name => 'blind', Password => 'blind-password', Privileged => 1);
    $user->Load('blind');
    my $queue = RT::Queue->new(RT->SystemUser); $queue->Load('Incidents');
    $user->PrincipalObj->GrantRight(Right => $_, Object => $queue) for qw(SeeQueue CreateTicket);
};
"""


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    with proxy_to(rt.url) as proxy:
        yield proxy


@pytest.fixture
def far(proxy: Proxy) -> Iterator[Session]:
    """A session of alice through the proxy."""
    auth = ("alice", password_of("alice"))
    with rtorm.connect(proxy.url, auth=auth, time_zone="UTC", retries=0) as session:
        yield session
        session.rollback()


@pytest.fixture
def root(proxy: Proxy) -> Iterator[Session]:
    """A session of the superuser through the proxy."""
    auth = ("root", "password")
    with rtorm.connect(proxy.url, auth=auth, time_zone="UTC", retries=0) as session:
        yield session
        session.rollback()


@pytest.fixture
def others(session: Session) -> Ticket:
    """A ticket of the queue in which alice has no part."""
    ticket = session.add(Incident(subject="Of root"))
    session.commit()
    return ticket


def lost(proxy: Proxy, path: str, loss: Loss, write: Callable[[], Any]) -> OutcomeUnknownError:
    """The error of a write that gets no reply."""
    proxy.losses[path] = loss
    with pytest.raises(OutcomeUnknownError) as caught:
        write()
    proxy.losses.clear()
    proxy.passed.clear()
    return caught.value


def created(session: Session, subject: str) -> list[int]:
    """The ids of the tickets of this subject."""
    return session.query(Ticket).where(Ticket.subject == subject).ids()


def test_a_ticket_that_was_made_is_that_of_the_record(
    far: Session, proxy: Proxy, session: Session, others: Ticket
) -> None:
    """It is in the session, clean, and another commit does not make it twice."""
    new = far.add(Incident(subject="Was made", text="a\n b", priority=3, severity="high"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    assert error.verify(wait=0) is True
    assert created(session, "Was made") == [new.id]
    assert error.found == (new.id,)
    assert state_of(new).status.value == "loaded"
    assert (new.changes, new.errors) == ({}, {})
    assert far.get(Ticket, new.id) is new
    assert far.commit().results == ()
    new.priority = 4
    new.save()
    assert session.get(Incident, new.id).priority == 4
    assert error.verify(wait=0) is True
    assert others.subject


def test_what_rt_does_not_hold_of_it_is_unsaved(
    far: Session, proxy: Proxy, session: Session
) -> None:
    """RT drops an owner who may not own tickets, in silence: the next save tells of it."""
    new = far.add(Incident(subject="Was made in part", owner="reader", hosts=["db3"]))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    assert error.verify(wait=0) is True
    assert list(new.changes) == ["owner"]
    assert new.changes["owner"].old == "Nobody"
    assert far.dirty == [new]
    with pytest.raises(rtorm.RejectedError):
        new.save()
    assert created(session, "Was made in part") == [new.id]


def test_a_ticket_that_was_not_made_may_be_added_again(
    far: Session, proxy: Proxy, session: Session, others: Ticket
) -> None:
    """False is said where the account would see it, and the record is as it was."""
    new = far.add(Incident(subject="Was not made", text="x", requestors=["a@example.com"]))
    error = lost(proxy, "/ticket/new", "request", new.save)
    assert error.verify(wait=0) is False
    assert (error.found, state_of(new).status.value) == ((), "new")
    assert far.add(new).save().outcome == "created"
    assert created(session, "Was not made") == [new.id]
    assert error.verify(wait=0) is False
    assert others.subject


def test_a_ticket_that_rt_makes_a_little_later_is_waited_for(
    far: Session, proxy: Proxy, others: Ticket
) -> None:
    """The request is at work still when the connection is gone."""
    new = far.add(Incident(subject="Made late"))
    error = lost(proxy, "/ticket/new", "later", new.save)
    assert proxy.arrived.wait(60)
    assert error.verify(wait=0) is False
    threading.Timer(1.0, proxy.go_on.set).start()
    assert error.verify(wait=60) is True
    assert far.get(Ticket, new.id) is new
    assert others.subject


def test_equal_tickets_that_the_session_has_made_are_not_taken_for_it(
    far: Session, proxy: Proxy, others: Ticket
) -> None:
    """A program may make the same ticket again and again, and keep none of the records."""
    for _ in range(2):
        far.add(Incident(subject="Again"))
    far.commit()
    new = far.add(Incident(subject="Again"))
    error = lost(proxy, "/ticket/new", "request", new.save)
    assert error.verify(wait=0) is False
    assert others.subject


def test_a_ticket_into_which_others_were_merged_is_not_one_that_the_session_made(
    far: Session, proxy: Proxy, session: Session
) -> None:
    """A record whose ticket is merged by someone else leads to the lost one before it is found."""
    held = far.add(Incident(subject="Held meanwhile"))
    far.commit()
    new = far.add(Incident(subject="Merged into", text="of its own"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    number = max(session.query(Incident).ids())
    session.get(Ticket, held.id).merge_into(number)
    held.priority = 9
    far.commit()
    assert held.id == number
    assert error.verify(wait=0) is True
    assert error.found == (number,)


def test_of_equal_tickets_of_the_account_it_is_not_guessed_which_is_meant(
    far: Session, proxy: Proxy, connect: Connect
) -> None:
    """Several are told, none is taken."""
    new = far.add(Incident(subject="Several", text="several"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    with connect("alice") as beside:
        beside.add(Incident(subject="Several", text="several"))
        beside.commit()
    assert error.verify(wait=0) is None
    assert list(error.found) == sorted(created(far, "Several"))
    assert len(error.found) == 2
    assert new.id is None


@pytest.mark.parametrize(
    ("text", "changes", "said"),
    [
        ("", {"subject": "[net] It is Altered"}, None),
        ("the text", {"queue": "Two Words"}, None),
        ("the text", {"subject": "Quite another"}, None),
        ("", {"subject": "Quite another without"}, False),
    ],
)
def test_a_ticket_that_scrips_may_have_altered_is_not_taken_for_none(
    far: Session,
    proxy: Proxy,
    session: Session,
    others: Ticket,
    text: str,
    changes: dict[str, str],
    said: bool | None,
) -> None:
    """Where it has the text, or its subject holds that of the new ticket, it may be it."""
    wanted = "is altered" if "Altered" in str(changes) else f"{changes}"
    new = far.add(Incident(subject=wanted, text=text and f"{text} {changes}"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    number = max(session.query(Incident).ids())
    made = session.get(Ticket, number)
    for name, value in changes.items():
        setattr(made, name, value)
    made.save()
    assert error.verify(wait=0) is said
    assert error.found == (() if said is False else (number,))
    assert new.id is None
    assert others.subject


def test_nothing_is_said_where_the_account_cannot_see_what_it_makes(
    rt: Server, proxy: Proxy, session: Session, others: Ticket
) -> None:
    """Without ShowTicket, finding nothing tells nothing."""
    assert rt.tracker is not None
    if not session.query(User).where(User.name == "blind").ids():
        rt.tracker.insert(_BLIND)
    with rtorm.connect(
        proxy.url, auth=("blind", "blind-password"), time_zone="UTC", retries=0
    ) as blind:
        for loss in ("request", "reply"):
            new = blind.add(Incident(subject="Unseen"))
            error = lost(proxy, "/ticket/new", loss, new.save)
            assert (error.verify(wait=0), error.found) == (None, ())
    assert len(created(session, "Unseen")) == 1
    assert others.subject


def test_what_a_commit_has_lost_tells_of_each(
    far: Session, proxy: Proxy, session: Session, others: Ticket
) -> None:
    """What was not sent, since the first reply was lost, has no say in what became of that."""
    held = far.add(Incident(subject="Held"))
    far.commit()
    first, second = (far.add(Incident(subject=f"Of-a-commit-{n}")) for n in "12")
    held.subject = "Not sent"
    proxy.losses["/ticket/new"] = "reply"
    proxy.marked = b"commit-1"
    with pytest.raises(CommitError) as caught:
        far.commit()
    proxy.losses.clear()
    [result] = caught.value.report.unknown
    assert isinstance(result.cause, OutcomeUnknownError)
    assert result.cause.verify(wait=0) is True
    assert result.record is first
    assert created(session, "Of-a-commit-1") == [first.id]
    assert far.new == [second]
    assert far.dirty == [held]
    proxy.losses["/ticket/new"] = "request"
    proxy.marked = b"commit-2"
    with pytest.raises(CommitError) as caught:
        far.commit()
    proxy.losses.clear()
    [result] = caught.value.report.unknown
    assert isinstance(result.cause, OutcomeUnknownError)
    assert result.cause.verify(wait=0) is False
    assert others.subject


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_an_answer_that_breaks_off_is_no_other_answer(
    far: Session, proxy: Proxy, others: Ticket, place: int
) -> None:
    """The network may fail while it is asked, too; asked again, it says the same."""
    new = far.add(Incident(subject=f"Asked twice {place}"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    seen: list[str] = []

    def lose_one(path: str) -> Loss | None:
        if not path.endswith("/show"):
            return None
        seen.append(path)
        return "reply" if len(seen) == place else None

    proxy.loss = lose_one  # type: ignore[method-assign]
    with pytest.raises(TransportError):
        error.verify(wait=0)
    assert error.verify(wait=0) is True
    assert far.get(Ticket, error.found[0]) is new
    assert new.subject == f"Asked twice {place}"
    assert others.subject


@pytest.mark.parametrize("by", ["text", "requestors", "files", "html"])
def test_a_ticket_that_differs_is_not_taken_for_the_new_one(
    far: Session, proxy: Proxy, connect: Connect, others: Ticket, by: str
) -> None:
    """Two people report something at the same time, through one account."""
    more: dict[str, Any] = {"text": "mine"}
    theirs: dict[str, Any] = {"text": "mine"}
    if by == "text":
        theirs["text"] = "theirs"
    elif by == "requestors":
        more["requestors"], theirs["requestors"] = ["ann@example.com"], ["bert@example.com"]
    elif by == "files":
        more["files"] = [Attachment(filename="a.txt", content=b"a")]
        theirs["files"] = [Attachment(filename="b.txt", content=b"b")]
    else:
        more = {"text": "<p>mine</p>", "content_type": "text/html"}
        theirs = {"text": "<p>theirs</p>", "content_type": "text/html"}
    new = far.add(Incident(subject=f"Printer {by}", **more))
    error = lost(proxy, "/ticket/new", "request", new.save)
    with connect("alice") as beside:
        beside.add(Incident(subject=f"Printer {by}", **theirs))
        beside.commit()
    # Of the requestors RT may have dropped one; of HTML it shows another text.
    assert error.verify(wait=0) is (None if by in ("requestors", "html") else False)
    assert new.id is None
    assert others.subject


def test_a_ticket_that_was_merged_at_once_is_not_taken_for_none(
    far: Session, proxy: Proxy, session: Session, others: Ticket
) -> None:
    """Into another one, or another one into it: RT shows both as one."""
    old = far.add(Incident(subject="An older one"))
    far.commit()
    into = far.add(Incident(subject="Is merged"))
    error = lost(proxy, "/ticket/new", "reply", into.save)
    number = max(session.query(Incident).ids())
    session.get(Ticket, number).merge_into(others)
    assert (error.verify(wait=0), error.found) == (None, (number,))
    target = far.add(Incident(subject="Is merged into", text="with a text"))
    error = lost(proxy, "/ticket/new", "reply", target.save)
    number = max(session.query(Incident).ids())
    session.get(Ticket, old.id).merge_into(number)
    assert error.verify(wait=0) is True
    assert target.id == number


def test_without_the_servers_own_time_nothing_is_said(
    far: Session, proxy: Proxy, others: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of a reply may be a proxy's, which is late or early."""
    new = far.add(Incident(subject="No time", requestors=["a@example.com"]))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    monkeypatch.setattr(far.client, "now", lambda: None)
    assert (error.verify(wait=0), error.found) == (None, ())
    ticket = far.get(Ticket, others.id)
    assert lost(proxy, "/comment", "reply", lambda: ticket.reply("x")).verify(wait=0) is None


def test_a_record_that_the_program_has_taken_elsewhere_stays_there(
    far: Session, proxy: Proxy, connect: Connect, others: Ticket
) -> None:
    """The ticket that was found is told, and no second record stands for it."""
    new = far.add(Incident(subject="Elsewhere"))
    error = lost(proxy, "/ticket/new", "reply", new.save)
    with connect("alice") as beside:
        beside.add(new)
        assert error.verify(wait=0) is True
        assert new.id is None
        assert beside.new == [new]
        beside.rollback()
    twin = far.add(Incident(subject="Found before"))
    error = lost(proxy, "/ticket/new", "reply", twin.save)
    found = far.query(Incident).where(Incident.subject == "Found before").one()
    assert error.verify(wait=0) is True
    assert error.found == (found.id,)
    assert far.get(Ticket, found.id) is found
    assert twin.id is None
    assert others.subject


def test_of_a_group_the_name_alone_is_told(root: Session, proxy: Proxy) -> None:
    """RT does not tell when it made it: it may have been there before."""
    group = root.add(Group(name="Lost group"))
    error = lost(proxy, "/group/new", "request", group.save)
    assert (error.verify(wait=0), error.found) == (False, ())
    root.add(group)
    error = lost(proxy, "/group/new", "reply", group.save)
    assert error.verify(wait=0) is None
    assert error.found == (root.get(Group, "Lost group").id,)
    hidden = root.add(Group(name="Lost and disabled", disabled=True))
    error = lost(proxy, "/group/new", "reply", hidden.save)
    assert (error.verify(wait=0), error.found) == (None, ())


def test_of_what_rt_never_shows_nothing_is_said(root: Session, proxy: Proxy) -> None:
    """A password, alone or with what it shows."""
    user = root.get(User, "bob")
    user.password = SecretStr(password_of("bob"))
    assert lost(proxy, "/edit", "reply", user.save).verify() is None
    user.organization = "lost"
    assert lost(proxy, "/edit", "reply", user.save).verify() is None
    assert lost(proxy, "/edit", "request", user.save).verify() is None
    user.organization = "lost again"
    assert lost(proxy, "/edit", "request", user.save).verify() is False


@LOSSES
def test_an_edit_is_compared_with_what_rt_holds(far: Session, proxy: Proxy, loss: Loss) -> None:
    """What was done is clean, what was not is unsaved, to be sent again."""
    ticket = far.add(Incident(subject="Before", hosts=["a"]))
    far.commit()
    ticket.subject, ticket.hosts = "After", ["a", "b"]
    error = lost(proxy, "/edit", loss, ticket.save)
    assert error.verify() is (loss == "reply")
    assert list(ticket.changes) == ([] if loss == "reply" else ["subject", "hosts"])
    assert bool(ticket.errors) is (loss == "request")
    assert far.dirty == ([] if loss == "reply" else [ticket])
    if loss == "request":
        assert ticket.changes["subject"].old == "Before"
        ticket.save()
        assert error.verify() is True


def test_an_edit_that_was_taken_back_is_found_out_all_the_same(far: Session, proxy: Proxy) -> None:
    """The answer is of what was sent, not of what the record holds now."""
    ticket = far.add(Incident(subject="Before"))
    far.commit()
    ticket.subject = "After"
    error = lost(proxy, "/edit", "request", ticket.save)
    ticket.discard()
    assert error.verify() is False
    ticket.subject = "After"
    error = lost(proxy, "/edit", "reply", ticket.save)
    ticket.subject = "Later"
    assert error.verify() is True
    assert ticket.changes["subject"].old == "After"


def test_what_rt_shows_in_another_way_is_not_taken_for_missing(far: Session, proxy: Proxy) -> None:
    """An owner by address is shown by name; who is in other letters is the same."""
    ticket = far.add(Incident(subject="Other names", requestors=["a@example.com"]))
    far.commit()
    ticket.owner, ticket.requestors = "alice@example.com", ["bob"]
    assert lost(proxy, "/edit", "reply", ticket.save).verify() is None
    ticket.discard()
    ticket.owner, ticket.cc = "Nobody", ["Zoe <ZOE@example.com>"]
    assert lost(proxy, "/edit", "reply", ticket.save).verify() is True
    assert (ticket.changes, ticket.cc) == ({}, ["ZOE@example.com"])
    ticket.cc = ["other@example.com"]
    assert lost(proxy, "/edit", "request", ticket.save).verify() is False


def test_an_edit_that_links_to_what_its_commit_has_made(far: Session, proxy: Proxy) -> None:
    """It was sent by number."""
    ticket = far.add(Incident(subject="Links"))
    far.commit()
    ticket.links.refers_to = [far.add(Incident(subject="New end"))]
    proxy.losses["/links"] = proxy.losses["/edit"] = "reply"
    with pytest.raises(CommitError) as caught:
        far.commit()
    proxy.losses.clear()
    [result] = caught.value.report.unknown
    assert isinstance(result.cause, OutcomeUnknownError)
    assert result.cause.verify() is True
    assert (ticket.changes, ticket.errors) == ({}, {})


@LOSSES
def test_a_deletion_is_looked_at(root: Session, proxy: Proxy, loss: Loss) -> None:
    """RT shows a deleted ticket by its id."""
    ticket = root.add(Incident(subject="Deleted"))
    root.commit()
    happened = loss == "reply"
    assert lost(proxy, "/edit", loss, ticket.delete).verify() is happened
    assert (state_of(ticket).status.value == "deleted") is happened
    if not happened:
        ticket.delete()


def test_edits_of_one_request_are_told_together(
    far: Session, proxy: Proxy, session: Session
) -> None:
    """One of two records that RT does not hold is enough for False."""
    first, second = (far.add(Incident(subject=f"Together {n}")) for n in "12")
    far.commit()
    first.priority = second.priority = 7
    proxy.losses["/edit"] = "reply"
    with pytest.raises(CommitError) as caught:
        far.commit()
    proxy.losses.clear()
    causes = {result.cause for result in caught.value.report.unknown}
    [cause] = causes
    assert isinstance(cause, OutcomeUnknownError)
    elsewhere = session.get(Ticket, second.id)
    elsewhere.priority = 8
    elsewhere.save()
    assert cause.verify() is False
    assert far.dirty == [second]
    assert second.changes["priority"].old == 8
    second.save()
    assert cause.verify() is True
    assert far.dirty == []


@LOSSES
@pytest.mark.parametrize("kind", ["comment", "reply"])
def test_a_message_is_looked_for_in_the_history(
    root: Session, proxy: Proxy, connect: Connect, loss: Loss, kind: str
) -> None:
    """One of the same words by another account is another one."""
    ticket = root.add(Incident(subject="Message", requestors=["a@example.com"]))
    root.commit()
    text = "Have seen it.\n\n  Yes.\n"
    error = lost(proxy, "/comment", loss, lambda: getattr(ticket, kind)(text))
    with connect("alice") as alice:
        getattr(alice.get(Ticket, ticket.id), kind)(text)
    assert error.verify(wait=0) is (loss == "reply")
    mine = [entry.id for entry in ticket.history if entry.creator == "root" and entry.content]
    assert list(error.found) == mine


def test_equal_messages_of_one_session_are_not_confused(root: Session, proxy: Proxy) -> None:
    """In one second RT's history does not tell them apart, but for their files."""
    ticket = root.add(Incident(subject="Loop", requestors=["a@example.com"]))
    root.commit()
    ticket.reply("ping")
    error = lost(proxy, "/comment", "request", lambda: ticket.reply("ping"))
    assert error.verify(wait=0) is None
    assert len(error.found) == 1
    files = [Attachment(filename=f"{name}.txt", content=b"x") for name in "ab"]
    ticket.reply("see attached", attachments=files[:1])

    def second() -> None:
        ticket.reply("see attached", attachments=files[1:])

    assert lost(proxy, "/comment", "request", second).verify(wait=0) is False
    # It was sent before, as far as the session knows.
    assert lost(proxy, "/comment", "reply", second).verify(wait=0) is None


@LOSSES
def test_where_comments_are_hidden_nothing_is_said(
    far: Session, root: Session, proxy: Proxy, loss: Loss
) -> None:
    """Without ShowTicketComments RT shows none, nor counts them; replies it shows."""
    ticket = far.add(Incident(subject="Hidden comments"))
    far.commit()
    error = lost(proxy, "/comment", loss, lambda: ticket.comment("Unseen"))
    assert (error.verify(wait=0), error.found) == (None, ())
    error = lost(proxy, "/comment", loss, lambda: ticket.reply("Seen"))
    assert error.verify(wait=0) is (loss == "reply")
    # Someone who sees the comment on another ticket would see one on this.
    root.get(Ticket, ticket.id).comment("Seen by root")
    quiet = root.add(Incident(subject="No comments yet", owner="alice"))
    root.commit()
    error = lost(proxy, "/comment", loss, lambda: quiet.comment("x"))
    assert error.verify(wait=0) is (loss == "reply")


def test_a_message_in_html_cannot_be_told_from_others(root: Session, proxy: Proxy) -> None:
    """RT shows it as another text; where there is none at all, the answer is clear."""
    ticket = root.add(Incident(subject="HTML"))
    root.commit()
    ticket.comment("Seen")

    def write() -> None:
        ticket.reply("<p>a <b>b</b></p>", content_type="text/html")

    assert lost(proxy, "/comment", "request", write).verify(wait=0) is False
    error = lost(proxy, "/comment", "reply", write)
    assert error.verify(wait=0) is None
    assert len(error.found) == 1


@LOSSES
def test_an_owner_and_a_merge_are_looked_at(far: Session, proxy: Proxy, loss: Loss) -> None:
    """Each is known by what the ticket is now."""
    happened = loss == "reply"
    ticket, other = (far.add(Incident(subject=f"Deeds {n}")) for n in "12")
    far.commit()
    assert lost(proxy, "/take", loss, ticket.take).verify() is happened
    if ticket.owner != "alice":
        ticket.take()
    assert lost(proxy, "/take", loss, ticket.untake).verify() is happened
    error = lost(proxy, f"/merge/{other.id}", loss, lambda: ticket.merge_into(other))
    assert error.verify() is happened


def test_an_answer_needs_the_session(far: Session, proxy: Proxy) -> None:
    """Another thread, a pickle, a closed session: each says so, and none guesses."""
    ticket = far.add(Incident(subject="Answers"))
    far.commit()
    error = lost(proxy, "/comment", "reply", lambda: ticket.reply("x"))
    seen: list[BaseException] = []

    def ask() -> None:
        try:
            error.verify()
        except RTError as wrong:
            seen.append(wrong)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert isinstance(seen[0], WrongThreadError)
    assert error.verify(wait=0) is True
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.verify(), copy.found, str(copy)) == (None, error.found, str(error))
    lost_again = lost(proxy, "/comment", "request", lambda: ticket.reply("x"))
    far.close()
    with pytest.raises(DetachedError):
        lost_again.verify()


def test_a_request_without_a_session_has_no_answer(far: Session, proxy: Proxy) -> None:
    """What `client.post` sends, rtorm knows nothing of."""
    error = lost(
        proxy, "/ticket/new", "reply", lambda: far.client.post("ticket/new", "Queue: Incidents\n")
    )
    assert error.verify() is None
