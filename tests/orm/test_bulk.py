"""Commits of many records: several requests at a time, failures, Ctrl-C, progress.

A desk stands for the server; it does to each request what the test says.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest

from rtorm import (
    NOT_LOADED,
    CommitInterrupted,
    CommitReport,
    ConfigurationError,
    OutcomeUnknownError,
    Queue,
    RTError,
    Ticket,
    TransportError,
    WrongThreadError,
    connect,
    state_of,
)
from rtorm.gateway import Created, Edit, EditReply, Identity, Shown
from rtorm.orm.loading.mirroring import Agreement
from rtorm.orm.loading.shown import blank
from rtorm.orm.plan import plan
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.running.crew import Crew
from rtorm.orm.running.interrupts import Interrupts
from rtorm.orm.saving.sending import Letter, Sending
from rtorm.orm.saving.unit import UnitOfWork
from rtorm.orm.state import Status
from rtorm.orm.workspace import Workspace
from rtorm.rest1.clock import Clock
from tests.orm.doubles import put

PATIENCE = 20

Fate = Callable[[], object]


class Desk:
    """A server that takes everything, but for the fates that it was told.

    Attributes:
        fates: What is done before a request is carried out: for edits by the id of the first
            record in it, for creates by the subject. What it returns, if anything, is the reply.
        begun: What came in, in order: the ids of each edit, the subject of each create.
        held: The values that it holds, by kind and id.
        shown: How many records each read asked for.
        under_way: How many requests it is at.
        most: How many that were at most.
    """

    def __init__(self) -> None:
        self.fates: dict[int | str, Fate] = {}
        self.begun: list[list[int] | str] = []
        self.held: dict[tuple[str, int], dict[str, str]] = {}
        self.shown: list[int] = []
        self.most = 0
        self.under_way = 0
        self._lock = threading.Lock()

    def identity(self) -> Identity:
        return Identity("root", timedelta(0), datetime.now(UTC), "5.0.3")

    def enter(self, key: int | str, told: list[int] | str) -> object:
        with self._lock:
            self.begun.append(told)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            fate = self.fates.get(key)
            return fate() if fate is not None else None
        finally:
            with self._lock:
                self.under_way -= 1

    def untellable(self, *_: object) -> dict[str, str]:
        return {}

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        told = self.enter(edits[0].id, list(dict.fromkeys(edit.id for edit in edits)))
        if told is not None:
            return cast("list[EditReply]", told)
        for edit in edits:
            self.held.setdefault((edit.kind, edit.id), {}).update(edit.fields)
        return [EditReply() for _ in edits]

    def create(self, kind: str, fields: Mapping[str, str], _files: object = ()) -> Created:
        self.enter(fields["Subject"], fields["Subject"])
        with self._lock:
            number = 1 + max((number for _, number in self.held), default=0)
            self.held[kind, number] = dict(fields)
        return Created(number)

    def show(
        self, kind: str, ids: Sequence[int], fields: Sequence[str] | None = None, *, links: bool
    ) -> list[Shown | RTError]:
        self.shown.append(len(ids))
        self.enter(f"show {ids[0]}", f"show {ids[0]}")
        answers: list[Shown | RTError] = []
        for number in ids:
            held = {"Owner": "Nobody", "Requestors": "", **self.held.get((kind, number), {})}
            held["Requestors"] = held.pop("Requestor", held["Requestors"])
            answers.append(Shown(number, {name: held.get(name, "") for name in fields or held}))
        return answers


def until(happened: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def desk() -> Desk:
    return Desk()


Open = Callable[..., Workspace]


@pytest.fixture
def opened(desk: Desk) -> Iterator[Open]:
    """Opens what stands behind a session."""
    works: list[Workspace] = []

    def open_one(parallel: int = 1, batch: int = 2, verify: Verify = "risky") -> Workspace:
        gateway: Any = desk
        work = Workspace(gateway, zone=UTC, verify=verify, batch=batch, parallel=parallel)
        works.append(work)
        return work

    yield open_one
    for work in works:
        work.close()


def edited(work: Workspace, count: int) -> list[Ticket]:
    """Tickets with a new subject."""
    tickets = [known(work, Ticket, number) for number in range(1, count + 1)]
    for ticket in tickets:
        ticket.subject = f"new {ticket.id}"
    return tickets


def known(work: Workspace, cls: type[Any], number: int, **values: object) -> Any:
    """A record of the session's."""
    record = blank(cls, number)
    vars(record).update(values)
    work.add(record)
    return record


