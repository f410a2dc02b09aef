"""What `help()` tells of a class: its docstring, and the strings below its attributes.

Editors show such a string where the attribute is used, and nothing that stands in the docstring of
the class. Python itself drops it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any

__all__ = ["Described", "describe"]


class Described:
    """Stands for the docstring of a class and has its attributes told below it.

    The source is read when the docstring is asked for, so that importing costs nothing. Where there
    is no source, the docstring stands alone.
    """

    __slots__ = ("text",)

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __get__(self, instance: object, owner: type) -> str | None:
        parts = [inspect.cleandoc(self.text)] if self.text else []
        if told := _below_attributes(owner):
            rows = (f"{name}: {_hanging(text)}" for name, text in told.items())
            parts.append("Attributes:\n" + textwrap.indent("\n".join(rows), "    "))
        return "\n\n".join(parts) or None


def describe(cls: Any) -> None:
    """Have `help()` of a class tell what stands below its attributes, too."""
    cls.__doc__ = Described(cls.__doc__)


def _hanging(text: str) -> str:
    return textwrap.indent(inspect.cleandoc(text), "    ").lstrip()


def _below_attributes(cls: type) -> dict[str, str]:
    try:
        [declared] = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    except (OSError, TypeError, SyntaxError):
        # Typed in at a prompt, or a text of several lines stands left of the class.
        return {}
    told: dict[str, str] = {}
    for above, below in pairwise(declared.body if isinstance(declared, ast.ClassDef) else ()):
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                told[name] = text
            case _:
                pass
    return told
