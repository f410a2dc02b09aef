"""Merging tickets on real servers, and what the session holds afterwards."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rtorm
from rtorm import (
    Change,
    DetachedError,
    NotFound,
    OutcomeUnknownError,
    PermissionDenied,
    Queue,
    RejectedError,
    RTError,
    Session,
    Ticket,
)
from tests.proxy import Loss, Proxy, proxy_to
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]


def made(session: Session, *subjects: str) -> list[Incident]:
    """New tickets, loaded."""
    tickets = [session.add(Incident(subject=subject)) for subject in subjects]
    session.commit()
    for ticket in tickets:
        ticket.refresh()
    return tickets


@pytest.fixture
def pair(session: Session, wire: Wire) -> tuple[Incident, Incident]:
    """A duplicate, and the ticket that is to remain; nothing on the wire yet."""
    duplicate, remaining = made(session, "Duplicate", "Remaining")
    wire.clear()
    return duplicate, remaining


def test_a_merge_is_one_request(pair: tuple[Incident, Incident], wire: Wire) -> None:
    """The record of the ticket that remains comes back."""
    duplicate, remaining = pair
    old = duplicate.id
    assert duplicate.merge_into(remaining) is remaining
    assert [sent.path for sent in wire.sent] == [f"ticket/{old}/merge/{remaining.id}"]


def test_both_ids_lead_to_one_record(
    session: Session, connect: Connect, pair: tuple[Incident, Incident]
) -> None:
    """In this session and in others, whichever id is asked for, one by one or together."""
    duplicate, remaining = pair
    old = duplicate.id
    duplicate.merge_into(remaining)
    assert session.get(Incident, old) is session.get(Incident, remaining.id) is remaining
    assert session.get_many(Incident, [old, remaining.id, old]) == [remaining] * 3
    there = connect()
    both = there.get_many(Incident, [old, remaining.id])
    assert both[0] is both[1]
    assert both[0].id == remaining.id
    assert there.get(Incident, old) is both[0]


def test_the_merged_object_shows_the_ticket_that_remains(
    pair: tuple[Incident, Incident],
) -> None:
    """Its id, too; and what was loaded of either is loaded again."""
    duplicate, remaining = pair
    entries = len(remaining.history)
    duplicate.comment("Of the duplicate")
    duplicate.merge_into(remaining)
    assert (duplicate.id, duplicate.subject) == (remaining.id, "Remaining")
    assert len(remaining.history) > entries
    assert "Of the duplicate" in [entry.content for entry in remaining.history]


def test_merging_by_id(session: Session, connect: Connect, pair: tuple[Incident, Incident]) -> None:
    """With the target's record where the session has it, without one where it has not."""
    duplicate, remaining = pair
    assert duplicate.merge_into(remaining.id) is remaining
    [third] = made(session, "Third")
    there = connect()
    mine = there.get(Incident, third.id)
    assert mine.merge_into(remaining.id) is mine
    assert (mine.id, mine.subject) == (remaining.id, "Remaining")
    assert there.get(Incident, remaining.id) is there.get(Incident, third.id) is mine


def test_a_target_of_another_session_is_its_number(
    connect: Connect, pair: tuple[Incident, Incident]
) -> None:
    """No record of one session gets into another one."""
    duplicate, remaining = pair
    there = connect()
    mine = there.get(Incident, duplicate.id)
    assert mine.merge_into(remaining) is mine
    assert mine.id == remaining.id
    assert there.get(Incident, remaining.id) is mine


def test_a_dirty_target_keeps_its_changes(
    session: Session, pair: tuple[Incident, Incident], wire: Wire
) -> None:
    """They are compared with what RT holds after the merge, and sent when they are saved."""
    duplicate, remaining = pair
    duplicate.time_worked = 10
    duplicate.save()
    remaining.subject, remaining.time_worked = "Unsaved", 3
    wire.clear()
    duplicate.merge_into(remaining)
    assert len(wire.writes) == 1
    assert remaining.changes == {
        "subject": Change("Remaining", "Unsaved"),
        "time_worked": Change(10, 3),
    }
    assert session.dirty == [remaining]
    session.commit()
    assert (remaining.subject, remaining.time_worked) == ("Unsaved", 3)
    assert duplicate.subject == "Unsaved"


