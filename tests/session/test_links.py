"""A ticket's links on real servers: what is sent, what RT keeps of it, what both ends show."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from pydantic import ValidationError

import rtorm
from rtorm import (
    NOT_LOADED,
    Change,
    CommitError,
    Links,
    NotFound,
    OutcomeUnknownError,
    PartialSaveError,
    PermissionDenied,
    Queue,
    RejectedError,
    SaveError,
    Session,
    StaleError,
    Ticket,
)
from tests.proxy import Loss, Proxy, proxy_to
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

PAGE = "http://wiki.example.com/disks"
OTHER_PAGE = "https://example.com/a%2Cb?c=d&e;f#g"
MIRRORED = {
    "depends_on": "depended_on_by",
    "depended_on_by": "depends_on",
    "refers_to": "referred_to_by",
    "referred_to_by": "refers_to",
    "parents": "children",
    "children": "parents",
}


def made(session: Session, count: int) -> list[Incident]:
    """New tickets."""
    tickets = [session.add(Incident(subject=f"Linked {number}")) for number in range(count)]
    session.commit()
    return tickets


def links_of(ticket: Ticket) -> dict[str, set[int | str]]:
    """All lists that are not empty."""
    lists = {name: set(getattr(ticket.links, name)) for name in MIRRORED}
    return {name: members for name, members in lists.items() if members}


def paths(wire: Wire) -> list[str]:
    """What was asked for, without the search that finds out RT's organization once."""
    return [sent.path for sent in wire.sent if sent.path != "search/ticket"]


@pytest.fixture
def tickets(session: Session, wire: Wire) -> list[Incident]:
    """Four tickets without links, and nothing on the wire yet."""
    four = made(session, 4)
    wire.clear()
    return four


@pytest.fixture
def linked(session: Session, tickets: list[Incident], wire: Wire) -> Incident:
    """A ticket with a few links, loaded."""
    ticket = tickets[0]
    ticket.links.depends_on = [tickets[1].id]
    ticket.links.refers_to = [tickets[2].id, PAGE]
    ticket.save()
    ticket.refresh("links")
    wire.clear()
    return ticket


@pytest.mark.parametrize("relation", MIRRORED)
def test_a_link_shows_on_both_tickets(
    session: Session, connect: Connect, tickets: list[Incident], relation: str
) -> None:
    """Each relation and its mirror, here and as another session reads them."""
    ticket, other, *_ = tickets
    assert (links_of(ticket), links_of(other)) == ({}, {})
    getattr(ticket.links, relation).append(other.id)
    assert ticket.save().outcome == "updated"
    assert links_of(ticket) == {relation: {other.id}}
    assert links_of(other) == {MIRRORED[relation]: {ticket.id}}
    there = connect().get(Ticket, other.id)
    assert links_of(there) == {MIRRORED[relation]: {ticket.id}}
    getattr(ticket.links, relation).clear()
    ticket.save()
    assert links_of(other) == {}


def test_only_changed_relations_are_sent_with_the_tickets_own_changes(
    linked: Incident, tickets: list[Incident], wire: Wire
) -> None:
    """One request: the ticket's form, then one form of the two relations that differ."""
    linked.subject = "Changed"
    linked.links.refers_to.remove(PAGE)
    linked.links.children.append(tickets[3].id)
    result = linked.save()
    number = f"ticket/{linked.id}"
    assert [sent.forms for sent in wire.writes] == [
        [
            {"id": number, "Subject": "Changed"},
            {
                "id": f"{number}/links",
                "RefersTo": str(tickets[2].id),
                "Members": str(tickets[3].id),
            },
        ]
    ]
    assert set(result.applied) == {"subject", "links.refers_to", "links.children"}
    assert result.applied["links.children"] == Change([], [tickets[3].id])
    assert not linked.is_dirty


def test_what_is_written_is_read_back_once(linked: Incident, wire: Wire) -> None:
    """One read of the ticket's links, with what RT computes."""
    linked.links.refers_to.append(OTHER_PAGE)
    linked.save()
    assert paths(wire) == ["edit", "ticket/show"]
    wire.clear()
    assert set(linked.links.refers_to) >= {PAGE, OTHER_PAGE}
    assert wire.sent == []


def test_nothing_changed_sends_nothing(linked: Incident, wire: Wire) -> None:
    """Set and set back, order and repetition are no change."""
    pages = list(linked.links.refers_to)
    linked.links.refers_to.append(OTHER_PAGE)
    assert linked.is_dirty
    linked.links.refers_to.remove(OTHER_PAGE)
    linked.links.refers_to = [*reversed(pages), pages[0]]
    linked.links.depends_on += []
    assert not linked.changes
    assert linked.save().outcome == "unchanged"
    assert wire.sent == []


def test_members_are_given_in_any_way(
    session: Session, connect: Connect, tickets: list[Incident], wire: Wire
) -> None:
    """A number, its text, `t:5`, a ticket, a URI: numbers and URIs are held."""
    ticket, one, two, three = tickets
    ticket.links.refers_to = [one.id, str(two.id), three, PAGE]
    ticket.links.depends_on = [f"t:{one.id}", f" {two.id} "]
    assert list(ticket.links.refers_to) == [one.id, two.id, three.id, PAGE]
    ticket.save()
    seen = connect().get(Ticket, ticket.id)
    assert links_of(seen) == {
        "refers_to": {one.id, two.id, three.id, PAGE},
        "depends_on": {one.id, two.id},
    }


