"""What others changed while a record was saved, told from what RT's history shows afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import CF, Ticket, User, cf
from rtorm.gateway import Step, Steps
from rtorm.models.changes import is_about
from rtorm.orm.record import Record
from rtorm.orm.saving.staleness import (
    Aftermath,
    Names,
    Sighting,
    Written,
    judge,
    least_entries,
    principals_in,
)
from rtorm.rest1.clock import Clock
from tests.orm.doubles import loaded

CLOCK = Clock(UTC, exact=True)
JAN = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


class Job(Ticket):
    """A ticket with custom fields of several sorts."""

    team: CF[str | None] = cf("Team", default=None)
    hosts: CF[list[str]] = cf("Team hosts", default_factory=list)
    day: CF[date | None] = cf("Day", default=None)
    place: CF[str | None] = cf("Place, exactly", id=7, default=None)


def after(
    sent: dict[str, Any],
    seen: dict[str, Any],
    *steps: Step,
    before: int = 0,
    total: int | None = None,
    refused: Sequence[str] = (),
    names: Mapping[str, Names] | None = None,
) -> Aftermath:
    """What is told of a job that was seen with some values, sent others, and has this history."""
    written = Written(sent, frozenset(sent) - frozenset(refused))
    told = Steps(steps, len(steps) if total is None else total)
    return judge(loaded(Job), Sighting(1, seen, before), written, told, names or {}, CLOCK)


def step(number: int, what: str, old: str, new: str, kind: str = "Set", **more: Any) -> Step:
    return Step(number, kind, what, old, new, **more)


@dataclass
class Process:
    """One form of an edit, as RT works through it: it loads, writes, and records that."""

    value: str
    turns: int = 3
    old: str = ""

    def step(self, rt: Model) -> None:
        """Do the next of the three."""
        self.turns -= 1
        if self.turns == 2:
            self.old = rt.holds
            # What is there already is neither written nor recorded.
            self.turns = 0 if self.old == self.value else 2
        elif self.turns == 1:
            rt.replaced(self)
        else:
            rt.record(self.old, self.value)


@dataclass
class Model:
    """One field of a ticket in a server that may work through several forms at a time."""

    holds: str
    ours: Process
    lost: list[str] = field(default_factory=list[str])
    steps: list[Step] = field(default_factory=list[Step])

    def replaced(self, process: Process) -> None:
        """Take a value, which is lost if it is another one than was seen."""
        if process is self.ours and self.holds not in ("seen", process.value):
            self.lost.append(self.holds)
        self.holds = process.value

    def record(self, old: str, new: str) -> None:
        """Make an entry of the history."""
        self.steps.append(step(len(self.steps) + 1, "Subject", old, new))


def told_of(rt: Model) -> dict[str, Any]:
    aftermath = after({"subject": "ours"}, {"subject": "seen"}, *rt.steps)
    return dict(aftermath.overwritten)


@given(st.data(), st.permutations(["y", "z", "ours"]), st.integers(0, 3))
def test_no_lost_value_goes_unreported(data: st.DataObject, values: list[str], many: int) -> None:
    """Whatever crosses what, if our write takes the place of an unseen value, that is told."""
    ours = Process("ours")
    rt = Model("seen", ours)
    left = [ours, *map(Process, values[:many])]
    while left := [process for process in left if process.turns]:
        data.draw(st.sampled_from(left)).step(rt)
    found = told_of(rt)
    assert bool(rt.lost) <= bool(found)
    assert found.get("subject", "y") in (*values, "seen")
    if many == 0:
        assert found == {}


@given(
    st.lists(st.sampled_from(["seen", "x", "y"]), max_size=3) | st.just(["ours"]),
    st.lists(st.sampled_from(["seen", "x", "y"]), max_size=3),
)
def test_of_what_does_not_cross_it_is_told_exactly(earlier: list[str], later: list[str]) -> None:
    """One after the other: reported is what our write replaced, if it is not what was seen."""
    ours = Process("ours")
    rt = Model("seen", ours)
    for process in [*map(Process, earlier), ours, *map(Process, later)]:
        while process.turns:
            process.step(rt)
    assert told_of(rt) == ({"subject": rt.lost[0]} if rt.lost else {})


def test_a_value_like_ours_hides_none() -> None:
    """Where others set our value, too, what began with it may have begun with theirs."""
    theirs = step(1, "Subject", "seen", "ours"), step(2, "Subject", "ours", "y")
    ours = step(3, "Subject", "seen", "ours")
    assert after({"subject": "ours"}, {"subject": "seen"}, *theirs, ours).overwritten
    # One of two that crossed ours came back to what was seen, and the other began with that.
    back = step(2, "Subject", "ours", "seen"), step(3, "Subject", "seen", "y")
    mine = step(1, "Subject", "seen", "ours")
    also = step(4, "Subject", "seen", "z")
    assert after({"subject": "ours"}, {"subject": "seen"}, mine, *back) == Aftermath()
    assert after({"subject": "ours"}, {"subject": "seen"}, mine, *back, also).overwritten


def test_what_replaced_our_value_before_that_was_recorded_is_told() -> None:
    """Its maker found no entry of ours in the history, so that nobody else can tell it."""
    early = step(1, "Subject", "ours", "theirs")
    ours = step(2, "Subject", "seen", "ours")
    found = after({"subject": "ours"}, {"subject": "seen"}, early, ours)
    assert found.overwritten == {"subject": "theirs"}
    late = step(3, "Subject", "ours", "theirs")
    assert after({"subject": "ours"}, {"subject": "seen"}, ours, late) == Aftermath()


@dataclass
class ListModel:
    """A list of a ticket, which each save writes whole."""

    holds: list[str]
    steps: list[Step] = field(default_factory=list[Step])

    def save(self, wanted: list[str]) -> None:
        """Hold these, and make an entry of each that comes or goes."""
        for name in [name for name in self.holds if name not in wanted]:
            self._record(name, "")
        for name in [name for name in wanted if name not in self.holds]:
            self._record("", name)
        self.holds = list(wanted)

    def _record(self, old: str, new: str) -> None:
        said = f"Team hosts {old or new} {'deleted' if old else 'added'} by root"
        number = len(self.steps) + 1
        self.steps.append(step(number, "3", old, new, "CustomField", description=said))


members = st.lists(st.sampled_from(["a", "b", "c, d", "'e'"]), unique=True, max_size=4)


@given(members, st.lists(members, max_size=2), members, st.lists(members, max_size=2))
def test_members_that_others_changed_are_told(
    seen: list[str], earlier: list[list[str]], ours: list[str], later: list[list[str]]
) -> None:
    """Of a list, what was added is told that our list removes, and what was removed that it adds.

    What others save later may look like it, since a history does not tell who wrote what.
    """
    rt = ListModel(list(seen))
    for wanted in earlier:
        rt.save(wanted)
    theirs = set(rt.holds)
    rt.save(ours)
    for wanted in later:
        rt.save(wanted)
    found = after({"hosts": ours}, {"hosts": seen}, *rt.steps)
    added = {each for each in theirs - set(seen) if each not in ours}
    removed = {each for each in set(seen) - theirs if each in ours}
    if added or removed:
        told = set(found.overwritten["hosts"])
        assert added <= told
        assert not removed & told or later
    elif not earlier and not later:
        assert found.overwritten == {}


@given(members, members, members)
def test_what_others_save_later_is_kept(seen: list[str], ours: list[str], later: list[str]) -> None:
    """What comes after our list takes nothing of theirs away."""
    rt = ListModel(list(seen))
    rt.save(ours)
    rt.save(later)
    assert after({"hosts": ours}, {"hosts": seen}, *rt.steps).overwritten == {}


KINDS: list[tuple[str, Any, Any, Any, Step, Step]] = [
    ("priority", 1, 3, 2, step(1, "Priority", "1", "2"), step(2, "Priority", "2", "3")),
    ("status", "new", "stalled", "open",
     step(1, "Status", "new", "open", "Status"), step(2, "Status", "open", "stalled", "Status")),
    ("due", None, JAN, JAN.replace(year=2031),
     step(1, "Due", "1970-01-01 00:00:00", "2031-01-02 03:04:05"),
     step(2, "Due", "2031-01-02 03:04:05", "2030-01-02 03:04:05")),
    ("time_worked", 0, 50, 7,
     Step(1, "Comment", "", "", "", 7), step(2, "TimeWorked", "7", "50", minutes=43)),
    ("resolved", None, JAN, JAN.replace(year=2031),
     step(1, "Status", "new", "resolved", "Status"),
     step(2, "Resolved", "2031-01-02 03:04:05", "2030-01-02 03:04:05")),
    ("told", None, JAN, JAN.replace(year=2031),
     step(1, "Told", "", "2031-01-02 03:04:05", "Told"),
     step(2, "Told", "", "2030-01-02 03:04:05", "Told")),
    ("sla", None, "gold", "silver", step(1, "SLA", "", "silver"), step(2, "SLA", "silver", "gold")),
    ("team", "net", "web", "db",
     step(1, "2", "net", "db", "CustomField", description="team net changed to db by alice"),
     step(2, "2", "db", "web", "CustomField", description="team db changed to web by root")),
    ("day", None, date(2030, 1, 2), date(2031, 1, 2),
     step(1, "4", "", "2031-01-02", "CustomField", description="Day Thu Jan 02 2031 added by x"),
     step(2, "4", "2031-01-02", "2030-01-02", "CustomField",
          description="Day Thu Jan 02 2031 changed to Wed Jan 02 2030 by x")),
    ("place", "a", "c", "b",
     step(1, "7", "a", "b", "CustomField"), step(2, "7", "b", "c", "CustomField")),
    ("links.depends_on", [1], [1, 3], [1, 2],
     step(1, "DependsOn", "", "fsck.com-rt://x/ticket/2", "AddLink"),
     step(2, "DependsOn", "fsck.com-rt://x/ticket/2", "", "DeleteLink")),
    ("links.children", [1], [1, 3], [],
     step(1, "HasMember", "fsck.com-rt://x/ticket/1", "", "DeleteLink"),
     step(2, "HasMember", "", "fsck.com-rt://x/ticket/1", "AddLink")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "seen", "sent", "theirs", "foreign", "ours"), KINDS)
def test_each_kind_of_field(
    name: str, seen: object, sent: object, theirs: object, foreign: Step, ours: Step
) -> None:
    """What was set in between is told in the field's own type, and nothing where nothing was."""
    found = after({name: sent}, {name: seen}, foreign, ours)
    assert (found.overwritten, found.unchecked) == ({name: theirs}, {})


