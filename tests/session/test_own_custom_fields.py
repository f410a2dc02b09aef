"""The custom fields of queues, groups and users themselves, on a real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

import pytest

from rtorm import (
    CustomField,
    Group,
    NotFound,
    PermissionDenied,
    QueryError,
    Queue,
    ReadOnly,
    Session,
    Ticket,
    User,
    cf,
    state_of,
)
from rtorm.orm.record import Record
from tests.own_fields import FULL, LESS, prepare
from tests.support import Incident, Server, Wire, shown_or_refused

Connect = Callable[..., Session]
Shift = Literal["early, late", "early", "late"]
Address = IPv4Address | IPv6Address


class Owned(Record):
    """One field of each sort, for whatever has it."""

    floor: ReadOnly[str | None] = cf("Floor", default=None)
    skills: ReadOnly[list[str]] = cf("Skills", default_factory=list)
    shifts: ReadOnly[list[Shift]] = cf("Shifts", default_factory=list)
    story: ReadOnly[str | None] = cf("Story", default=None)
    seats: ReadOnly[int | None] = cf("Seats", default=None)
    rooms: ReadOnly[int | None] = cf("Rooms", default=None)
    since: ReadOnly[date | None] = cf("Since", default=None)
    checked: ReadOnly[datetime | None] = cf("Checked", default=None)
    hosts: ReadOnly[list[Address]] = cf("Hosts", default_factory=list)
    odd: ReadOnly[str | None] = cf("Col:on, (x) ä", default=None)
    picture: ReadOnly[str | None] = cf("Picture", default=None)
    nothing: ReadOnly[str | None] = cf("Nothing", default=None)
    widths: ReadOnly[list[str]] = cf("Widths", default_factory=list)
    lines: ReadOnly[list[str]] = cf("Lines", default_factory=list)


class Desk(Owned, Queue):
    """A queue with them."""


class Team(Owned, Group):
    """A group with them."""


class Person(Owned, User):
    """A user with them."""


KINDS: list[tuple[type[Owned], str]] = [(Desk, "Incidents"), (Team, "Staff"), (Person, "alice")]
OTHERS: dict[type[Owned], str] = {Desk: "Two Words", Team: "Night shift", Person: "bob"}


@pytest.fixture(autouse=True)
def _values(rt: Server) -> None:
    prepare(rt)


def loaded(record: Owned) -> dict[str, object]:
    """The fields that need no request any more."""
    return {name: value for name, value in vars(record).items() if name in Owned.__rt_specs__}


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_values_are_read_as_their_types(
    session: Session, wire: Wire, kind: type[Owned], name: str
) -> None:
    """With the record, in the one request that it takes; every sign survives."""
    record = session.get(kind, name)
    wire.clear()
    assert record.floor == FULL["Floor"][0]
    assert sorted(record.skills) == sorted(FULL["Skills"])
    assert sorted(record.shifts) == ["early, late", "late"]
    assert record.story == "two\n  lines\n\nend\n"
    assert (record.seats, record.rooms) == (42, 7)
    assert record.since == date(2026, 3, 4)
    assert record.checked == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert set(record.hosts) == {ip_address("10.0.0.1"), ip_address("::1")}
    assert (record.odd, record.picture, record.nothing) == (" kept: x", "a, b.png", None)
    assert record.widths == FULL["Widths"]
    assert list(state_of(record).undecoded) == ["lines"]
    assert wire.sent == []
    assert session.get(kind, record.id) is record
    assert wire.sent == []


@pytest.mark.parametrize("kind", OTHERS)
def test_what_cannot_be_told_apart_stays_text(session: Session, kind: type[Owned]) -> None:
    """RT quotes nothing: lines among values, and a comma where RT would have begun a new line."""
    full = session.get(kind, dict(KINDS)[kind])
    assert str(full.lines) == "one,\ntwo\nlines"
    less = session.get(kind, OTHERS[kind])
    assert str(less.skills) == ",\n".join(LESS["Skills"])
    assert str(less.rooms) == "many, or few"
    assert sorted(state_of(less).undecoded) == ["rooms", "skills"]
    assert less.lines == LESS["Lines"]


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_many_records_load_with_their_values(
    session: Session, connect: Connect, wire: Wire, kind: type[Owned], name: str
) -> None:
    """In the one request of a query or of `get_many`."""
    wanted = [session.get(kind, name).id, session.get(kind, OTHERS[kind]).id]
    other = connect()
    wire.clear()
    first, second = other.get_many(kind, wanted)
    assert (first.seats, second.floor) == (42, "2")
    assert len(wire.sent) == 1
    third = connect()
    wire.clear()
    found = {each.id: each for each in third.query(kind)}
    assert [found[number].floor for number in wanted] == [FULL["Floor"][0], "2"]
    assert len(wire.sent) == 1


def test_what_is_forgotten_loads_again_for_all(session: Session, wire: Wire) -> None:
    """Deferred or refreshed, RT is asked for the whole record, since it has no name for it."""
    teams = session.get_many(
        Team, [session.get(Team, name).id for name in ("Staff", "Night shift")]
    )
    for team in teams:
        session.expire(team, "floor", "seats")
    wire.clear()
    assert [team.floor for team in teams] == [FULL["Floor"][0], "2"]
    assert teams[0].seats == 42
    assert len(wire.sent) == 1
    teams[0].description = "unsaved"
    teams[0].refresh("floor")
    assert (teams[0].floor, teams[0].description) == (FULL["Floor"][0], "unsaved")
    teams[0].discard()


def test_a_record_with_custom_fields_is_saved_as_ever(session: Session, connect: Connect) -> None:
    """They are never sent; a new record has them once it exists."""
    team = session.add(Team(name="With fields"))
    assert (team.floor, team.skills) == (None, [])
    session.commit()
    assert (team.floor, team.skills) == (None, [])
    team.description = "changed"
    team.save()
    assert connect().get(Team, "With fields").description == "changed"
    with pytest.raises(AttributeError, match=r"Team\.floor is read-only"):
        session.edit(Team, team.id, floor="3")


def test_one_group_is_one_record_as_whatever_it_is_asked_for(session: Session, wire: Wire) -> None:
    """Met as a `Group` and asked for as a `Team`, it becomes one, unsaved changes and all."""
    group = session.get(Group, "Staff")
    group.description = "unsaved"
    team = session.get(Team, group.id)
    assert team is group
    assert (team.floor, team.description) == (FULL["Floor"][0], "unsaved")
    wire.clear()
    assert session.get(Group, group.id) is team
    assert session.get(Team, group.id) is team
    assert wire.sent == []
    group.discard()


def test_a_query_for_a_subclass_gives_the_record_that_is_held(session: Session) -> None:
    """Of all that it finds."""
    groups = {group.id: group for group in session.query(Group)}
    teams = session.query(Team).all()
    assert [groups[team.id] for team in teams] == teams
    assert session.query(Team).where(Team.name == "Staff").one().seats == 42


def test_two_classes_of_one_group_are_two_records(session: Session, connect: Connect) -> None:
    """Where neither is a subclass of the other; each reads anew what the other saved."""

    class Crew(Group):
        deck: ReadOnly[str | None] = cf("Floor", default=None)

    group = session.add(Group(name="Of two classes"))
    session.commit()
    crew, team = session.get(Crew, group.id), session.get(Team, group.id)
    assert crew is group
    assert (team.id, isinstance(team, Crew)) == (crew.id, False)
    assert session.get(Crew, group.id) is crew
    assert session.query(Team).where(Team.name == "Of two classes").all() == [team]
    for one, other in ((crew, team), (team, crew)):
        one.description = f"by {type(one).__name__}"
        one.save()
        assert other.description == one.description
    session.edit(Group, group.id, description="by neither")
    assert crew.description == team.description == "by neither"


def test_a_record_cannot_be_found_by_them(session: Session, wire: Wire) -> None:
    """RT does not search by them, and what an account may not see is no empty value."""
    wire.clear()
    for query in (
        session.query(Team).where(Team.floor == "2"),
        session.query(Team).order_by(Team.floor.asc()),
    ):
        with pytest.raises(QueryError, match="does not search groups by their custom fields"):
            query.all()
    assert wire.sent == []


def test_an_account_without_the_right_is_told_of_it(connect: Connect) -> None:
    """RT shows the record without them; an empty value would be a lie."""
    number = connect().get(Group, "Staff").id
    stranger = connect("stranger")
    team = shown_or_refused(lambda: stranger.get(Team, number), "SeeGroup")
    if team is None:
        return
    assert team.name == "Staff"
    with pytest.raises(
        NotFound, match=r"CF-Floor of <Team .*: it does not have it.*SeeCustomField"
    ):
        _ = team.floor
    assert team.custom_fields == ()
    assert connect("reader").get(Desk, "Incidents").seats == 42


def test_the_definitions_of_a_queue_and_of_a_group(
    session: Session, rt: Server, wire: Wire
) -> None:
    """Loaded once, when they are read; those of a queue's tickets are others."""
    rt4 = rt.major == 4
    queue, group = session.get(Queue, "Incidents"), session.get(Group, "Staff")
    wire.clear()
    for fields in (queue.own_custom_fields, group.custom_fields):
        told = {field.name: field for field in fields}
        assert told["Floor"] == CustomField(
            id=told["Floor"].id,
            name="Floor",
            description="where: (it) is",
            type="Freeform",
            maximum=None if rt4 else 1,
        )
        assert len({each.id for each in fields}) == (1 if rt4 else len(fields))
        shifts = () if rt4 else ("early", "early, late", "late")
        assert (told["Shifts"].values is None) == rt4
        assert tuple(sorted(told["Shifts"].values or ())) == shifts
        assert (told["Skills"].multiple, told["Shifts"].type) == (True, "Select")
        assert told["Seats"].pattern == ("[Digits]" if rt4 else "(?#Digits)^\\d*$")
        assert {"Größe: 1, (x)", "Col:on, (x) ä"} <= told.keys()
    # On RT 5 a list more, and the values of Shifts.
    assert len(wire.sent) == (4 if rt4 else 8)
    assert "Severity" in {field.name for field in queue.custom_fields}
    count = len(wire.sent)
    assert "Severity" not in {field.name for field in queue.own_custom_fields}
    assert len(wire.sent) == count


def test_definitions_that_may_not_be_seen(connect: Connect) -> None:
    """RT lists none without SeeCustomField; a queue is not even shown."""
    number = connect().get(Queue, "Incidents").id
    with pytest.raises(PermissionDenied, match="SeeQueue"):
        connect("stranger").get(Queue, number)
    reader = connect("reader").get(Queue, number)
    assert "Floor" in {field.name for field in reader.own_custom_fields}


def test_a_custom_field_of_a_ticket_may_be_declared_read_only(
    session: Session, connect: Connect
) -> None:
    """What another program writes, and this one must not."""

    class Watched(Ticket):
        note: ReadOnly[str | None] = cf("Note", default=None)

    ticket = session.add(Incident(subject="x", note="two\nlines"))
    session.commit()
    watched = connect().get_many(Watched, [ticket.id])[0]
    assert watched.note == "two\nlines"
    with pytest.raises(AttributeError, match=r"Watched\.note is read-only: it is declared as"):
        watched.note = "x"  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue]
    watched.priority = 3
    watched.save()
    assert connect().get(Incident, ticket.id).note == "two\nlines"