def added(work: Workspace, count: int) -> list[Ticket]:
    """New tickets."""
    tickets = [Ticket(subject=f"made {number}", queue="General") for number in range(1, count + 1)]
    for ticket in tickets:
        work.add(ticket)
    return tickets


def unsent(work: Workspace) -> list[Record]:
    """What the next commit sends."""
    touched = [record for record in work.records.touched if record.is_dirty]
    return [*work.records.new, *touched]


def outcomes(results: Sequence[SaveResult]) -> list[str]:
    """One word a record."""
    return ["not sent" if result.unsent else result.outcome for result in results]


@pytest.fixture
def sendings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What sends the requests of each commit."""
    made: list[Any] = []
    really = Sending.__init__

    def init(self: Any, *args: Any) -> None:
        really(self, *args)
        made.append(self)

    monkeypatch.setattr(Sending, "__init__", init)
    return made


def hold_together(
    desk: Desk, sendings: list[Any], keys: Sequence[int | str], leader: int | str, fate: Fate
) -> None:
    """Have these requests be under way until the fate of one has stopped the commit."""
    gate = threading.Barrier(len(keys))

    def lead() -> object:
        gate.wait(PATIENCE)
        return fate()

    def follow() -> None:
        gate.wait(PATIENCE)
        until(lambda: sendings[-1]._is_over)

    for key in keys:
        desk.fates[key] = lead if key == leader else follow


def press_ctrl_c() -> None:
    """As the terminal does it, whatever the main thread waits for."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def raises(error: BaseException) -> Fate:
    def fate() -> None:
        raise error

    return fate


def waits_at(gate: threading.Barrier) -> Fate:
    def fate() -> None:
        gate.wait(PATIENCE)

    return fate


def watch_order(desk: Desk, first: int, then: int) -> list[bool]:
    """Whether each of these requests waits for the one before: whether that had its reply."""
    waited: list[bool] = []
    overtaken = threading.Event()

    def lead() -> None:
        # Time for what must wait to overtake it.
        overtaken.wait(0.3)

    def follow() -> None:
        waited.append(any(number == first for _, number in desk.held))
        overtaken.set()

    desk.fates.update({first: lead, then: follow})
    return waited


LOST = OutcomeUnknownError("the reply was lost")
DOWN = TransportError("nothing was sent")


@pytest.mark.parametrize("parallel", [1, 4])
def test_many_records_go_in_chunks(desk: Desk, opened: Open, parallel: int) -> None:
    """All arrive, in as few requests as ever, so many at a time; the results keep the order."""
    work = opened(parallel)
    tickets = edited(work, 40)
    results = work.run(tickets, None)
    assert [result.record for result in results] == tickets
    assert set(outcomes(results)) == {"updated"}
    assert sorted(desk.begun) == [[n, n + 1] for n in range(1, 40, 2)]
    assert desk.most <= parallel
    assert parallel > 1 or desk.begun == sorted(desk.begun)
    assert {f"new {n}" for n in range(1, 41)} == {each["Subject"] for each in desk.held.values()}
    assert unsent(work) == []


def test_so_many_requests_as_asked_for_are_under_way(desk: Desk, opened: Open) -> None:
    """Edits and creates: the fourth comes while the first is not answered."""
    gates = {1: threading.Barrier(4), "made 1": threading.Barrier(4)}
    desk.fates.update({n: waits_at(gates[1]) for n in (1, 3, 5, 7)})
    desk.fates.update({f"made {n}": waits_at(gates["made 1"]) for n in (1, 2, 3, 4)})
    work = opened(4)
    work.run([*edited(work, 8), *added(work, 4)], None)
    assert desk.most == 4


