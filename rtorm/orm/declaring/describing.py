"""What `help()` tells of a class: its docstring, and the strings below its attributes.

Editors show such a string where the attribute is used, and nothing that stands in the docstring of
the class. Python itself drops it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import tokenize
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
            # A section at the very beginning would lose its indent to `inspect.cleandoc`.
            parts = parts or [f"{owner.__name__} and its fields."]
            rows = (f"{name}: {_hanging(text)}" for name, text in told.items())
            parts.append("Attributes:\n" + textwrap.indent("\n".join(rows), "    "))
        return "\n\n".join(parts) or None


def describe(cls: Any) -> None:
    """Have `help()` of a class tell what stands below its attributes, too."""
    cls.__doc__ = Described(cls.__doc__)


def _hanging(text: str) -> str:
    return textwrap.indent(inspect.cleandoc(text), "    ").lstrip()


def _declaration(cls: type) -> ast.ClassDef | None:
    try:
        found = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    except (OSError, TypeError, SyntaxError, ValueError, tokenize.TokenError):
        # Typed in at a prompt, changed since, or a text of several lines stands left of the class.
        return None
    # From Python 3.13 on, the source of a class is whatever stands at its line now.
    declared = found[0] if found else None
    if isinstance(declared, ast.ClassDef) and declared.name == cls.__name__:
        return declared
    return None


def _below_attributes(cls: type) -> dict[str, str]:
    declared = _declaration(cls)
    told: dict[str, str] = {}
    for above, below in pairwise([] if declared is None else declared.body):
        match above, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                told[name] = text
            case _:
                pass
    return told
