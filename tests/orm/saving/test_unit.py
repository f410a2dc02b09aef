"""The unit of work against a model of a server that refuses, loses and crashes at will.

The model speaks the gateway's verbs, since no real server can be told what to lose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator

from rtorm import (
    CF,
    NOT_LOADED,
    Change,
    DetachedError,
    NotFound,
    OutcomeUnknownError,
    RTError,
    Ticket,
    TransportError,
    cf,
    state_of,
)
from rtorm.gateway import Created, Edit, EditReply, Shown, Upload
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.mirroring import Agreement
from rtorm.orm.loading.shown import blank, decode, fill
from rtorm.orm.outcome import Verdict, compare
from rtorm.orm.plan import plan
from rtorm.orm.record import Record
from rtorm.orm.records.results import SaveResult, Verify
from rtorm.orm.running.crew import Crew
from rtorm.orm.saving.unit import UnitOfWork
from rtorm.rest1.clock import Clock
from rtorm.rest1.readers.links import RELATIONS

CLOCK = Clock(UTC, exact=True)


class Job(Ticket):
    """A ticket with a custom field that RT may lose values of."""

    teams: CF[list[str]] = cf("Teams", default_factory=list)
    note: CF[str | None] = cf("Note", default=None)


class ModelServer:
    """Holds tickets as wire text, and does what the test drew.

    It has those of a gateway's verbs that a unit of work needs.
    """

    def __init__(self, draw: st.DataObject) -> None:
        self.draw = draw
        self.tickets: dict[int, dict[str, str]] = {}
        self.requests = 0

    def new(self) -> int:
        """One more ticket."""
        number = len(self.tickets) + 1
        self.tickets[number] = {
            "Queue": "General",
            "Subject": f"Ticket {number}",
            "Status": "new",
            "Owner": "Nobody",
            "Priority": "0",
            "Cc": "",
            "AdminCc": "",
            "CF.{Teams}": "",
            "CF.{Note}": "",
            "RefersTo": "",
            "DependsOn": "",
            "LastUpdated": "Mon Nov 23 16:38:00 2026",
        }
        return number

    def choose(self, *fates: str) -> str:
        """One of the fates."""
        return self.draw.draw(st.sampled_from(fates))

    def show(
        self,
        kind: str,
        ids: Sequence[int],
        fields: Sequence[str] | None = None,
        *,
        links: bool = False,
    ) -> list[Shown | RTError]:
        """The fields asked for."""
        assert kind == "ticket"
        self.requests += 1
        answers: list[Shown | RTError] = []
        for number in ids:
            held = self.tickets.get(number)
            if held is None:
                answers.append(NotFound(f"Ticket {number} does not exist."))
                continue
            own = {k: v for k, v in held.items() if k not in RELATIONS}
            asked = {k: v for k, v in own.items() if fields is None or k in fields}
            answers.append(Shown(number, {**asked, **(self.links(number) if links else {})}))
        return answers

    def links(self, number: int) -> dict[str, str]:
        """All six relations, each in an order of the server's own."""
        held = {relation: self.tickets[number].get(relation, "") for relation in RELATIONS}
        return {key: ", ".join(reversed(text.split(", "))) for key, text in held.items()}

    def untellable(
        self, fields: Mapping[str, str], files: Sequence[Upload] = ()
    ) -> Mapping[str, str]:
        """It knows all that there is."""
        return {}

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        """Each field has its fate; a crash takes the rest of the request with it."""
        self.requests += 1
        match self.choose("work", "work", "crash", "lose reply", "fail"):
            case "fail":
                raise TransportError("nothing was sent")
            case "lose reply":
                self.apply_some(edits)
                raise OutcomeUnknownError("the reply was lost")
            case "crash":
                self.apply_some(edits)
                return [EditReply(unclear="RT crashed") for _ in edits]
            case _:
                return [self.work(edit) for edit in edits]

    def work(self, edit: Edit) -> EditReply:
        """Apply what is neither refused nor lost."""
        if self.choose("form", "form", "form", "refusal") == "refusal":
            return EditReply(refusal=NotFound(f"Ticket {edit.id} does not exist."))
        errors: dict[str, list[str]] = {}
        for key, text in edit.fields.items():
            fate = self.choose("apply", "apply", "refuse", "lose")
            if fate == "refuse":
                errors[key] = [f"{key} is refused"]
            if edit.part and fate != "apply":
                # Of links some may be set, whether the last one was refused or not.
                self.apply(edit.id, {key: text.rpartition(", ")[0]})
            elif fate == "apply" or (fate == "lose" and key != "CF.{Teams}"):
                self.apply(edit.id, {key: text})
        return EditReply(errors=errors)

    def apply_some(self, edits: Sequence[Edit]) -> None:
        """Get through a part of the request."""
        for edit in edits[: self.draw.draw(st.integers(0, len(edits)))]:
            self.apply(edit.id, edit.fields)

    def apply(self, number: int, fields: Mapping[str, str]) -> None:
        """Hold the values, as RT writes them."""
        for key, text in fields.items():
            name = {"status": "Status"}.get(key, key)
            self.tickets[number][name] = text.replace("'", "") if name == "CF.{Teams}" else text

    def create(self, kind: str, fields: Mapping[str, str], files: Sequence[Upload] = ()) -> Created:
        """A new ticket, or none, or one that lacks some of what it was given."""
        assert kind == "ticket"
        assert not files
        self.requests += 1
        fate = self.choose("make", "make", "refuse", "lose reply", "say nothing")
        if fate == "refuse":
            return Created(None, {"Status": ["not this status"]})
        number = self.new()
        if fate == "lose reply":
            raise OutcomeUnknownError("the reply was lost")
        errors: dict[str, list[str]] = {}
        for key, text in fields.items():
            lost = key in ("Owner", "Cc", "CF.{Teams}", "CF.{Note}")
            match self.choose("apply", "apply", "lose", "refuse") if lost else "apply":
                case "refuse":
                    errors[key] = [f"{key} is refused"]
                case "apply":
                    self.apply(number, {key: text})
                case _:
                    pass
        if fate == "say nothing":
            return Created(None, unclear="RT crashed")
        return Created(number, errors)


