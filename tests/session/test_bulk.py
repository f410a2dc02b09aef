"""Many records on real servers: made, edited and read back by several requests at a time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests

import rtorm
from rtorm import CF, CommitError, DetachedError, Session, Ticket, cf
from rtorm.gateway import Created
from rtorm.rest1.gateway import Rest1
from tests.proxy import proxy_to
from tests.seed import number_of
from tests.support import Incident, Server, Wire

pytestmark = pytest.mark.live

Connect = Callable[..., Session]

MANY = 60
FIRST, SECOND = number_of("Dup"), number_of("Dup", last=True)


class Doubled(Ticket, queue="Odd"):
    """A queue with two custom fields of one name."""

    first: CF[str | None] = cf("Dup", id=FIRST, default=None)
    second: CF[str | None] = cf("Dup", id=SECOND, default=None)


@pytest.fixture(scope="module")
def numbers() -> dict[int, list[int]]:
    """The tickets that these tests share, by RT's major version."""
    return {}


@pytest.fixture
def many(rt: Server, connect: Connect, numbers: dict[int, list[int]]) -> list[int]:
    """The ids of many tickets, made by several requests at a time."""
    if rt.major not in numbers:
        session = connect(parallel=4, verify="never")
        new = [session.add(Incident(subject=f"Bulk {number}")) for number in range(MANY)]
        session.commit()
        numbers[rt.major] = [ticket.id for ticket in new]
    return numbers[rt.major]


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[int, set[str]]:
    """The login cookies with which each thread sends its requests."""
    seen: dict[int, set[str]] = {}
    really = requests.Session.send

    def send(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> Any:
        if cookie := request.headers.get("Cookie"):
            seen.setdefault(threading.get_ident(), set()).add(str(cookie))
        return really(self, request, **more)

    monkeypatch.setattr(requests.Session, "send", send)
    return seen


def subjects(session: Session, numbers: list[int]) -> list[str]:
    """What RT holds."""
    return [ticket.subject for ticket in session.get_many(Ticket, numbers)]


def test_new_records_are_made_several_at_a_time(connect: Connect, many: list[int]) -> None:
    """Each has its own id, and what it was given."""
    assert len(set(many)) == MANY
    assert subjects(connect(), many) == [f"Bulk {number}" for number in range(MANY)]


def test_edits_by_several_requests_at_a_time(
    connect: Connect, many: list[int], wire: Wire, cookies: dict[int, set[str]]
) -> None:
    """Every value is there, in no more requests than one at a time takes; one login a thread."""
    session = connect(parallel=4, batch=5)
    tickets = session.get_many(Incident, many)
    for number, ticket in enumerate(tickets):
        ticket.subject = f"Bulk edited {number}"
        ticket.teams = ["net", "db"] if number % 2 else ["web"]
    cookies.clear()
    wire.clear()
    told: list[tuple[int, int]] = []
    report = session.commit(progress=lambda done, total: told.append((done, total)))
    assert Counter(result.outcome for result in report.results) == {"updated": MANY}
    assert [result.record for result in report.results] == tickets
    edits = [sent for sent in wire.sent if sent.path == "edit"]
    assert len(edits) == MANY // 5
    assert told == [(done, MANY) for done in range(0, MANY + 1, 5)]
    assert 1 < len(cookies) <= 5
    assert all(len(own) == 1 for own in cookies.values())
    assert len({cookie for own in cookies.values() for cookie in own}) == len(cookies)
    # Lists are read back: RT may lose a part of them in silence.
    assert len([sent for sent in wire.sent if sent.path == "ticket/show"]) == 1
    held = connect().get_many(Incident, many)
    assert [ticket.subject for ticket in held] == [f"Bulk edited {n}" for n in range(MANY)]
    assert [sorted(ticket.teams) for ticket in held] == [["web"], ["db", "net"]] * (MANY // 2)


def test_a_refusal_in_the_middle_is_the_right_ones(connect: Connect, many: list[int]) -> None:
    """Whichever request it is in."""
    session = connect(parallel=4, batch=5)
    tickets = session.get_many(Incident, many)
    for number, ticket in enumerate(tickets):
        ticket.subject = f"Bulk refused {number}"
    tickets[31].owner = "no-such-user"
    with pytest.raises(CommitError) as caught:
        session.commit()
    report = caught.value.report
    assert [result.record for result in report.results if result.errors] == [tickets[31]]
    assert list(report.partial[0].errors) == ["owner"]
    assert session.dirty == [tickets[31]]
    assert subjects(connect(), many) == [f"Bulk refused {n}" for n in range(MANY)]


@pytest.mark.parametrize("loss", ["request", "reply"])
def test_a_lost_request_loses_nothing_else(
    rt: Server, connect: Connect, many: list[int], loss: Any
) -> None:
    """Exactly its records are unknown; what was not sent stays dirty; a second commit is the end."""
    login = ("root", "password")
    with (
        proxy_to(rt.url) as proxy,
        rtorm.connect(proxy.url, auth=login, parallel=4, batch=5, retries=0) as session,
    ):
        tickets = session.get_many(Incident, many)
        for number, ticket in enumerate(tickets):
            ticket.subject = f"Bulk {loss} {number}"
        tickets[12].subject += " cutme"
        proxy.losses, proxy.marked = {"/edit": loss}, b"cutme"
        with pytest.raises(CommitError) as caught:
            session.commit()
        report = caught.value.report
        assert [result.record for result in report.unknown] == tickets[10:15]
        assert {result.outcome for result in report.results[:10]} == {"updated"}
        assert report.unsent
        left = [*report.unknown, *report.unsent]
        assert session.dirty == [result.record for result in left]
        held = subjects(connect(), many)
        for at, result in enumerate(report.results):
            if result.outcome == "updated":
                assert held[at] == result.applied["subject"].new
            elif result.unsent:
                assert held[at] != tickets[at].subject
        proxy.losses = {}
        session.commit()
        assert session.dirty == []
    assert subjects(connect(), many) == [ticket.subject for ticket in tickets]


def test_links_from_both_ends_are_made_once(connect: Connect, many: list[int]) -> None:
    """RT would make one twice for two requests that come at once."""
    session = connect(parallel=4, batch=1)
    tickets = session.get_many(Incident, many[:12])
    for one, other in zip(tickets[::2], tickets[1::2], strict=True):
        one.links.depends_on = [other.id]
        other.links.depended_on_by = [one.id]
        one.subject = other.subject = "Bulk linked"
    session.commit()
    told = connect().get_many(Incident, many[:12])
    assert [list(ticket.links.depends_on) for ticket in told[::2]] == [[n] for n in many[1:12:2]]
    assert [list(ticket.links.depended_on_by) for ticket in told[1::2]] == [
        [n] for n in many[:12:2]
    ]


def test_all_new_tickets_of_an_import_are_linked(connect: Connect) -> None:
    """Also to each other, though they are made in any order."""
    session = connect(parallel=4, verify="always")
    tickets = [session.add(Incident(subject=f"Bulk import {number}")) for number in range(8)]
    for ticket in tickets[1:]:
        ticket.links.parents.append(tickets[0])
        ticket.requestors = ["alice@example.com"]
    report = session.commit()
    assert Counter(result.outcome for result in report.results) == {"created": 8}
    children = connect().get(Ticket, tickets[0].id).links.children
    assert sorted(map(int, children)) == sorted(ticket.id for ticket in tickets[1:])


def test_fields_of_one_name_are_read_back_together(
    connect: Connect, rt: Server, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few requests for all of the tickets, and what RT does not hold is told of the right one."""
    session = connect()
    tickets = [session.add(Doubled(subject="Doubled", first=f"a{n}", second="b")) for n in range(8)]
    really = Rest1.create

    def create(self: Rest1, kind: str, fields: dict[str, str], *rest: Any) -> Created:
        lost = [lost for given, lost in (("a3", "a3"), ("a5", "b")) if given in fields.values()]
        kept = {key: text for key, text in fields.items() if text not in lost}
        return really(self, kind, kept, *rest)

    monkeypatch.setattr(Rest1, "create", create)
    wire.clear()
    with pytest.raises(CommitError) as caught:
        session.commit()
    told = {result.record: list(result.errors) for result in caught.value.report.partial}
    assert told == {tickets[3]: ["first"], tickets[5]: ["second"]}
    reads = [sent.path.partition("?")[0] for sent in wire.sent if sent.path != "ticket/new"]
    # RT 4 finds tickets by the value of each field, RT 5 tells all values.
    assert reads.count("search/ticket") == (2 if rt.major == 4 else 0)
    assert reads.count("ticket/show") == 1
    assert len(reads) <= 5
    monkeypatch.undo()
    session.commit()
    assert session.dirty == []


def test_a_ticket_that_many_are_linked_to_in_vain_is_asked_for_once(
    connect: Connect, wire: Wire
) -> None:
    """Each of them is told that it was merged, and into which."""
    session = connect()
    kept, merged, *others = [session.add(Incident(subject=f"Merge {n}")) for n in range(8)]
    session.commit()
    gone = merged.id
    merged.merge_into(kept)
    for ticket in others:
        ticket.links.refers_to.append(gone)
    wire.clear()
    with pytest.raises(CommitError) as caught:
        session.commit()
    said = [result.errors["links.refers_to"] for result in caught.value.report.results]
    assert len(said) == len(others)
    assert all(f"was merged into ticket {kept.id}" in str(each) for each in said)
    assert len([sent for sent in wire.sent if sent.path == "ticket/show"]) <= 3


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_stream_of_a_closed_session_sends_nothing_more(
    connect: Connect, many: list[int], wire: Wire, parallel: int
) -> None:
    """It says that the session is closed; only what was under way is still sent."""
    session = connect(parallel=parallel)
    stream = iter(session.query(Incident).where(Incident.id.in_(many)).stream(chunk=2))
    assert len([next(stream), next(stream)]) == 2
    session.close()
    wire.clear()
    with pytest.raises(DetachedError, match="the session is closed"):
        next(stream)
    time.sleep(0.5)
    under_way = parallel if parallel > 1 else 0
    assert len([sent for sent in wire.sent if sent.path == "ticket/show"]) <= under_way
