"""Which codec a custom field has, told from its Python type."""

from __future__ import annotations

import enum
import types
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import (
    AwareDatetime,
    EmailStr,
    FutureDate,
    FutureDatetime,
    IPvAnyAddress,
    IPvAnyNetwork,
    NaiveDatetime,
    PastDate,
    PastDatetime,
    PlainSerializer,
    TypeAdapter,
    WrapSerializer,
)

from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import (
    CF_DATE,
    CF_DATETIME,
    CF_INTEGER,
    CF_TEXT,
    Codec,
    cf_list,
    optional,
)
from rtorm.rest1.forms import EncodeError
from rtorm.rest1.joined import joined_list
from rtorm.rest1.networks import CF_IP, CF_NETWORK
from rtorm.rest1.unions import Kind, one_of

__all__ = ["check_texts", "codec_for", "is_list", "members_of", "plain_type"]

Texts = tuple[str, str]


class _Row(NamedTuple):
    """Types that have a codec: as they are declared, and what their values are and are not."""

    declared: tuple[Any, ...]
    values: tuple[type, ...]
    others: tuple[type, ...]
    codec: Codec


_ADDRESSES = (IPv4Address, IPv6Address)
_NETWORKS = (IPv4Network, IPv6Network)
# The first row that has the type, or a base of it; a datetime is a date, too. Pydantic's
# constrained types are classes of their own at run time, and something else to type checkers.
_ROWS = (
    _Row((str, EmailStr), (str,), (), CF_TEXT),
    _Row(
        (datetime, AwareDatetime, FutureDatetime, NaiveDatetime, PastDatetime),
        (datetime,),
        (),
        CF_DATETIME,
    ),
    _Row((date, FutureDate, PastDate), (date,), (datetime,), CF_DATE),
    _Row((*_ADDRESSES, IPvAnyAddress), _ADDRESSES, _NETWORKS, CF_IP),
    _Row((*_NETWORKS, IPvAnyNetwork), _NETWORKS, (), CF_NETWORK),
)
_INTEGER = _Row((int,), (int,), (bool,), CF_INTEGER)

_NEEDS_TEXTS = (
    "RT has no fields that are true or false: give the texts that stand for the two, such as "
    "cf(name, true='yes', false='no')"
)
_NEEDS_BOOL = "true= and false= are for CF[bool] and CF[bool | None]"
_NO_SETS = "a list of true and false says nothing: make it a list of Literal texts"
_TWO_EMPTIES = "an empty field would mean None, too: declare it as CF[bool], or give both texts"


def check_texts(called: str, declared: Any, texts: Texts | None) -> None:
    """Refuse a custom field of true and false whose texts are not known.

    Args:
        called: The attribute and its class.
        declared: Its type.
        texts: RT's texts for True and for False.

    Raises:
        TypeError: There are no such texts, or they are for another type, or an empty text would
            mean two values.
    """
    said = "" if _has_own_text(declared) else _why_not(members_of(declared), texts)
    if said:
        message = f"{called}: {said}"
        raise TypeError(message)


def _why_not(members: Sequence[Any], texts: Texts | None) -> str:
    if any(is_list(each) and any(map(_is_bool, get_args(plain_type(each)))) for each in members):
        return _NO_SETS
    boolean = any(map(_is_bool, members))
    if boolean != (texts is not None):
        return _NEEDS_TEXTS if boolean else _NEEDS_BOOL
    empty = texts is not None and "" in texts
    return _TWO_EMPTIES if empty and type(None) in members else ""


def codec_for(declared: Any, joined: str = "", texts: Texts | None = None) -> Codec:
    """The codec of a custom field declared as `CF[declared]`.

    Args:
        declared: The type. One that is `Annotated` with one of Pydantic's serializers has the text
            that this gives, and is read by its validators.
        joined: RT's name of the field if RT joins several values without quoting them.
        texts: RT's texts for True and for False.
    """
    kind = plain_type(declared)
    if _has_own_text(declared):
        own = _by_pydantic(declared)
        return optional(own) if type(None) in members_of(declared) else own
    if _is_union(get_origin(kind)):
        return _codec_of_union(get_args(kind), joined, texts)
    if is_list(kind):
        args = get_args(kind)
        item = codec_for(*args) if args else CF_TEXT
        return joined_list(joined, item, _choices(*args)) if joined else cf_list(item)
    if get_origin(kind) is Literal:
        return _codec_of_literal(get_args(kind))
    return _codec_of_class(kind, texts) if isinstance(kind, type) else _by_pydantic(kind)


def _codec_of_union(members: Sequence[Any], joined: str, texts: Texts | None) -> Codec:
    others = [member for member in members if member is not type(None)]
    if len(others) < len(members):
        return optional(codec_for(Union[tuple(others)], joined, texts))  # noqa: UP007 - made at run time
    codecs = [codec_for(member, joined, texts) for member in others]
    if all(codec is codecs[0] for codec in codecs):
        return codecs[0]
    kinds = zip(map(_holds, others), codecs, strict=True)
    return one_of([Kind(holds, codec) for holds, codec in kinds])