def test_a_dirty_ticket_is_not_merged(
    pair: tuple[Incident, Incident], wire: Wire, connect: Connect
) -> None:
    """Its changes would land on the other ticket: nothing is sent, and the remedy named."""
    duplicate, remaining = pair
    duplicate.subject = "Unsaved"
    with pytest.raises(RejectedError, match=r"save\(\) or discard\(\)") as caught:
        duplicate.merge_into(remaining)
    assert wire.sent == []
    assert caught.value.record is duplicate
    assert "was not merged" in str(caught.value)
    duplicate.discard()
    duplicate.merge_into(remaining)
    assert connect().get(Incident, remaining.id).subject == "Remaining"


def test_a_ticket_is_not_merged_into_itself(
    session: Session, pair: tuple[Incident, Incident], wire: Wire
) -> None:
    """Nor twice, since it is the other one then."""
    duplicate, remaining = pair
    for target in (duplicate, duplicate.id):
        with pytest.raises(RejectedError, match="into itself"):
            duplicate.merge_into(target)
    assert wire.sent == []
    old = duplicate.id
    duplicate.merge_into(remaining)
    with pytest.raises(RejectedError, match="into itself"):
        duplicate.merge_into(remaining)
    with pytest.raises(RejectedError, match="Could not complete the merge") as caught:
        remaining.merge_into(old)
    assert "ModifyTicket on both tickets" in str(caught.value)


def test_missing_tickets_are_not_found(pair: tuple[Incident, Incident]) -> None:
    """Whichever of the two it is, and both are as they were."""
    duplicate, remaining = pair
    with pytest.raises(NotFound, match="999999") as caught:
        duplicate.merge_into(999999)
    assert isinstance(caught.value, RejectedError)
    assert duplicate.id != 999999
    number = duplicate.id
    vars(duplicate)["id"] = 999998
    with pytest.raises(NotFound, match="999998"):
        duplicate.merge_into(remaining)
    vars(duplicate)["id"] = number
    assert duplicate.merge_into(remaining) is remaining


@pytest.mark.parametrize("target", [0, -1, True])
def test_what_is_no_id_is_refused(pair: tuple[Incident, Incident], wire: Wire, target: int) -> None:
    """Nothing is sent."""
    with pytest.raises(ValueError, match="not an id"):
        pair[0].merge_into(target)
    assert wire.sent == []


def test_new_tickets_are_not_merged(
    session: Session, pair: tuple[Incident, Incident], wire: Wire
) -> None:
    """Neither as the one nor as the other."""
    pending = session.add(Incident(subject="Pending"))
    with pytest.raises(DetachedError, match="commit it first"):
        pending.merge_into(pair[1])
    with pytest.raises(ValueError, match="commit it first"):
        pair[0].merge_into(pending)
    with pytest.raises(DetachedError, match="no session"):
        Incident(subject="New").merge_into(pair[1])
    assert wire.sent == []
    session.rollback()


def test_a_missing_right_is_told(
    session: Session, connect: Connect, pair: tuple[Incident, Incident]
) -> None:
    """On the ticket RT names it; on the target it gives no reason."""
    duplicate, remaining = pair
    with pytest.raises(PermissionDenied, match="not allowed to modify") as caught:
        connect("reader").get(Incident, duplicate.id).merge_into(remaining.id)
    assert isinstance(caught.value, RejectedError)
    hidden = session.add(Ticket(queue="General", subject="Hidden"))
    session.commit()
    with pytest.raises(RejectedError, match="Could not complete") as refused:
        connect("alice").get(Incident, duplicate.id).merge_into(hidden.id)
    assert list(refused.value.errors) == [""]
    duplicate.refresh()
    assert duplicate.id != hidden.id


def test_a_target_merged_meanwhile_is_its_own_target(
    session: Session, pair: tuple[Incident, Incident]
) -> None:
    """RT follows merged ids to the end, and so does the record once it is refreshed."""
    duplicate, between = pair
    [last] = made(session, "Last")
    session.client.post(f"ticket/{between.id}/merge/{last.id}", "id: x\n")
    merged = duplicate.merge_into(between)
    assert merged is between
    merged.refresh()
    assert (merged.id, merged.subject) == (last.id, "Last")


def test_merging_many_into_one(session: Session) -> None:
    """A chain of merges leaves one record."""
    tickets = made(session, *(f"Merged {number}" for number in range(4)))
    numbers = [ticket.id for ticket in tickets]
    for ticket in tickets[:-1]:
        ticket.merge_into(tickets[-1])
    assert {ticket.id for ticket in tickets} == {numbers[-1]}
    assert session.get_many(Incident, numbers) == [tickets[-1]] * 4


