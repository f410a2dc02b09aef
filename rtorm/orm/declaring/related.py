"""What belongs to a record and has requests of its own: a ticket's attachments, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Never, NoReturn, Self, TypeVar, overload

from rtorm.orm.declaring.loadable import Loadable

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = ["Related", "related_names"]

T_co = TypeVar("T_co", covariant=True)


class Related(Loadable, Generic[T_co]):
    """An attribute that is loaded when it is first read, for the record and its peers.

    Declared on a class as `history: ClassVar[Related[History]] = Related(History())`, with what a
    record has that RT does not hold yet. Reading it on an instance gives the loaded value; it
    cannot be assigned.
    """

    __slots__ = ("empty",)

    def __init__(self, empty: T_co) -> None:
        self.empty = empty

    def __set_name__(self, owner: type[Record], name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<Related {self.name}>"

    @overload
    def __get__(self, instance: None, owner: object) -> Self: ...
    @overload
    def __get__(self, instance: Record, owner: object) -> T_co: ...
    def __get__(self, instance: Record | None, owner: object) -> Self | T_co:
        if instance is None:
            return self
        held: T_co = instance.__rt_related__(self.name, self.empty)
        return held

    def __set__(self, instance: Record, value: Never) -> NoReturn:
        message = f"{type(instance).__name__}.{self.name} cannot be assigned: RT keeps it"
        raise AttributeError(message)


def related_names(cls: type[Record]) -> tuple[str, ...]:
    """The names of what is declared as `Related` on a class and its bases."""
    return tuple(
        name
        for base in reversed(cls.__mro__)
        for name, value in vars(base).items()
        if isinstance(value, Related)
    )
