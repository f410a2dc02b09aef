"""What a server tells of queues and their custom fields."""

from __future__ import annotations

from collections.abc import Iterable

from rtorm.codegen.module import QueueFields, render
from rtorm.models.queue import Queue
from rtorm.orm.session import Session

__all__ = ["generate_models", "read_queues"]

# RT 5 is the first that has REST 2.0, which tells them.
_FIRST_WITH_NUMBERS = 5


def generate_models(session: Session, queues: str | Iterable[str]) -> str:
    """The text of a Python module with a class for the tickets of each queue.

    Args:
        session: A session on the server; nothing is written there.
        queues: The names of the queues, in any letter case.

    Returns:
        The module: the same text as long as the server tells the same, as `ruff format` leaves it.
        Where REST 2.0 of RT 5 does not answer, it has no numbers and no values to choose from.

    Raises:
        ValueError: No queue is named, or a name is none.
        NotFound: There is no such queue.
        PermissionDenied: The account may not see the queue (SeeQueue).
    """
    return render(read_queues(session, queues))


def read_queues(session: Session, queues: str | Iterable[str]) -> list[QueueFields]:
    """The queues of these names, each once.

    Raises:
        ValueError: No queue is named, or a name is none.
        NotFound: There is no such queue.
        PermissionDenied: The account may not see the queue (SeeQueue).
    """
    names = [queues] if isinstance(queues, str) else list(queues)
    if not names:
        message = "no queues given: name at least one"
        raise ValueError(message)
    found = {queue.id: queue for queue in (session.get(Queue, name) for name in names)}
    numbered = _tells_numbers(session)
    return [
        QueueFields(queue.name, queue.id, queue.description, queue.custom_fields, numbered)
        for queue in found.values()
    ]


def _tells_numbers(session: Session) -> bool:
    major = session.client.identity().version.partition(".")[0]
    return major.isdecimal() and int(major) >= _FIRST_WITH_NUMBERS
