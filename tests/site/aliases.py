"""Has the reference show what a type's short name stands for, where that name is not public.

An extension of griffe, which mkdocs.yml names: `retries: Retries` becomes `retries: int | urllib3.Retry`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from griffe import Attribute, Expr, ExprCall, ExprName, Extension, Function, Object

# The reference shows the whole of these, short names included.
_SHOWN = ("rtorm.auth",)


class PlainAliases(Extension):
    """Puts types in the place of the names that rtorm's own modules have for them."""

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Show what a caller may give, and gets."""
        for parameter in func.parameters:
            parameter.annotation = spelled(parameter.annotation, func)
        func.returns = spelled(func.returns, func)

    def on_attribute(self, *, attr: Attribute, **_: Any) -> None:
        """Show what a program reads."""
        attr.annotation = spelled(attr.annotation, attr)


def spelled(written: Any, where: Object) -> Any:
    """An annotation with each such name replaced by what it stands for."""
    match written:
        case ExprName():
            return _type_of(written, where) or written
        case Expr():
            parts = {each.name: getattr(written, each.name) for each in fields(written)}
            return replace(written, **{name: spelled(part, where) for name, part in parts.items()})
        case [*several]:
            return [spelled(each, where) for each in several]
        case _:
            return written


def _type_of(name: ExprName, where: Object) -> Expr | None:
    """What a name stands for that a module of rtorm has assigned a type to."""
    path = name.canonical_path
    if not path.startswith("rtorm.") or path.rpartition(".")[0] in _SHOWN:
        return None
    found = where.package[path.removeprefix("rtorm.")]
    target = found.final_target if found.is_alias else found
    if not isinstance(target, Attribute) or not isinstance(target.parent, Object):
        return None
    value = target.value if target.parent.is_module else None
    return value if isinstance(value, Expr) and not isinstance(value, ExprCall) else None
