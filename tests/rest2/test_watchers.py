"""Who holds the roles of tickets."""

from __future__ import annotations

from typing import Any

import pytest

from rtorm.gateway import Holders
from rtorm.rest2.watchers import read_holders

ANN = {"type": "user", "id": "Ann", "Name": "Ann", "EmailAddress": "ann@Example.com"}
BOB = {"type": "user", "id": "bob", "Name": "bob", "EmailAddress": ""}
STAFF = {"type": "group", "id": "28", "Name": "Staff", "EmailAddress": ""}


def test_groups_are_told_from_users() -> None:
    """Users are known by name and by address, in small letters, as both may stand in a list."""
    assert read_holders({"Cc": [ANN, STAFF, BOB], "Requestor": [], "AdminCc": ""}) == {
        "Cc": Holders({28: "Staff"}, frozenset({"ann", "ann@example.com", "bob"})),
        "Requestors": Holders({}, frozenset()),
        "AdminCc": Holders({}, frozenset()),
    }


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "Ann",
        [7],
        [{**ANN, "Name": None, "EmailAddress": None}],
        [{**STAFF, "id": "many"}],
        [{**ANN, "type": "robot"}],
    ],
)
def test_a_role_that_is_not_told_whole_is_not_told(odd: Any) -> None:
    """A user who is not known would be taken for one of a group."""
    assert read_holders({"Cc": odd}) == {}
