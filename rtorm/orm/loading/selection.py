"""What a query loads of the records that it finds; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from rtorm.orm.declaring.layout import FieldLayout, layout_of
from rtorm.orm.declaring.loadable import Loadable
from rtorm.orm.record import Record
from rtorm.orm.records.facet import Facet

__all__ = ["CHEAP", "Selection"]

_QUEUE = "Queue"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which attributes come with the records of a query, and what becomes of the others.

    Attributes:
        only: The attributes to load; None for all that cost RT little.
        include: More attributes to load.
        strict: Whether the others are refused when they are read, instead of loaded.
    """

    only: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    strict: bool = False

    def limited_to(self, cls: type[Record], given: Iterable[Loadable]) -> Selection:
        """The same with these attributes alone, beside what was named before.

        Raises:
            TypeError: One of them stands for no attribute of the class.
        """
        names = _names(cls, given)
        fields = layout_of(cls).fields
        own = tuple(name for name in names if name in fields)
        more = tuple(name for name in names if name not in fields)
        return replace(self, only=(*(self.only or ()), *own), include=(*self.include, *more))

    def including(self, cls: type[Record], given: Iterable[Loadable]) -> Selection:
        """The same with these attributes, too.

        Raises:
            TypeError: One of them stands for no attribute of the class.
        """
        return replace(self, include=(*self.include, *_names(cls, given)))

    def asked(self, cls: type[Record]) -> tuple[str, ...] | None:
        """RT's names of what it is asked to show; None for everything.

        Of queues, users and groups RT cannot be asked for some.
        """
        layout = layout_of(cls)
        if cls.__rt_kind__ != "ticket":
            return None
        chosen = [layout.fields[name] for name in self._fields(cls)]
        if not all(field.askable for field in chosen) or (self.only is None and not layout.cheap):
            return None
        # By its queue it is known of which class a ticket is.
        always = (layout.cheap or ()) if self.only is None else (_QUEUE,)
        return tuple(dict.fromkeys((*always, *(field.spec.wire for field in chosen))))

    def is_dear(self, cls: type[Record]) -> bool:
        """Whether RT takes long to show it."""
        if self.asked(cls) is None:
            return True
        return any(layout_of(cls).fields[name].spec.dear for name in self._fields(cls))

    def later(self, cls: type[Record]) -> list[str]:
        """The attributes that are loaded by requests of their own: links, attachments, history."""
        fields = layout_of(cls).fields
        named = dict.fromkeys((*(self.only or ()), *self.include))
        apart = [name for name in named if name not in fields or _apart(fields[name])]
        return [each for name in apart for each in _parts(name, fields)]

    def _fields(self, cls: type[Record]) -> list[str]:
        """The attributes among those named that come with the record itself."""
        fields = layout_of(cls).fields
        named = (*(self.only or ()), *self.include)
        return [name for name in named if name in fields and not _apart(fields[name])]


CHEAP: Final = Selection()
"""What costs RT little."""


def _parts(name: str, fields: Iterable[str]) -> list[str]:
    """The fields that an attribute shows: `links` is all of its lists."""
    return [field for field in fields if field.startswith(f"{name}.")] or [name]


def _apart(field: FieldLayout) -> bool:
    return bool(field.spec.part) or field.spec.number is not None


def _names(cls: type[Record], given: Iterable[object]) -> list[str]:
    layout = layout_of(cls)
    known = {*layout.fields, *layout.related, *_facets(cls)}
    return [_attribute(cls, each, known) for each in given]


def _facets(cls: type[Record]) -> Iterable[str]:
    return (name for base in cls.__mro__ for name, v in vars(base).items() if isinstance(v, Facet))


def _attribute(cls: type[Record], given: object, known: Collection[str]) -> str:
    if isinstance(given, Loadable) and given.name in known:
        return given.name
    message = (
        f"{given!r} is no attribute that {cls.__name__} loads: give columns, such as "
        f"{cls.__name__}.id"
    )
    raise TypeError(message)
