"""A ticket's links: six lists of tickets and URIs, tracked like any list of a ticket's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Self,
    SupportsIndex,
    cast,
    overload,
)

from pydantic import BeforeValidator

from rtorm.display.records import named
from rtorm.orm.columns import Column
from rtorm.orm.declaring.describing import describe
from rtorm.orm.fields import Spec
from rtorm.orm.record import Record
from rtorm.orm.records.facet import Facet
from rtorm.orm.state import TrackedList, state_of
from rtorm.rest1.checks import check_link
from rtorm.rest1.codecs import LINKS
from rtorm.rest1.forms import EncodeError
from rtorm.texts import brief, listed

__all__ = ["LINK_FIELDS", "MIRRORS", "LinkColumns", "Links"]


def _target(value: Any) -> int | str | Record:
    """The ticket's number or the URI that is meant; a ticket as long as it has no number."""
    if isinstance(value, Record):
        return _numbered(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        message = "a link leads to a ticket, its number, or a URI"
        raise ValueError(message)  # noqa: TRY004 - Pydantic reports ValueError
    target = check_link(value)
    if target == 0:
        message = "there is no ticket 0"
        raise EncodeError(message)
    return target


def _numbered(record: Record) -> int | Record:
    if type(record).__rt_kind__ != "ticket":
        message = f"{record!r} is no ticket"
        raise ValueError(message)
    return record.id if state_of(record).persistent else record


Target = int | str | Record
"""What a link leads to: a ticket, its number, or a URI."""

_Targets = list[Annotated[Any, BeforeValidator(_target)]]

_WIRES = {
    "depends_on": "DependsOn",
    "depended_on_by": "DependedOnBy",
    "refers_to": "RefersTo",
    "referred_to_by": "ReferredToBy",
    "parents": "MemberOf",
    "children": "Members",
}

_SHOWN, _WIDE = 45, 75
_PAIRS = (
    ("depends_on", "depended_on_by"),
    ("refers_to", "referred_to_by"),
    ("parents", "children"),
)

MIRRORS: Mapping[str, str] = {
    f"links.{one}": f"links.{other}" for pair in _PAIRS for one, other in (pair, pair[::-1])
}
"""What shows the same links at their other ends, by name."""

# RT names only the last of several links that it refuses, or none if a later one succeeds.
LINK_FIELDS: Mapping[str, tuple[Spec, Any]] = {
    f"links.{name}": (
        Spec(wire=wire, codec=LINKS, dear=True, lost_on_edit=True, part="links"),
        _Targets,
    )
    for name, wire in _WIRES.items()
}
"""The relations as fields of a ticket: their declarations and types, by name."""


if TYPE_CHECKING:

    class LinkList(list[int | str]):
        """What a list of links is to type checkers: one that takes tickets, too."""

        def append(self, end: int | str | Record, /) -> None: ...
        def extend(self, ends: Iterable[int | str | Record], /) -> None: ...
        def insert(self, at: SupportsIndex, end: int | str | Record, /) -> None: ...


class _Relation:
    """One of the lists: it lives on the ticket, under the name `links.depends_on`."""

    __slots__ = ("name",)
    name: str

    def __set_name__(self, owner: type[Links], name: str) -> None:
        self.name = f"links.{name}"

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: Links, owner: object) -> LinkList: ...
    def __get__(self, instance: Links | None, owner: object) -> Self | LinkList:
        if instance is None:
            return self
        ticket = instance.__rt_ticket__
        held = vars(ticket)
        values: TrackedList[Any] = (
            held[self.name] if self.name in held else ticket.__rt_absent__(self.name)
        )
        if any(isinstance(value, Record) for value in values):
            # By now they may have numbers.
            values.put([_target(value) for value in values])
        return cast("LinkList", values)

    def __set__(self, instance: Links, value: Sequence[int | str | Record]) -> None:
        setattr(instance.__rt_ticket__, self.name, value)


def _column(name: str) -> Column[list[Target]]:
    return Column(f"links.{name}", _WIRES[name])


class Links:
    """The links of one ticket, `ticket.links`: six lists, in no particular order.

    A member is the number of a ticket of this RT, or the URI of something else (RT 3.8-6.0,
    REST 1.0). The lists are loaded, all six, when one is first read, for the ticket and its peers;
    they are changed in place or assigned, and sent by the ticket's own `save()` and in its request,
    only those that differ.

    A list also takes a `Ticket`, or a number as text, which become numbers. A ticket that is new
    stands in the list itself until one `commit()` makes it and the link. What RT refuses is in
    `ticket.errors["links.depends_on"]`, and so is what it loses without a word: a URI that it does
    not know, a ticket that has been merged into another.
    """

    __slots__ = ("__rt_ticket__",)

    depends_on = _Relation()
    """What must be resolved before this ticket."""
    depended_on_by = _Relation()
    """What this ticket must be resolved before."""
    refers_to = _Relation()
    """What this ticket refers to."""
    referred_to_by = _Relation()
    """What refers to this ticket."""
    parents = _Relation()
    """What this ticket is a part of."""
    children = _Relation()
    """What is a part of this ticket."""

    def __init__(self, ticket: Record) -> None:
        """The links of a ticket; use `ticket.links`."""
        self.__rt_ticket__ = ticket

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Links) and self.__rt_ticket__ is other.__rt_ticket__

    def __hash__(self) -> int:
        return hash((Links, self.__rt_ticket__))

    def __repr__(self) -> str:
        held = vars(self.__rt_ticket__)
        lists = {name: held.get(f"links.{name}") for name in _WIRES}
        known = [f"{name}={brief(ends, _SHOWN)}" for name, ends in lists.items() if ends]
        told = listed(known, _WIDE) if "links.depends_on" in held or known else "not loaded"
        return f"<Links of {named(self.__rt_ticket__)}: {told or 'none'}>"


describe(Links)


class LinkColumns(Facet[Links]):
    """What `Ticket.links` is on the class: a column for each list, to build conditions with.

    ```python
    Ticket.links.depends_on.has(1040) | Ticket.links.parents.is_null()
    ```

    A ticket that was merged into another one is linked to no more: ask for the other one.
    """

    __slots__ = ()

    depends_on: ClassVar[Column[list[Target]]] = _column("depends_on")
    """What must be resolved before a ticket."""
    depended_on_by: ClassVar[Column[list[Target]]] = _column("depended_on_by")
    """What a ticket must be resolved before."""
    refers_to: ClassVar[Column[list[Target]]] = _column("refers_to")
    """What a ticket refers to."""
    referred_to_by: ClassVar[Column[list[Target]]] = _column("referred_to_by")
    """What refers to a ticket."""
    parents: ClassVar[Column[list[Target]]] = _column("parents")
    """What a ticket is a part of."""
    children: ClassVar[Column[list[Target]]] = _column("children")
    """What is a part of a ticket."""


describe(LinkColumns)