def test_the_uri_of_a_ticket_of_this_rt_becomes_its_number(
    session: Session, tickets: list[Incident]
) -> None:
    """RT tells its organization nowhere, so a URI of it counts as kept when its number is shown."""
    ticket, other, *_ = tickets
    ticket.links.refers_to = [f"fsck.com-rt://example.com/ticket/{other.id}", PAGE]
    assert ticket.save().outcome == "updated"
    assert links_of(ticket) == {"refers_to": {other.id, PAGE}}
    assert links_of(other) == {"referred_to_by": {ticket.id}}


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("http://x/,y", "comma"),
        ("nonsense", "neither a ticket's number nor a whole URI"),
        ("a:1", "neither a ticket's number"),
        ("http://x/" + "y" * 240, "240"),
        (0, "no ticket 0"),
        ("0", "no ticket 0"),
        (-5, "neither"),
        (1.5, "a ticket, its number, or a URI"),
        (True, "a ticket, its number, or a URI"),
        (None, "a ticket, its number, or a URI"),
        (["5"], "a ticket, its number, or a URI"),
    ],
)
def test_what_is_no_link_is_refused_when_it_is_assigned(
    session: Session, member: object, says: str, wire: Wire
) -> None:
    """Nothing is sent, and the list is as it was."""
    [ticket] = made(session, 1)
    assert links_of(ticket) == {}
    wire.clear()
    with pytest.raises(ValidationError, match=says) as caught:
        setattr(ticket.links, "refers_to", [PAGE, member])  # noqa: B010
    assert caught.value.errors()[0]["loc"] == ("links", "refers_to", 1)
    assert not ticket.is_dirty
    assert wire.sent == []


def test_what_is_no_link_is_refused_before_it_is_sent(linked: Incident, wire: Wire) -> None:
    """What went past the validator, in place, is found by the save."""
    linked.subject = "Not sent"
    linked.links.refers_to.append("two words")
    linked.links.depends_on.append("http://x/,y")
    with pytest.raises(RejectedError) as caught:
        linked.save()
    assert set(caught.value.errors) == {"links.refers_to", "links.depends_on"}
    assert wire.sent == []
    assert set(linked.changes) == {"subject", "links.refers_to", "links.depends_on"}


def test_what_is_no_ticket_is_no_link(linked: Incident) -> None:
    """A record of another kind is refused when it is assigned."""
    with pytest.raises(ValidationError, match="is no ticket"):
        linked.links.children = [Queue(name="General")]


def test_a_link_to_itself_is_refused_before_it_is_sent(
    session: Session, linked: Incident, wire: Wire
) -> None:
    """Whatever else is in the list, and whether it has a number or not."""
    linked.links.children = [linked, PAGE]
    linked.subject = "Not sent"
    with pytest.raises(RejectedError, match="cannot be linked to itself"):
        linked.save()
    new = session.add(Incident(subject="Not sent"))
    new.links.parents = [new]
    with pytest.raises(RejectedError, match="cannot be linked to itself"):
        new.save()
    assert wire.sent == []


def test_a_missing_ticket_leaves_the_list_as_it_was(
    linked: Incident, tickets: list[Incident]
) -> None:
    """RT names it and applies nothing of this relation; the others are applied."""
    before = set(linked.links.refers_to)
    linked.links.refers_to = [tickets[3].id, 999999]
    linked.links.parents = [tickets[3].id]
    with pytest.raises(PartialSaveError) as caught:
        linked.save()
    assert caught.value.errors == {"links.refers_to": ["Ticket 999999 does not exist."]}
    assert set(caught.value.applied) == {"links.parents"}
    assert linked.errors == caught.value.errors
    change = linked.changes["links.refers_to"]
    assert (set(change.old), change.new) == (before, [tickets[3].id, 999999])
    linked.links.refers_to = [tickets[3].id]
    assert linked.errors == {}
    linked.save()
    assert links_of(tickets[3]) == {"referred_to_by": {linked.id}, "children": {linked.id}}


def test_a_merged_ticket_is_told_with_its_target(session: Session, tickets: list[Incident]) -> None:
    """RT links the ticket that remains; the error names it."""
    ticket, gone, remains, _ = tickets
    session.client.post(f"ticket/{gone.id}/merge/{remains.id}", "id: x\n")
    ticket.links.refers_to = [gone.id]
    with pytest.raises(SaveError) as caught:
        ticket.save()
    said = f"ticket {gone.id} was merged into ticket {remains.id}"
    assert said in " ".join(caught.value.errors["links.refers_to"])
    ticket.links.refers_to = [remains.id]
    assert ticket.save().outcome == "unchanged"
    assert links_of(ticket) == {"refers_to": {remains.id}}


def test_a_deleted_ticket_is_refused_by_rt(linked: Incident, tickets: list[Incident]) -> None:
    """RT's words; what the list held before is gone, and the record knows it."""
    tickets[3].delete()
    linked.links.refers_to = [tickets[3].id]
    with pytest.raises(SaveError, match="deleted ticket is not allowed"):
        linked.save()
    assert linked.changes["links.refers_to"] == Change([], [tickets[3].id])
    linked.discard()
    assert links_of(linked) == {"depends_on": {tickets[1].id}}


def test_links_to_a_ticket_deleted_later_are_hidden_and_stay(
    linked: Incident, tickets: list[Incident]
) -> None:
    """RT shows no links to deleted tickets, and keeps them when the list is changed."""
    tickets[2].delete()
    linked.refresh("links")
    assert set(linked.links.refers_to) == {PAGE}
    linked.links.refers_to.append(OTHER_PAGE)
    assert linked.save().outcome == "updated"
    tickets[2].status = "open"
    tickets[2].save()
    linked.refresh("links")
    assert set(linked.links.refers_to) == {PAGE, OTHER_PAGE, tickets[2].id}


@pytest.mark.parametrize("bad_first", [True, False], ids=["bad-first", "bad-last"])
def test_a_link_lost_in_silence_is_an_error(
    session: Session, tickets: list[Incident], bad_first: bool
) -> None:
    """RT says nothing of a bad link if a good one comes after it, in an order of its own."""
    ticket, other, *_ = tickets
    bad = f"fsck.com-rt://elsewhere/ticket/{other.id}"
    for number in range(6):
        good = f"{PAGE}/{number}"
        ticket.links.refers_to = [bad, good] if bad_first else [good, bad]
        with pytest.raises(PartialSaveError) as caught:
            ticket.save()
        assert list(caught.value.errors) == ["links.refers_to"]
        change = ticket.changes["links.refers_to"]
        assert (set(change.old), set(change.new)) == ({good}, {good, bad})
    ticket.links.refers_to.remove(bad)
    assert not ticket.is_dirty