@pytest.mark.parametrize("failure", [LOST, DOWN])
def test_a_failure_in_the_middle_stops_a_commit(desk: Desk, opened: Open, failure: RTError) -> None:
    """One request at a time: what was before is applied, what comes after is not sent."""
    work = opened()
    tickets = edited(work, 10)
    desk.fates[5] = raises(failure)
    told: list[int] = []
    results = work.run(tickets, None, lambda done, _: told.append(done))
    assert told == [0, 2, 4, 6]
    lost = "unknown" if failure is LOST else "rejected"
    assert outcomes(results) == ["updated"] * 4 + [lost] * 2 + ["not sent"] * 4
    assert desk.begun == [[1, 2], [3, 4], [5, 6]]
    assert unsent(work) == tickets[4:]
    olds = [ticket.changes["subject"].old for ticket in tickets[4:6]]
    assert olds == [NOT_LOADED, NOT_LOADED]
    desk.fates.clear()
    assert set(outcomes(work.run(unsent(work), None))) == {"updated"}
    assert desk.begun[3:] == [[5, 6], [7, 8], [9, 10]]


@pytest.mark.parametrize("failure", [LOST, DOWN])
def test_a_failure_among_several_requests(
    desk: Desk, opened: Open, sendings: list[Any], failure: RTError
) -> None:
    """What is under way is waited for and told as it is, nothing new is begun, nothing is lost."""
    work = opened(4)
    tickets = edited(work, 40)
    hold_together(desk, sendings, [1, 3, 5, 7], 3, raises(failure))
    results = work.run(tickets, None)
    lost = "unknown" if failure is LOST else "rejected"
    assert outcomes(results) == ["updated"] * 2 + [lost] * 2 + ["updated"] * 4 + ["not sent"] * 32
    assert sorted(desk.begun) == [[1, 2], [3, 4], [5, 6], [7, 8]]
    left = [*tickets[2:4], *tickets[8:]]
    assert unsent(work) == left
    report = CommitReport(tuple(results))
    assert [result.record for result in report.unsent] == tickets[8:]
    assert str(failure) in str(report.unsent[0].errors)
    desk.fates.clear()
    assert set(outcomes(work.run(left, None))) == {"updated"}
    assert unsent(work) == []


@pytest.mark.parametrize("parallel", [1, 4])
def test_if_nothing_could_be_sent_it_raises(desk: Desk, opened: Open, parallel: int) -> None:
    """As it does for one record: there is nothing to report."""
    work = opened(parallel)
    tickets = edited(work, 20)
    desk.fates = dict.fromkeys(range(30), raises(DOWN))
    with pytest.raises(TransportError, match="nothing was sent"):
        work.run(tickets, None)
    assert unsent(work) == tickets


def test_a_crash_over_one_of_them_is_that_ones(desk: Desk, opened: Open) -> None:
    """RT's crash loses the reply to a whole chunk, which is sent again one by one."""
    work = opened(4, batch=5)
    tickets = edited(work, 20)
    crashes = iter([[EditReply(unclear="RT crashed")] * 5, None])
    desk.fates[6] = lambda: next(crashes)
    refusal = [EditReply(errors={"Subject": ["no"]})]
    desk.fates[8] = lambda: refusal
    results = work.run(tickets, None)
    assert [result.record for result in results if result.errors] == [tickets[7]]
    again: list[object] = [[number] for number in range(6, 11)]
    assert [told for told in desk.begun if told in ([6, 7, 8, 9, 10], *again)] == [
        [6, 7, 8, 9, 10],
        *again,
    ]


def test_a_crash_and_a_failure_after_it(desk: Desk, opened: Open) -> None:
    """What was in the crashed request is looked at: it may have been applied."""
    work = opened(batch=4)
    tickets = edited(work, 4)

    def crash() -> list[EditReply]:
        desk.held["ticket", 4] = {"Subject": "new 4"}
        desk.fates[1] = lambda: None
        return [EditReply(unclear="RT crashed")] * 4

    desk.fates = {1: crash, 2: raises(LOST)}
    results = work.run(tickets, None)
    assert outcomes(results) == ["updated", "unknown", "rejected", "updated"]
    assert desk.begun[:3] == [[1, 2, 3, 4], [1], [2]]
    assert unsent(work) == tickets[1:3]


def test_a_crash_after_which_rt_is_down(desk: Desk, opened: Open) -> None:
    """It is not forgotten that a request was carried out in part before."""
    work = opened(batch=4)
    tickets = edited(work, 4)

    def crash() -> list[EditReply]:
        for number in (2, 4):
            desk.held["ticket", number] = {"Subject": f"new {number}"}
        desk.fates[1] = raises(DOWN)
        return [EditReply(unclear="RT crashed")] * 4

    desk.fates = {1: crash}
    results = work.run(tickets, None)
    assert outcomes(results) == ["rejected", "updated", "rejected", "updated"]
    assert desk.begun == [[1, 2, 3, 4], [1], "show 1"]
    assert unsent(work) == tickets[::2]


