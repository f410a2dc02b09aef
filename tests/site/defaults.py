"""Has the reference show what a default is, where the code gives it a private name.

An extension of griffe, which mkdocs.yml names: `batch: int = _BATCH` becomes `batch: int = 50`.
"""

from __future__ import annotations

from typing import Any

from griffe import Attribute, Expr, Extension, Function


class PlainDefaults(Extension):
    """Puts constants of the module in the place of their names."""

    def on_function(self, *, func: Function, **_: Any) -> None:
        """Show what a caller gets who says nothing."""
        for parameter in func.parameters:
            parameter.default = value_of(parameter.default, func)


def value_of(default: str | Expr | None, func: Function) -> str | Expr | None:
    """What a private constant of the function's module stands for; anything else as it is."""
    name = str(default)
    if not name.startswith("_") or name not in func.module.members:
        return default
    constant = func.module.members[name]
    return constant.value if isinstance(constant, Attribute) else default