LINKS = st.lists(st.sampled_from([51, 52, "http://x/"]), max_size=3, unique=True)
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.sampled_from(["a", "b"]),
    "status": st.sampled_from(["open", "deleted"]),
    "owner": st.sampled_from(["alice", "Nobody"]),
    "priority": st.integers(0, 2),
    "cc": st.lists(st.sampled_from(["x@example.com", "y@example.com"]), max_size=2, unique=True),
    "teams": st.lists(st.sampled_from(["net", "db"]), max_size=2, unique=True),
    "note": st.sampled_from([None, "n"]),
    "queue": st.sampled_from(["General", "Other"]),
    "links.refers_to": LINKS,
    "links.depends_on": LINKS,
}


WHENCE = st.sampled_from(["new", "new", "loaded", "loaded", "unread"])


def existing(server: ModelServer) -> Job:
    """A ticket that the server holds."""
    record = blank(Job, server.new())
    assert isinstance(record, Job)
    return record


def run(
    server: ModelServer, records: Sequence[Record], verify: Verify, batch: int
) -> list[SaveResult]:
    """One commit."""

    def adopt(record: Record, number: int) -> None:
        vars(record)["id"] = number

    gateway: Any = server
    agreement = Agreement(records)
    unit = UnitOfWork(
        gateway, lambda: CLOCK, verify, agreement, batch, adopt, adopt, lambda _: None, Crew(1)
    )
    try:
        return unit.run([plan(record, lambda: CLOCK, agreement) for record in records])
    except TransportError:
        return []


@given(
    st.data(),
    st.lists(st.tuples(WHENCE, st.fixed_dictionaries({}, optional=CHANGES)), max_size=5),
    st.sampled_from(["risky", "always"]),
    st.integers(1, 4),
)
def test_what_is_clean_is_what_the_server_holds(
    data: st.DataObject,
    wanted: list[tuple[str, dict[str, Any]]],
    verify: Verify,
    batch: int,
) -> None:
    """Whatever the server does, a clean attribute holds the server's value; the rest is told."""
    server = ModelServer(data)
    records: list[Job] = []
    for whence, changes in wanted:
        record = Job(subject="new", queue="General") if whence == "new" else existing(server)
        if whence == "loaded":
            fill(record, server.tickets[record.id], CLOCK)
        for name, value in changes.items():
            setattr(record, name, value)
        if record.is_dirty:
            records.append(record)
    for result in run(server, records, verify, batch):
        check(server, result)