def _codec_of_literal(values: Sequence[Any]) -> Codec:
    chosen = _choice([value for value in values if value is not None])
    return optional(chosen) if None in values else chosen


def _is_union(origin: Any) -> bool:
    return origin in (Union, types.UnionType)


def members_of(declared: Any) -> tuple[Any, ...]:
    """The types that a union is made of, or the one that there is."""
    kind = plain_type(declared)
    return get_args(kind) if _is_union(get_origin(kind)) else (kind,)


def _is_bool(declared: Any) -> bool:
    kind = plain_type(declared)
    chosen = get_args(kind) if get_origin(kind) is Literal else ()
    return kind is bool or any(isinstance(value, bool) for value in chosen)


def _has_own_text(declared: Any) -> bool:
    """Whether the program says itself how its values are written."""
    while get_origin(declared) is not Annotated:
        wrapped = _wrapped(declared)
        if wrapped is None:
            return False
        declared = wrapped
    serializers = PlainSerializer | WrapSerializer
    return any(isinstance(each, serializers) for each in declared.__metadata__)


def _codec_of_class(kind: type, texts: Texts | None) -> Codec:
    if kind is bool and texts is not None:
        return _choice_of([(texts[0], True), (texts[1], False)])
    if issubclass(kind, enum.Enum):
        return _choice(list(kind))
    row = _row_of(kind)
    return _by_pydantic(kind) if row is None else row.codec


def _row_of(kind: Any) -> _Row | None:
    if kind is int:
        return _INTEGER
    # An interface, which is an address to Python, has a network, too.
    if not isinstance(kind, type) or issubclass(kind, IPv4Interface | IPv6Interface):
        return None
    return next((row for row in _ROWS if issubclass(kind, row.declared)), None)


def _holds(declared: Any) -> Callable[[Any], bool]:
    """Whether a value is one of this type."""
    kind = plain_type(declared)
    if get_origin(kind) is Literal:
        return lambda value: value in get_args(kind)
    row = _row_of(kind)
    if row is not None:
        return lambda value: isinstance(value, row.values) and not isinstance(value, row.others)
    adapter: TypeAdapter[Any] = TypeAdapter(declared)

    def holds(value: Any) -> bool:
        try:
            found = adapter.validate_python(value)
        except ValueError:
            return False
        return type(found) is type(value) and bool(found == value)

    return holds


def _choice(members: Sequence[Any]) -> Codec:
    """Codec of a closed set of values: strings, numbers, members of an Enum."""
    if all(type(member) is str for member in members):
        return CF_TEXT
    return _choice_of([(_text_of(member), member) for member in members])


def _choice_of(members: Sequence[tuple[str, Any]]) -> Codec:
    """Codec of values that have these texts; of two with one text the first is read."""
    by_text = dict(reversed(members))
    times = Counter(text.lower() for text in by_text)
    # RT keeps a choice in the letter case in which it knows it.
    by_letters = {t.lower(): member for t, member in by_text.items() if times[t.lower()] == 1}

    def decode(text: str, _clock: Clock) -> Any:
        if text in by_text:
            return by_text[text]
        if text.lower() not in by_letters:
            message = f"none of {', '.join(t for t, _ in members)}: {text!r}"
            raise ValueError(message)
        return by_letters[text.lower()]

    def encode(value: Any, clock: Clock) -> str:
        found = next((text for text, member in members if member is value), None)
        return CF_TEXT.encode(_text_of(value) if found is None else found, clock)

    return Codec(decode, encode)


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
        text = _whole_text(adapter, value)
        if text is None:
            message = (
                f"the text of this {type(value).__name__} would not be read back as the same: "
                "annotate the type with a PlainSerializer that gives a text, and a BeforeValidator "
                "that reads it"
            )
            raise EncodeError(message)
        return CF_TEXT.encode(text, clock)

    return Codec(decode, encode)


def _whole_text(adapter: TypeAdapter[Any], value: Any) -> str | None:
    """The text from which a value can be read again; a set or a secret has none."""
    try:
        dumped = adapter.dump_python(value, mode="json", warnings=False)
        text = dumped if isinstance(dumped, str) else str(value)
        return text if adapter.validate_python(text) == value else None
    except ValueError:
        return None


def is_list(declared: Any) -> bool:
    """Whether a field of this type holds several values."""
    kind = plain_type(declared)
    return kind is list or get_origin(kind) is list


def plain_type(declared: Any) -> Any:
    """The type without `Annotated`, type aliases and `NewType`."""
    while (wrapped := _wrapped(declared)) is not None:
        declared = wrapped
    return declared


def _wrapped(declared: Any) -> Any:
    """What an `Annotated`, a type alias or a `NewType` stands for; None for a plain type."""
    if get_origin(declared) is Annotated:
        return get_args(declared)[0]
    return getattr(declared, "__value__", None) or getattr(declared, "__supertype__", None)
