"""Which codec a custom field has, told from its Python type."""

from __future__ import annotations

import enum
import types
from collections.abc import Sequence
from datetime import date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AwareDatetime,
    FutureDate,
    FutureDatetime,
    IPvAnyAddress,
    IPvAnyNetwork,
    NaiveDatetime,
    PastDate,
    PastDatetime,
    TypeAdapter,
)

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import (
    CF_DATE,
    CF_DATETIME,
    CF_IP,
    CF_NETWORK,
    CF_TEXT,
    INTEGER,
    Codec,
    cf_list,
    optional,
)
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.joined import joined_list

__all__ = ["codec_for", "is_list", "plain_type"]

# The first row of which the type is a subclass; a datetime is a date, too. Pydantic's constrained
# types are classes of their own at run time, and something else to type checkers.
_KINDS: tuple[tuple[tuple[Any, ...], Codec], ...] = (
    ((str,), CF_TEXT),
    ((datetime, AwareDatetime, FutureDatetime, NaiveDatetime, PastDatetime), CF_DATETIME),
    ((date, FutureDate, PastDate), CF_DATE),
    ((IPv4Address, IPv6Address, IPvAnyAddress), CF_IP),
    ((IPv4Network, IPv6Network, IPvAnyNetwork), CF_NETWORK),
)


def codec_for(declared: Any, joined: str = "") -> Codec:
    """The codec of a custom field declared as `CF[declared]`.

    Args:
        declared: The type.
        joined: RT's name of the field if RT joins several values without quoting them.
    """
    kind = plain_type(declared)
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        others = [arg for arg in args if arg is not type(None)]
        if len(others) < len(args):
            return optional(codec_for(Union[tuple(others)], joined))  # noqa: UP007 - made at run time
        codecs = [codec_for(arg, joined) for arg in others]
        return codecs[0] if all(codec is codecs[0] for codec in codecs) else _by_pydantic(kind)
    if is_list(kind):
        item = codec_for(args[0]) if args else CF_TEXT
        return joined_list(joined, item, _choices(*args)) if joined else cf_list(item)
    if origin is Literal:
        chosen = _choice([arg for arg in args if arg is not None])
        return chosen if None not in args else optional(chosen)
    if isinstance(kind, type):
        return _codec_of_class(kind)
    return _by_pydantic(kind)


def _codec_of_class(kind: type) -> Codec:
    if issubclass(kind, enum.Enum):
        return _choice(list(kind))
    if kind is int:
        return INTEGER
    found = next((codec for types_, codec in _KINDS if issubclass(kind, types_)), None)
    return found or _by_pydantic(kind)


def _choice(members: Sequence[Any]) -> Codec:
    """Codec of a closed set of values: strings, numbers, members of an Enum."""
    if all(type(member) is str for member in members):
        return CF_TEXT
    by_text = {_text_of(member): member for member in reversed(members)}

    def decode(text: str, _clock: Clock) -> Any:
        if text not in by_text:
            message = f"none of {', '.join(by_text)}: {text!r}"
            raise ValueError(message)
        return by_text[text]

    return Codec(decode, lambda member, clock: CF_TEXT.encode(_text_of(member), clock))


def _choices(kind: Any = str) -> list[str]:
    """The texts of all values of a closed set; none of other kinds."""
    kind = plain_type(kind)
    if get_origin(kind) is Literal:
        return list(map(_text_of, get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return list(map(_text_of, kind))
    return []


def _text_of(member: Any) -> str:
    return str(member.value if isinstance(member, enum.Enum) else member)


def _by_pydantic(kind: Any) -> Codec:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def decode(text: str, _clock: Clock) -> Any:
        return adapter.validate_python(text)

    def encode(value: Any, clock: Clock) -> str:
        text = CF_TEXT.encode(str(value), clock)
        # Not every type has a text that says it all: a set or a secret has none.
        try:
            same = adapter.validate_python(text) == value
        except ValueError:
            same = False
        if not same:
            message = f"{text!r} would not be read back as the same {type(value).__name__}"
            raise EncodeError(message)
        return text

    return Codec(decode, encode)


def is_list(declared: Any) -> bool:
    """Whether a field of this type holds several values."""
    kind = plain_type(declared)
    return kind is list or get_origin(kind) is list


def plain_type(declared: Any) -> Any:
    """The type without `Annotated`, type aliases and `NewType`."""
    while True:
        if get_origin(declared) is Annotated:
            declared = get_args(declared)[0]
            continue
        wrapped = getattr(declared, "__value__", None) or getattr(declared, "__supertype__", None)
        if wrapped is None:
            return declared
        declared = wrapped
