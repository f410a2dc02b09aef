"""Which codec a custom field has, told from its Python type."""

from __future__ import annotations

import enum
import types
from datetime import date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter

from rtorm.rest1.codecs import (
    CF_DATE,
    CF_DATETIME,
    CF_IP,
    CF_NETWORK,
    CF_TEXT,
    INTEGER,
    Clock,
    Codec,
    cf_list,
    optional,
)

__all__ = ["codec_for", "is_list", "plain_type"]

# The first row of which the type is a subclass; a datetime is a date, too.
_KINDS: tuple[tuple[type | tuple[type, ...], Codec], ...] = (
    (str, CF_TEXT),
    (datetime, CF_DATETIME),
    (date, CF_DATE),
    ((IPv4Address, IPv6Address), CF_IP),
    ((IPv4Network, IPv6Network), CF_NETWORK),
)


def codec_for(declared: Any) -> Codec:
    """The codec of a custom field declared as `CF[declared]`."""
    kind = plain_type(declared)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        others = [arg for arg in args if arg is not type(None)]
        if len(others) < len(args):
            return optional(codec_for(Union[tuple(others)]))  # noqa: UP007 - made at run time
        codecs = [codec_for(arg) for arg in others]
        return codecs[0] if all(codec is codecs[0] for codec in codecs) else _by_pydantic(kind)
    if origin is list:
        return cf_list(codec_for(args[0]))
    if origin is Literal:
        return CF_TEXT if all(isinstance(arg, str) for arg in args) else _by_pydantic(kind)
    if isinstance(kind, type):
        return _codec_of_class(kind)
    return _by_pydantic(kind)


def _codec_of_class(kind: type) -> Codec:
    if issubclass(kind, enum.Enum):
        return _enum(kind)
    if kind is int:
        return INTEGER
    return next((codec for types_, codec in _KINDS if issubclass(kind, types_)), _by_pydantic(kind))


def _enum(kind: type[enum.Enum]) -> Codec:
    def decode(text: str, _clock: Clock) -> enum.Enum:
        return next((member for member in kind if str(member.value) == text), None) or kind(text)

    return Codec(decode, lambda member, clock: CF_TEXT.encode(str(member.value), clock))


def _by_pydantic(kind: Any) -> Codec:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return Codec(
        lambda text, _clock: adapter.validate_python(text),
        lambda value, clock: CF_TEXT.encode(str(value), clock),
    )


def is_list(declared: Any) -> bool:
    """Whether a field of this type holds several values."""
    return get_origin(plain_type(declared)) is list


def plain_type(declared: Any) -> Any:
    """The type without `Annotated` and type aliases."""
    while True:
        if get_origin(declared) is Annotated:
            declared = get_args(declared)[0]
        elif isinstance(value := getattr(declared, "__value__", None), object) and value is not None:
            declared = value
        else:
            return declared
