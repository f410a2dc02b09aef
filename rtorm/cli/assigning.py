"""Assignments of the command line, carried out on a record; nothing is sent but what is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from operator import attrgetter
from typing import Any

from pydantic import ValidationError

from rtorm.cli.assignments import Assignment, UsageError, grouped
from rtorm.cli.targets import CUSTOM, Target, changed, target_of
from rtorm.gateway import Definition
from rtorm.models.ticket import Ticket
from rtorm.orm.state import state_of

__all__ = ["assign", "put"]

_OF_PYDANTIC = "Value error, "


def assign(ticket: Ticket, given: Sequence[Assignment], zone: tzinfo | None) -> None:
    """Assign to a ticket what the command line says.

    Args:
        ticket: The ticket, which belongs to a session.
        given: What is assigned.
        zone: The account's time zone, for dates without one.

    Raises:
        UsageError: A name stands for nothing, or a value does not fit.
        RTError: What is changed could not be read.
    """
    targets: dict[str, Target] = {}
    named: list[tuple[str, Assignment]] = []
    # The custom fields are those of the queue where it goes.
    for each in sorted(given, key=lambda each: each.name.lower() != "queue"):
        target = target_of(each.name, lambda: _defined(ticket), ticket.queue)
        targets[target.attribute] = target
        named.append((target.attribute, each))
        if target.attribute == "queue":
            put(ticket, "queue", changed(target, None, [each], zone))
    for attribute, several in grouped(named).items():
        before = _value(ticket, attribute)
        put(ticket, attribute, changed(targets[attribute], before, several, zone))


def _defined(ticket: Ticket) -> Sequence[Definition]:
    # To list them has them asked for.
    list(ticket.cf)
    defined = state_of(ticket).defined
    return () if defined is None else defined.fields


def _value(ticket: Ticket, attribute: str) -> Any:
    if attribute.startswith(CUSTOM):
        return ticket.cf[attribute.removeprefix(CUSTOM)]
    return attrgetter(attribute)(ticket)


def put(ticket: Ticket, attribute: str, value: Any) -> None:
    """Assign one value; it is checked, and nothing is sent.

    Raises:
        UsageError: The value does not fit.
    """
    try:
        if attribute.startswith(CUSTOM):
            ticket.cf[attribute.removeprefix(CUSTOM)] = value
        else:
            place, _, name = attribute.rpartition(".")
            setattr(getattr(ticket, place) if place else ticket, name, value)
    except ValidationError as error:
        said = "; ".join(each["msg"].removeprefix(_OF_PYDANTIC) for each in error.errors())
    except ValueError as error:
        said = str(error)
    else:
        return
    message = f"{attribute}: {said}"
    raise UsageError(message)
