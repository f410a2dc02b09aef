"""What a server tells of queues and their custom fields."""

from __future__ import annotations

from collections.abc import Iterable

from rtorm.codegen.module import QueueFields, render
from rtorm.models.queue import Queue
from rtorm.orm.session import Session

__all__ = ["generate_models", "read_queues"]


def generate_models(session: Session, queues: str | Iterable[str]) -> str:
    """The text of a Python module with a class for the tickets of each queue.

    Args:
        session: A session on the server; nothing is written there.
        queues: The names of the queues, in any letter case.

    Returns:
        The module: the same text as long as the server tells the same, as `ruff format` leaves it.

    Raises:
        ValueError: No queue is named.
        NotFound: There is no such queue.
        PermissionDenied: The account may not see the queue (SeeQueue).
    """
    return render(read_queues(session, queues))


def read_queues(session: Session, queues: str | Iterable[str]) -> list[QueueFields]:
    """The queues of these names, each once.

    Raises:
        ValueError: No queue is named.
        NotFound: There is no such queue.
        PermissionDenied: The account may not see the queue (SeeQueue).
    """
    names = [queues] if isinstance(queues, str) else list(queues)
    if not names:
        message = "no queues given: name at least one"
        raise ValueError(message)
    found = {queue.id: queue for queue in (session.get(Queue, name) for name in names)}
    return [
        QueueFields(queue.name, queue.id, queue.description, queue.custom_fields)
        for queue in found.values()
    ]