@pytest.mark.parametrize(("kind", "wire"), [("owner", "Owner"), ("queue", "Queue")])
def test_names_are_asked_for_where_they_are_needed(kind: str, wire: str) -> None:
    """Of several changes of owner or queue the names are asked for; of one it is known whose."""
    one, two = step(1, wire, "6", "14"), step(3, wire, "14", "29")
    mail = Step(2, "SetWatcher", wire, "6", "14")
    seen, sent = {kind: "Nobody"}, Written({kind: "alice"}, frozenset({kind}))
    asked = principals_in(loaded(Job), Sighting(1, seen, 0), sent, Steps((one, mail, two), 3))
    key = "user" if kind == "owner" else "queue"
    assert asked == {key: {6, 14, 29}}
    names = {key: {6: ("Nobody",), 14: ("bob",), 29: ("alice", "alice@example.com")}}
    found = after({kind: "ALICE"}, seen, one, mail, two, names=names)
    assert found.overwritten == {kind: "bob"}
    assert after({kind: "alice"}, seen, two) == Aftermath()
    # Names that are not told leave the numbers.
    assert after({kind: "alice"}, seen, one, two).overwritten == {kind: "14"}


def test_watchers() -> None:
    """Watchers are known by address or name; whom nobody knows, counts as others'."""
    came, went = Step(1, "AddWatcher", "Cc", "", "9"), Step(2, "DelWatcher", "Cc", "9", "")
    seen, sent = {"cc": ["a@x.org"]}, {"cc": ["B@x.org"]}
    written = Written(sent, frozenset(sent))
    asked = principals_in(loaded(Job), Sighting(1, seen, 0), written, Steps((came, went), 2))
    assert asked == {"user": {9}}
    names = {"user": {9: ("zoe", "z@x.org")}}
    assert after(sent, seen, came, went, names=names).overwritten == {"cc": ["a@x.org", "z@x.org"]}
    names = {"user": {9: ("bee", "b@x.org")}}
    assert after(sent, seen, came, went, names=names) == Aftermath()
    assert after(sent, seen, came, went).overwritten
    # Only one of both: nothing was undone.
    assert after(sent, seen, came) == Aftermath()
    assert principals_in(loaded(Job), Sighting(1, seen, 0), written, Steps((came,), 1)) == {}


