"""Groups on a real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtorm import (
    CommitError,
    Group,
    NotFound,
    PartialSaveError,
    RejectedError,
    Session,
)
from tests.support import Wire, shown_or_refused

Connect = Callable[..., Session]


def made(session: Session, name: str, description: str = "") -> Group:
    group = session.add(Group(name=name, description=description))
    session.commit()
    return group


def test_a_group_is_found_by_id_and_by_name(session: Session, wire: Wire) -> None:
    """In any letter case; with all its fields loaded it costs no other request."""
    group = session.get(Group, "staff")
    assert (group.name, group.description, group.disabled) == ("Staff", "who answers", False)
    wire.clear()
    assert session.get(Group, group.id) is group
    assert wire.sent == []


def test_a_group_of_rts_own_is_not_taken_for_one_of_users(session: Session) -> None:
    """RT would give the AdminCc of some queue for this name."""
    with pytest.raises(NotFound, match="No group named AdminCc exists"):
        session.get(Group, "AdminCc")
    group = made(session, "AdminCc")
    assert session.get(Group, "admincc") is group


def test_members_load_for_all_groups_of_a_result(session: Session, wire: Wire) -> None:
    """When they are read, in one request."""
    found = {group.name: group for group in session.query(Group).where(Group.id > 0)}
    wire.clear()
    assert found["Staff"].members == [
        "Alice <alice@example.com>",
        "Bob <bob@example.com>",
        "GROUP [Night shift] (Reader <reader@example.com>)",
    ]
    assert found["Night shift"].members == ["Reader <reader@example.com>"]
    assert len(wire.sent) == 1


def test_a_new_group_has_no_members(session: Session) -> None:
    """Whether it was created or only made here."""
    assert Group(name="x").members == []
    assert made(session, "Nobody in it").members == []


def test_a_change_is_saved(session: Session, connect: Connect) -> None:
    """And what RT refuses is told by attribute."""
    group = made(session, "Changing")
    group.name, group.description = "Staff", "new"
    with pytest.raises(PartialSaveError) as caught:
        group.save()
    assert caught.value.errors == {"name": ["Illegal value for Name"]}
    group.name = "Changed"
    group.save()
    seen = connect().get(Group, group.id)
    assert (seen.name, seen.description) == ("Changed", "new")


@pytest.mark.parametrize("name", ['a, "b"', "sl/ash", "It's 50%_x \\", "Größe 😀", "new"])
def test_any_name_finds_its_group_and_no_other(session: Session, name: str) -> None:
    """Names may hold whatever RT keeps."""
    group = made(session, f"{name}")
    assert session.get(Group, name) is group
    assert session.query(Group).where(Group.name == name).ids() == [group.id]


def test_a_disabled_group_answers_to_its_id_only(session: Session, connect: Connect) -> None:
    """And is found by a query that asks for it."""
    group = made(session, "Gone home")
    group.disabled = True
    group.save()
    other = connect()
    with pytest.raises(NotFound, match="disabled"):
        other.get(Group, "Gone home")
    off = Group.disabled == True  # noqa: E712
    assert group.id in other.query(Group).where(off).ids()
    assert group.id not in other.query(Group).ids()
    found = other.get(Group, group.id)
    found.disabled = False
    found.save()
    assert other.get(Group, "Gone home") is found


def test_a_group_that_rt_does_not_make_stays_new(session: Session) -> None:
    """RT gives no reason."""
    group = session.add(Group(name="Staff"))
    with pytest.raises(CommitError, match="RT refused it without a reason"):
        session.commit()
    assert group.id is None
    session.rollback()


def test_an_account_without_rights_sees_a_group_by_its_id_at_most(connect: Connect) -> None:
    """Older RTs show it with its members, and find it by name only with the right SeeGroup."""
    number = connect().get(Group, "Night shift").id
    stranger = connect("stranger")
    group = shown_or_refused(lambda: stranger.get(Group, number), "SeeGroup")
    if group is None:
        return
    assert group.members == ["Reader <reader@example.com>"]
    assert stranger.query(Group).all() == []
    with pytest.raises(NotFound, match="SeeGroup"):
        stranger.get(Group, "Night shift")
    group.description = "x"
    with pytest.raises(RejectedError, match="description: Permission Denied"):
        group.save()
