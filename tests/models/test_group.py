"""Groups as records; no server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rtorm import Group
from rtorm.orm.loading.shown import fill
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import MEMBERS
from tests.orm.doubles import Shelf, loaded, make, put

NO_CLOCK = Clock(None, exact=False)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", []),
        ("Reader <reader@example.com>", ["Reader <reader@example.com>"]),
        (
            "Alice <alice@example.com>,\n    GROUP [Night shift] (Reader <r@x.org>;Bob <b@x.org>)",
            [
                "Alice <alice@example.com>",
                "GROUP [Night shift] (Reader <r@x.org>;Bob <b@x.org>)",
            ],
        ),
        (
            "Doe, Jane <jane@x.org>,  <nameless@x.org>",
            ["Doe, Jane <jane@x.org>", "<nameless@x.org>"],
        ),
        ("GROUP [Empty] (), GROUP [a, b] ()", ["GROUP [Empty] ()", "GROUP [a, b] ()"]),
    ],
)
def test_members_are_told_apart(text: str, members: list[str]) -> None:
    """Names may hold commas; each member ends with its address or its own members."""
    assert MEMBERS.decode(text, NO_CLOCK) == members


def test_members_load_when_they_are_read_and_cannot_be_changed() -> None:
    """RT shows them only where they are asked for, and REST 1.0 does not change them."""
    shelf = Shelf(held={"members": ["Alice <alice@example.com>"]})
    group = loaded(Group, shelf, name="Staff")
    assert group.members == ["Alice <alice@example.com>"]
    assert ("load", group, "members") in shelf.asked
    with pytest.raises(AttributeError, match="read-only"):
        group.members.append("x")
    with pytest.raises(AttributeError, match="read-only"):
        put(group, members=[])


def test_what_rt_shows_is_read() -> None:
    """The flag is true or false."""
    group = loaded(Group)
    fill(group, {"Name": "Staff", "Description": "", "Disabled": "1"}, NO_CLOCK)
    assert (group.name, group.description, group.disabled) == ("Staff", "", True)
    assert repr(group) == "<Group 1 'Staff'>"


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "empty"), ("12", "digits"), (" x", "blanks"), ("x\n", "one line"), ("x" * 201, "201")],
)
def test_what_rt_would_change_or_refuse_is_refused_first(name: str, why: str) -> None:
    """RT 5 removes blanks at the ends of a group's name, RT 4.4 keeps them."""
    with pytest.raises(ValidationError, match=why):
        make(Group, name=name)