def test_what_rt_sets_by_itself() -> None:
    """What RT sets with another field of the same save is not told as others'."""
    own = step(2, "Resolved", "2026-01-01 00:00:00", "2030-01-02 03:04:05")
    status = step(1, "Status", "open", "resolved", "Status")
    sent, seen = {"status": "resolved", "resolved": JAN}, {"status": "open", "resolved": None}
    assert after(sent, seen, status, own) == Aftermath()
    moved = step(3, "Owner", "14", "6")
    names = {"user": {6: ("Nobody",), 14: ("root",), 29: ("alice",)}}
    found = after(
        {"queue": "Odd", "owner": "alice"}, {"queue": "General", "owner": "root"},
        step(1, "Queue", "1", "5"), moved, step(4, "Owner", "6", "29"), names=names,
    )  # fmt: skip
    assert found.overwritten == {}
    assert list(found.unchecked) == ["owner"]


def test_what_is_set_before_the_check_does_not_count() -> None:
    """The history is looked at from where it ended as the values were seen."""
    old = step(1, "Subject", "", "seen")
    assert after({"subject": "ours"}, {"subject": "seen"}, old, step(2, "Subject", "seen", "ours"),
                 before=1) == Aftermath()  # fmt: skip
    # As many as are hidden among the new ones may be older.
    member = step(1, "3", "", "a", "CustomField", description="Team hosts a added by root")
    ours = step(9, "3", "", "b", "CustomField", description="Team hosts b added by root")
    sent, seen = {"hosts": ["a", "b"]}, {"hosts": ["a"]}
    assert after(sent, seen, member, ours, before=3, total=5) == Aftermath()
    assert after(sent, seen, member, ours, before=1) == Aftermath()
    assert after(sent, seen, member, ours).overwritten


