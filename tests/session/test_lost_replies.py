"""When the reply to a write is lost, nothing is repeated that may have happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

import rtorm
from rtorm import (
    CF,
    CommitError,
    OutcomeUnknownError,
    PartialSaveError,
    Session,
    Ticket,
    TransportError,
    cf,
    state_of,
)
from rtorm.gateway import Upload
from rtorm.rest1.replies.reply import Reply
from tests.proxy import Loss, Proxy, proxy_to
from tests.seed import number_of
from tests.support import Incident, Server

Connect = Callable[..., Session]

pytestmark = pytest.mark.live


class Doubled(Ticket, queue="Odd"):
    """A queue with two custom fields of one name."""

    first: CF[str | None] = cf("Dup", id=number_of("Dup"), default=None)


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    with proxy_to(rt.url) as proxy:
        yield proxy


@pytest.fixture
def far(proxy: Proxy) -> Iterator[Session]:
    """A session through the proxy."""
    with rtorm.connect(
        proxy.url, auth=("root", "password"), time_zone="UTC", batch=2, retries=0
    ) as session:
        yield session
        session.rollback()


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_an_edit_whose_reply_is_lost_stays_dirty_and_may_be_saved_again(
    far: Session, proxy: Proxy, loss: Loss
) -> None:
    """The outcome is unknown, the change is kept, and saving again is safe."""
    ticket = far.add(Incident(subject="Lost"))
    far.commit()
    ticket.subject = "Found"
    proxy.losses["/edit"] = loss
    with pytest.raises(OutcomeUnknownError, match="may or may not"):
        ticket.save()
    assert ticket.changes["subject"].new == "Found"
    proxy.losses.clear()
    assert ticket.save().outcome == "updated"
    ticket.refresh()
    assert ticket.subject == "Found"


def test_a_create_whose_reply_is_lost_is_never_sent_again(
    far: Session, proxy: Proxy, connect: Connect
) -> None:
    """The new record leaves the session; another commit does not create it twice."""
    ticket = far.add(Incident(subject="Created unseen"))
    proxy.losses["/ticket/new"] = "reply"
    with pytest.raises(CommitError) as caught:
        far.commit()
    [result] = caught.value.report.results
    assert result.outcome == "unknown"
    assert isinstance(result.cause, OutcomeUnknownError)
    proxy.losses.clear()
    assert far.new == []
    assert state_of(ticket).session is None
    assert far.commit().results == ()
    found = connect().client.get(
        "search/ticket", {"query": "Subject = 'Created unseen'", "format": "i"}
    )
    assert found.body.count("ticket/") == 1


def test_a_commit_stops_when_the_network_fails_and_says_what_was_not_sent(
    far: Session, proxy: Proxy
) -> None:
    """Of three batches the first is applied, the second unknown, the third not sent."""
    tickets = [far.add(Incident(subject=f"Batch {number}")) for number in range(5)]
    far.commit()
    for ticket in tickets:
        ticket.priority = 5
    seen: list[str] = []
    real = proxy.loss

    def lose_the_second(path: str) -> Loss | None:
        if path.endswith("/edit"):
            seen.append(path)
        return "reply" if len(seen) == 2 else real(path)

    proxy.loss = lose_the_second  # type: ignore[method-assign]
    with pytest.raises(CommitError) as caught:
        far.commit()
    report = caught.value.report
    assert [result.outcome for result in report.results] == [
        "updated",
        "updated",
        "unknown",
        "unknown",
        "rejected",
    ]
    assert "not sent" in report.results[4].errors[""][0]
    assert far.dirty == tickets[2:]
    assert len(far.commit().results) == 3


def test_a_read_whose_reply_is_lost_is_a_transport_error(far: Session, proxy: Proxy) -> None:
    """A lost read changes nothing."""
    ticket = far.add(Incident(subject="Read"))
    far.commit()
    far.expire(ticket)
    proxy.losses["/show"] = "reply"
    with pytest.raises(TransportError, match="no reply"):
        _ = ticket.subject


def test_a_read_back_that_fails_is_reported(far: Session, proxy: Proxy) -> None:
    """When what may have been lost cannot be read back, the attribute says so."""
    ticket = far.add(Incident(subject="Read back"))
    far.commit()
    ticket.teams, ticket.subject = ["net"], "Read back, changed"
    proxy.losses["/show"] = "reply"
    with pytest.raises(rtorm.PartialSaveError) as caught:
        ticket.save()
    assert list(caught.value.applied) == ["subject"]
    assert "Reading it back failed, so it is not known" in ticket.errors["teams"][0]
    assert "dropped" not in str(caught.value)
    proxy.losses.clear()
    ticket.save()
    assert not ticket.is_dirty


def test_nothing_is_sent_to_a_closed_port(proxy: Proxy) -> None:
    """A write that never left is no unknown outcome, and the record is still pending."""
    with rtorm.connect("http://127.0.0.1:9", auth=("root", "password")) as session:
        ticket = session.add(Ticket(queue="Incidents", subject="Nowhere"))
        with pytest.raises(TransportError, match="nothing was sent"):
            session.commit()
        assert session.new == [ticket]
        session.rollback()


def test_an_interrupted_commit_creates_nothing_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was created before it has its number; what may have been is the program's to add."""
    first, second = (session.add(Incident(subject=f"Interrupted {n}", text="x")) for n in "12")
    post = session.client.post

    def interrupted(path: str, content: str, files: Sequence[Upload] = ()) -> Reply:
        if "Interrupted 2" in content:
            raise KeyboardInterrupt
        return post(path, content, files)

    monkeypatch.setattr(session.client, "post", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.commit()
    monkeypatch.undo()
    assert (session.new, session.dirty) == ([], [])
    assert first.id
    session.add(second)
    session.commit()
    found = session.query(Incident).where(Incident.subject.starts_with("Interrupted "))
    assert sorted(found.ids()) == [first.id, second.id]
    assert session.dirty == []


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_what_may_have_arrived_is_sent_again_even_if_it_is_set_back(
    far: Session, proxy: Proxy, connect: Connect, loss: Loss
) -> None:
    """After a lost reply nobody knows what RT holds, so no value is taken for clean."""
    ticket = far.add(Incident(subject="Before"))
    far.commit()
    proxy.losses["/edit"] = loss
    ticket.subject = "After"
    with pytest.raises(OutcomeUnknownError):
        ticket.save()
    proxy.losses.clear()
    ticket.subject = "Before"
    assert ticket.is_dirty
    ticket.save()
    assert connect().get(Incident, ticket.id).subject == "Before"
    proxy.losses["/edit"] = loss
    ticket.subject = "After"
    with pytest.raises(OutcomeUnknownError):
        ticket.save()
    proxy.losses.clear()
    ticket.discard()
    assert ticket.subject == ("After" if loss == "reply" else "Before")


def test_a_read_back_that_fails_is_no_refusal(far: Session, proxy: Proxy) -> None:
    """RT took it, as far as is known: the error does not say that nothing was applied."""
    ticket = far.add(Incident(subject="Read back"))
    far.commit()
    proxy.losses["/show"] = "reply"
    ticket.links.refers_to = ["http://example.com/"]
    with pytest.raises(PartialSaveError, match="Reading it back failed"):
        ticket.save()
    proxy.losses.clear()
    ticket.discard()
    assert ticket.links.refers_to == ["http://example.com/"]


@pytest.mark.parametrize("alone", [False, True])
def test_a_read_back_by_numbers_that_fails_ends_nothing(
    rt: Server, far: Session, proxy: Proxy, *, alone: bool
) -> None:
    """The tickets were made, and their results say what could not be read of them, and no more."""
    proxy.losses["/search/ticket" if rt.major == 4 else "/REST/2.0/tickets"] = "reply"
    tickets = [
        far.add(Doubled(subject="Made", first=f"value {n}", owner="root"))
        for n in range(1 if alone else 4)
    ]
    if alone:
        with pytest.raises(PartialSaveError) as failed:
            tickets[0].save()
        told = [failed.value.errors]
    else:
        with pytest.raises(CommitError) as caught:
            far.commit()
        told = [result.errors for result in caught.value.report.results]
        assert len(caught.value.report.partial) == len(tickets)
    assert [list(errors) for errors in told] == [["first"]] * len(tickets)
    assert all("Reading it back failed" in errors["first"][0] for errors in told)
    assert all(ticket.id for ticket in tickets)
    assert (far.new, far.dirty) == ([], tickets)
    proxy.losses.clear()
    assert far.commit().ok
    assert far.dirty == []
