"""RT's names to names of Python: safe, unique, and never to mean something else; pure."""

from __future__ import annotations

import hashlib
import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Protocol

from rtorm.models.ticket import Ticket

__all__ = ["CLASSES", "Named", "attribute_names", "class_names"]

_LONGEST = 48
# Letters that Unicode does not take apart into one of ASCII and its accents.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ł": "l",
        "Ł": "L",
        "ħ": "h",
        "Ħ": "H",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "'": "",
        "\N{RIGHT SINGLE QUOTATION MARK}": "",
    }
)
_ACCENTS = re.compile("(?<=[A-Za-z])[\u0300-\u036f]+")
# `LastUpdated`, `IPAddress`, `Q1Result`, but not `IPs` or `5GHz`.
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z]{2})")

CLASSES = frozenset(
    {
        "AwareDatetime",
        "CF",
        "IPv4Address",
        "IPv4Network",
        "IPv6Address",
        "IPv6Network",
        "Literal",
        "ReadOnly",
        "Ticket",
    }
)
"""The names that a module of generated classes may import for itself."""
# What annotations and defaults in the body of the class speak of, what stands for the record in a
# constructor, and what linters take for a digit.
_MEANT_OTHERWISE = frozenset({"cf", "cls", "date", "l", "list", "self", "str"})
_ATTRIBUTES = frozenset({*dir(Ticket), *dir(type(Ticket)), *keyword.kwlist, *_MEANT_OTHERWISE})
_PYDANTIC = ("model_dump", "model_validate")
_CLASSES = frozenset({*CLASSES, *keyword.kwlist, "I", "O"})


class Named(Protocol):
    """What has a name in RT, and a number as far as it is known."""

    @property
    def name(self) -> str:
        """Its name in RT."""
        ...

    @property
    def id(self) -> int | None:
        """Its number in RT; None if it is not known."""
        ...


def attribute_names(fields: Sequence[Named]) -> list[str]:
    """The attributes for the custom fields of one queue, in their order.

    A name is written in small letters with `_` between its words. Accents are dropped and ß is ss;
    scripts other than Latin keep their letters. What is an attribute of tickets already, a word of
    Python's or no identifier begins with `cf_`. Of those that would be called the same, none has
    the name: each adds its number or, where it is not known, a digest of its name in RT. So a field
    that is added or taken away may remove an attribute, and never makes it mean another field.
    Fields that nothing tells apart are called the same.
    """
    return _unique(fields, _attribute, "{}_{}")


def class_names(queues: Sequence[Named]) -> list[str]:
    """The classes for the tickets of these queues, in their order.

    As attributes, with capitals in place of `_`; what begins with no letter, or is imported or a
    word of Python's, begins with `Queue`.
    """
    return _unique(queues, _class, "{}{}")


def _unique(named: Sequence[Named], natural: Callable[[str], str], longer: str) -> list[str]:
    candidates = {_key(each): _candidates(each, natural, longer) for each in named}
    names = {key: next(more) for key, more in candidates.items()}
    # Nobody has a name that two could have: if one of them went, it would mean the other.
    spent = _repeated(names[_key(each)] for each in named)
    while losing := [key for key, name in names.items() if name in spent]:
        names |= {key: next(candidates[key]) for key in losing}
        spent |= _repeated(names.values())
    return [names[_key(each)] for each in named]


def _key(named: Named) -> tuple[str, int | None]:
    return named.name, named.id


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def _candidates(named: Named, natural: Callable[[str], str], longer: str) -> Iterator[str]:
    name = natural(named.name)
    yield name
    if named.id is not None:
        yield longer.format(name, named.id)
    for number in count(1):
        yield longer.format(name, _digest(f"{named.id} {number} {named.name}"))


def _attribute(name: str) -> str:
    attribute = _cut("_".join(_words(name)).lower())
    if _is_name(attribute) and not (attribute in _ATTRIBUTES or attribute.startswith(_PYDANTIC)):
        return attribute
    return _as_read(f"cf_{attribute or _digest(name)}")


def _class(name: str) -> str:
    camel = "".join(word[0].upper() + word[1:] for word in _words(name))[:_LONGEST]
    if _is_name(camel) and camel not in _CLASSES:
        return camel
    return _as_read(f"Queue{camel or _digest(name)}")


def _cut(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    whole, _, _ = name[: _LONGEST + 1].rpartition("_")
    return whole or name[:_LONGEST]


def _is_name(name: str) -> bool:
    return name.isidentifier() and _as_read(name) == name


def _as_read(name: str) -> str:
    """The form in which Python reads a name, and so must find it."""
    return unicodedata.normalize("NFKC", name)


def _words(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = _as_read(_ACCENTS.sub("", apart))
    letters = "".join(each if _may_stand_in_a_name(each) else " " for each in plain)
    return _HUMPS.sub(" ", letters).split()


def _may_stand_in_a_name(letter: str) -> bool:
    return letter != "_" and f"a{letter}".isidentifier()


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:6]