def test_a_merge_then_a_merge_of_the_target(session: Session) -> None:
    """All three ids lead to the last one."""
    first, second, third = made(session, "1", "2", "3")
    numbers = [first.id, second.id, third.id]
    first.merge_into(second)
    second.merge_into(third)
    assert [session.get(Incident, number) for number in numbers] == [third] * 3
    assert third.subject == "3"


def test_records_are_held_weakly_after_a_merge(session: Session) -> None:
    """Neither id keeps a record alive, and both load it anew."""
    duplicate, remaining = made(session, "Duplicate", "Remaining")
    numbers = (duplicate.id, remaining.id)
    duplicate.merge_into(remaining)
    held = [weakref.ref(duplicate), weakref.ref(remaining)]
    del duplicate, remaining
    gc.collect()
    assert [reference() for reference in held] == [None, None]
    first, second = (session.get(Incident, number) for number in numbers)
    assert first is second
    assert first.id == numbers[1]


def test_the_merged_object_keeps_no_record_of_its_own(session: Session) -> None:
    """When the target's record is gone, its id leads to a new one, and so does the old id."""
    duplicate, remaining = made(session, "Duplicate", "Remaining")
    old = duplicate.id
    duplicate.merge_into(remaining)
    del remaining
    gc.collect()
    assert session.get(Incident, old) is session.get(Incident, duplicate.id)
    assert session.get(Incident, old).subject == duplicate.subject == "Remaining"


def test_saving_the_merged_object_is_seen_on_the_record(
    session: Session, pair: tuple[Incident, Incident]
) -> None:
    """Both stand for one ticket, and neither write is lost on the session's record."""
    duplicate, remaining = pair
    duplicate.merge_into(remaining)
    assert remaining.subject == "Remaining"
    duplicate.subject = "Changed through the other object"
    duplicate.save()
    assert remaining.subject == "Changed through the other object"


def test_links_to_the_merged_ticket_become_links_to_its_target(
    session: Session, pair: tuple[Incident, Incident]
) -> None:
    """As RT shows them on either end."""
    duplicate, remaining = pair
    [other] = made(session, "Other")
    other.links.depends_on = [duplicate]
    other.save()
    duplicate.merge_into(remaining)
    assert remaining.links.depended_on_by == [other.id]
    other.refresh("links")
    assert other.links.depends_on == [remaining.id]


def test_a_deleted_target_takes_the_ticket_with_it(
    connect: Connect, pair: tuple[Incident, Incident]
) -> None:
    """RT merges into deleted tickets without a word; the record shows it."""
    duplicate, remaining = pair
    remaining.delete()
    assert duplicate.merge_into(remaining) is remaining
    assert duplicate.status == "deleted"


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    with proxy_to(rt.url) as proxy:
        yield proxy


@pytest.mark.live
@pytest.mark.parametrize("loss", ["request", "reply"])
def test_a_merge_whose_reply_is_lost_is_sent_once(
    proxy: Proxy, pair: tuple[Incident, Incident], loss: Loss
) -> None:
    """The id after a refresh tells what happened."""
    with rtorm.connect(proxy.url, auth=("root", "password"), time_zone="UTC", retries=0) as far:
        mine, target = (far.get(Incident, ticket.id) for ticket in pair)
        proxy.losses[f"/merge/{target.id}"] = loss
        with pytest.raises(OutcomeUnknownError, match="may or may not"):
            mine.merge_into(target)
        assert len([path for path in proxy.passed if "/merge/" in path]) == (loss == "reply")
        mine.refresh()
        merged = loss == "reply"
        assert mine.id == (target.id if merged else pair[0].id)
        assert mine.subject == ("Remaining" if merged else "Duplicate")


def test_errors_of_merging_are_errors_of_ours(pair: tuple[Incident, Incident]) -> None:
    """One `except RTError` takes them all."""
    duplicate, _ = pair
    with pytest.raises(RTError):
        duplicate.merge_into(999999)


def test_only_tickets_are_merged_into(session: Session, pair: tuple[Incident, Incident]) -> None:
    """The number of a queue is not that of a ticket."""
    queue: Any = session.get(Queue, "General")
    with pytest.raises(ValueError, match="is no ticket"):
        pair[0].merge_into(queue)


def test_history_of_a_ticket_merged_elsewhere_is_whole(
    connect: Connect, pair: tuple[Incident, Incident]
) -> None:
    """Though its attachments were listed before the merge."""
    pair[1].comment("of the other")
    old = connect().get(Incident, pair[0].id)
    assert old.attachments != pair[1].attachments
    pair[0].merge_into(pair[1])
    old.refresh("history")
    assert [entry.content for entry in old.history.of_type("Comment")] == ["of the other"]
