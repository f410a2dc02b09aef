"""The custom fields that a server defines for a queue's tickets, as fields of a record; pure.

What a class declares keeps its name and type; the server's definition adds its number where RT
takes no name, and why it must not be written. What no class declares becomes a field of its own,
`cf.Name`, of the kind that the server tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from rtorm.gateway import Definition
from rtorm.orm.custom import WRITTEN
from rtorm.orm.demands import type_of
from rtorm.orm.fields import Spec
from rtorm.orm.fitting import may_be_lost
from rtorm.orm.kinds import codec_for
from rtorm.orm.layout import FieldLayout, Layout, Validate, layout_of
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
    return layout.by_wire.get(WRITTEN.name.format(name))


def _extended(layout: Layout, defined: Defined, kept: Iterable[str]) -> Layout:
    """The fields of a class with what the server defines.

    Args:
        layout: The class's own.
        defined: The definitions.
        kept: Attributes that stay though the server does not define them any more.
    """
    by_name = _grouped(defined.fields, lambda name: name)
    # RT finds a custom field by its name in any letter case.
    alike = _grouped(defined.fields, str.lower)
    declared = {
        name: _amended(
            field, by_name.get(field.spec.custom, ()), alike.get(field.spec.custom.lower(), ())
        )
        for name, field in layout.fields.items()
    }
    taken = {field.spec.custom for field in declared.values()}
    gone = [name.removeprefix(PREFIX) for name in kept]
    names = [name for name in by_name if name not in taken]
    names += [name for name in gone if name not in names]
    added = [
        _added(next(iter(by_name.get(name, ())), undefined(name)), alike.get(name.lower(), ()))
        for name in names
    ]
    types = {field.name: declared_type for field, declared_type in added}
    return _with(layout, declared, [field for field, _ in added], types)


def _grouped(
    definitions: Iterable[Definition], key: Callable[[str], str]
) -> dict[str, list[Definition]]:
    groups: dict[str, list[Definition]] = {}
    for definition in definitions:
        groups.setdefault(key(definition.name), []).append(definition)
    return groups


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


def _amended(
    field: FieldLayout, definitions: Sequence[Definition], alike: Sequence[Definition]
) -> FieldLayout:
    """A declared field with what the server says of it.

    Args:
        field: The field.
        definitions: What the server defines by its name.
        alike: The same, in any letter case.
    """
    if not definitions:
        return field
    chosen = [each for each in definitions if each.id == field.spec.number] or definitions
    one = chosen[0]
    barred = _FILE_DECLARED if any(each.type in _FILES for each in chosen) else ""
    if field.many and one.type and not one.multiple:
        barred = barred or _IS_SINGLE
    spec = replace(field.spec, lost_on_edit=may_be_lost(field.kinds, field.many, one))
    if field.spec.number is None:
        spec, barred = _numbered(spec, alike), barred or _doubled(one.name, alike)
    return replace(field, spec=spec, barred=barred)


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