def test_a_foreign_ticket_beside_one_of_the_same_number_is_missed(tickets: list[Incident]) -> None:
    """The local ticket of that number does not hide that the foreign one was refused."""
    ticket, other, *_ = tickets
    foreign = f"fsck.com-rt://elsewhere/ticket/{other.id}"
    for _ in range(4):
        ticket.links.refers_to = [foreign, other.id]
        with pytest.raises(SaveError) as caught:
            ticket.save()
        assert "links.refers_to" in caught.value.errors
        ticket.discard()
        assert links_of(ticket) == {"refers_to": {other.id}}
        ticket.links.refers_to.clear()
        ticket.save()


def test_links_without_the_right_are_refused(connect: Connect, linked: Incident) -> None:
    """The account may read the ticket, and its links, but not change them."""
    for user in ("reader", "creator"):
        mine = connect(user).get(Incident, linked.id)
        assert links_of(mine) == links_of(linked)
        mine.links.refers_to.clear()
        mine.links.parents.append(PAGE)
        with pytest.raises(RejectedError) as caught:
            mine.save()
        assert caught.value.errors["links.parents"] == ["Permission Denied"]
        assert set(caught.value.errors) == {"links.parents", "links.refers_to"}
        assert set(mine.changes) == {"links.parents", "links.refers_to"}
        mine.subject = "Not mine"
        with pytest.raises(PermissionDenied, match="not allowed to modify"):
            mine.save()
        mine.discard()


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_a_ticket_that_may_not_be_changed_is_no_end_of_a_link(
    connect: Connect, session: Session, tickets: list[Incident], user: str
) -> None:
    """RT wants rights on both tickets; the one that may be linked is linked."""
    hidden = session.add(Ticket(queue="General", subject="Hidden"))
    session.commit()
    mine = connect(user).get(Incident, tickets[0].id)
    mine.links.refers_to = [tickets[1].id, hidden.id]
    with pytest.raises(PartialSaveError) as caught:
        mine.save()
    assert list(caught.value.errors) == ["links.refers_to"]
    assert mine.changes["links.refers_to"].old == [tickets[1].id]
    mine.discard()


def test_a_link_to_a_ticket_that_may_not_be_seen_is_kept(
    connect: Connect, session: Session, tickets: list[Incident]
) -> None:
    """It is a number like any other, and changing the list around it does not drop it."""
    hidden = session.add(Ticket(queue="General", subject="Hidden"))
    session.commit()
    tickets[0].links.refers_to = [hidden]
    tickets[0].save()
    mine = connect("alice").get(Incident, tickets[0].id)
    assert links_of(mine) == {"refers_to": {hidden.id}}
    mine.links.refers_to.append(PAGE)
    assert mine.save().outcome == "updated"
    assert links_of(mine) == {"refers_to": {hidden.id, PAGE}}


def test_links_of_new_tickets_follow_in_one_request(
    session: Session, connect: Connect, tickets: list[Incident], wire: Wire
) -> None:
    """RT takes no links while it creates: a second request carries those of the whole commit."""
    new = [Incident(subject=f"New {number}") for number in range(3)]
    for ticket in new[:2]:
        ticket.links.depends_on.append(tickets[0].id)
        ticket.links.refers_to = [PAGE]
    session.add(new[0])
    session.add(new[1])
    session.add(new[2])
    report = session.commit()
    assert [result.outcome for result in report.results] == ["created"] * 3
    assert set(report.results[0].applied) == {"subject", "links.depends_on", "links.refers_to"}
    assert paths(wire) == [*["ticket/new"] * 3, "edit", "ticket/show"]
    assert [form["id"] for form in wire.writes[3].forms] == [
        f"ticket/{ticket.id}/links" for ticket in new[:2]
    ]
    assert not any(ticket.is_dirty for ticket in new)
    there = connect().get(Ticket, tickets[0].id)
    assert links_of(there) == {"depended_on_by": {new[0].id, new[1].id}}
    assert links_of(tickets[0]) == links_of(there)


def test_a_bad_link_of_a_new_ticket_is_an_error_on_it(
    session: Session, tickets: list[Incident]
) -> None:
    """The ticket is there, its other links, too; what was refused can be mended and saved."""
    new = session.add(Incident(subject="New"))
    new.links.refers_to = [999999]
    new.links.parents = [tickets[0].id]
    new.links.children = []
    with pytest.raises(CommitError) as caught:
        session.commit()
    [result] = caught.value.report.partial
    assert result.errors == {"links.refers_to": ["Ticket 999999 does not exist."]}
    assert set(result.applied) == {"subject", "links.parents", "links.children"}
    assert new.id
    assert session.dirty == [new]
    assert new.changes == {"links.refers_to": Change([], [999999])}
    new.links.refers_to = [tickets[0].id]
    assert session.commit().ok
    assert links_of(tickets[0]) == {"children": {new.id}, "referred_to_by": {new.id}}


def test_an_account_that_may_only_create_cannot_link(
    connect: Connect, tickets: list[Incident]
) -> None:
    """The ticket is made, its links are refused."""
    mine = connect("creator")
    new = mine.add(Incident(subject="New"))
    new.links.refers_to = [tickets[0].id]
    with pytest.raises(PartialSaveError) as caught:
        new.save()
    assert caught.value.errors == {"links.refers_to": ["Permission Denied"]}
    assert set(caught.value.applied) == {"subject"}
    mine.rollback()


def test_new_tickets_are_linked_in_the_commit_that_makes_them(
    session: Session, connect: Connect, tickets: list[Incident], wire: Wire
) -> None:
    """In any order and direction, also from tickets that exist, in the requests that it takes."""
    old = tickets[0]
    cause, effect, cure = (session.add(Incident(subject=word)) for word in ("a", "b", "c"))
    cause.links.depended_on_by = [effect, old]
    effect.links.refers_to = [cure, PAGE]
    cure.links.refers_to = [effect]
    old.links.children = [cure, tickets[1], PAGE]
    old.subject = "Changed, too"
    report = session.commit()
    assert [result.outcome for result in report.results] == ["created"] * 3 + ["updated"]
    assert paths(wire) == [*["ticket/new"] * 3, "edit", "edit", "ticket/show"]
    assert set(report.results[3].applied["links.children"].new) == {cure.id, tickets[1].id, PAGE}
    assert report.results[0].applied["links.depended_on_by"].new == [effect.id, old.id]
    assert session.new == session.dirty == []
    expected = [
        {"depended_on_by": {effect.id, old.id}},
        {"depends_on": {cause.id}, "refers_to": {cure.id, PAGE}, "referred_to_by": {cure.id}},
        {"parents": {old.id}, "refers_to": {effect.id}, "referred_to_by": {effect.id}},
        {"children": {cure.id, tickets[1].id, PAGE}, "depends_on": {cause.id}},
    ]
    mine = [cause, effect, cure, old]
    theirs = connect().get_many(Incident, [ticket.id for ticket in mine])
    assert [links_of(ticket) for ticket in theirs] == expected
    assert [links_of(ticket) for ticket in mine] == expected


