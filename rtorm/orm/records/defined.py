"""The custom fields that a server defines for a queue's tickets, as fields of a record; pure.

What a class declares keeps its name and type; the server's definition adds its number where RT
takes no name, and why it must not be written. What no class declares becomes a field of its own,
`cf.Name`, of the kind that the server tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from rtorm.gateway import Definition
from rtorm.orm.declaring.custom import WRITTEN
from rtorm.orm.declaring.fitting import may_be_lost
from rtorm.orm.declaring.kinds import codec_for
from rtorm.orm.declaring.layout import FieldLayout, Layout, Validate, layout_of
from rtorm.orm.fields import Spec
from rtorm.orm.records.demands import type_of
from rtorm.orm.state import state_of

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = ["PREFIX", "Defined", "define", "field_called", "layout_for", "undefined"]

PREFIX = "cf."
"""What the names of fields begin with that no class declares."""

_FILES = ("Image", "Binary")
_IS_FILE = (
    "RT keeps a file there, of which REST 1.0 shows the name alone: to write it would destroy the "
    "file"
)
_FILE_DECLARED = f"{_IS_FILE}: declare it as ReadOnly[...]"
_IS_DOUBLED = (
    "{} custom fields are called {!r}, and RT would write one of them: declare it with the number "
    "that RT's web pages show, cf({!r}, id={})"
)
_IS_SINGLE = "it holds one value in RT and is declared as a list: declare it as CF[str | None]"
_IS_LEFT = (
    "queue {!r} has no custom field {!r}; it was set for another queue: ticket.discard({!r}) drops "
    "it"
)
_IS_OF_ANOTHER = "the number {} is that of the custom field {!r}: declare it with its own number"
_IS_UNKNOWN = (
    "RT does not tell this account what kind of custom field it is: declare it in a class of "
    "tickets, or give the account the right SeeCustomField globally or on the custom field"
)


@dataclass(frozen=True, slots=True)
class Defined:
    """What is known of the custom fields of a ticket.

    Attributes:
        queue: The queue that they are of.
        fields: Their definitions, in the server's order.
    """

    queue: str
    fields: tuple[Definition, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once."""
        return tuple(dict.fromkeys(definition.name for definition in self.fields))


def undefined(name: str, number: int | None = None) -> Definition:
    """What is known of a custom field of which the server tells nothing but its name."""
    return Definition(name, description="", type="", multiple=False, pattern="", id=number)


def define(record: Record, defined: Defined) -> None:
    """Tell a record which custom fields the server defines for it."""
    state = state_of(record)
    state.defined, state.layout = defined, None


def layout_for(record: Record) -> Layout:
    """The fields of one record: those of its class, and those that the server defines for it."""
    state = state_of(record)
    if state.defined is None:
        return layout_of(type(record))
    if state.layout is None:
        kept = {name for name in state.original if name.startswith(PREFIX)}
        state.layout = _extended(layout_of(type(record)), state.defined, kept)
    return state.layout


def field_called(name: str, layout: Layout) -> FieldLayout | None:
    """The field that stands for the custom field of this name."""
    return layout.at_wire(WRITTEN.name.format(name))


