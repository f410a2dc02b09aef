"""The custom fields of a ticket by their names, whatever its class declares."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from rtorm.display.records import named
from rtorm.orm.columns import Column
from rtorm.orm.declaring.custom import WRITTEN
from rtorm.orm.record import Record
from rtorm.orm.records.defined import PREFIX, field_called, layout_for
from rtorm.orm.records.facet import Facet
from rtorm.orm.state import state_of
from rtorm.texts import brief, listed

if TYPE_CHECKING:
    from rtorm.gateway import Definition
    from rtorm.orm.declaring.layout import FieldLayout

__all__ = ["CustomColumns", "CustomValues"]

_NEAR = 3
_SHOWN, _WIDE = 25, 65


class _UnknownFieldError(KeyError):
    """A KeyError that prints its message as it stands."""

    def __str__(self) -> str:
        return str(self.args[0])


class CustomValues(MutableMapping[str, Any]):
    """The custom fields of one ticket, `ticket.cf`: a mapping by RT's names, in RT's order.

    ```python
    ticket.cf["Severity"] = "high"
    ticket.cf["Affected hosts"].append("db2")
    ```

    A value is a `str`; of RT's kinds Date, DateTime, IPAddress and IPAddressRange a `date`, a
    `datetime` in UTC, an address or a network of `ipaddress` (a range that is no network is a
    text); None where there is none; a list where the field holds several. Values are tracked,
    validated and saved like attributes: they are among `changes` and `errors` as `cf.Severity`, or
    under the name that the ticket's class declares, whose types apply then. `del ticket.cf[name]`
    clears a field. Numbers are no keys, unlike those of `Ticket.cf`: a field that its name cannot
    tell is declared with its number, `cf("Its name", id=22)`.

    The definitions of the queue's custom fields are asked for once a session. They are complete
    if the account has the right SeeCustomField globally or on the fields themselves; a field of
    which it sees the values only (RT 4.4-5.0) is a text that cannot be written here.

    What is assigned is checked against the definition at once: the name, single against several,
    the type, the pattern as far as RT tells it (RT 5 and later tell it whole), and the number of
    values (RT 5 and later).

    Raises:
        KeyError: The queue has no such custom field, or the account may not see it.
        ValidationError: The value does not fit the definition, or the field cannot be written.
        DetachedError: The ticket belongs to no session.
    """

    __slots__ = ("__rt_ticket__",)

    def __init__(self, ticket: Record) -> None:
        """The custom fields of a ticket; use `ticket.cf`."""
        self.__rt_ticket__ = ticket

    def __getitem__(self, name: str) -> Any:
        ticket, attribute = self.__rt_ticket__, self._field(name).name
        held = vars(ticket)
        return held[attribute] if attribute in held else ticket.__rt_absent__(attribute)

    def __setitem__(self, name: str, value: Any) -> None:
        ticket, field = self.__rt_ticket__, self._field(name)
        if field.barred:
            raise _not_written(ticket, field, value)
        setattr(ticket, field.name, value)

    def __delitem__(self, name: str) -> None:
        self[name] = [] if self._field(name).many else None

    def clear(self) -> None:
        """Clear all custom fields that can be written; they stay there, without values."""
        for name in self._names():
            if not self._field(name).barred:
                del self[name]

    def popitem(self) -> NoReturn:
        """Refused: a queue's custom fields stay there, also without values."""
        message = "custom fields are cleared, not removed: del ticket.cf[name], ticket.cf.clear()"
        raise TypeError(message)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomValues) and self.__rt_ticket__ is other.__rt_ticket__

    def __hash__(self) -> int:
        return hash((CustomValues, self.__rt_ticket__))

    def __repr__(self) -> str:
        held, fields = vars(self.__rt_ticket__), layout_for(self.__rt_ticket__).fields.values()
        known = {field.spec.custom: held.get(field.name) for field in fields if field.spec.custom}
        parts = (f"{name!r}: {brief(value, _SHOWN)}" for name, value in known.items() if value)
        told = listed(parts, _WIDE)
        return f"<custom fields of {named(self.__rt_ticket__)}: {told or 'none loaded'}>"

    def _ipython_key_completions_(self) -> list[str]:
        """What an interactive shell offers after `ticket.cf["`; asks the server for nothing."""
        defined = state_of(self.__rt_ticket__).defined
        return [] if defined is None else list(defined.names)

    def _names(self) -> tuple[str, ...]:
        ticket = self.__rt_ticket__
        ticket.__rt_define__()
        defined = state_of(ticket).defined
        return () if defined is None else defined.names

    def _field(self, name: str) -> FieldLayout:
        names = self._names()
        field = field_called(name, layout_for(self.__rt_ticket__)) if name in names else None
        if field is None:
            raise _no_such_field(self.__rt_ticket__, name, names)
        return field


