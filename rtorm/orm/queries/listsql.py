"""Conditions on the lists of a ticket, its watchers and its links, to TicketSQL; pure.

The facts hold for RT 4.4-5.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from rtorm.orm.columns import Comparison, Operator
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.queries.comparing import impossible, joined, literal, misfit, name_of, single
from rtorm.orm.queries.operators import EQUALITY, LINKED, RELATIONS, WATCHED
from rtorm.orm.record import Record
from rtorm.orm.state import state_of
from rtorm.rest1.checks import check_link

__all__ = ["linked", "watched"]


def watched(clause: Comparison) -> str:
    """A condition on one of the lists of watchers; of a group that watches, on its members."""
    operator, value = clause.operator, single(clause)
    if isinstance(value, Record) and operator in EQUALITY and state_of(value).persistent:
        return _watched_by(clause, value)
    if isinstance(value, Record):
        value = name_of(clause, value)
    if operator not in WATCHED:
        raise impossible(clause, _UNWATCHED.get(operator, "RT knows no order of watchers"))
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise impossible(clause, "a watcher is an e-mail address or a user's name")
    if operator in EQUALITY and str(value).strip().isdecimal():
        raise impossible(clause, _NUMBERED_WATCHER)
    role = ROLES[clause.field]
    # RT takes an address for a user's name, too, if nobody has it as address.
    columns = ("Name",) if "@" not in str(value) else ("EmailAddress", "Name")
    keys = columns if operator in EQUALITY else ("EmailAddress",)
    wanted = literal(value or "")
    return joined(
        operator,
        (WATCHED[operator].format(role=role, key=f"{role}.{key}", value=wanted) for key in keys),
    )


_NUMBERED_WATCHER = (
    "RT takes a number for that of a user or a group, and finds by the denial of a group's "
    "everything: give the e-mail address, the name or the User"
)


def _watched_by(clause: Comparison, user: Record) -> str:
    """A condition on a user that RT knows, by the number: a group may have the same name."""
    if type(user).__rt_kind__ != "user":
        raise impossible(clause, misfit(clause))
    key = f"{ROLES[clause.field]}.id"
    return WATCHED[clause.operator].format(role="", key=key, value=vars(user)["id"])


_UNWATCHED: Mapping[Operator, str] = dict.fromkeys(
    ("NOT LIKE", "NOT STARTSWITH"),
    "RT would find tickets with such a watcher that have another one, too: ask for those that have "
    "one, and leave them out",
)


def linked(clause: Comparison) -> str:
    """A condition on one of the lists of links."""
    operator, value = clause.operator, single(clause)
    if operator not in LINKED:
        raise impossible(clause, "RT compares links for equality alone")
    if isinstance(value, Record):
        if type(value).__rt_kind__ != "ticket" or not state_of(value).persistent:
            raise impossible(clause, "a link leads to a ticket that is in RT, or to a URI")
        value = vars(value)["id"]
    end = "" if value is None else str(check_link(str(value)))
    if end == "0":
        raise impossible(clause, "there is no ticket 0: is_null() finds tickets without links")
    return LINKED[operator].format(key=RELATIONS[clause.field], value=literal(end))