class _Known:
    """Definitions by their names, which RT finds in any letter case."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self.names = dict.fromkeys(definition.name for definition in definitions)
        self.by_number = {each.id: each.name for each in definitions if each.id is not None}
        self._alike: dict[str, list[Definition]] = {}
        for definition in definitions:
            self._alike.setdefault(definition.name.lower(), []).append(definition)

    def alike(self, name: str) -> Sequence[Definition]:
        """All that RT may take for the one of this name."""
        return self._alike.get(name.lower(), ())

    def called(self, name: str) -> Sequence[Definition]:
        """Those of this name, or the one that is spelt in other letters."""
        alike = self.alike(name)
        exact = [definition for definition in alike if definition.name == name]
        return exact or (alike if len(alike) == 1 else ())


def _extended(layout: Layout, defined: Defined, kept: Iterable[str]) -> Layout:
    """The fields of a class with what the server defines.

    Args:
        layout: The class's own.
        defined: The definitions.
        kept: Attributes that stay though the server does not define them any more.
    """
    known = _Known(defined.fields)
    declared = {name: _amended(field, known) for name, field in layout.fields.items()}
    taken = {field.spec.custom for field in layout.fields.values()}
    taken |= {each.name for name in taken for each in known.called(name)}
    names = [name for name in known.names if name not in taken]
    left = [name.removeprefix(PREFIX) for name in kept]
    left = [name for name in left if name not in taken and name not in known.names]
    added = [_added(known.called(name)[0], known.alike(name)) for name in names]
    added += [_left(name, defined.queue) for name in left]
    types = {field.name: declared_type for field, declared_type in added}
    return _with(layout, declared, [field for field, _ in added], types)


def _with(
    layout: Layout,
    declared: Mapping[str, FieldLayout],
    added: Sequence[FieldLayout],
    types: Mapping[str, Any],
) -> Layout:
    by_wire = {wire: declared[field.name] for wire, field in layout.by_wire.items()}
    new = {field.spec.wire: field for field in added}
    parts: dict[str, Validate] = {
        name: TypeAdapter[Any](kind).validate_python for name, kind in types.items()
    }
    validators = replace(layout.validators, parts={**layout.validators.parts, **parts})
    return replace(
        layout,
        fields={**declared, **{field.name: field for field in added}},
        by_wire={**by_wire, **new},
        by_lower_wire={
            **{wire.lower(): field for wire, field in new.items()},
            **{wire.lower(): field for wire, field in by_wire.items()},
        },
        decoders={
            **layout.decoders,
            **{wire: (field.name, field.codec.decode) for wire, field in new.items()},
        },
        validators=validators,
    )


def _amended(field: FieldLayout, known: _Known) -> FieldLayout:
    """A declared field with what the server says of it."""
    name, number = field.spec.custom, field.spec.number
    definitions = known.called(name)
    if not definitions:
        return field
    chosen = [each for each in definitions if each.id == number] or definitions
    one = chosen[0]
    barred = ""
    if any(each.type in _FILES for each in chosen):
        barred = _IS_FILE if field.read_only else _FILE_DECLARED
    elif field.many and one.type and not one.multiple:
        barred = _IS_SINGLE
    spec = replace(field.spec, lost_on_edit=may_be_lost(field.kinds, field.many, one))
    if number is None:
        spec = _numbered(spec, known.alike(name))
        barred = barred or _doubled(one.name, known.alike(name))
    elif known.by_number.get(number, name).lower() != name.lower():
        barred = _IS_OF_ANOTHER.format(number, known.by_number[number])
    return replace(field, spec=spec, barred=barred)


def _left(name: str, queue: str) -> tuple[FieldLayout, Any]:
    """A field that was set for another queue."""
    field, kind = _added(undefined(name), ())
    return replace(field, barred=_IS_LEFT.format(queue, name, PREFIX + name)), kind


def _added(one: Definition, alike: Sequence[Definition]) -> tuple[FieldLayout, Any]:
    """A field that no class declares, and its type."""
    kind = type_of(one)
    field = FieldLayout(
        name=PREFIX + one.name,
        spec=_numbered(WRITTEN.of(Spec(wire=one.name, custom=one.name)), alike),
        codec=codec_for(kind),
        many=one.multiple,
        read_only=one.type in _FILES,
        barred=_barred(one) or _doubled(one.name, alike),
    )
    return field, kind


def _barred(definition: Definition) -> str:
    if not definition.type:
        return _IS_UNKNOWN
    return _IS_FILE if definition.type in _FILES else ""


def _doubled(name: str, alike: Sequence[Definition]) -> str:
    if len(alike) <= 1:
        return ""
    numbers = " or ".join(str(each.id) for each in alike if each.id is not None)
    return _IS_DOUBLED.format(len(alike), name, name, numbers or "...")


def _numbered(spec: Spec, alike: Sequence[Definition]) -> Spec:
    """The declaration with the number in place of the name, as far as it is known.

    RT may not be told the name, or take it for that of another field, which the account cannot see.
    """
    if len(alike) != 1 or alike[0].id is None:
        return spec
    wire = WRITTEN.name.format(alike[0].id)
    return replace(spec, create_wire=wire, edit_wire=wire)
