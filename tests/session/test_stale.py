"""Saves that are checked: what others change before them is kept, what they change meanwhile is told."""

from __future__ import annotations

import pickle
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

import rtorm
from rtorm import (
    CommitError,
    CommitInterrupted,
    GoneError,
    OverwrittenError,
    Queue,
    SaveResult,
    Session,
    StaleError,
    Ticket,
    TransportError,
)
from tests.seed import password_of
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]
Window = Callable[[Callable[[], object]], None]

JAN = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
FEB = datetime(2030, 2, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Incident:
    """A ticket of which everything is loaded, and nothing on the wire yet."""
    [made] = make(session, 1)
    wire.clear()
    return made


@pytest.fixture
def other(connect: Connect) -> Session:
    """Another session of the same account."""
    return connect()


@pytest.fixture
def window(session: Session, monkeypatch: pytest.MonkeyPatch) -> Window:
    """Have something done between the check and the write of the session's next save."""
    post = session.client.post

    def between(deed: Callable[[], object]) -> None:
        def late(path: str, *args: Any, **settings: Any) -> object:
            monkeypatch.setattr(session.client, "post", post)
            if path == "edit":
                deed()
            return post(path, *args, **settings)

        monkeypatch.setattr(session.client, "post", late)

    return between


def make(session: Session, count: int) -> list[Incident]:
    """Tickets of which everything is loaded."""
    made = [
        session.add(Incident(subject="A ticket", cc=["one@example.com"], hosts=["a"]))
        for _ in range(count)
    ]
    session.commit()
    for each in made:
        each.refresh()
        assert each.links.refers_to == []
        assert each.cc == ["one@example.com"]
    return made


def assign(ticket: Incident, values: dict[str, Any]) -> None:
    """Set attributes, those of links among them."""
    for name, value in values.items():
        place, _, relation = name.rpartition(".")
        setattr(ticket.links if place else ticket, relation or name, value)


def edit(session: Session, number: int, values: dict[str, Any]) -> SaveResult:
    """Have another session set attributes."""
    # One of its own: whether that one still holds the ticket is for the garbage collector to say.
    with Session(session.client, time_zone="UTC") as fresh:
        ticket = fresh.get(Incident, number)
        assign(ticket, values)
        return ticket.save()


def test_twenty_records_are_checked_by_one_request(
    session: Session, connect: Connect, wire: Wire
) -> None:
    """Two requests before and one after the write of many; a stale one is not sent, others are."""
    tickets = make(session, 20)
    connect().edit(Ticket, tickets[3].id, priority=70)
    for ticket in tickets:
        ticket.priority = 90
    wire.clear()
    with pytest.raises(CommitError, match="is 70 on the server") as caught:
        session.commit(check=True)
    report = caught.value.report
    assert [sent.path for sent in wire.sent] == ["ticket/show"] * 2 + ["edit", "ticket/show"]
    assert ["fields=Priority" in sent.text for sent in wire.sent] == [False, True, False, False]
    assert len(wire.writes[0].forms) == 19
    [stale] = report.stale
    assert stale.record is tickets[3]
    assert (stale.outcome, stale.applied, stale.unsent) == ("rejected", {}, False)
    assert isinstance(stale.cause, StaleError)
    assert stale.cause.theirs == {"priority": 70}
    assert report.rejected == [stale]
    assert Counter(result.outcome for result in report.results) == {"updated": 19, "rejected": 1}
    assert not report.overwritten
    assert not report.unchecked
    assert session.dirty == [tickets[3]]
    assert tickets[3].errors == {"priority": ["is 70 on the server meanwhile"]}
    tickets[3].refresh(keep_changes=True)
    assert session.commit(check=True).ok


def test_nothing_to_check(session: Session, ticket: Incident, wire: Wire) -> None:
    """New records need no check, nor does what is not changed."""
    assert ticket.save(check=True).outcome == "unchanged"
    assert session.commit(check=True).ok
    assert wire.sent == []
    session.add(Incident(subject="New"))
    assert [each.outcome for each in session.commit(check=True).results] == ["created"]
    assert "ticket/show" not in [sent.path for sent in wire.sent if "history" in sent.text]


def test_a_block_may_be_checked(session: Session, other: Session) -> None:
    """The commit at its end sends nothing that others have changed meanwhile, if it is to check."""
    [ticket] = make(session, 1)

    def block(*, check: bool, mine: int, theirs: int) -> None:
        with session.begin(check=check):
            other.edit(Ticket, ticket.id, priority=theirs)
            ticket.priority = mine

    with pytest.raises(CommitError, match="is 70 on the server") as caught:
        block(check=True, mine=90, theirs=70)
    assert [stale.record for stale in caught.value.report.stale] == [ticket]
    assert ticket.is_dirty
    ticket.refresh()
    block(check=False, mine=90, theirs=80)
    ticket.refresh()
    assert ticket.priority == 90


def test_what_was_set_back_goes_through(ticket: Incident, other: Session) -> None:
    """What counts is the value, not whether someone has touched it."""
    other.edit(Ticket, ticket.id, priority=70)
    other.edit(Ticket, ticket.id, priority=0, subject="Another field")
    ticket.priority = 90
    result = ticket.save(check=True)
    assert (result.outcome, result.overwritten, result.unchecked) == ("updated", {}, {})


# Attribute, ours, theirs.
FIELDS: list[tuple[str, Any, Any]] = [
    ("subject", "Ours €", "Theirs"),
    ("priority", 90, 70),
    ("time_estimated", 5, 7),
    ("time_worked", 50, 7),
    ("status", "stalled", "open"),
    ("status", "resolved", "rejected"),
    ("owner", "alice", "root"),
    ("queue", "Two Words", "Odd"),
    ("due", JAN, FEB),
    ("started", JAN, FEB),
    ("told", JAN, FEB),
    ("cc", ["one@example.com", "two@example.com"], ["one@example.com", "zoe@example.com"]),
    ("cc", ["one@example.com", "two@example.com"], []),
    ("requestors", ["alice@example.com"], ["bob@example.com"]),
    ("severity", "high", "low"),
    ("hosts", ["a", "b"], ["a", "c, d"]),
    ("hosts", ["a", "b"], []),
    ("teams", ["net"], ["db", "web"]),
    ("note", "Ours\nof two lines", "Theirs " * 100),
    ("count", 5, 6),
    ("report_date", date(2030, 1, 2), date(2030, 2, 2)),
    ("deadline", JAN, FEB),
    ("field_owner", "12", "13"),
    ("links.refers_to", ["http://example.com/a"], ["http://example.com/b"]),
]
IDS = [f"{name}{number}" for number, (name, _, _) in enumerate(FIELDS)]


@pytest.mark.parametrize(("name", "ours", "theirs"), FIELDS, ids=IDS)
def test_each_kind_of_field(
    name: str, ours: Any, theirs: Any, session: Session, other: Session, window: Window
) -> None:
    """What others set is kept if it came before the check, and told if it came after."""
    first, second, third, fourth = make(session, 4)
    edit(other, first.id, {name: theirs})
    for each in (first, second, third, fourth):
        assign(each, {name: ours})
    with pytest.raises(StaleError) as stale:
        first.save(check=True)
    assert {**stale.value.theirs} == {name: theirs}
    assert not isinstance(stale.value, OverwrittenError)

    window(lambda: edit(other, second.id, {name: theirs}))
    with pytest.raises(OverwrittenError) as over:
        second.save(check=True)
    assert over.value.theirs == {name: theirs}
    assert list(over.value.applied) == [name]
    assert not second.is_dirty

    unrelated = {"priority": 3} if name != "priority" else {"subject": "Unrelated"}
    window(lambda: edit(other, third.id, unrelated))
    assert clean(third.save(check=True))

    window(lambda: edit(other, fourth.id, {name: ours}))
    assert clean(fourth.save(check=True))


def clean(result: SaveResult) -> bool:
    """Whether a save is known to have replaced nothing that was not seen."""
    return (result.outcome, result.overwritten, result.unchecked) == ("updated", {}, {})


def test_links_to_tickets(session: Session, other: Session, window: Window) -> None:
    """Members that others add are told as ours are: tickets by their numbers."""
    ticket, one, two = make(session, 3)
    ticket.links.depends_on = [one.id]
    window(lambda: edit(other, ticket.id, {"links.depends_on": [two.id]}))
    with pytest.raises(OverwrittenError) as over:
        ticket.save(check=True)
    assert over.value.theirs == {"links.depends_on": [two.id]}
    ticket.links.children = [one.id, two.id]
    assert clean(ticket.save(check=True))
    ticket.links.children = [one.id, two.id, 1]
    window(lambda: edit(other, ticket.id, {"links.children": [one.id]}))
    with pytest.raises(OverwrittenError) as over:
        ticket.save(check=True)
    assert over.value.theirs == {"links.children": [one.id]}


def test_a_commit_tells_what_was_overwritten(
    session: Session, other: Session, window: Window
) -> None:
    """The write went through and is told as such, but the commit is not all right."""
    first, second = make(session, 2)
    first.priority = second.priority = 90
    first.subject = "Ours"
    window(lambda: other.edit(Ticket, first.id, priority=70))
    with pytest.raises(CommitError, match="priority: written over 70") as caught:
        session.commit(check=True)
    report = caught.value.report
    [over] = report.overwritten
    assert over.record is first
    assert (over.outcome, set(over.applied)) == ("updated", {"priority", "subject"})
    assert (over.overwritten, over.errors) == ({"priority": 70}, {})
    assert [result.outcome for result in report.results] == ["updated", "updated"]
    assert not report.ok
    assert [*report.rejected, *report.stale, *report.unchecked] == []
    assert session.dirty == []


def test_the_error_tells_all(ticket: Incident, other: Session, window: Window) -> None:
    """What RT refused of the same save is told as well, and all of it can be pickled."""
    ticket.priority, ticket.owner = 90, "no-such-user"
    window(lambda: other.edit(Ticket, ticket.id, priority=70))
    with pytest.raises(OverwrittenError, match="set to 70 by someone else") as caught:
        ticket.save(check=True)
    error = caught.value
    assert list(error.applied) == ["priority"]
    assert list(error.errors) == ["owner", "priority"]
    copied = pickle.loads(pickle.dumps(error))
    assert (str(copied), copied.theirs, copied.errors) == (str(error), error.theirs, error.errors)
    assert copied.applied == error.applied


def test_what_rt_does_by_itself(ticket: Incident) -> None:
    """RT's own mail, dates and owners, set with what is saved, are nobody's changes."""
    ticket.status, ticket.owner = "open", "alice"
    assert clean(ticket.save(check=True))
    ticket.refresh()
    ticket.status, ticket.resolved, ticket.started = "resolved", JAN, FEB
    assert clean(ticket.save(check=True))
    ticket.requestors = ["bob@example.com"]
    assert clean(ticket.save(check=True))
    ticket.refresh()
    # RT takes the ticket from its owner, who may not own any there, before ours comes.
    ticket.queue, ticket.owner, ticket.status = "Two Words", "root", "open"
    result = ticket.save(check=True)
    assert (result.outcome, result.overwritten) == ("updated", {})
    assert result.unchecked.keys() <= {"owner"}


def test_a_message_that_comes_in_between(ticket: Incident, other: Session, window: Window) -> None:
    """Time that a message adds is told, though RT records no change of it."""
    ticket.time_worked = 50
    window(lambda: other.get(Ticket, ticket.id).comment("x", time_worked=7))
    with pytest.raises(OverwrittenError) as caught:
        ticket.save(check=True)
    assert caught.value.theirs == {"time_worked": 7}


def test_an_account_that_does_not_see_all(
    session: Session, connect: Connect, window: Window
) -> None:
    """Entries that the account may not see, mail and comments, disturb nothing."""
    alice, other = connect("alice"), connect()
    [made] = make(session, 1)
    ticket = alice.get(Incident, made.id)
    ticket.subject, ticket.hosts, ticket.status = "One", ["a", "b"], "open"
    assert clean(ticket.save(check=True))
    other.get(Ticket, ticket.id).comment("Hidden", time_worked=7)
    ticket.refresh()
    ticket.status, ticket.hosts = "resolved", ["a", "b", "c"]
    assert clean(ticket.save(check=True))
    post = alice.client.post

    def late(*args: Any, **settings: Any) -> object:
        alice.client.post = post  # type: ignore[method-assign]
        other.get(Ticket, ticket.id).comment("Hidden, too", time_worked=7)
        edit(other, ticket.id, {"hosts": ["a", "b", "c", "d"]})
        return post(*args, **settings)

    ticket.time_worked, ticket.hosts = 50, ["a", "c"]
    alice.client.post = late  # type: ignore[method-assign, assignment]
    with pytest.raises(OverwrittenError) as caught:
        ticket.save(check=True)
    assert caught.value.theirs == {"time_worked": 14, "hosts": ["a", "b", "c", "d"]}


def test_what_was_not_read_is_not_checked(
    ticket: Incident, other: Session, connect: Connect
) -> None:
    """What was assigned without being read goes through, and the result says so."""
    other.edit(Ticket, ticket.id, subject="Theirs")
    mine = connect().get_many(Incident, [ticket.id])[0]
    mine.priority, mine.cc = 5, ["two@example.com"]
    result = mine.save(check=True)
    assert result.outcome == "updated"
    assert list(result.unchecked) == ["cc"]
    assert "without being read" in result.unchecked["cc"]
    # Nor is it where it is asked for another record's sake.
    both = connect()
    [read] = make(both, 1)
    unread = both.get_many(Incident, [ticket.id])[0]
    read.cc = unread.cc = ["three@example.com"]
    unread.priority = 7
    told = {each.record: list(each.unchecked) for each in both.commit(check=True).results}
    assert told == {read: [], unread: ["cc"]}


def test_a_history_that_cannot_be_read(
    session: Session, ticket: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the network fails after the write is told of what was written, not as its failure."""
    get, post = session.client.get, session.client.post
    message = "the network is down"

    def fail(*_: object, **__: object) -> object:
        raise TransportError(message)

    def cut(*args: Any, **settings: Any) -> object:
        reply = post(*args, **settings)
        monkeypatch.setattr(session.client, "get", fail)
        return reply

    monkeypatch.setattr(session.client, "post", cut)
    ticket.priority = 90
    report = session.commit(check=True)
    monkeypatch.setattr(session.client, "get", get)
    assert report.ok
    [result] = report.unchecked
    assert result.outcome == "updated"
    assert message in result.unchecked["priority"]


def test_an_interrupt_while_the_history_is_read(
    session: Session, ticket: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the write ends the look at the history, and the report says so."""
    post = session.client.post

    def press(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    def last(*args: Any, **settings: Any) -> object:
        reply = post(*args, **settings)
        monkeypatch.setattr(session.client, "get", press)
        return reply

    monkeypatch.setattr(session.client, "post", last)
    ticket.priority = 90
    with pytest.raises(CommitInterrupted) as caught:
        session.commit(check=True)
    [result] = caught.value.report.results
    assert (result.outcome, list(result.unchecked)) == ("updated", ["priority"])
    assert session.dirty == []


def test_a_check_that_fails_sends_nothing(
    session: Session, ticket: Incident, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the server cannot be asked, nothing was sent, and all is still to be saved."""
    message = "the network is down"

    def fail(*_: object, **__: object) -> object:
        raise TransportError(message)

    monkeypatch.setattr(session.client, "get", fail)
    ticket.priority = 90
    for save in (lambda: session.commit(check=True), lambda: ticket.save(check=True)):
        with pytest.raises(TransportError, match=message):
            save()
    assert wire.writes == []
    assert session.dirty == [ticket]


def test_one_that_is_gone_keeps_none_of_the_others(
    session: Session, connect: Connect, wire: Wire
) -> None:
    """A ticket that the account may not see any more is refused alone."""
    alice = connect("alice")
    first, second = (alice.get(Incident, each.id) for each in make(session, 2))
    session.edit(Ticket, first.id, queue="General")
    first.priority = second.priority = 90
    wire.clear()
    with pytest.raises(CommitError) as caught:
        alice.commit(check=True)
    report = caught.value.report
    assert [result.outcome for result in report.results] == ["rejected", "updated"]
    assert report.stale == []
    assert not report.results[1].unchecked
    with pytest.raises(rtorm.ForbiddenError):
        first.save(check=True)
    first.discard()


def test_tickets_that_do_not_exist(session: Session, wire: Wire) -> None:
    """What RT does not know is refused as when it is saved, and the others are saved."""
    [ticket] = make(session, 1)
    ghost = pickle.loads(pickle.dumps(ticket))
    vars(ghost)["id"] = 99999
    session.add(ghost)
    ghost.priority = ticket.priority = 5
    wire.clear()
    with pytest.raises(CommitError) as caught:
        session.commit(check=True)
    assert [each.outcome for each in caught.value.report.results] == ["rejected", "updated"]
    assert len(wire.writes[0].forms) == 1
    with pytest.raises(GoneError):
        ghost.save(check=True)
    ghost.discard()


def test_queues_have_no_history(session: Session, other: Session, wire: Wire) -> None:
    """Of what is no ticket the values are compared; that nothing came in between is not known."""
    queue = session.get(Queue, "Two Words")
    other.edit(Queue, queue.id, description="Theirs")
    queue.description = "Ours"
    with pytest.raises(StaleError):
        queue.save(check=True)
    queue.refresh(keep_changes=True)
    wire.clear()
    result = queue.save(check=True)
    assert result.outcome == "updated"
    assert list(result.unchecked) == ["description"]
    assert [sent.path for sent in wire.sent] == ["queue/show", "edit"]


def test_a_merge_in_between(
    session: Session, ticket: Incident, other: Session, window: Window
) -> None:
    """Of a ticket that was merged between check and write it is said that nothing can be told."""
    [target] = make(session, 1)
    ticket.priority = 90
    window(lambda: other.get(Ticket, ticket.id).merge_into(target.id))
    result = ticket.save(check=True)
    assert result.outcome == "updated"
    assert list(result.unchecked) == ["priority"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one checked save was told: what it had seen, and what it was to write."""

    seen: str
    told: str
    theirs: object


ROUNDS = 40


@pytest.mark.live
def test_two_that_race(rt: Server, session: Session) -> None:
    """Of two sessions that save one field at once, no value goes lost unless one of them is told."""
    [made] = make(session, 1)
    attempts: dict[str, Attempt] = {}
    start = threading.Barrier(2)

    def race(name: str) -> None:
        with rtorm.connect(rt.url, auth=("root", password_of("root")), time_zone="UTC") as mine:
            ticket = mine.get(Incident, made.id)
            for number in range(ROUNDS):
                ticket.refresh("subject")
                seen, ours = ticket.subject, f"{name}{number}"
                ticket.subject = ours
                start.wait()
                attempts[ours] = attempt(ticket, seen)

    racers = [threading.Thread(target=race, args=(name,)) for name in "ab"]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(attempts) == 2 * ROUNDS
    history = session.get(Incident, made.id).history.of_type("Set")
    entries = [(str(each.old_value), str(each.new_value)) for each in history]
    assert unreported(entries, attempts) == []


def attempt(ticket: Incident, seen: str) -> Attempt:
    """Save, and take what is told of it."""
    try:
        ticket.save(check=True)
    except StaleError as error:
        ticket.discard()
        told = "overwritten" if isinstance(error, OverwrittenError) else "stale"
        return Attempt(seen, told, error.theirs.get("subject"))
    return Attempt(seen, "clean", None)


def unreported(
    entries: Iterable[tuple[str, str]], attempts: dict[str, Attempt]
) -> list[tuple[str, ...]]:
    """The values that went lost though neither of both sessions was told of it.

    Of two that began with the same value, one has replaced the other's without having seen it. One
    that began with another value than was seen has replaced that; where RT had not recorded that
    yet, its maker is told.
    """
    told = {value for value, attempt in attempts.items() if attempt.told == "overwritten"}
    by_old: dict[str, list[str]] = {}
    for old, new in entries:
        by_old.setdefault(old, []).append(new)
    silent = [
        (old, new)
        for old, news in by_old.items()
        for new in news
        if attempts[new].seen != old and told.isdisjoint({old, new})
    ]
    crossed = [
        (old, *news) for old, news in by_old.items() if len(news) > 1 and told.isdisjoint(news)
    ]
    return [*silent, *crossed]
