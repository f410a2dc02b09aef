"""Has the reference show the type that a field is read as, not the one that it is declared with.

An extension of griffe, which mkdocs.yml names: `subject: Attr[Annotated[str, …]]` becomes `str`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from griffe import Attribute, Expr, ExprName, ExprSubscript, ExprTuple, Extension

# What stands around a type, and the label that tells what is meant by it.
_AROUND: Mapping[str, str] = {
    "Annotated": "",
    "Attr": "",
    "CF": "",
    "ClassVar": "",
    "ReadOnly": "read only",
    "Reference": "by name",
    "Related": "loaded when read",
    "WriteOnly": "never shown",
}
# What reads as something else on a record.
_READ_AS: Mapping[str, str] = {"LinkColumns": "Links", "CustomColumns": "CustomValues"}


class PlainAnnotations(Extension):
    """Unwraps the annotations of attributes."""

    def on_attribute_instance(self, *, attr: Attribute, **_: Any) -> None:
        """Show what a program reads."""
        labels: set[str] = set()
        attr.annotation = plain(attr.annotation, labels)
        attr.labels |= labels - {""}
        # Of a field, that it stands on the class is nothing that matters.
        attr.labels -= {"class-attribute", "instance-attribute", "dataclass-field"}


def plain(written: Any, labels: set[str]) -> Any:
    """An annotation without what tells rtorm alone; what that says is added to the labels."""
    match written:
        case ExprSubscript() if (around := _name(written.left)) in _AROUND:
            labels.add(_AROUND[around])
            return _held(written, around, labels)
        case ExprName():
            return replace(written, name=_READ_AS.get(written.name, written.name))
        case Expr():
            parts = {each.name: getattr(written, each.name) for each in fields(written)}
            return replace(written, **{name: plain(part, labels) for name, part in parts.items()})
        case [*several]:
            return [plain(each, labels) for each in several]
        case _:
            return written


def _held(written: ExprSubscript, around: str, labels: set[str]) -> Any:
    """What stands within the brackets, of several things the first."""
    held = written.slice
    if around == "Reference":
        return ExprName("str")
    return plain(held.elements[0] if isinstance(held, ExprTuple) else held, labels)


def _name(written: object) -> str:
    return str(written).rpartition(".")[2]
