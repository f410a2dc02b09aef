"""Renders plain Python data as Perl source that means the same."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

InitialData: TypeAlias = str | Mapping[str, object]
"""Perl text, or what each of RT's initialdata arrays shall hold, by the array's name.

The arrays are lists of dictionaries. Type checkers take a constant with several of them for a
dictionary of objects, which is why none of them looks further.
"""

_SECTIONS = """
    ACL Articles Assets Attributes Catalogs Classes CustomFields CustomRoles Groups Members OCFVs
    ObjectTopics Queues ScripActions ScripConditions Scrips Templates Topics Users
"""

_LARGEST_INTEGER = 2**63 - 1


def initialdata_text(data: InitialData) -> str:
    """Gives the text of an initialdata file.

    Args:
        data: Perl text, or records by section, such as `{"Queues": [{"Name": "Incidents"}]}`.

    Raises:
        ValueError: RT knows no such section, or a string holds a lone surrogate.
        TypeError: A section is no list, or a value is none of str, int, bool, None, list, tuple,
            dict.
    """
    if isinstance(data, str):
        # Without the pragma Perl takes each byte of the text for a character.
        return f"use utf8;\n#line 1 initialdata\n{data}\n1;\n"
    known = _SECTIONS.split()
    if unknown := [name for name in data if name not in known]:
        raise ValueError(f"RT's initialdata has no {', '.join(unknown)}, but {', '.join(known)}")
    for name, rows in data.items():
        if not isinstance(rows, list | tuple):
            raise TypeError(f"{name} of RT's initialdata is a list, not {type(rows).__name__}")
    return "".join(f"@{name} = @{{{literal(rows)}}};\n" for name, rows in data.items()) + "1;\n"


def literal(value: object) -> str:
    """Gives the Perl expression for a value, in ASCII.

    Args:
        value: str, int, bool (1 and 0), None (undef), or lists, tuples and dicts of them.

    Raises:
        ValueError: A string holds a lone surrogate, which no text encoding can carry.
        TypeError: A value is of another type, or a key is not a str.
    """
    match value:
        case None:
            return "undef"
        case bool():
            return str(int(value))
        case int():
            # Perl would round a larger number to a double.
            return str(value) if abs(value) <= _LARGEST_INTEGER else f"'{value}'"
        case str():
            return _string(value)
        case dict():
            pairs = cast("dict[object, object]", value).items()
            return "{" + ", ".join(f"{_key(key)} => {literal(item)}" for key, item in pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(literal, cast("Sequence[object]", value))) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no Perl literal: {value!r}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys are strings in Perl, not {type(key).__name__}: {key!r}")
    return _string(key)


def _string(text: str) -> str:
    if text.isascii() and text.isprintable():
        return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    if "\ud800" <= character <= "\udfff":
        raise ValueError(f"a lone surrogate (U+{code:04X}) cannot be stored")
    if not character.isascii():
        # Unlike \x{e9}, \N{U+E9} is a character to RT's database layer, not a Latin-1 byte.
        return rf"\N{{U+{code:X}}}"
    if character.isalnum() or character == " ":
        return character
    return rf"\x{{{code:x}}}"