def check(server: ModelServer, result: SaveResult) -> None:
    """Hold one result against the server."""
    record, state = result.record, state_of(result.record)
    assert isinstance(record, Job)
    assert not result.applied.keys() & result.errors.keys()
    assert bool(result.errors) == (result.outcome in ("partial", "rejected", "unknown"))
    if result.outcome == "unknown":
        # What may have arrived is sent again, also if it is set back meanwhile.
        assert all(change.old is NOT_LOADED for change in record.changes.values())
        assert record.is_dirty
    else:
        # Without a word against it, everything that was sent is applied.
        assert result.errors or not record.is_dirty
    if not state.persistent:
        assert result.outcome in ("rejected", "unknown")
        assert record.id is None
        return
    shown = {**server.tickets[record.id], **server.links(record.id)}
    held = decode(record, shown, CLOCK, asked=None, expected={})
    fields = layout_of(Job).fields
    for name, value in list(vars(record).items()):
        if name in held and name not in record.changes:
            assert fields[name].codec.same(value, held[name]), name
    for name in result.errors:
        assert (
            not name
            or name in record.changes
            or fields[name].codec.same(vars(record)[name], held[name])
        )
    for name in result.applied:
        assert name not in state.original


@pytest.mark.parametrize(
    ("name", "old", "new", "applied"),
    [("subject", "a", "A", False), ("status", "open", "OPEN", True), ("note", "n", "N", True)],
)
def test_letter_case_counts_in_texts(name: str, old: str, new: str, applied: bool) -> None:
    """After a crash, what RT holds is what was sent if it is, or if RT spells it in its own way."""
    field = layout_of(Job).fields[name]
    verdict = Verdict(unclear={name: "RT crashed"})
    compare(verdict, layout_of(Job).fields, {name: Change(old, new)}, {name: old})
    assert field.codec.same(old, new) is False
    assert (name in verdict.applied) is applied


@given(st.data())
def test_a_lost_create_is_told_once(data: st.DataObject) -> None:
    """A create is one request, whatever comes of it."""
    server = ModelServer(data)
    run(server, [Job(subject="new", queue="General")], "never", 1)
    assert server.requests == 1


@pytest.mark.parametrize("verify", ["never", "risky"])
def test_nothing_to_do_sends_nothing(verify: Verify) -> None:
    """No plans, no request."""
    nobody: Any = None
    assert run(nobody, [], verify, 1) == []


class Terse:
    """A server that makes one ticket, and of which no reply to an edit arrives."""

    def untellable(self, *_: object) -> dict[str, str]:
        return {}

    def create(self, *_: object) -> Created:
        return Created(5)

    def edit(self, edits: Sequence[Edit]) -> list[EditReply]:
        assert edits
        raise OutcomeUnknownError("the reply was lost")


class Folded(Ticket):
    """A class whose hosts are all in lower case, each once."""

    hosts: CF[list[str]] = cf("Hosts", default_factory=list)

    @field_validator("hosts")
    @classmethod
    def _fold(cls, hosts: list[str]) -> list[str]:
        return list(dict.fromkeys(host.lower() for host in hosts))


def test_what_rt_computes_is_not_known_after_a_lost_reply() -> None:
    """It may have followed from what may have arrived."""
    record = blank(Job, 5)
    assert isinstance(record, Job)
    shown = {"Status": "new", "Started": "Not set", "Subject": "x"}
    fill(record, shown, CLOCK)
    record.status = "open"
    server: Any = Terse()
    [result] = run(server, [record], "never", 1)
    assert result.outcome == "unknown"
    assert vars(record).keys() & {"status", "started", "subject"} == {"status", "subject"}


def test_a_list_that_a_new_ticket_was_not_given_is_not_known() -> None:
    """Also if it was touched; one that is held from before tells nothing any more."""
    record = Job(subject="new", queue="General")
    record.links.refers_to.append("http://x/")
    record.links.refers_to.clear()
    untouched = record.links.parents
    server: Any = Terse()
    [result] = run(server, [record], "never", 1)
    assert result.outcome == "created"
    assert "links.refers_to" not in vars(record)
    with pytest.raises(DetachedError, match=r"read links\.parents again"):
        untouched.append(5)


def test_what_a_validator_takes_back_is_not_sent() -> None:
    """A change of which nothing is left is none."""
    record: Any = blank(Folded, 5)
    fill(record, {"CF.{Hosts}": "db1"}, CLOCK)
    record.hosts.append("DB1")
    assert record.is_dirty
    server: Any = Terse()
    [result] = run(server, [record], "never", 1)
    assert (result.outcome, result.applied) == ("unchanged", {})
    assert not record.is_dirty