def test_a_link_to_what_the_commit_does_not_make_is_refused_before_it_is_sent(
    session: Session, linked: Incident, wire: Wire
) -> None:
    """A ticket that was not added, or that is not saved with it; nothing is sent of the record."""
    stray, added = Incident(subject="Stray"), session.add(Incident(subject="Added"))
    linked.subject = "Not sent"
    linked.links.children = [stray]
    with pytest.raises(
        RejectedError, match=r"one commit\(\) of a session that holds both"
    ) as caught:
        linked.save()
    assert list(caught.value.errors) == ["links.children"]
    linked.links.children = [added]
    added.links.refers_to = [stray]
    for record in (linked, added):
        with pytest.raises(RejectedError, match="is not in RT"):
            record.save()
    assert wire.sent == []
    session.add(stray)
    assert session.commit().ok
    assert linked.links.children == [added.id]
    assert links_of(added) == {"parents": {linked.id}, "refers_to": {stray.id}}


def test_a_link_to_a_ticket_that_rt_does_not_make_waits_for_it(
    session: Session, linked: Incident, wire: Wire
) -> None:
    """The ticket that exists is not sent, the new one is there without it; both stay dirty."""
    bad = session.add(Incident(subject="Bad", status="bogus"))
    good = session.add(Incident(subject="Good"))
    linked.subject = "Waits"
    linked.links.children = [bad]
    good.links.refers_to = [bad]
    good.links.parents = [linked]
    with pytest.raises(CommitError) as caught:
        session.commit()
    outcomes = {result.record: result.outcome for result in caught.value.report.results}
    assert outcomes == {bad: "rejected", good: "partial", linked: "rejected"}
    assert list(good.errors) == ["links.refers_to"]
    assert list(linked.errors) == ["links.children"]
    assert [sent.path for sent in wire.writes] == ["ticket/new", "ticket/new", "edit"]
    assert set(linked.changes) == {"subject", "links.children"}
    bad.status = "open"
    wire.clear()
    assert session.commit().ok
    assert [sent.path for sent in wire.writes] == ["ticket/new", "edit"]
    assert links_of(good) == {"parents": {linked.id}, "refers_to": {bad.id}}
    assert set(linked.links.children) == {bad.id, good.id}
    assert session.new == session.dirty == []


def test_a_new_ticket_that_is_saved_meanwhile_becomes_its_number(
    session: Session, linked: Incident
) -> None:
    """In every list that it stands in, changed or not."""
    new = session.add(Incident(subject="New"))
    linked.links.children.append(new)
    assert new in linked.links.children
    new.save()
    assert linked.links.children == [new.id]
    assert linked.save().applied["links.children"].new == [new.id]
    assert links_of(new) == {"parents": {linked.id}}


@pytest.mark.parametrize("mine", [0, 1])
def test_both_ends_changed_in_one_commit_agree(
    session: Session, connect: Connect, tickets: list[Incident], mine: int
) -> None:
    """Lists are sent whole, and none takes back what the other end says, in whatever order."""
    root, *others = tickets
    root.links.children = others[:2]
    root.save()
    links_of(others[0])
    leaf = session.add(Incident(subject="Leaf"))
    for turn in (mine, 1 - mine):
        if turn:
            root.links.children.append(others[2].id)
        else:
            others[0].links.parents.remove(root.id)
            leaf.links.parents = [root]
    assert session.commit().ok
    assert session.dirty == []
    there = connect().get(Incident, root.id)
    expected = {"children": {others[1].id, others[2].id, leaf.id}}
    assert links_of(there) == links_of(root) == expected
    assert links_of(others[0]) == {}


def test_a_list_not_saved_yet_knows_what_its_other_end_saved(tickets: list[Incident]) -> None:
    """It neither takes back a link, nor brings one back that is gone."""
    root, one, two, three = tickets
    root.links.children = [one, two]
    root.save()
    assert links_of(one) == {"parents": {root.id}}
    root.links.children.append(PAGE)
    one.links.parents.clear()
    one.save()
    three.links.parents = [root]
    three.save()
    assert set(root.changes["links.children"].old) == {two.id, three.id}
    assert set(root.changes["links.children"].new) == {two.id, three.id, PAGE}
    root.save()
    assert links_of(root) == {"children": {two.id, three.id, PAGE}}


def test_what_is_withdrawn_at_one_end_is_not_written_at_the_other(
    session: Session, tickets: list[Incident]
) -> None:
    """A list never holds what only its other end had said, and RT has not taken."""
    one, two, three, _ = tickets
    two.links.depended_on_by = [three]
    one.links.depends_on = [two]
    one.links.refers_to.append("http://x/a,b")
    with pytest.raises(CommitError):
        session.commit()
    assert links_of(two) == {"depended_on_by": {three.id}}
    one.discard()
    new = session.add(Incident(subject="New", status="bogus"))
    new.links.depends_on = [two]
    two.links.parents = [PAGE]
    with pytest.raises(CommitError):
        session.commit()
    assert links_of(two) == {"depended_on_by": {three.id}, "parents": {PAGE}}
    assert not two.is_dirty


def test_what_rt_took_of_a_refused_list_is_known_at_the_other_end(
    session: Session, tickets: list[Incident]
) -> None:
    """It is no foreign change there, and is not taken back."""
    one, two, gone, four = tickets
    gone.delete()
    two.links.depended_on_by = [four]
    one.links.depends_on = [two, "fsck.com-rt://elsewhere/ticket/1"]
    with pytest.raises(PartialSaveError):
        one.save()
    assert two.save(check=True).outcome == "updated"
    assert links_of(two) == {"depended_on_by": {one.id, four.id}}