def test_ctrl_c_while_one_request_waits(desk: Desk, opened: Open) -> None:
    """That one is unknown, the rest is not sent, and another commit goes on."""
    work = opened()
    tickets = edited(work, 10)
    desk.fates[5] = press_ctrl_c
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    report = caught.value.report
    assert outcomes(report.results) == ["updated"] * 4 + ["unknown"] * 2 + ["not sent"] * 4
    assert isinstance(report.unknown[0].cause, OutcomeUnknownError)
    assert "the commit was interrupted" in str(report.unsent[0].errors)
    assert unsent(work) == tickets[4:]
    assert tickets[4].changes["subject"].old is NOT_LOADED
    assert not isinstance(caught.value, Exception)
    desk.fates.clear()
    assert set(outcomes(work.run(unsent(work), None))) == {"updated"}
    assert desk.begun[3:] == [[5, 6], [7, 8], [9, 10]]


def test_ctrl_c_while_several_requests_wait(desk: Desk, opened: Open, sendings: list[Any]) -> None:
    """Their replies are waited for, so that nothing is unknown."""
    work = opened(4)
    tickets = edited(work, 40)

    def fate() -> None:
        press_ctrl_c()
        until(lambda: sendings[-1]._is_over)

    hold_together(desk, sendings, [1, 3, 5, 7], 5, fate)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    results = caught.value.report.results
    assert outcomes(results) == ["updated"] * 8 + ["not sent"] * 32
    assert unsent(work) == tickets[8:]
    desk.fates.clear()
    assert set(outcomes(work.run(unsent(work), None))) == {"updated"}
    assert len(desk.begun) == 20


def test_ctrl_c_again_gives_up_waiting(desk: Desk, opened: Open, sendings: list[Any]) -> None:
    """What hangs is unknown; the session works on with other threads."""
    work = opened(4)
    tickets = edited(work, 40)
    crew: Any = work.crew
    let_go = threading.Event()

    def fate() -> None:
        press_ctrl_c()
        until(lambda: sendings[-1]._is_over)
        until(lambda: len(crew._team.under_way) == 1)
        press_ctrl_c()
        assert let_go.wait(PATIENCE)

    hold_together(desk, sendings, [1, 3, 5, 7], 5, fate)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    expected = ["updated"] * 4 + ["unknown"] * 2 + ["updated"] * 2 + ["not sent"] * 32
    assert outcomes(caught.value.report.results) == expected
    assert unsent(work) == [*tickets[4:6], *tickets[8:]]
    desk.fates.clear()
    assert set(outcomes(work.run(unsent(work), None))) == {"updated"}
    let_go.set()


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize("moment", ["adopt", "_let_go"])
def test_ctrl_c_again_while_accounts_are_kept(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch, parallel: int, moment: str
) -> None:
    """However often it is pressed: what was made is told as made, and never made again."""
    work = opened(parallel)
    tickets = added(work, 3)
    desk.fates["made 2"] = press_ctrl_c
    holder: Any = work.records if moment == "adopt" else work
    really = getattr(holder, moment)

    def pressed(*given: Any) -> None:
        press_ctrl_c()
        really(*given)
        press_ctrl_c()

    monkeypatch.setattr(holder, moment, pressed)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    monkeypatch.undo()
    told = caught.value.report.results
    made = {each["Subject"] for each in desk.held.values()}
    for ticket, result in zip(tickets, told, strict=True):
        begun = ticket.subject in desk.begun
        assert result.unsent != begun
        assert (ticket in work.records.new) != begun
        assert result.outcome != "created" or ticket.subject in made
    desk.fates.clear()
    work.run(unsent(work), None)
    subjects = [each["Subject"] for each in desk.held.values()]
    assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("parallel", [1, 4])
def test_what_was_begun_is_never_told_as_not_sent(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch, parallel: int
) -> None:
    """Whatever fails while it is taken in: that is done again before it is told."""
    work = opened(parallel)
    tickets = added(work, 3)
    unit: Any = UnitOfWork
    really = unit._made
    fails = iter([False, True])

    def made(self: UnitOfWork, letter: Letter) -> None:
        if next(fails, False):
            raise KeyboardInterrupt
        really(self, letter)

    monkeypatch.setattr(UnitOfWork, "_made", made)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    told = caught.value.report.results
    assert [result.outcome for result in told[:2]] == ["created", "created"]
    for ticket, result in zip(tickets, told, strict=True):
        assert result.unsent == (ticket.subject not in desk.begun) == (ticket in work.records.new)


