"""A record class made ready for use: its fields with codecs, its validators cut out of Pydantic.

The cut is the one place that leans on the structure of Pydantic's core schemas; a test pins it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, get_origin

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, SchemaValidator

from rtorm.orm.declaring.custom import is_lowered_wrongly, is_unnamable
from rtorm.orm.declaring.fitting import is_closed, kinds_of
from rtorm.orm.declaring.kinds import codec_for, is_list
from rtorm.orm.declaring.related import related_names
from rtorm.orm.fields import ReadOnly, Spec, declared_type
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import Codec

if TYPE_CHECKING:
    from rtorm.orm.record import Record

__all__ = ["FieldLayout", "Layout", "Validate", "Validators", "field_validators", "layout_of"]

_NEEDS_NUMBER = (
    "RT cannot be told this custom field's name, for its commas or its capital letters, and does "
    "not tell its number: declare it with the number that RT's web pages show, cf({!r}, id=...)"
)

Validate = Callable[[Any], Any]
Decode = Callable[[str, Clock], Any]


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One field of one class.

    Attributes:
        name: The attribute.
        spec: What was declared.
        codec: How it is read and written.
        many: Whether it holds a list.
        read_only: Whether only RT sets it.
        barred: Why it must not be written, as the server defines it; empty if it may.
        closed: Whether its type says which values there are.
        kinds: RT's kinds of custom fields that its type fits, of those that RT reads its own way.
    """

    name: str
    spec: Spec
    codec: Codec
    many: bool
    read_only: bool
    barred: str = ""
    closed: bool = False
    kinds: frozenset[str] = frozenset()

    @property
    def create_wire(self) -> str:
        """RT's name of the field when a record is created."""
        return self.spec.create_wire or self.spec.wire

    @property
    def edit_wire(self) -> str:
        """RT's name of the field when a record is edited."""
        return self.spec.edit_wire or self.spec.wire

    @property
    def askable(self) -> bool:
        """Whether RT can be asked for it by name.

        Asked for a name that two custom fields have, RT shows one of them and says nothing of it:
        that there are two is seen only where it shows everything.
        """
        return self.spec.askable and self.spec.number is None and not is_unnamable(self.spec.wire)

    def not_told(self, *, created: bool) -> str:
        """Why RT cannot be told of it, of a new record or an existing one; empty if it can."""
        name, wire = self.spec.custom, self.create_wire if created else self.edit_wire
        unnamable = is_unnamable(name) or (is_lowered_wrongly(name) and not created)
        if self.barred or not unnamable or wire != self.spec.wire:
            return self.barred
        return _NEEDS_NUMBER.format(name)

    @property
    def lost_on_edit(self) -> bool:
        """Whether RT may drop a value of an edit in silence.

        It tells only the last outcome of a custom field of several values (RT 4.4-6.0).
        """
        return self.spec.lost_on_edit or (self.many and self.spec.wire.startswith("CF."))


@dataclass(frozen=True, slots=True)
class Validators:
    """The validators of one class's fields.

    Attributes:
        alone: By attribute name, for the fields whose validators look at nothing but the value.
        whole: For all fields: `whole.validate_assignment(others, name, value)` gives the values
            with the new one, and lets validators with `info` see the others.
        parts: By name, for the fields of a record's parts, which Pydantic knows nothing of.
    """

    alone: Mapping[str, Validate]
    whole: SchemaValidator
    parts: Mapping[str, Validate]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """All fields of one class.

    Attributes:
        fields: By attribute name; those of parts as `links.depends_on`.
        by_wire: By RT's name as it shows it; by `CF.{number}`, too, where the number is declared.
        by_lower_wire: The same in lower case.
        decoders: Attribute and decoder by RT's name; the quickest way to load a record.
        cheap: RT's names of the fields that a query loads; None for all that RT shows unasked,
            which has fields among them that RT cannot be asked for.
        optional: Fields that RT leaves out where they do not apply.
        related: The names of what is loaded by requests of its own and cannot be assigned.
        validators: What checks a value before it is assigned.
    """

    fields: Mapping[str, FieldLayout]
    by_wire: Mapping[str, FieldLayout]
    by_lower_wire: Mapping[str, FieldLayout]
    decoders: Mapping[str, tuple[str, Decode]]
    cheap: tuple[str, ...] | None
    optional: tuple[FieldLayout, ...]
    related: tuple[str, ...]
    validators: Validators

    def at_wire(self, wire: str) -> FieldLayout | None:
        """The field that RT shows under this name."""
        return self.by_wire.get(wire) or self.by_lower_wire.get(wire.lower())


