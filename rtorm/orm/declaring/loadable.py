"""What stands for an attribute on a class of records; standard library alone."""

from __future__ import annotations

__all__ = ["Loadable"]


class Loadable:
    """An attribute as it stands on a class: `Ticket.subject`, `Ticket.links`, `Ticket.history`.

    `Query.only` and `Query.include` take it.

    Attributes:
        name: The attribute's name.
    """

    __slots__ = ("name",)
    name: str
