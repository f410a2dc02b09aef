"""Groups among the watchers of tickets on real servers: RT shows them as their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import rtorm
from rtorm import Group, PartialSaveError, RejectedError, Session, Ticket, TransportError
from tests.proxy import proxy_to
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

STAFF = ["alice@example.com", "bob@example.com", "reader@example.com"]


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Incident:
    """A ticket that a user and a group watch, with all of its watchers loaded."""
    made = session.add(Incident(subject="Watched", cc=["ann@example.com"]))
    session.commit()
    made.cc = ["ann@example.com", "group:Staff"]
    made.save()
    made.refresh()
    wire.clear()
    return made


@pytest.fixture
def groups(rt: Server, session: Session) -> Callable[[Ticket], list[str] | None]:
    """The groups among a ticket's cc, by their names; None where RT does not tell them."""

    def read(ticket: Ticket) -> list[str] | None:
        told: Any = session.client.rest2(f"ticket/{ticket.id}")
        if told is None:
            return None
        numbers = [each["id"] for each in told["Cc"] if each["type"] == "group"]
        return [session.get(Group, number).name for number in numbers]

    return read


Groups = Callable[[Ticket], list[str] | None]


def test_a_group_stays_when_someone_is_added(
    rt: Server, ticket: Incident, groups: Groups, wire: Wire
) -> None:
    """RT 5 tells that it is there, in one request; RT 4 tells it nowhere, and replaces it."""
    assert ticket.cc == sorted([*STAFF, "ann@example.com"])
    ticket.cc.append("eve@example.com")
    ticket.save()
    told = [sent.path for sent in wire.sent if sent.path.startswith("REST/2.0/")]
    assert told == (["REST/2.0/tickets"] if rt.major > 4 else [])
    assert groups(ticket) == (["Staff"] if rt.major > 4 else None)
    ticket.refresh()
    assert ticket.cc == sorted([*STAFF, "ann@example.com", "eve@example.com"])
    ticket.cc.remove("ann@example.com")
    ticket.save()
    assert groups(ticket) == (["Staff"] if rt.major > 4 else None)


def test_a_group_stays_whose_members_the_account_does_not_see(
    rt: Server, ticket: Incident, connect: Connect, groups: Groups
) -> None:
    """Without SeeGroup RT shows none of them; whoever changes the list takes none of them out."""
    theirs = connect("alice").get(Incident, ticket.id)
    assert theirs.cc == ["ann@example.com"]
    theirs.cc.append("eve@example.com")
    theirs.save()
    ticket.refresh()
    kept = STAFF if rt.major > 4 else []
    assert ticket.cc == sorted([*kept, "ann@example.com", "eve@example.com"])
    assert groups(ticket) == (["Staff"] if rt.major > 4 else None)


def test_a_group_is_not_replaced_by_a_part_of_it(
    rt: Server, ticket: Incident, groups: Groups, wire: Wire
) -> None:
    """Nothing is sent where RT tells that there is a group; taking all of them out is clear."""
    ticket.cc.remove("bob@example.com")
    if rt.major > 4:
        with pytest.raises(RejectedError, match=r"group 'Staff' \(\d+\)") as caught:
            ticket.save()
        assert list(caught.value.errors) == ["cc"]
        assert wire.writes == []
        ticket.discard("cc")
        assert groups(ticket) == ["Staff"]
    ticket.cc = ["ann@example.com"]
    ticket.save()
    assert groups(ticket) in ([], None)
    ticket.refresh()
    assert ticket.cc == ["ann@example.com"]


@pytest.mark.parametrize("bad", [5, None, "two, three@example.com"])
def test_what_is_no_watcher_is_refused(ticket: Incident, wire: Wire, bad: Any) -> None:
    """With the reason, and before anything is written."""
    ticket.cc.append(bad)
    with pytest.raises(RejectedError, match="cc: ") as caught:
        ticket.save()
    assert list(caught.value.errors) == ["cc"]
    assert wire.writes == []
    ticket.discard("cc")


def test_a_group_that_is_named_is_sent_as_it_is(ticket: Incident, groups: Groups) -> None:
    """What a list says by itself needs no help."""
    ticket.cc = ["group:Staff", "eve@example.com"]
    ticket.save()
    assert groups(ticket) in (["Staff"], None)
    ticket.cc = ["group:Staff"]
    ticket.save()
    assert groups(ticket) in (["Staff"], None)
    ticket.refresh()
    assert ticket.cc == STAFF


def test_a_list_that_was_not_read_means_what_it_says(
    ticket: Incident, session: Session, wire: Wire, groups: Groups
) -> None:
    """Nothing is asked for it."""
    session.edit(Incident, ticket.id, cc=["eve@example.com"])
    assert [sent.path for sent in wire.sent] == ["edit"]
    assert groups(ticket) in ([], None)
    ticket.refresh()
    assert ticket.cc == ["eve@example.com"]


def test_many_tickets_are_asked_for_in_one_request(
    rt: Server, session: Session, ticket: Incident, groups: Groups, wire: Wire
) -> None:
    """Of those whose lists have changed, and of no other."""
    others = [session.add(Incident(subject="Too", cc=["ann@example.com"])) for _ in range(3)]
    session.commit()
    for each in others:
        each.refresh("cc")
    wire.clear()
    for each in (ticket, *others[:2]):
        each.cc.append("eve@example.com")
    others[2].subject = "Unwatched"
    session.commit()
    asked = [sent.text for sent in wire.sent if sent.path == "REST/2.0/tickets"]
    assert len(asked) == (1 if rt.major > 4 else 0)
    assert not any(f"id = {others[2].id}\n" in text for text in asked)
    assert groups(ticket) == (["Staff"] if rt.major > 4 else None)


def test_who_was_taken_out_by_others_meanwhile_is_told(
    rt: Server, ticket: Incident, connect: Connect, groups: Groups
) -> None:
    """One who is a single watcher no more is not taken for a member of the group."""
    if rt.major == 4:
        # It tells of no group, so the whole list is sent, and everyone is there again.
        return
    theirs = connect().get(Incident, ticket.id)
    theirs.cc.remove("ann@example.com")
    theirs.save()
    ticket.cc.append("eve@example.com")
    with pytest.raises(PartialSaveError, match=r"dropped 'ann@example\.com'"):
        ticket.save()
    assert groups(ticket) == ["Staff"]


@pytest.mark.live
def test_nothing_is_sent_where_it_cannot_be_told_whether_there_are_groups(
    rt: Server, ticket: Incident, groups: Groups
) -> None:
    """A network that fails for a moment puts nobody in a group's place."""
    if rt.major == 4:
        # It is not asked.
        return
    with (
        proxy_to(rt.url) as proxy,
        rtorm.connect(proxy.url, auth=("root", "password"), retries=0) as far,
    ):
        theirs = far.get(Incident, ticket.id)
        theirs.cc.append("eve@example.com")
        proxy.losses["/REST/2.0/tickets"] = "reply"
        for attempt in (theirs.save, far.commit):
            with pytest.raises(TransportError):
                attempt()
        assert not [path for path in proxy.passed if path.endswith("edit")]
        proxy.losses.clear()
        theirs.save()
    assert groups(ticket) == ["Staff"]
    ticket.refresh()
    assert "eve@example.com" in ticket.cc
