"""What RT is told of a changed list of watchers in which it shows groups as their members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.gateway import Holders
from rtorm.orm.records.groups import with_groups
from rtorm.rest1.forms import EncodeError

STAFF = Holders({28: "Staff"}, frozenset({"ann@example.com", "ann", "eve@example.com"}))
SHOWN = ["ann@example.com", "bob@example.com", "Cid@example.com", "eve@example.com"]
HIDDEN = ["ann@example.com", "eve@example.com"]


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        (SHOWN, [*SHOWN, "new@example.com"], [*HIDDEN, "new@example.com", "28"]),
        (SHOWN, ["cid@EXAMPLE.com", "Bob@example.com"], ["28"]),
        (SHOWN, SHOWN[1:], ["eve@example.com", "28"]),
        (HIDDEN, [*HIDDEN, "new@example.com"], [*HIDDEN, "new@example.com", "28"]),
        (HIDDEN, [], ["28"]),
    ],
    ids=["added", "other letters", "single one taken out", "members unseen", "emptied unseen"],
)
def test_a_group_stays_where_none_of_its_members_was_taken_out(
    old: list[str], new: list[str], sent: list[str]
) -> None:
    """By its number, in its members' place; also where the account sees none of them."""
    assert with_groups(old, new, STAFF) == sent


@pytest.mark.parametrize("new", [[], HIDDEN, ["new@example.com"]])
def test_a_group_goes_with_all_its_members(new: list[str]) -> None:
    """That is what the list says."""
    assert with_groups(SHOWN, new, STAFF) == new


def test_a_part_of_a_group_cannot_be_taken_out() -> None:
    """The others would be there in the group's place; who joins it later would not be."""
    with pytest.raises(EncodeError, match=r"group 'Staff' \(28\).*bob@example.com was taken out"):
        with_groups(SHOWN, [each for each in SHOWN if each != "bob@example.com"], STAFF)


@pytest.mark.parametrize("named", ["group:Staff", "group:staff", "group:28", "28"])
def test_a_group_that_is_named_is_what_the_list_says(named: str) -> None:
    """It is there, or it goes where it was named before."""
    assert with_groups(SHOWN, ["ann@example.com", named], STAFF) == ["ann@example.com", named]
    assert with_groups([*HIDDEN, named], HIDDEN, STAFF) == HIDDEN
    both = [*HIDDEN, named, "new@example.com"]
    assert with_groups([*HIDDEN, named], both, STAFF) == both


NAMES = st.sampled_from([*SHOWN, "new@example.com", "bob"])
LISTS = st.lists(NAMES, unique=True)


@given(LISTS, LISTS)
def test_without_groups_a_list_is_sent_as_it_is(old: list[str], new: list[str]) -> None:
    """Whoever is there."""
    for users in ((), ("ann", "ann@example.com"), [each.lower() for each in old]):
        assert with_groups(old, new, Holders({}, frozenset(users))) == new


@given(LISTS, LISTS)
def test_nobody_is_lost(old: list[str], new: list[str]) -> None:
    """Whoever is to be there is in what is sent, or was shown for the group, which is in it then."""
    try:
        sent = with_groups(old, new, STAFF)
    except EncodeError:
        return
    left_out = {each for each in new if each not in sent}
    assert left_out <= set(old)
    assert not left_out & {"ann@example.com", "eve@example.com"}
    assert not left_out or "28" in sent
    assert set(sent) <= {*new, "28"}
