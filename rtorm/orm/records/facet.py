"""Attributes that show a part of a record as an object of its own: `ticket.links`, `ticket.cf`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Never, NoReturn, Self, TypeVar, overload

from rtorm.orm.declaring.loadable import Loadable

__all__ = ["Facet"]

T_co = TypeVar("T_co", covariant=True)


class Facet(Loadable, Generic[T_co]):
    """Puts such an attribute on a class of records; it is read, and what it shows is changed.

    Declared as `links: ClassVar[Facet[Links]] = Facet(Links, "...")`.
    """

    __slots__ = ("_remedy", "_show")

    def __init__(self, show: Callable[[Any], T_co], remedy: str) -> None:
        """Take note of what it shows.

        Args:
            show: Makes it of the record.
            remedy: What to tell someone who assigns the attribute itself.
        """
        self._show = show
        self._remedy = remedy

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: object) -> T_co: ...
    def __get__(self, instance: object | None, owner: object) -> Self | T_co:
        return self if instance is None else self._show(instance)

    def __set__(self, instance: object, value: Never) -> NoReturn:
        raise AttributeError(self._remedy)
