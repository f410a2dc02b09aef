"""Who holds the roles of tickets, groups told from single users; pure."""

from __future__ import annotations

from collections.abc import Mapping

from rtorm.gateway import Holders
from rtorm.rest2.plain import number, objects, text

__all__ = ["ASKED", "read_holders"]

_ROLES = {"Requestor": "Requestors", "Cc": "Cc", "AdminCc": "AdminCc"}
_MEMBERS = ("Name", "EmailAddress")

ASKED = {"fields": ",".join(_ROLES), **{f"fields[{role}]": ",".join(_MEMBERS) for role in _ROLES}}
"""What to ask for, as RT names it."""


def read_holders(ticket: Mapping[str, object]) -> dict[str, Holders]:
    """The holders of one ticket's roles, by REST 1.0's names of these.

    A role of which not all is told as it should be is left out.
    """
    found = {wire: _holders(ticket.get(role)) for role, wire in _ROLES.items()}
    return {wire: holders for wire, holders in found.items() if holders is not None}


def _holders(told: object) -> Holders | None:
    members = objects(told)
    if members is None:
        return None
    groups: dict[int, str] = {}
    users: set[str] = set()
    for member in members:
        own, known = number(member.get("id")), (text(member.get(each)) for each in _MEMBERS)
        if member.get("type") == "group" and own is not None:
            groups[own] = text(member.get("Name")) or ""
        elif member.get("type") == "user" and (names := [each for each in known if each]):
            users.update(map(str.lower, names))
        else:
            return None
    return Holders(groups, frozenset(users))
