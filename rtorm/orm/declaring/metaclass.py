"""How a record class comes to be: declarations to Pydantic's fields, then to columns."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, dataclass_transform

from pydantic import BaseModel

from rtorm.orm.declaring.describing import Described
from rtorm.orm.fields import (
    Bound,
    Spec,
    attr,
    cf,
    collecting_fields,
    declared_type,
    hidden,
    shown,
)

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass

    from rtorm.orm.record import Record
else:
    ModelMetaclass = type(BaseModel)

__all__ = ["RecordMeta"]


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(attr, cf, shown, hidden)
)
class RecordMeta(ModelMetaclass):
    """Builds a Pydantic class and puts a column on it for each field."""

    if not TYPE_CHECKING:

        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
        ) -> type[Record]:
            """Build the class; declarations become Pydantic fields, then columns."""
            specs = _declare(bases, namespace)
            probing = collecting_fields.set(True)
            try:
                cls = super().__new__(mcs, name, bases, namespace, **kwargs)
                if not cls.__pydantic_complete__:
                    # Pydantic took this frame for the one that has the names of the annotations.
                    cls.model_rebuild(raise_errors=False, _parent_namespace_depth=3)
            finally:
                collecting_fields.reset(probing)
            # It kept what this frame holds, which nobody can pickle where the class travels itself.
            cls.__pydantic_parent_namespace__ = None
            specs = {field: cls.__rt_custom_fields__.of(spec) for field, spec in specs.items()}
            cls.__rt_specs__, cls.__rt_layout__, cls.__rt_validators__ = specs, None, {}
            for field in cls.__pydantic_fields__:
                _check_declaration(cls, field)
                setattr(cls, field, Bound(field, specs[field].column))
            cls.__rt_declared__()
            return cls


def _declare(bases: tuple[type, ...], namespace: dict[str, Any]) -> dict[str, Spec]:
    """Turn a class body into what Pydantic expects; gives the declarations, inherited ones too."""
    specs: dict[str, Spec] = {}
    for base in reversed(bases):
        specs.update(getattr(base, "__rt_specs__", {}))
    own = {name: value for name, value in namespace.items() if isinstance(value, Spec)}
    annotations = namespace.get("__annotations__", {})
    for name in specs.keys() & namespace.keys() - own.keys() - annotations.keys():
        message = (
            f"{namespace['__qualname__']}.{name}: that is the field {specs[name].wire} already: "
            "give it another name"
        )
        raise TypeError(message)
    specs.update(own)
    # An inherited field that is annotated anew keeps its declaration.
    annotated = {name for name in annotations if name not in namespace}
    for name in own.keys() | (annotated & specs.keys()):
        namespace[name] = specs[name].field_info()
    namespace["__doc__"] = Described(namespace.get("__doc__"))
    if "model_post_init" in namespace:
        namespace["model_post_init"] = _after_tracking(namespace["model_post_init"])
    return specs


def _after_tracking(post_init: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Begin to track before a class's `model_post_init`, which then need not call its base's."""

    @functools.wraps(post_init)
    def model_post_init(self: Any, context: Any, /) -> None:
        self.__rt_begin__()
        post_init(self, context)

    return model_post_init


def _check_declaration(cls: type[Record], name: str) -> None:
    info = cls.__pydantic_fields__[name]
    if name not in cls.__rt_specs__:
        message = f"{cls.__name__}.{name} is not declared: write `{name}: CF[...] = cf('Its name')`"
        if isinstance(info.default, Spec):
            message = f"{cls.__name__}.{name}: fields are inherited from records only"
        raise TypeError(message)
    if cls.__pydantic_complete__:
        try:
            declared_type(info.annotation)
        except TypeError as error:
            message = f"{cls.__name__}.{name}: {error}"
            raise TypeError(message) from None
        spec = cls.__rt_specs__[name]
        cls.__rt_custom_fields__.check(f"{cls.__name__}.{name}", spec, info.annotation)