def test_what_cannot_be_told_is_said() -> None:
    """Silence is never taken for consent."""
    unseen = after({"team": "web"}, {"team": "net"})
    assert list(unseen.unchecked) == ["team"]
    assert after({"hosts": ["a", "b"]}, {"hosts": ["a"]}, refused=["hosts"]) == Aftermath()
    two = [
        step(1, "2", "net", "web", "CustomField", description="Team net changed to web by root"),
        step(2, "8", "net", "web", "CustomField", description="Team net changed to web by root"),
    ]
    assert list(after({"team": "web"}, {"team": "net"}, *two).unchecked) == ["team"]
    reply = Step(1, "Correspond", "", "", "")
    told = step(2, "Told", "", "2030-01-02 03:04:05", "Told")
    assert list(after({"told": JAN}, {"told": None}, reply, told).unchecked) == ["told"]
    crossing = after(
        {"time_worked": 50}, {"time_worked": 0},
        Step(1, "Comment", "", "", "", 7), step(2, "TimeWorked", "0", "50", minutes=50),
    )  # fmt: skip
    assert list(crossing.unchecked) == ["time_worked"]


def test_what_was_not_compared_is_not_judged() -> None:
    """Of a field that was assigned unread nothing is told."""
    entries = step(1, "Subject", "x", "y"), step(2, "Subject", "y", "ours")
    assert after({"subject": "ours"}, {}, *entries) == Aftermath()


LEAST: list[tuple[type[Record], dict[str, Any], dict[str, Any], int]] = [
    (Job, {"subject": "a", "priority": 1}, {"subject": "b", "priority": 2}, 2),
    (Job, {"status": "open"}, {"status": "OPEN"}, 0),
    (Job, {"owner": "root"}, {"owner": "alice"}, 2),
    (Job, {"owner": "root"}, {"owner": "14"}, 0),
    (Job, {"time_worked": 1, "cc": []}, {"time_worked": 2, "cc": ["a@x.org"]}, 0),
    (Job, {"hosts": ["a", "b"]}, {"hosts": ["B", "c", "d"]}, 3),
    (Job, {"links.refers_to": [1, "http://x/"]},
     {"links.refers_to": ["fsck.com-rt://x/ticket/1"]}, 1),
    (User, {"real_name": "a"}, {"real_name": "b"}, 1),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "seen", "sent", "least"), LEAST)
def test_what_a_write_alone_leaves(
    cls: type[Record], seen: dict[str, Any], sent: dict[str, Any], least: int
) -> None:
    """Only where a history has grown by more than this can anything have come in between."""
    assert least_entries(loaded(cls), seen, Written(sent, frozenset(sent))) == least


@pytest.mark.parametrize(
    ("name", "said", "old", "new"),
    [
        ("Team", "Team db added by root", "", "db"),
        ("team", "Team db deleted by root", "db", ""),
        ("Team", "Team changed by root", "long", "longer"),
        ("Day", "Day Wed Jan 02 2030 added by root", "", "2030-01-02"),
        ("At", "At Wed Jan 02 03:04:05 2030 deleted by x", "2030-01-02 03:04:05", ""),
    ],
)
def test_whose_a_sentence_is(name: str, said: str, old: str, new: str) -> None:
    """RT's sentence names the custom field, and is not taken for one of a longer name."""
    assert is_about(name, said, old, new)
    assert not is_about(f"{name} hosts", said, old, new)
    assert not is_about(name, said.replace(" ", " hosts ", 1), old, new)
    assert not is_about(name, "Wert von Team geändert", old, new)
