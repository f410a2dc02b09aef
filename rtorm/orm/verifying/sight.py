"""What an account must be able to see, so that finding nothing means that there is nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from rtorm.gateway import Gateway, Steps
from rtorm.orm.declaring.roles import ROLES
from rtorm.orm.queries.comparing import literal

__all__ = ["sees_comments", "sees_tickets"]

# Days ago at which a ticket that is seen may have been made; None: whenever it was.
_WINDOWS = (1, 30, None)
_SINCE = " AND Created > '{:%Y-%m-%d} 00:00:00'"
_LATEST = 20


def sees_tickets(
    gateway: Gateway, queue: str, about: datetime, parts: Collection[str] = ()
) -> bool:
    """Whether the account sees a ticket of a queue in which it has no part.

    Rights may be granted to those who have a part in a ticket, and to them alone.

    Args:
        gateway: The server.
        queue: The queue's name or number.
        about: From when days are counted back to the latest tickets.
        parts: RT's names of the roles that it may have in it all the same.
    """
    return any(_found_apart(gateway, queue, about, parts))


def sees_comments(gateway: Gateway, queue: str, about: datetime) -> bool:
    """Whether the account sees a comment on one of a queue's latest tickets, having no part in it.

    RT leaves comments out of the histories that it shows, and does not count them either, without
    the right ShowTicketComments (RT 4.4-5.0).
    """
    found = next(filter(None, _found_apart(gateway, queue, about, ())), None)
    histories = gateway.steps(found[:_LATEST]) if found else []
    steps = (each.seen for each in histories if isinstance(each, Steps))
    return any(step.type == "Comment" for seen in steps for step in seen)


def _found_apart(
    gateway: Gateway, queue: str, about: datetime, parts: Collection[str]
) -> Iterator[list[int]]:
    """The tickets of a queue in which the account has no part, by how old they may be."""
    me = literal(gateway.identity().user)
    apart = [f"{role}.Name != {me}" for name, role in ROLES.items() if name not in parts]
    asked = " AND ".join([f"Queue = {literal(queue)}", f"Owner != {me}", *apart])
    for days in _WINDOWS:
        window = _SINCE.format(about - timedelta(days=days)) if days else ""
        yield gateway.search("ticket", asked + window, "-id")