def test_set_and_set_back_leaves_nothing_behind(
    session: Session, connect: Connect, tickets: list[Incident]
) -> None:
    """What is clean is read anew like everything else, and never sent again."""
    one, two, three, four = tickets
    two.links.depended_on_by.append(one.id)
    one.links.depends_on.append(two.id)
    one.save()
    assert not two.is_dirty
    three.links.depends_on.append(two.id)
    three.save()
    two.links.depended_on_by.append(four.id)
    two.save()
    assert links_of(two) == {"depended_on_by": {one.id, three.id, four.id}}
    subject = two.subject
    two.subject = "Set"
    two.subject = subject
    connect().edit(Incident, two.id, subject="Foreign")
    two.refresh(keep_changes=True)
    assert (two.subject, two.changes) == ("Foreign", {})


def test_an_odd_member_is_an_error_of_its_own_ticket(
    session: Session, tickets: list[Incident]
) -> None:
    """Whatever it is; the others are sent."""
    for ticket, member in zip(tickets, (5.5, b"5", ["5"], {"id": 5}), strict=True):
        cast("list[object]", ticket.links.depends_on).append(member)
    new = session.add(Incident(subject="Sent"))
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [list(ticket.errors) for ticket in tickets] == [["links.depends_on"]] * 4
    assert len(caught.value.report.rejected) == 4
    assert new.id


def test_new_tickets_that_link_to_each_other_are_copied() -> None:
    """As deeply as wanted."""
    one, two = Incident(subject="One"), Incident(subject="Two")
    one.links.refers_to = [two]
    two.links.refers_to = [one]
    copied = copy.deepcopy(one)
    [other] = copied.links.refers_to
    assert isinstance(other, Incident)
    assert copied in other.links.refers_to
    assert two not in one.model_copy(deep=True).links.refers_to


def test_rolling_back_drops_links_to_new_tickets(session: Session, linked: Incident) -> None:
    """With the tickets themselves."""
    before = links_of(linked)
    linked.links.children = [session.add(Incident(subject="New"))]
    session.rollback()
    assert links_of(linked) == before
    assert session.commit().results == ()


def test_a_refused_new_ticket_sends_no_links(session: Session, wire: Wire) -> None:
    """Without a ticket there is nothing to link, and the links stay with it."""
    new = session.add(Incident(subject="New", status="bogus"))
    new.links.refers_to = [PAGE]
    with pytest.raises(RejectedError):
        new.save()
    assert [sent.path for sent in wire.writes] == ["ticket/new"]
    new.status = "open"
    new.save()
    assert links_of(new) == {"refers_to": {PAGE}}


def test_refreshing_expiring_and_discarding(linked: Incident, connect: Connect, wire: Wire) -> None:
    """`links` stands for all six lists, a single one for itself."""
    foreign = connect().get(Incident, linked.id)
    foreign.links.refers_to = [OTHER_PAGE]
    foreign.save()
    linked.links.depends_on.clear()
    linked.refresh("links", keep_changes=True)
    assert list(linked.changes) == ["links.depends_on"]
    assert linked.links.refers_to == [OTHER_PAGE]
    linked.links.refers_to.append(PAGE)
    linked.discard("links.refers_to")
    assert list(linked.changes) == ["links.depends_on"]
    linked.discard("links")
    assert not linked.is_dirty
    session = connect()
    wire.clear()
    other = session.get(Incident, linked.id)
    _ = other.links.refers_to
    session.expire(other, "links")
    _ = other.links.children
    assert [sent.path for sent in wire.sent].count("ticket/show") == 3
    linked.links.refers_to.append(PAGE)
    linked.refresh()
    assert links_of(linked) == links_of(other)


def test_refreshing_one_relation_drops_its_changes_alone(linked: Incident) -> None:
    """The other lists stay as they are."""
    linked.links.refers_to.clear()
    linked.links.depends_on.clear()
    linked.refresh("links.refers_to")
    assert list(linked.changes) == ["links.depends_on"]
    assert PAGE in linked.links.refers_to