class CustomColumns(Facet[CustomValues]):
    """What `Ticket.cf` is on the class: a column for each custom field, to build conditions with.

    ```python
    (Ticket.cf["Severity"] == "high") & Ticket.cf["Affected hosts"].has("db1")
    ```
    """

    __slots__ = ()

    def __getitem__(self, name: str | int) -> Column[Any]:
        """The custom field of this name, or of this number.

        Nothing is asked: RT finds no ticket by a name that it does not know. Where the class of the
        query declares the field, its type applies.

        Raises:
            ValueError: The name is empty or nothing but digits, which RT takes for a number, or
                the number is none.
        """
        if not (_is_number(name) if not isinstance(name, str) else _is_name(name)):
            message = (
                f"cf[{name!r}]: give a custom field's name, or its number as an int from 1; RT "
                "takes a name of digits for a number"
            )
            raise ValueError(message)
        return Column(f"{PREFIX}{name}", WRITTEN.name.format(name))


def _is_number(given: object) -> bool:
    return type(given) is int and given > 0


def _is_name(given: str) -> bool:
    return bool(given.strip()) and not given.isdecimal()


def _no_such_field(ticket: Record, name: object, names: tuple[str, ...]) -> KeyError:
    if name in names:
        fields = layout_for(ticket).fields.values()
        bearing = ", ".join(field.name for field in fields if field.spec.custom == name)
        return _UnknownFieldError(f"several custom fields are called {name!r}: use {bearing}")
    defined = state_of(ticket).defined
    if isinstance(name, int):
        return _UnknownFieldError(_by_number(name, () if defined is None else defined.fields))
    queue = "" if defined is None else defined.queue
    near = _near(str(name), names)
    hint = f"; did you mean {', '.join(map(repr, near))}?" if near else ""
    return _UnknownFieldError(
        f"{ticket!r}: queue {queue!r} has no custom field {name!r}, or the account may not see it "
        f"(SeeCustomField){hint}"
    )


def _by_number(number: int, definitions: Sequence[Definition]) -> str:
    """What to do about a number: REST 1.0 shows values by names, and RT 4 tells few numbers."""
    name = next((each.name for each in definitions if each.id == number), None)
    is_alone = sum(each.name == name for each in definitions) == 1
    known = f"ticket.cf[{name!r}], or " if is_alone else ""
    return (
        f"cf[{number}]: ticket.cf takes the names of custom fields alone: {known}declare the field "
        f"with its number in a class of tickets, cf({name or 'its name'!r}, id={number})"
    )


def _near(name: str, names: tuple[str, ...]) -> list[str]:
    by_lower = {each.lower(): each for each in names}
    return [by_lower[each] for each in difflib.get_close_matches(name.lower(), by_lower, _NEAR)]


def _not_written(ticket: Record, field: FieldLayout, value: object) -> ValidationError:
    why = PydanticCustomError("not_written", "{why}", {"why": field.barred})
    detail = InitErrorDetails(type=why, loc=(PREFIX.rstrip("."), field.spec.custom), input=value)
    return ValidationError.from_exception_data(type(ticket).__name__, [detail])
