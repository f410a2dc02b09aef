"""Of which Python type the values of a kind of custom field are; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rtorm.models.custom_field import CustomField

__all__ = ["Typed", "typed"]

# A longer list helps nobody who types, and every checker must read it.
_MOST_CHOICES = 250
_MOST_SUGGESTIONS = 12
_LEFT_OUT = (
    "RT finds values in any letter case and keeps the first that it finds, so that these of its "
    "list are left out: {}."
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one value of a kind is typed.

    Attributes:
        type: Its type, as a module writes it.
        imports: Where the names in it come from: a module and its names.
        listed: Whether RT takes no value but those of a list.
        suggested: Whether RT lists values, and takes any other.
        barred: Why a program must not write it; empty if it may.
    """

    type: str = "str"
    imports: tuple[str, tuple[str, ...]] | None = None
    listed: bool = False
    suggested: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """How a custom field is declared.

    Attributes:
        one: The type of one value, as a module writes it.
        many: Whether it holds several values.
        choices: All values that it may have, in place of `one`; empty for any value of the type.
        imports: Modules and the names to import from them.
        read_only: Whether a program must not write it.
        remarks: Why it is declared so where RT's definition alone does not say it.
        advice: What a program that assigns values should know.
    """

    one: str
    many: bool
    choices: tuple[str, ...] = ()
    imports: tuple[tuple[str, tuple[str, ...]], ...] = ()
    read_only: bool = False
    remarks: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


_FILE = _Kind(
    barred="RT shows of a file only its name, and writing that back would destroy the file."
)
_TEXT = _Kind()
_KINDS = {
    "": _Kind(
        barred="RT does not tell this account what kind of field it is (SeeCustomField), so that "
        "writing it might destroy a file."
    ),
    "Autocomplete": _Kind(suggested=True),
    "Binary": _FILE,
    "Combobox": _Kind(suggested=True),
    "Date": _Kind("date", ("datetime", ("date",))),
    "DateTime": _Kind("AwareDatetime", ("pydantic", ("AwareDatetime",))),
    "IPAddress": _Kind("IPv4Address | IPv6Address", ("ipaddress", ("IPv4Address", "IPv6Address"))),
    # A range that is no network is shown as `first-last` (RT 4.4-5.0).
    "IPAddressRange": _Kind(
        "IPv4Network | IPv6Network | str", ("ipaddress", ("IPv4Network", "IPv6Network"))
    ),
    "Image": _FILE,
    "Select": _Kind(listed=True),
}


def typed(field: CustomField) -> Typed:
    """How this custom field is declared, as far as RT tells of it.

    A kind that is not known holds text, as all of RT's custom fields do.
    """
    kind = _KINDS.get(field.type, _TEXT)
    choices, remark = _choices(kind, field)
    imports = [kind.imports] if kind.imports else []
    if choices:
        imports.append(("typing", ("Literal",)))
    return Typed(
        one=kind.type,
        many=field.multiple,
        choices=choices,
        imports=tuple(imports),
        read_only=bool(kind.barred),
        remarks=tuple(each for each in (kind.barred, remark) if each),
        advice=() if kind.barred else tuple(_advice(kind, field)),
    )


def _choices(kind: _Kind, field: CustomField) -> tuple[tuple[str, ...], str]:
    if not kind.listed:
        return (), ""
    if field.values is None:
        return (), "RT takes only values of its list, and does not tell this account which."
    choices, others = _kept(field.values)
    if not choices:
        return (), "RT takes only values of its list, of which it tells none."
    if len(choices) > _MOST_CHOICES:
        return (), f"RT takes only values of its list, which has more than {_MOST_CHOICES}."
    return choices, _LEFT_OUT.format(", ".join(map(repr, others))) if others else ""


def _kept(values: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Values that RT keeps as they are, and those in whose place it keeps one of these."""
    kept: dict[str, str] = {}
    listed = [value for value in dict.fromkeys(values) if value]
    for value in listed:
        kept.setdefault(value.lower(), value)
    return tuple(kept.values()), [value for value in listed if kept[value.lower()] != value]


def _advice(kind: _Kind, field: CustomField) -> list[str]:
    advice: list[str] = []
    if field.pattern:
        advice.append(f"Must match `{field.pattern}`.")
    if field.multiple and field.maximum:
        advice.append(f"At most {field.maximum} values: of more, RT drops the oldest.")
    if kind.suggested and field.values and len(field.values) <= _MOST_SUGGESTIONS:
        advice.append(f"RT suggests {', '.join(map(repr, field.values))}.")
    return advice
