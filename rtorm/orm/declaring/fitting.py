"""How the declared type of a custom field and the kind that RT defines go together; pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from rtorm.gateway import Definition
from rtorm.orm.declaring.kinds import codec_for, is_list, members_of, plain_type
from rtorm.rest1.codecs import CF_DATE, CF_DATETIME, Codec
from rtorm.rest1.networks import CF_IP, CF_NETWORK

__all__ = ["is_closed", "kinds_of", "may_be_lost"]

# RT reads what is written to these, keeps what it has understood, and says nothing of the rest.
_READ_BY_RT: Mapping[str, Codec] = {
    "Date": CF_DATE,
    "DateTime": CF_DATETIME,
    "IPAddress": CF_IP,
    "IPAddressRange": CF_NETWORK,
}


def is_closed(declared: Any) -> bool:
    """Whether the program says itself which values there are: a `Literal`, an `Enum`, a `bool`."""
    return all(map(_is_choice, _items(declared)))


def kinds_of(declared: Any) -> frozenset[str]:
    """RT's kinds of which every value that it shows fits a declared type."""
    codecs = [codec_for(item) for item in _items(declared) if not _is_choice(item)]
    known = _READ_BY_RT.items()
    return frozenset(kind for kind, own in known if codecs and all(own is c for c in codecs))


def may_be_lost(kinds: frozenset[str], many: bool, definition: Definition) -> bool:
    """Whether RT may keep something else than it is told, without a word.

    Args:
        kinds: What `kinds_of` says of the declared type.
        many: Whether it is a list.
        definition: What RT defines; of a kind that it does not tell it may be any.
    """
    read_by_rt = definition.type in _READ_BY_RT or not definition.type
    misread = read_by_rt and definition.type not in kinds
    # What is written in the account's time zone, and would be read in UTC.
    shifted = "DateTime" in kinds and definition.type != "DateTime"
    return misread or shifted or (definition.multiple and not many)


def _items(declared: Any) -> Iterable[Any]:
    """The types of the values, without None and without the list around them."""
    for member in members_of(declared):
        if member is type(None):
            continue
        if is_list(member):
            args = get_args(plain_type(member))
            yield from _items(args[0]) if args else [str]
        else:
            yield member


def _is_choice(item: Any) -> bool:
    kind = plain_type(item)
    is_enum = isinstance(kind, type) and issubclass(kind, enum.Enum)
    return kind is bool or is_enum or get_origin(kind) is Literal