def test_ctrl_c_after_the_last_reply_comes_with_the_report(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is applied and clean then; a `KeyboardInterrupt` alone would not tell that."""
    work = opened()
    tickets = edited(work, 3)
    monkeypatch.setattr(work.records, "settle", press_ctrl_c)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    assert outcomes(caught.value.report.results) == ["updated"] * 3
    assert unsent(work) == []
    assert desk.begun == [[1, 2], [3]]


def test_ctrl_c_after_a_deletion_leaves_it_deleted(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RT has replied: the record is gone, and Ctrl-C comes after that was noted."""
    work = opened()
    ticket = known(work, Ticket, 1)

    def drop(_: object) -> None:
        press_ctrl_c()

    monkeypatch.setattr(work.records, "drop", drop)
    with pytest.raises(KeyboardInterrupt):
        work.delete(ticket)
    assert state_of(ticket).deleted


def test_a_thread_that_was_given_up_begins_nothing(desk: Desk) -> None:
    """What it has not told as begun before the end it does not send."""
    gateway: Any = desk
    sending: Any = Sending(gateway, Crew(1), 1, Interrupts())

    class Late(Letter):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "begun" and value:
                sending._is_over = True

    ticket = blank(Ticket, 1)
    put(ticket, subject="late")
    planned: Any = plan(ticket, lambda: Clock(UTC, exact=True), Agreement([ticket]))
    late = Late(planned, planned.forms)
    landed: list[Letter] = []
    sending.edit([late], landed.append, list[int]().append)
    sending.settle()
    assert (late.begun, landed, desk.begun) == (False, [], [])


def test_what_an_update_has_not_sent_is_in_the_report(desk: Desk, opened: Open) -> None:
    """No commit knows those records: each is saved by itself, and nothing else is sent then."""
    work = opened()
    desk.fates[3] = press_ctrl_c
    with pytest.raises(CommitInterrupted, match=r"update\(\).*report\.unsent") as caught:
        work.edit_many(Ticket, [1, 2, 3, 4, 5], {"priority": 7}, verify=None, progress=None)
    desk.fates.clear()
    assert unsent(work) == []
    report = caught.value.report
    assert outcomes(report.results) == ["updated"] * 2 + ["unknown"] * 2 + ["not sent"]
    for result in [*report.unknown, *report.unsent]:
        assert result.record.save().outcome == "updated"
    assert desk.begun == [[1, 2], [3, 4], [3], [4], [5]]


def test_an_edit_that_was_interrupted_may_be_called_again(desk: Desk, opened: Open) -> None:
    """Its note says so; the session holds nothing of it."""
    work = opened()
    desk.fates[1] = press_ctrl_c
    with pytest.raises(KeyboardInterrupt) as caught:
        work.edit(Ticket, 1, {"priority": 7})
    assert "may be sent again" in str(caught.value.__notes__)
    desk.fates.clear()
    assert unsent(work) == []
    assert work.edit(Ticket, 1, {"priority": 7}).outcome == "updated"


@pytest.mark.parametrize("parallel", [1, 4])
def test_ctrl_c_while_records_are_made(
    desk: Desk, opened: Open, sendings: list[Any], parallel: int
) -> None:
    """What is made has its id, what may be made leaves the session, what is not sent stays."""
    work = opened(parallel)
    tickets = added(work, 12)
    if parallel == 1:
        desk.fates["made 3"] = press_ctrl_c
    else:
        keys: list[int | str] = [ticket.subject for ticket in tickets[:4]]

        def fate() -> None:
            press_ctrl_c()
            until(lambda: sendings[-1]._is_over)
            raise LOST

        hold_together(desk, sendings, keys, "made 3", fate)
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    told = outcomes(caught.value.report.results)
    expected = ["created", "created", "unknown", "created"] + ["not sent"] * 8
    if parallel == 1:
        expected[3] = "not sent"
    assert told == expected
    assert "interrupted" in str(caught.value.report.unsent[0].errors)
    statuses = [state_of(ticket).status for ticket in tickets[:3]]
    assert statuses == [Status.LOADED, Status.LOADED, Status.NEW]
    assert unsent(work) == [t for t, word in zip(tickets, told, strict=True) if word == "not sent"]
    desk.fates.clear()
    work.run(unsent(work), None)
    made = [each["Subject"] for each in desk.held.values()]
    assert len(made) == len(set(made)) == 11


def test_ctrl_c_before_new_records_are_linked(desk: Desk, opened: Open) -> None:
    """A ticket that lacks its links is not told as created in full."""
    work = opened()
    first, second = added(work, 2)
    first.links.depends_on.append(second)
    with pytest.raises(CommitInterrupted) as caught:
        work.run([first, second], None, lambda done, _: press_ctrl_c() if done == 2 else None)
    results = caught.value.report.results
    assert outcomes(results) == ["partial", "created"]
    assert list(results[0].errors) == ["links.depends_on"]
    assert "not sent" in str(results[0].errors)


def test_ctrl_c_while_it_is_read_back(desk: Desk, opened: Open) -> None:
    """What RT may have dropped is not told as kept; it is sent again."""
    work = opened()
    tickets = added(work, 3)
    for ticket in tickets:
        ticket.owner = "alice"
    desk.fates["show 1"] = press_ctrl_c
    with pytest.raises(CommitInterrupted) as caught:
        work.run(tickets, None)
    report = caught.value.report
    assert outcomes(report.results) == ["partial"] * 3
    assert [list(result.errors) for result in report.results] == [["owner"]] * 3
    assert "It was not read back, since the commit was interrupted" in str(report.results[0].errors)
    assert unsent(work) == tickets
    desk.fates.clear()
    assert set(outcomes(work.run(unsent(work), None))) == {"updated"}


def test_what_could_not_be_read_back_may_be_held(desk: Desk, opened: Open) -> None:
    """So it is sent also if it is set back to what it was."""
    work = opened(batch=1)
    ticket = known(work, Ticket, 1, subject="old")
    ticket.subject = "new"
    desk.fates = {1: lambda: [EditReply(unclear="RT crashed")], "show 1": raises(DOWN)}
    [result] = work.run([ticket], None)
    assert result.outcome == "partial"
    ticket.subject = "old"
    assert ticket.is_dirty


def test_many_records_are_read_back_meanwhile(desk: Desk, opened: Open) -> None:
    """RT takes long to show watchers: some hundreds in a request, and not all at the end."""
    work = opened(4)
    tickets = added(work, 450)
    for ticket in tickets:
        ticket.requestors = ["me@example.com"]
    assert set(outcomes(work.run(tickets, None))) == {"created"}
    assert sum(desk.shown) == 450
    assert max(desk.shown) <= 200
    shows = [at for at, told in enumerate(desk.begun) if str(told).startswith("show")]
    assert shows[0] < 450


@pytest.mark.parametrize("parallel", [1, 4])
def test_progress_is_told_in_records(desk: Desk, opened: Open, parallel: int) -> None:
    """First none, then after each request; in the session's own thread."""
    work = opened(parallel)
    tickets = [*added(work, 2), *edited(work, 5)]
    hopeless = Ticket(subject="no queue")
    work.add(hopeless)
    told: list[tuple[int, int]] = []
    threads: set[threading.Thread] = set()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        threads.add(threading.current_thread())

    work.run([*tickets, hopeless], None, progress)
    assert told == [(0, 8), (1, 8), (2, 8), (3, 8), (5, 8), (7, 8), (8, 8)]
    assert threads == {threading.main_thread()}


def test_nothing_to_do_is_told_as_done(opened: Open) -> None:
    """A bar comes to its end."""
    told: list[tuple[int, int]] = []
    assert opened().run([], None, lambda done, total: told.append((done, total))) == []
    assert told == [(0, 0)]


@pytest.mark.parametrize("parallel", [1, 4])
def test_an_exception_of_the_progress_loses_nothing(
    desk: Desk, opened: Open, parallel: int
) -> None:
    """It ends the commit as Ctrl-C does, is raised itself, and has the report with it."""
    work = opened(parallel)
    tickets = edited(work, 40)
    told: list[int] = []

    def progress(done: int, _: int) -> None:
        told.append(done)
        if done == 4:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        work.run(tickets, None, progress)
    left = unsent(work)
    applied = [ticket for ticket in tickets if not ticket.is_dirty]
    [note] = caught.value.__notes__
    assert note.startswith(f"commit: {len(applied)} updated, {len(left)} not sent\n")
    assert told == [0, 2, 4]
    assert {number for _, number in desk.held} == {ticket.id for ticket in applied}
    work.run(left, None)
    assert len(desk.begun) == 20


def test_a_child_forked_within_a_commit_sends_nothing_again(desk: Desk, opened: Open) -> None:
    """Its parent goes on; the child is told what it knows, and has nothing left to make twice."""
    work = opened(4)
    tickets = added(work, 12)
    let_on = threading.Event()
    for ticket in tickets[1:]:
        desk.fates[ticket.subject] = lambda: let_on.wait(PATIENCE) and None
    parent, children = os.getpid(), list[int]()

    def fork(done: int, _: int) -> None:
        if done == 1 and os.getpid() == parent:
            children.append(os.fork())
            let_on.set()

    try:
        results = work.run(tickets, None, fork)
    except WrongThreadError as error:
        told = "1 created" in str(error.__notes__) and "unknown" in str(error.__notes__)
        os._exit(0 if told and len(work.records.new) < len(tickets) - 1 else 1)
    finally:
        if os.getpid() != parent:
            os._exit(2)
    assert set(outcomes(results)) == {"created"}
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0


def test_one_record_is_interrupted_as_ever(desk: Desk, opened: Open) -> None:
    """`save()` has no report: Ctrl-C stays what it is, with a note."""
    work = opened()
    [new] = added(work, 1)
    desk.fates["made 1"] = press_ctrl_c
    with pytest.raises(KeyboardInterrupt) as caught:
        work.save(new, check=False, verify=None)
    assert type(caught.value) is KeyboardInterrupt
    [note] = caught.value.__notes__
    assert "search for it before you add it again" in note
    assert unsent(work) == []
    [ticket] = edited(work, 1)
    desk.fates[1] = press_ctrl_c
    with pytest.raises(KeyboardInterrupt):
        work.save(ticket, check=False, verify=None)
    assert ticket.changes["subject"].old is NOT_LOADED


def test_records_that_depend_on_each_other_keep_their_order(desk: Desk, opened: Open) -> None:
    """Links are changed one chunk after the other, whatever else is under way."""
    work = opened(4, batch=1)
    tickets = edited(work, 8)
    for at, other in ((6, 2), (1, 7), (4, 9)):
        tickets[at].links.refers_to = [other]
    waited = watch_order(desk, 2, 5)
    assert set(outcomes(work.run(tickets, None))) == {"updated"}
    numbers = [told[0] for told in desk.begun if isinstance(told, list)]
    assert sorted(numbers[:5]) == [1, 3, 4, 6, 8]
    assert numbers[5:] == [2, 5, 7]
    assert waited == [True]


@pytest.mark.parametrize("known_of", ["depends_on", "depended_on_by"])
def test_a_ticket_is_resolved_after_what_it_depends_on(
    desk: Desk, opened: Open, known_of: str
) -> None:
    """RT refuses it before; that they are linked is known from either end."""
    work = opened(4, batch=1)
    tickets = edited(work, 8)
    for ticket in tickets:
        ticket.status = "resolved"
    holder, end = (tickets[3], 3) if known_of == "depends_on" else (tickets[2], 4)
    vars(holder)[f"links.{known_of}"] = [end]
    waited = watch_order(desk, 3, 4)
    work.run(tickets, "never")
    assert waited == [True]
    assert [told for told in desk.begun if told in ([3], [4])] == [[3], [4]]


def test_new_tickets_are_linked_in_their_order(desk: Desk, opened: Open) -> None:
    """Once all of them are made; an edit that links to one comes after it."""
    work = opened(4, batch=1)
    new = added(work, 6)
    for ticket, other in pairwise(new):
        ticket.links.refers_to.append(other)
    [old] = edited(work, 1)
    vars(old)["id"] = 77
    old.links.depends_on = [new[5]]
    assert "rejected" not in outcomes(work.run([old, *new], "never"))
    linked = [told for told in desk.begun if isinstance(told, list)]
    assert linked == [*[[ticket.id] for ticket in new[:5]], [77]]
    assert desk.held["ticket", 77]["DependsOn"] == str(new[5].id)


def test_what_is_named_comes_before_what_names_it(desk: Desk, opened: Open) -> None:
    """A queue that is renamed before tickets move there has its name by then."""
    work = opened(4, batch=1)
    queues = [known(work, Queue, number) for number in (11, 12)]
    for queue in queues:
        queue.description = "renamed"
    tickets = edited(work, 4)
    late = known(work, Queue, 13)
    late.description = "later"
    waited = [watch_order(desk, 12, 1), watch_order(desk, 4, 13)]
    work.run([*queues, *tickets, late], None)
    assert waited == [[True], [True]]
    numbers = [told[0] for told in desk.begun if isinstance(told, list)]
    assert set(numbers[:2]) == {11, 12}
    assert set(numbers[2:6]) == {1, 2, 3, 4}
    assert numbers[6] == 13


def test_new_queues_are_made_before_new_tickets(
    desk: Desk, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though several are made at a time."""
    work = opened(4)
    kinds: list[str] = []
    monkeypatch.setattr(desk, "create", record_kinds(kinds))
    for number in range(6):
        work.add(Ticket(subject=f"in {number}", queue=f"Q{number}"))
        work.add(Queue(name=f"Q{number}"))
    work.run(unsent(work), "never")
    assert kinds == ["queue"] * 6 + ["ticket"] * 6


def record_kinds(kinds: list[str]) -> Any:
    """A create that notes what is made."""
    lock = threading.Lock()

    def create(kind: str, _fields: object, _files: object = ()) -> Created:
        with lock:
            kinds.append(kind)
            return Created(len(kinds))

    return create


def test_one_thing_met_twice_is_edited_in_order(desk: Desk, opened: Open) -> None:
    """A queue or user may be two records, of two classes."""

    class Team(Queue):
        pass

    work = opened(4, batch=1)
    one = known(work, Queue, 5)
    other = blank(Team, 5)
    state_of(other).session = work
    rest = [known(work, Queue, number) for number in range(6, 10)]
    for at, queue in enumerate([one, other, *rest]):
        put(queue, description=f"text {at}")
    work.run([one, other, *rest], "never")
    assert desk.begun[4:] == [[5], [5]]
    assert desk.held["queue", 5]["Description"] == "text 1"


@pytest.mark.parametrize("parallel", [0, -1, 2.0, True, "4", None])
def test_the_number_of_requests_is_a_number_from_1(parallel: Any) -> None:
    """Anything else is refused before there is a session, and told."""
    with pytest.raises(ConfigurationError, match=f"parallel={parallel!r}"):
        connect("https://rt.example.com", auth=("me", "x"), parallel=parallel)


def test_a_summary_says_a_reason_once() -> None:
    """For all attributes of a record that it is about, in their order."""
    unread = {"subject": ["not read back"], "owner": ["no such user"], "queue": ["not read back"]}
    report = CommitReport((SaveResult(blank(Ticket, 5), "partial", {}, unread),))
    assert report.summary().splitlines()[1].strip() == (
        "<Ticket 5>: subject, queue: not read back; owner: no such user"
    )


def test_a_summary_of_thousands_can_be_read() -> None:
    """Counts, what was refused first, and how much more there is."""
    tickets = [blank(Ticket, number) for number in range(1, 3001)]
    results = [SaveResult(ticket, "updated") for ticket in tickets[:1000]]
    results += [
        SaveResult(ticket, "rejected", {}, {"": ["not sent"]}, unsent=True)
        for ticket in tickets[1000:2990]
    ]
    results += [SaveResult(t, "rejected", {}, {"owner": ["no such user"]}) for t in tickets[2990:]]
    report = CommitReport(tuple(results))
    lines = report.summary().splitlines()
    assert lines[0] == "commit: 1000 updated, 1990 not sent, 10 rejected"
    assert lines[1].strip() == "<Ticket 2991>: owner: no such user"
    assert lines[-1].strip() == "… and 1980 more"
    assert len(lines) == 22
    assert len(report.unsent) == 1990
    assert len(report.rejected) == 2000
    assert not report.ok
    told = CommitInterrupted(report)
    assert lines[0] in str(told)
    assert "commit()" in str(told)
    copied = pickle.loads(pickle.dumps(told))
    assert str(copied) == str(told)
    assert len(copied.report.results) == 3000
