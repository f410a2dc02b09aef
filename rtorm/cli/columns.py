"""The columns of `find`: which they are, and what a ticket has in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from rtorm.cli.assignments import UsageError
from rtorm.cli.targets import ATTRIBUTES, CUSTOM, OF_LINKS, READ_ONLY
from rtorm.errors import NotFound
from rtorm.models.ticket import Ticket
from rtorm.orm.columns import Column, Ordering
from rtorm.orm.declaring.loadable import Loadable

__all__ = ["ShownColumn", "columns_of", "ordering_of"]

# The name of a custom field may hold commas, and stands in braces then.
_ONE = re.compile(r"\s*((?:cf\.)\{.+?\}|[^,]*?)\s*(?:,|\Z)", re.IGNORECASE)
_BRACED = re.compile(r"\{(.+)\}")


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column.

    Attributes:
        name: Its heading: an attribute, `links.` and a relation, `cf.` and RT's name.
    """

    name: str

    @property
    def custom(self) -> str:
        """RT's name of the custom field; empty if it is an attribute."""
        return self.name[len(CUSTOM) :] if self.name.startswith(CUSTOM) else ""

    @property
    def loaded(self) -> Loadable:
        """What a query loads for it."""
        return Ticket.cf if self.custom else cast("Loadable", attrgetter(self.name)(Ticket))

    def is_of(self, ticket: Ticket) -> bool:
        """Whether the ticket's queue has it, as far as the account may see."""
        return not self.custom or _spelt(self.custom, ticket) is not None

    def value(self, ticket: Ticket) -> Any:
        """What a ticket has there; None where its queue does not have it or RT does not show it."""
        try:
            if not self.custom:
                return attrgetter(self.name)(ticket)
            name = _spelt(self.custom, ticket)
            return None if name is None else ticket.cf[name]
        except NotFound:
            return None


def columns_of(given: str) -> list[ShownColumn]:
    """The columns of a list of names, joined by commas.

    Raises:
        UsageError: One of them is none.
    """
    names = [found for found in _ONE.findall(given) if found]
    if not names:
        message = "which columns? give such as id,subject,cf.Severity"
        raise UsageError(message)
    return [ShownColumn(_name(each)) for each in names]


def ordering_of(given: str) -> Ordering:
    """The order of a name, behind a `-` the other way round.

    Raises:
        UsageError: There is no such attribute.
    """
    name = _name(given.removeprefix("-"))
    column: Column[Any] = (
        Ticket.cf[name[len(CUSTOM) :]] if name.startswith(CUSTOM) else attrgetter(name)(Ticket)
    )
    return column.desc() if given.startswith("-") else column.asc()


def _name(given: str) -> str:
    lower = given.lower()
    bare = lower.removeprefix("links.")
    if lower.startswith(CUSTOM) and len(given) > len(CUSTOM):
        rest = given[len(CUSTOM) :]
        braced = _BRACED.fullmatch(rest)
        return CUSTOM + (braced[1] if braced else rest)
    if bare in OF_LINKS:
        return f"links.{bare}"
    if lower in READ_ONLY or lower in ATTRIBUTES:
        return lower
    message = (
        f"{given!r} is no column: give {', '.join((*READ_ONLY, *ATTRIBUTES))}, or cf.NAME for a "
        "custom field"
    )
    raise UsageError(message)


def _spelt(name: str, ticket: Ticket) -> str | None:
    """RT's own spelling of a custom field's name; None if the ticket has none of this name."""
    names: Sequence[str] = list(ticket.cf)
    if name in names:
        return name
    alike = [each for each in names if each.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None
