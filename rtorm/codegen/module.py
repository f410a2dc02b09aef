"""A module of classes of tickets, as text; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtorm.codegen.declarations import Declaration, declarations, is_nameless
from rtorm.codegen.naming import class_names
from rtorm.codegen.source import comment, docstring, fits, literal, sentence
from rtorm.models.custom_field import CustomField

__all__ = ["FIRST_LINE", "QueueFields", "render"]

FIRST_LINE = '"""Classes of tickets, written by rtorm.codegen: run it again, do not edit this.'
"""The line by which a module that was written here is known."""

_INTRODUCTION = f'''{FIRST_LINE}

Code of your own belongs into subclasses, elsewhere:

    class Incident(rt_models.Incidents, queue="Incidents"): ...

Tickets of the queue then load as that class.
"""
'''
_INDENT = " " * 4
_NAMELESS = "A custom field without a name is left out: RT cannot be told of it."
_Imports = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class QueueFields:
    """A queue as the server describes it.

    Attributes:
        name: Its name.
        id: Its number.
        description: What it is for.
        custom_fields: The custom fields of its tickets, as far as the account may see them.
        numbered: Whether the server is one that tells their numbers (RT 5 and later).
    """

    name: str
    id: int | None
    description: str
    custom_fields: tuple[CustomField, ...]
    numbered: bool = False


def render(queues: Sequence[QueueFields]) -> str:
    """The text of a module with a class for the tickets of each queue.

    The same queues give the same text, which `ruff format` leaves as it is.
    """
    bodies = [declarations(queue.custom_fields) for queue in queues]
    imports = _imports([each for body in bodies for each in body])
    parts = [_INTRODUCTION, *_import_blocks(imports)]
    for name, queue, body in zip(class_names(queues), queues, bodies, strict=True):
        parts.append("\n" + "\n".join(_class(name, queue, body)) + "\n")
    return "\n".join(parts)


def _imports(declared: Iterable[Declaration]) -> _Imports:
    imports: _Imports = defaultdict(set)
    imports["rtorm"] = {"Ticket"}
    for each in declared:
        imports["rtorm"] |= {"cf", _wrapper(each)}
        for module, names in each.typed.imports:
            imports[module] |= set(names)
    return imports


def _import_blocks(imports: _Imports) -> list[str]:
    """The standard library's, then the others, sorted as `ruff check --select I` wants them."""
    lines: dict[bool, list[str]] = defaultdict(list)
    for module in sorted(imports):
        ours = module in ("pydantic", "rtorm")
        lines[ours].append(f"from {module} import {', '.join(sorted(imports[module]))}\n")
    return ["".join(lines[ours]) for ours in sorted(lines)]


def _class(name: str, queue: QueueFields, body: Sequence[Declaration]) -> list[str]:
    told = f"Tickets of the queue {literal(queue.name)}."
    lines = _head(name, queue.name)
    lines += docstring((told, *sentence(queue.description)), _INDENT)
    spaced = True
    for each in body:
        field = _field(each)
        if spaced or each.remarks:
            lines.append("")
        lines += field
        spaced = bool(each.documentation or each.remarks)
    if any(map(is_nameless, queue.custom_fields)):
        lines += ["", *comment(_NAMELESS, _INDENT)]
    return lines


def _head(name: str, queue: str) -> list[str]:
    arguments = ["Ticket", f"queue={literal(queue)}"]
    return _call(f"class {name}(", arguments, "):", "")


def _field(declared: Declaration) -> list[str]:
    remarks = [line for text in declared.remarks for line in comment(text, _INDENT)]
    documentation = docstring(declared.documentation, _INDENT)
    return [*remarks, *_assignment(declared), *documentation]


def _assignment(declared: Declaration) -> list[str]:
    arguments = [
        literal(declared.name),
        *([] if declared.id is None else [f"id={declared.id}"]),
        "default_factory=list" if declared.typed.many else "default=None",
    ]
    *lines, last = _annotation(declared)
    if lines or fits(f"{last} = cf("):
        return [*lines, *_call(f"{last} = cf(", arguments, ")", _INDENT)]
    deeper = _INDENT * 2
    return [f"{last} = (", *_call(f"{deeper}cf(", arguments, ")", deeper), f"{_INDENT})"]


def _annotation(declared: Declaration) -> list[str]:
    """The attribute and its type: on one line, or by the line up to its last bracket."""
    held, attribute = declared.typed, f"{_INDENT}{declared.attribute}: {_wrapper(declared)}["
    choices = list(map(literal, held.choices))
    one = f"Literal[{', '.join(choices)}]" if choices else held.one
    whole = f"list[{one}]" if held.many else f"{one} | None"
    line = f"{attribute}{whole}]"
    if fits(f"{line} = {'cf' * bool(choices)}("):
        return [line]
    inner = _literal_by_the_line(choices, many=held.many) if choices else [whole]
    return [attribute, *(f"{_INDENT * 2}{each}" for each in inner), f"{_INDENT}]"]


def _literal_by_the_line(choices: Sequence[str], *, many: bool) -> list[str]:
    if len(choices) == 1:
        # After a comma, it would be joined all the same.
        lines = [f"{choices[0]}  # the only one"]
    else:
        lines = [f"{choice}," for choice in choices]
    lines = ["Literal[", *(f"{_INDENT}{line}" for line in lines), "]"]
    if many:
        return ["list[", *(f"{_INDENT}{line}" for line in lines), "]"]
    return [*lines, "| None"]


def _call(start: str, arguments: Sequence[str], end: str, indent: str) -> list[str]:
    """A call on one line, or by the line: after a comma at the end, ruff joins it no more."""
    line = f"{start}{', '.join(arguments)}{end}"
    if fits(line):
        return [line]
    return [start, *(f"{indent}{_INDENT}{each}," for each in arguments), f"{indent}{end}"]


def _wrapper(declared: Declaration) -> str:
    return "ReadOnly" if declared.read_only else "CF"
