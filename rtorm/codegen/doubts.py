"""What RT may not have told this time, so that what is missing need not be gone; pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from rtorm.codegen.module import QueueFields
from rtorm.gateway import WITH_CHOICES

__all__ = ["doubts", "warnings"]

_NONE = (
    "RT lists no custom fields of the queue {!r}: it has none, or the account lacks the right "
    "SeeCustomField globally or on the fields themselves (on the queue, it does not count here)"
)
_PARTLY = (
    "numbers or values to choose from are missing of custom fields of the queue {!r}: RT's "
    "REST 2.0, which tells them, did not answer; it fails for now, or what stands before RT lets "
    "/REST/1.0/ alone through"
)


def warnings(queues: Iterable[QueueFields]) -> list[str]:
    """What a person should know of the module that is made of these queues."""
    return [text.format(queue.name) for queue in queues if (text := _warning(queue))]


def doubts(queues: Sequence[QueueFields], old: str) -> list[str]:
    """The names of those queues of which RT may have told less than there is.

    Args:
        queues: What RT tells now.
        old: The module that was generated before.
    """
    had_fields = _queues_with_fields(old)
    return [
        queue.name
        for queue in queues
        if _is_partly_told(queue) or (not queue.custom_fields and queue.name in had_fields)
    ]


def _warning(queue: QueueFields) -> str:
    if not queue.custom_fields:
        return _NONE
    return _PARTLY if _is_partly_told(queue) else ""


def _is_partly_told(queue: QueueFields) -> bool:
    """Whether a server with REST 2.0 has told no more than REST 1.0 does.

    It tells the numbers of all fields or of none, and then, one by one, the values of those that
    have some.
    """
    fields = queue.custom_fields
    if not queue.numbered or not fields:
        return False
    numbered = [field for field in fields if field.id is not None]
    return not numbered or any(
        field.values is None for field in numbered if field.type in WITH_CHOICES
    )


def _queues_with_fields(module: str) -> set[str]:
    """The names of the queues whose classes have fields in a generated module."""
    try:
        tree = ast.parse(module)
    except (SyntaxError, ValueError):
        # Nothing to lose in a file that no longer is Python, such as after a merge.
        return set()
    return {
        keyword.value.value
        for cls in tree.body
        if isinstance(cls, ast.ClassDef) and any(isinstance(e, ast.AnnAssign) for e in cls.body)
        for keyword in cls.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }
