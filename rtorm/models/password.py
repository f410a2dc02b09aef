"""A password that nobody is shown: by no repr, dump or pickle, and by no error of a validator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

from pydantic import SecretStr, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    PydanticKnownError,
    core_schema,
)

from rtorm.orm.records.checking import is_of_pydantic
from rtorm.rest1.checks import check_secret

__all__ = ["Password", "hidden", "hiding_input", "with_hidden_input"]

R = TypeVar("R")

_HIDDEN = "**********"


class _Password(SecretStr):
    """Hides itself in pickles, too: results and errors of a save hold what was saved."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (_HIDDEN,)

    def __eq__(self, other: object) -> bool:
        mine = self.get_secret_value()
        return isinstance(other, SecretStr) and other.get_secret_value() == mine

    __hash__ = SecretStr.__hash__


def _password(value: Any, _: object) -> SecretStr:
    # Not left to Pydantic, whose SecretStr would not be of this class.
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str):
        raise PydanticKnownError("string_type")
    return _Password(check_secret(text))


def hidden(value: Any) -> Any:
    """The same password as one that hides itself in pickles; other values as they are."""
    return _Password(value.get_secret_value()) if isinstance(value, SecretStr) else value


Password = Annotated[SecretStr, WrapValidator(_password)]
"""Text or a `SecretStr`, as RT takes it for a password."""


def hiding_input(act: Callable[[], R]) -> R:
    """Have errors of validators say what is wrong, and nothing of what they were given.

    Pydantic's errors hold that, and a validator of a whole record is given its password.
    """
    try:
        return act()
    except ValidationError as error:
        details = list(map(_without_input, error.errors(include_url=False, include_input=False)))
        hidden = ValidationError.from_exception_data(error.title, details, hide_input=True)
    # Out here, since it would hold the other one as its context.
    raise hidden


def _without_input(row: ErrorDetails) -> InitErrorDetails:
    kind, said, loc = cast("Any", row["type"]), cast("Any", row["msg"]), row["loc"]
    if is_of_pydantic(row):
        return InitErrorDetails(type=kind, loc=loc, input=_HIDDEN, ctx=row.get("ctx", {}))
    # Not with its context, in which a program may keep what it was given.
    return InitErrorDetails(type=PydanticCustomError(kind, said), loc=loc, input=_HIDDEN)


def with_hidden_input(schema: CoreSchema) -> CoreSchema:
    """The schema of a record such that no error of its validators tells what they were given."""
    inner = cast("dict[str, Any]", {**schema})
    # By this name other schemas know the class.
    ref = inner.pop("ref", None)
    return core_schema.no_info_wrap_validator_function(_hidden, cast("CoreSchema", inner), ref=ref)


def _hidden(given: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    return hiding_input(lambda: validate(given))
