"""Which record an id leads to; no server."""

from __future__ import annotations

from rtorm import Group
from rtorm.orm.loading.identity_map import IdentityMap
from rtorm.orm.loading.shown import blank
from rtorm.orm.record import Record


class Team(Group):
    """A class of groups."""


class Crew(Group):
    """Another one."""


def meet(records: IdentityMap, cls: type[Record]) -> Record:
    """The record of a group that is asked for as this class, as a session finds or makes it."""
    record = records.held(cls, 7) or records.fitted(cls, 7, {}) or blank(cls, 7)
    records.hold(record, 7)
    return record


def test_each_class_of_one_group_has_one_record() -> None:
    """Whatever the group was met as in between: its unsaved changes are there."""
    records = IdentityMap()
    group = meet(records, Group)
    crew, team = meet(records, Crew), meet(records, Team)
    assert crew is group
    assert team is not crew
    assert [meet(records, cls) for cls in (Crew, Team, Group, Crew, Team)] == [
        crew,
        team,
        group,
        crew,
        team,
    ]
    assert records.namesakes(crew) == [team]
    assert records.namesakes(team) == [crew]
    assert {*records.clear()} == {crew, team}
    assert (records.held(Crew, 7), records.held(Team, 7)) == (None, None)