def layout_of(cls: type[Record]) -> Layout:
    """The layout of a class, worked out once from its declarations and annotations."""
    if cls.__rt_layout__ is None:
        cls.__rt_layout__ = _lay_out(cls)
    return cls.__rt_layout__


def _lay_out(cls: type[Record]) -> Layout:
    if not cls.__pydantic_complete__:
        # Its annotations name what was not there yet; Pydantic says so if it still is not.
        cls.model_rebuild()
    fields = {
        name: _field_layout(cls, name, info.annotation)
        for name, info in cls.__pydantic_fields__.items()
        if name in cls.__rt_specs__
    }
    for name, (spec, declared) in cls.__rt_parts__.items():
        codec = spec.codec or codec_for(declared)
        fields[name] = FieldLayout(name, spec, codec, many=is_list(declared), read_only=False)
    stored = [field for field in fields.values() if field.spec.stored]
    shown = {field.spec.wire: field for field in _told_apart(stored)}
    shown |= {field.edit_wire: field for field in stored if field.spec.number is not None}
    return Layout(
        fields=fields,
        by_wire=shown,
        by_lower_wire={wire.lower(): field for wire, field in shown.items()},
        decoders={
            wire: (field.name, field.codec.decode) for wire, field in shown.items() if wire != "id"
        },
        cheap=_cheap(stored),
        optional=tuple(field for field in stored if field.spec.optional),
        related=related_names(cls),
        validators=field_validators(cls),
    )


def _told_apart(fields: Sequence[FieldLayout]) -> list[FieldLayout]:
    """The fields but for custom fields of one name, which RT shows all with one's value."""
    times = Counter(field.spec.wire for field in fields)
    return [field for field in fields if field.spec.number is None or times[field.spec.wire] == 1]


def _cheap(fields: Sequence[FieldLayout]) -> tuple[str, ...] | None:
    # What RT shows unasked of a ticket has its watchers, which are dear.
    if not all(field.spec.askable for field in fields):
        return None
    return tuple(field.spec.wire for field in fields if field.askable and not field.spec.dear)


def _field_layout(cls: type[Record], name: str, annotation: Any) -> FieldLayout:
    spec, declared = cls.__rt_specs__[name], declared_type(annotation)
    cls.__rt_custom_fields__.check(f"{cls.__name__}.{name}", spec, annotation)
    return FieldLayout(
        name=name,
        spec=spec,
        codec=spec.codec or codec_for(declared, spec.wire if spec.joined else "", spec.texts),
        many=is_list(declared),
        read_only=get_origin(annotation) is ReadOnly,
        closed=bool(spec.custom) and is_closed(declared),
        kinds=kinds_of(declared) if spec.custom else frozenset(),
    )


def field_validators(cls: type[Record]) -> Validators:
    """The validators of the fields, cut out of the class's own core schema.

    `@field_validator` and constraints run; validators of the whole model do not.
    """
    schema = cast("dict[str, Any]", cls.__pydantic_core_schema__)
    definitions: list[dict[str, Any]] = []
    config: Any = None
    while schema["type"] != "model-fields":
        definitions = schema.get("definitions", definitions)
        config = schema.get("config", config)
        if schema["type"] == "definition-ref":
            schema = next(each for each in definitions if each["ref"] == schema["schema_ref"])
        else:
            schema = schema["schema"]

    def validator(part: dict[str, Any]) -> SchemaValidator:
        if definitions:
            part = {"type": "definitions", "schema": part, "definitions": definitions}
        return SchemaValidator(cast("CoreSchema", part), config)

    informed = _takes_info(definitions)
    alone: dict[str, Validate] = {}
    for name, field in schema["fields"].items():
        inner = field["schema"]
        if inner["type"] == "default":
            inner = inner["schema"]
        if not (informed or _takes_info(inner)):
            alone[name] = validator(inner).validate_python
    parts: dict[str, Validate] = {
        name: TypeAdapter[Any](declared).validate_python
        for name, (_, declared) in cls.__rt_parts__.items()
    }
    return Validators(alone | parts, validator(schema), parts)


def _takes_info(part: Any) -> bool:
    """Whether a validator in this part of a schema takes `info`, and so sees other values."""
    if isinstance(part, dict):
        held = cast("dict[str, Any]", part)
        return held.get("type") == "with-info" or any(map(_takes_info, held.values()))
    if isinstance(part, list | tuple):
        return any(map(_takes_info, cast("list[Any]", part)))
    return False