def test_assigning_before_reading_reads_nothing(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """A list may be replaced unseen: what it was is not known, and not asked for."""
    ticket = session.get(Incident, tickets[0].id)
    wire.clear()
    ticket.links.refers_to = [PAGE]
    assert ticket.changes == {"links.refers_to": Change(NOT_LOADED, [PAGE])}
    assert wire.sent == []
    ticket.save()
    assert paths(wire) == ["edit", "ticket/show"]


def test_editing_without_loading(session: Session, tickets: list[Incident], wire: Wire) -> None:
    """`session.edit` takes links by their full names; both tickets learn of it."""
    assert links_of(tickets[0]) == links_of(tickets[1]) == {}
    wire.clear()
    session.edit(Incident, tickets[0].id, **{"links.refers_to": [tickets[1].id]})
    assert paths(wire) == ["edit", "ticket/show"]
    assert links_of(tickets[0]) == {"refers_to": {tickets[1].id}}
    assert links_of(tickets[1]) == {"referred_to_by": {tickets[0].id}}


def test_links_survive_a_copy_and_a_pickle(linked: Incident, session: Session) -> None:
    """Detached, with what was loaded and what was changed; and may be added again."""
    linked.links.refers_to.append(OTHER_PAGE)
    for other in (
        copy.copy(linked),
        copy.deepcopy(linked),
        linked.model_copy(),
        pickle.loads(pickle.dumps(linked)),
    ):
        assert links_of(other) == links_of(linked)
        assert list(other.changes) == ["links.refers_to"]
        other.links.refers_to.clear()
        assert OTHER_PAGE in linked.links.refers_to
    with pytest.raises(ValueError, match="another record"):
        session.add(copy.copy(linked))


def test_a_copy_in_another_session_saves_its_links(linked: Incident, connect: Connect) -> None:
    """What was changed goes with the copy."""
    linked.links.refers_to.append(OTHER_PAGE)
    theirs = connect()
    moved = theirs.add(pickle.loads(pickle.dumps(linked)))
    assert isinstance(moved, Incident)
    theirs.commit()
    linked.discard()
    linked.refresh()
    assert OTHER_PAGE in linked.links.refers_to


def test_dumps_and_schemas_know_fields_alone(linked: Incident) -> None:
    """Links are no field of the model, so that a dump may be validated again."""
    dumped = linked.model_dump()
    assert "subject" in dumped
    assert not [name for name in dumped if "links" in name]
    assert "links" not in linked.model_dump_json()
    assert "links" not in str(Incident.model_json_schema()["properties"].keys())


def test_links_tell_themselves(linked: Incident, session: Session) -> None:
    """`repr` shows what is loaded and loads nothing; links are equal if their ticket is."""
    assert PAGE in repr(linked.links)
    assert linked.links == linked.links
    assert {linked.links} == {linked.links}
    assert linked.links != "links"
    session.expire(linked)
    assert "not loaded" in repr(linked.links)
    assert isinstance(linked.links, Links)
    with pytest.raises(AttributeError, match=r"ticket\.links\.depends_on"):
        setattr(linked, "links", linked.links)  # noqa: B010
    with pytest.raises(AttributeError):
        setattr(linked.links, "depend_on", [])  # noqa: B010


def test_checking_finds_a_foreign_change_of_links(
    linked: Incident, connect: Connect, wire: Wire
) -> None:
    """With `check=True` nothing is sent when someone else changed the list meanwhile."""
    theirs = connect().get(Incident, linked.id)
    theirs.links.refers_to = [OTHER_PAGE]
    theirs.save()
    linked.links.refers_to.append(f"{PAGE}/mine")
    linked.subject = "Mine"
    wire.clear()
    with pytest.raises(StaleError) as caught:
        linked.save(check=True)
    assert caught.value.theirs == {"links.refers_to": [OTHER_PAGE]}
    assert wire.writes == []
    linked.refresh(keep_changes=True)
    linked.links.refers_to = [OTHER_PAGE, f"{PAGE}/mine"]
    assert linked.save(check=True).outcome == "updated"
    assert links_of(theirs) != links_of(linked)
    theirs.refresh()
    assert links_of(theirs) == links_of(linked)


def test_checking_ignores_foreign_changes_of_other_relations(
    linked: Incident, connect: Connect, tickets: list[Incident]
) -> None:
    """Only the lists about to be written are compared, whatever order RT shows them in."""
    theirs = connect().get(Incident, linked.id)
    theirs.links.children = [tickets[3].id]
    theirs.save()
    linked.links.refers_to.append(OTHER_PAGE)
    assert linked.save(check=True).outcome == "updated"


def test_a_ticket_is_freed_and_resolved_in_one_save(tickets: list[Incident], wire: Wire) -> None:
    """RT resolves no ticket that depends on an open one: the link goes first."""
    ticket, other, *_ = tickets
    ticket.links.depends_on = [other]
    ticket.save()
    ticket.status = "resolved"
    with pytest.raises(RejectedError, match="unresolved dependencies"):
        ticket.save()
    ticket.links.depends_on.remove(other.id)
    wire.clear()
    assert ticket.save().outcome == "updated"
    assert [list(form)[1:] for form in wire.writes[0].forms] == [["DependsOn"], ["Status"]]
    ticket.refresh()
    assert ticket.status == "resolved"


def test_links_of_many_are_one_request(
    session: Session, tickets: list[Incident], wire: Wire
) -> None:
    """A commit sends the forms of all tickets together, and each loss is on its own record."""
    for ticket in tickets:
        ticket.links.refers_to = [PAGE]
        ticket.priority = 7
    tickets[1].links.refers_to = [PAGE, "fsck.com-rt://elsewhere/ticket/1"]
    tickets[2].links.depends_on = [999999]
    tickets[3].status = "bogus"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert paths(wire) == ["edit", "ticket/show"]
    report = caught.value.report
    assert [result.outcome for result in report.results] == ["updated", *["partial"] * 3]
    assert [list(result.errors) for result in report.results] == [
        [],
        ["links.refers_to"],
        ["links.depends_on"],
        ["status"],
    ]
    assert all(ticket.priority == 7 for ticket in tickets)
    session.rollback()
    assert links_of(tickets[2]) == {"refers_to": {PAGE}}


def test_a_missing_ticket_among_many_is_told_once(session: Session, wire: Wire) -> None:
    """A ticket that is gone refuses its fields and its links for one reason."""
    [ticket] = made(session, 1)
    wire.clear()
    with pytest.raises(NotFound) as caught:
        session.edit(Incident, 999999, **{"subject": "x", "links.refers_to": [ticket.id]})
    assert isinstance(caught.value, RejectedError)
    assert caught.value.errors == {"": ["Ticket 999999 does not exist."]}


def test_never_verifying_takes_rts_word(tickets: list[Incident], wire: Wire) -> None:
    """Nothing is read back; what RT said is known all the same."""
    tickets[0].links.refers_to = [PAGE]
    assert tickets[0].save(verify="never").outcome == "updated"
    assert paths(wire) == ["edit"]
    tickets[0].links.refers_to = [999999]
    with pytest.raises(PartialSaveError, match="does not exist"):
        tickets[0].save(verify="never")


def test_always_verifying_reads_both_parts(tickets: list[Incident], wire: Wire) -> None:
    """One read for the ticket's own fields and its links."""
    tickets[0].links.refers_to, tickets[0].subject = [PAGE], "Always"
    assert tickets[0].save(verify="always").outcome == "updated"
    assert paths(wire) == ["edit", "ticket/show"]
    assert "Subject" in wire.sent[1].text


def test_links_of_peers_are_loaded_together(connect: Connect, session: Session, wire: Wire) -> None:
    """The first list that is touched loads those of all tickets, with one search at most two."""
    twenty = made(session, 20)
    for ticket in twenty[1:]:
        ticket.links.parents = [twenty[0].id]
    session.commit()
    reader = connect()
    loaded = reader.get_many(Incident, [ticket.id for ticket in twenty])
    wire.clear()
    assert len(loaded[0].links.children) == 19
    for ticket in loaded[1:]:
        assert links_of(ticket) == {"parents": {twenty[0].id}}
    assert [sent.path for sent in wire.sent] == ["ticket/show", "search/ticket"]
    wire.clear()
    reader.expire(loaded[5])
    assert links_of(loaded[5]) == {"parents": {twenty[0].id}}
    assert paths(wire) == ["ticket/show"]


def test_a_deleted_peer_does_not_hide_the_links_of_others(
    connect: Connect, tickets: list[Incident]
) -> None:
    """RT shows no links of it, and finds it by no search."""
    tickets[1].links.parents = [tickets[0].id]
    tickets[1].save()
    tickets[2].links.parents = [tickets[0].id]
    tickets[2].save()
    tickets[1].delete()
    loaded = connect().get_many(Incident, [ticket.id for ticket in tickets[:3]])
    assert links_of(loaded[1]) == {}
    assert links_of(loaded[0]) == {"children": {tickets[2].id}}
    assert links_of(loaded[2]) == {"parents": {tickets[0].id}}


def test_a_merged_tickets_links_are_those_of_its_target(
    session: Session, linked: Incident, tickets: list[Incident]
) -> None:
    """Merged behind our back: the links are written on the target, whose id it takes."""
    target = tickets[3]
    session.client.post(f"ticket/{linked.id}/merge/{target.id}", "id: x\n")
    linked.links.parents = [PAGE]
    linked.save()
    assert linked.id == target.id
    assert links_of(target)["parents"] == {PAGE}


def test_what_was_refused_in_part_is_known_at_the_other_end(tickets: list[Incident]) -> None:
    """A list that RT took in part changes the tickets that it did link, or no longer links."""
    ticket, was, is_now, _ = tickets
    ticket.links.refers_to = [was.id]
    ticket.save()
    assert links_of(was) == {"referred_to_by": {ticket.id}}
    assert links_of(is_now) == {}
    ticket.links.refers_to = [is_now.id, "fsck.com-rt://elsewhere/ticket/1"]
    with pytest.raises(PartialSaveError):
        ticket.save()
    assert links_of(was) == {}
    assert links_of(is_now) == {"referred_to_by": {ticket.id}}


def test_a_list_replaced_unseen_is_known_at_the_other_end(
    session: Session, tickets: list[Incident]
) -> None:
    """What was linked before is not known, so no loaded list is taken for current."""
    ticket, was, *_ = tickets
    ticket.links.refers_to = [was.id]
    ticket.save()
    assert links_of(was) == {"referred_to_by": {ticket.id}}
    session.expire(ticket)
    ticket.links.refers_to = []
    ticket.save()
    assert links_of(was) == {}


def test_the_other_end_keeps_its_own_changes(tickets: list[Incident]) -> None:
    """Only what is loaded is forgotten there."""
    ticket, other, *_ = tickets
    other.links.children.append(tickets[2].id)
    other.subject = "Unsaved"
    ticket.links.refers_to = [other.id]
    ticket.save()
    assert set(other.changes) == {"links.children", "subject"}
    assert other.links.referred_to_by == [ticket.id]
    other.save()
    assert links_of(other) == {"children": {tickets[2].id}, "referred_to_by": {ticket.id}}


def test_a_uri_that_refers_to_a_ticket_locks_that_list(tickets: list[Incident]) -> None:
    """RT crashes over each later change of the list (4.4-5.0): it is told, and nothing is lost."""
    ticket, other, *_ = tickets
    ticket.links.referred_to_by = [PAGE]
    ticket.save()
    ticket.links.referred_to_by.append(other.id)
    ticket.links.parents = [other.id]
    ticket.subject = "Applied all the same"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert "subject" in caught.value.applied
    assert "RT crashed" in caught.value.errors["links.referred_to_by"][0]
    assert ticket.changes["links.referred_to_by"].old == [PAGE]
    ticket.discard()
    ticket.refresh("links")
    applied = "links.parents" in caught.value.applied
    assert links_of(ticket) == {
        "referred_to_by": {PAGE},
        **({"parents": {other.id}} if applied else {}),
    }


def prepare(rt: Server, perl: str) -> None:
    """Do in RT's database what REST 1.0 cannot; a recording is of a server where it was done."""
    if rt.tracker is not None:
        rt.tracker.insert(f"push @Final, sub {{ {perl} }};")


def test_a_ticket_of_another_rt_stays_a_uri(
    rt: Server, connect: Connect, tickets: list[Incident], wire: Wire
) -> None:
    """It is never taken for the ticket of this RT that has the same number."""
    ticket, other, *_ = tickets
    foreign = f"fsck.com-rt://elsewhere/ticket/{other.id}"
    base = f"fsck.com-rt://example.com/ticket/{ticket.id}"
    prepare(
        rt,
        "$RT::Handle->SimpleQuery('INSERT INTO Links (Base, Target, Type, LocalTarget, LocalBase)"
        f" VALUES (?, ?, ?, 0, {ticket.id})', '{base}', '{foreign}', 'RefersTo');",
    )
    loaded = connect().get(Incident, ticket.id)
    assert loaded.links.refers_to == [foreign]
    loaded.links.depends_on.append(other.id)
    loaded.save()
    assert links_of(loaded) == {"refers_to": {foreign}, "depends_on": {other.id}}
    loaded.links.refers_to.append(PAGE)
    loaded.save()
    loaded.links.refers_to.append(other.id)
    loaded.save()
    seen = connect().get(Incident, ticket.id)
    assert set(seen.links.refers_to) == {foreign, PAGE, other.id}


def test_reminders_are_no_links(rt: Server, session: Session, tickets: list[Incident]) -> None:
    """RT keeps a ticket's reminders as tickets that refer to it, and shows none of them."""
    ticket, other, *_ = tickets
    prepare(
        rt,
        f"my $t = RT::Ticket->new(RT->SystemUser); $t->Load({ticket.id});"
        "$t->Reminders->Add(Subject => 'Remember', Owner => RT->SystemUser->id);",
    )
    assert links_of(ticket) == {}
    ticket.links.referred_to_by.append(other.id)
    assert ticket.save().outcome == "updated"
    ticket.refresh("links")
    assert links_of(ticket) == {"referred_to_by": {other.id}}


def test_articles_stay_uris(rt: Server, session: Session, tickets: list[Incident]) -> None:
    """An article is shown as a URI, which may be written again, also as what refers to a ticket."""
    ticket = tickets[0]
    base = f"fsck.com-rt://example.com/ticket/{ticket.id}"
    prepare(
        rt,
        "my $c = RT::Class->new(RT->SystemUser); $c->Load('Linked') || $c->Create(Name => 'Linked');"
        "my $a = RT::Article->new(RT->SystemUser);"
        f"my ($ok, $why) = $a->Create(Name => 'For {ticket.id}', Class => 'Linked',"
        f" 'RefersTo-new' => '{base}'); RT->Logger->error($why) unless $ok;",
    )
    [article] = ticket.links.refers_to
    assert str(article).startswith("fsck.com-article://example.com/article/")
    ticket.links.refers_to.append(PAGE)
    ticket.links.referred_to_by.append(article)
    assert ticket.save().outcome == "updated"
    ticket.links.refers_to.remove(PAGE)
    ticket.links.referred_to_by.append(tickets[1].id)
    ticket.save()
    ticket.refresh("links")
    assert links_of(ticket) == {
        "refers_to": {article},
        "referred_to_by": {article, tickets[1].id},
    }


def test_hundreds_of_links_are_kept(session: Session, tickets: list[Incident], wire: Wire) -> None:
    """They are one request to write, one to read, in lines that RT breaks as it likes."""
    ticket = tickets[0]
    pages = {f"{PAGE}/{number}?" + "x" * (number % 60) for number in range(200)}
    ticket.links.refers_to = [tickets[1].id, *sorted(pages)]
    assert ticket.save().outcome == "updated"
    wire.clear()
    ticket.refresh("links")
    assert set(ticket.links.refers_to) == {tickets[1].id, *pages}
    assert len(wire.sent) == 1
    ticket.links.refers_to.remove(f"{PAGE}/0?")
    ticket.save()
    assert len(ticket.links.refers_to) == 200


@pytest.fixture
def far(rt: Server) -> Iterator[tuple[Session, Proxy]]:
    """A session through a proxy that loses what it is told to."""
    with (
        proxy_to(rt.url) as proxy,
        rtorm.connect(proxy.url, auth=("root", "password"), time_zone="UTC", retries=0) as session,
    ):
        yield session, proxy
        session.rollback()


@pytest.mark.live
@pytest.mark.parametrize("loss", ["request", "reply"])
def test_links_whose_reply_is_lost_stay_dirty(
    far: tuple[Session, Proxy], tickets: list[Incident], loss: Loss
) -> None:
    """They are absolute values, so they may be saved again; the other end is read again."""
    session, proxy = far
    mine, other = (session.get(Incident, ticket.id) for ticket in tickets[:2])
    assert links_of(mine) == links_of(other) == {}
    mine.links.refers_to = [other.id]
    proxy.losses["/edit"] = loss
    with pytest.raises(OutcomeUnknownError, match="may or may not"):
        mine.save()
    assert mine.changes == {"links.refers_to": Change(NOT_LOADED, [other.id])}
    assert links_of(other) == ({"referred_to_by": {mine.id}} if loss == "reply" else {})
    proxy.losses.clear()
    assert mine.save().outcome == "updated"
    assert links_of(other) == {"referred_to_by": {mine.id}}


@pytest.mark.live
@pytest.mark.parametrize(("loss", "outcome"), [("request", "partial"), ("reply", "created")])
def test_links_of_a_new_ticket_whose_reply_is_lost_are_read_back(
    far: tuple[Session, Proxy], tickets: list[Incident], loss: Loss, outcome: str
) -> None:
    """The ticket is there and known; what became of its links, RT shows."""
    session, proxy = far
    new = session.add(Incident(subject="New"))
    new.links.refers_to = [tickets[0].id]
    proxy.losses["/edit"] = loss
    try:
        report = session.commit()
    except CommitError as error:
        report = error.report
    [result] = report.results
    assert result.outcome == outcome
    assert new.id
    assert session.new == []
    proxy.losses.clear()
    session.commit()
    assert links_of(new) == {"refers_to": {tickets[0].id}}


@pytest.mark.live
@pytest.mark.parametrize("loss", ["request", "reply"])
def test_links_to_a_ticket_that_may_not_be_there_are_not_sent(
    far: tuple[Session, Proxy], tickets: list[Incident], loss: Loss
) -> None:
    """When the reply to its create is lost, what links to it is not sent, and says why."""
    session, proxy = far
    old = session.get(Incident, tickets[0].id)
    new = session.add(Incident(subject="New"))
    old.subject, old.links.children = "Waits", [new]
    proxy.losses["/new"] = loss
    with pytest.raises(CommitError) as caught:
        session.commit()
    outcomes = [result.outcome for result in caught.value.report.results]
    assert outcomes == ["unknown", "rejected"]
    assert "an earlier request of the commit failed" in old.errors[""][0]
    assert set(old.changes) == {"subject", "links.children"}
    proxy.losses.clear()
    proxy.passed.clear()
    with pytest.raises(CommitError, match="is not in RT"):
        session.commit()
    assert not [path for path in proxy.passed if path.endswith(("/new", "/edit"))]
    old.discard("links")
    assert session.commit().ok


@pytest.mark.parametrize("together", [True, False], ids=["deleted with it", "deleted before"])
def test_links_of_a_deleted_ticket_cannot_be_seen(
    connect: Connect, tickets: list[Incident], together: bool
) -> None:
    """RT keeps them and shows none: the error does not say that it dropped them."""
    ticket, other = tickets[:2]
    ticket.status = "deleted"
    if not together:
        ticket.save()
    ticket.links.refers_to.append(other.id)
    with pytest.raises(SaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["links.refers_to"]
    assert "shows no links of a deleted ticket" in str(caught.value)
    ticket.discard()
    ticket.status = "open"
    ticket.save()
    assert connect().get(Ticket, ticket.id).links.refers_to == [other.id]


def test_what_a_deletion_hides_is_read_again(tickets: list[Incident]) -> None:
    """At the other end, whether the ticket is deleted by `delete()` or by its status."""
    ticket, other = tickets[:2]
    ticket.links.refers_to.append(other.id)
    ticket.save()
    assert other.links.referred_to_by == [ticket.id]
    ticket.status = "deleted"
    ticket.save()
    assert other.links.referred_to_by == []
    ticket.status = "open"
    ticket.save()
    assert other.links.referred_to_by == [ticket.id]
