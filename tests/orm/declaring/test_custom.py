"""Custom fields by the kind of record that has them; no server."""

from __future__ import annotations

import pickle
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import PrivateAttr, ValidationError

from rtorm import CF, Attr, Group, NotFound, Queue, ReadOnly, Ticket, User, cf, state_of
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.shown import become, fill
from rtorm.orm.record import Record
from rtorm.rest1.clock import Clock
from tests.orm.doubles import Shelf, detached, loaded, make, put

CLOCK = Clock(None, exact=False)


class Shift(Enum):
    """Values that are words, one with a comma in it."""

    BOTH = "early, late"
    EARLY = "early"
    LATE = "late"


class Team(Group):
    """A group with custom fields."""

    floor: ReadOnly[str | None] = cf("Floor", default=None)
    skills: ReadOnly[list[str]] = cf("Skills", default_factory=list)
    seats: ReadOnly[int | None] = cf("Seats", default=None)
    shifts: ReadOnly[list[Shift] | None] = cf("Shifts", default=None)
    days: ReadOnly[list[Literal["a, b", 3]]] = cf("Days", default_factory=list)
    _note: str = PrivateAttr(default="none")

    @property
    def note(self) -> str:
        """What is no field."""
        return self._note


@pytest.mark.parametrize("kind", [Queue, Group, User])
@pytest.mark.parametrize("annotation", [CF[str | None], Attr[str | None]])
def test_only_read_only_ones_are_declared_where_rt_never_writes_them(
    kind: type[Record], annotation: Any
) -> None:
    """A class that would lose what is assigned to it is not made."""
    body = {"__annotations__": {"floor": annotation}, "floor": cf("Floor"), "__module__": __name__}
    metaclass: Any = type(kind)
    with pytest.raises(TypeError, match=r"Made\.floor: .* only shows .*'Floor'.* ReadOnly\["):
        metaclass("Made", (kind,), body)


def test_a_class_that_is_completed_later_is_refused_then() -> None:
    """Its annotations may name what is not there yet."""

    class Late(Group):
        floor: CF[Wanted] = cf("Floor", default=None)  # type: ignore[name-defined] # noqa: F821 # pyright: ignore[reportUndefinedVariable]

    Late.model_rebuild(_types_namespace={"Wanted": str, "CF": CF})
    with pytest.raises(TypeError, match=r"Late\.floor: .*ReadOnly\["):
        layout_of(Late)


def test_a_name_that_rt_does_not_delimit_is_refused() -> None:
    """Another field of a shorter name would be read for it."""

    def declare() -> type[Group]:
        class Local(Group):
            floor: ReadOnly[str | None] = cf("Floor: main", default=None)

        return Local

    with pytest.raises(TypeError, match="cannot be told where the name"):
        declare()


def test_the_name_is_by_the_kind_of_record() -> None:
    """Also of what classes of several kinds inherit from one place."""

    class Placed(Record):
        place: ReadOnly[str | None] = cf("Place {0}", default=None)

    class PlacedTicket(Placed, Ticket):
        pass

    class PlacedUser(Placed, User):
        pass

    assert layout_of(PlacedTicket).fields["place"].spec.wire == "CF.{Place {0}}"
    assert layout_of(PlacedUser).fields["place"].spec.wire == "CF-Place {0}"
    assert repr(PlacedUser.place) == "<Column CF-Place {0}>"


def test_all_is_loaded_where_one_cannot_be_asked_for() -> None:
    """RT knows no name by which to ask for a group's custom field."""
    assert layout_of(Team).cheap is None
    assert not layout_of(Team).fields["floor"].askable
    assert layout_of(Group).cheap == ("id", "Name", "Description", "Disabled")


def test_what_rt_shows_is_read_as_its_type() -> None:
    """And stays text where it does not fit."""
    team = loaded(Team)
    shown = {
        "CF-Floor": "3, left",
        "CF-Skills": "perl, c++",
        "CF-Seats": "many",
        "CF-Shifts": "early, late, late",
        "CF-Days": "a, b, 3",
    }
    fill(team, shown, CLOCK)
    assert (team.floor, team.skills) == ("3, left", ["perl", "c++"])
    assert (team.shifts, team.days) == ([Shift.BOTH, Shift.LATE], ["a, b", 3])
    assert state_of(team).undecoded == {"seats": "many"}
    fill(team, {"CF-Seats": "", "CF-Skills": "", "CF-Shifts": ""}, CLOCK)
    assert (team.seats, team.skills, team.shifts) == (None, [], None)
    assert pickle.loads(pickle.dumps(team)).floor == "3, left"


def test_they_are_not_given_and_not_assigned() -> None:
    """Neither to a new record nor to one of RT's."""
    team = make(Team, name="x")
    assert (team.floor, team.skills, list(team.changes)) == (None, [], ["name"])
    with pytest.raises(ValidationError, match="declared as ReadOnly"):
        make(Team, name="x", floor="3")
    for each in (team, loaded(Team, floor="3", skills=["perl"])):
        with pytest.raises(AttributeError, match=r"Team\.floor is read-only: it is declared as"):
            put(each, floor="4")
        with pytest.raises(AttributeError, match="read-only"):
            each.skills.append("c")


def test_what_rt_does_not_show_is_not_empty() -> None:
    """The error names the right that the account may lack."""
    with pytest.raises(
        NotFound, match=r"CF-Floor of <Team 1>: it does not have it.*SeeCustomField"
    ):
        _ = loaded(Team, Shelf()).floor


def test_definitions_are_none_before_the_record_exists() -> None:
    """They cannot be assigned either."""
    assert (Group(name="x").custom_fields, Queue(name="x").own_custom_fields) == ((), ())
    with pytest.raises(AttributeError, match="cannot be assigned"):
        put(Group(name="x"), custom_fields=())


def test_a_record_becomes_one_of_a_subclass() -> None:
    """The same object, with what is loaded and unsaved, and what the subclass has beside it."""
    group: Any = detached(Group, name="Staff")
    group.description = "new"
    become(group, Team)
    assert isinstance(group, Team)
    assert (group.name, group.note, list(group.changes)) == ("Staff", "none", ["description"])
    fill(group, {"CF-Floor": "3"}, CLOCK)
    assert group.floor == "3"


def test_a_ticket_may_have_read_only_ones() -> None:
    """RT names them as all others of tickets."""

    class Local(Ticket):
        picture: ReadOnly[str | None] = cf("Picture", default=None)
        hosts: ReadOnly[list[str]] = cf("Hosts", default_factory=list)

    ticket = loaded(Local)
    fill(ticket, {"CF.{Picture}": "a.png", "CF.{Hosts}": "'a, b',c"}, CLOCK)
    assert (ticket.picture, ticket.hosts) == ("a.png", ["a, b", "c"])
    assert {"CF.{Picture}", "CF.{Hosts}"} <= set(layout_of(Local).cheap or ())
    with pytest.raises(AttributeError, match="read-only"):
        put(ticket, picture="b.png")
