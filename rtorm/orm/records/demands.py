"""What a server's definition of a custom field demands of a value; pure.

RT refuses a wrong value of an existing ticket and drops it of a new one; what can be told from the
definition is refused before it is sent.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from types import GenericAlias
from typing import Annotated, Any, TypeVar, cast

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from rtorm.gateway import Definition
from rtorm.orm.declaring.instants import instants_kept
from rtorm.rest1.forms import EncodeError, check_text

__all__ = ["type_of"]

_T = TypeVar("_T")


def _kept(text: str) -> str:
    check_text(text)
    return text


_Text = Annotated[str, AfterValidator(_kept)]
_TYPES: Mapping[str, Any] = {
    "Date": date,
    "DateTime": Annotated[AwareDatetime, AfterValidator(instants_kept)],
    "IPAddress": IPv4Address | IPv6Address,
    # A range that is no network is a text, `10.0.0.1-10.0.0.5`.
    "IPAddressRange": IPv4Network | IPv6Network | str,
}

# RT may tell nothing of a pattern but the name in its comment: the least that one so called, as
# RT's own are, demands.
_CALLED: Mapping[str, str] = {"[Digits]": r"\d|\A\Z", "[Year]": r"\d|\A\Z", "[Mandatory]": "(?s)."}
_NAME = re.compile(r"\[[^\]]*\]\Z")
# What Perl and Python read in different ways.
_DIALECT = re.compile(r"\[\[:|\\Z|\{,")
# Where a repeated group has several ways to match, Python may try them all, for years.
_LOOP = re.compile(r"\)[*+{]")
_CHOICE = re.compile(r"[*+{|]|(?<!\()\?")
# Steps that a match may take at most, as far as its choices tell.
_WORK = 1_000_000


def type_of(definition: Definition) -> Any:
    """The type of a custom field's values, with what its definition demands.

    `str | None` for most, `list[...]` where it holds several. The types are those of dates,
    instants, addresses and networks where RT has a kind of field for them.
    """
    item = _TYPES.get(definition.type, _Text)
    matching = AfterValidator(_matching(definition.pattern, _pattern(definition.pattern)))
    if not definition.multiple:
        return _checked(item | None, BeforeValidator(_one), matching)
    several = GenericAlias(list, (_checked(item, matching),))
    return _checked(
        several, BeforeValidator(_several), AfterValidator(_at_most(definition.maximum))
    )


def _checked(kind: Any, *checks: object) -> Any:
    return cast("Any", Annotated)[kind, *checks]


def _one(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        message = "it holds one value, not several: give the value itself"
        raise EncodeError(message)
    return None if value == "" else value


def _several(value: object) -> object:
    if not isinstance(value, list | tuple | set | frozenset):
        message = "it holds several values: give a list"
        raise EncodeError(message)
    return cast("object", value)


def _at_most(maximum: int | None) -> Callable[[list[_T]], list[_T]]:
    def check(values: list[_T]) -> list[_T]:
        if maximum is not None and len(values) > maximum:
            message = f"it holds at most {maximum} values, and RT would drop the oldest ones"
            raise EncodeError(message)
        return values

    return check


def _matching(pattern: str, matches: re.Pattern[str] | None) -> Callable[[_T], _T]:
    choices = len(_CHOICE.findall(pattern))

    def check(value: _T) -> _T:
        text = "" if value is None else value
        # What would take too long is left to RT.
        if matches is None or not isinstance(text, str) or len(text) ** choices > _WORK:
            return value
        if not matches.search(text):
            message = f"RT demands that it match {pattern}"
            raise EncodeError(message)
        return value

    return check


def _pattern(pattern: str) -> re.Pattern[str] | None:
    """What a value must match; None where that cannot be told for sure."""
    if pattern in _CALLED:
        return re.compile(_CALLED[pattern])
    if not pattern or _NAME.match(pattern) or _DIALECT.search(pattern):
        return None
    if _LOOP.search(pattern) and len(_CHOICE.findall(pattern)) > 1:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern)
    except (re.error, Warning, OverflowError, RecursionError):
        return None
