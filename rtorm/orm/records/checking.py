"""A record's values against its class's own validators, and what these object to."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError
from pydantic_core import (
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    PydanticKnownError,
)

from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.records.defined import layout_for

if TYPE_CHECKING:
    from rtorm.orm.declaring.layout import Validate
    from rtorm.orm.record import Record

__all__ = [
    "checked",
    "is_of_pydantic",
    "objections",
    "run_model_validators",
    "validators_of",
    "violations",
]


def validators_of(cls: type[Record]) -> dict[str, Validate]:
    """The validators of what can be assigned and is validated by itself, worked out once."""
    if cls.__rt_validators__:
        return cls.__rt_validators__
    layout = layout_of(cls)
    cls.__rt_validators__ = {
        name: validate
        for name, validate in layout.validators.alone.items()
        if not layout.fields[name].read_only and layout.fields[name].spec.editable
    }
    return cls.__rt_validators__


def checked(record: Record, name: str, value: Any) -> Any:
    """The value as the field's own validators leave it.

    Args:
        record: The record, whose values validators with `info` see as `info.data`.
        name: The field.
        value: The value.

    Raises:
        ValidationError: The value does not fit the field.
    """
    validators, others = layout_for(record).validators, vars(record)
    part = validators.parts.get(name)
    try:
        if part is not None:
            return part(value)
        result: Any = validators.whole.validate_assignment(dict(others), name, value)
    except ValidationError as error:
        within = () if part is None else tuple(name.split(".", 1))
        raise violations(type(record), error, within) from None
    return result[0][name]


def violations(
    cls: type[Record], error: ValidationError, within: tuple[str, ...] = ()
) -> ValidationError:
    """The same errors, told of the class and the attribute."""
    details = [
        InitErrorDetails(
            type=_kind(row), loc=(*within, *row["loc"]), input=row["input"], ctx=row.get("ctx", {})
        )
        for row in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data(cls.__name__, details)


def _kind(row: ErrorDetails) -> str | PydanticCustomError:
    """Pydantic's own kind of error where it says the same, else one that says it literally."""
    if is_of_pydantic(row):
        return row["type"]
    kind, said = cast("Any", row["type"]), cast("Any", row["msg"])
    return PydanticCustomError(kind, said, row.get("ctx"))


def is_of_pydantic(row: ErrorDetails) -> bool:
    """Whether Pydantic has a kind of error that says the same by itself."""
    try:
        return PydanticKnownError(cast("Any", row["type"]), row.get("ctx")).message() == row["msg"]
    except (KeyError, TypeError):
        # A validator of the program's own may name its errors as it likes.
        return False


def objections(error: ValidationError) -> list[str]:
    """What a validation error says, without Pydantic's own words around it."""
    return [
        str(row["msg"]).removeprefix("Value error, ") for row in error.errors(include_url=False)
    ]


def run_model_validators(record: Record) -> list[str]:
    """What the class's own `@model_validator(mode="after")` methods object to."""
    said: list[str] = []
    for name, decorator in type(record).__pydantic_decorators__.model_validators.items():
        if decorator.info.mode != "after":
            continue
        method = getattr(record, name)
        try:
            method(*[None] * len(inspect.signature(method).parameters))
        except (ValueError, AssertionError) as error:
            said.append(str(error))
    return said
