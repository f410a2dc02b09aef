"""Classes of tickets to a file, to standard output, or compared with a file: what commands do."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rtorm.codegen.doubts import doubts, warnings
from rtorm.codegen.keeping import differences, keep, kept, text_of
from rtorm.codegen.module import QueueFields, render
from rtorm.codegen.reading import read_queues
from rtorm.orm.session import Session

__all__ = ["FAILED", "OK", "OUTDATED", "write_models"]

OK, OUTDATED, FAILED = 0, 1, 2

_Complain = Callable[[str], None]


def write_models(
    connect: Callable[[], AbstractContextManager[Session]],
    queues: Sequence[str],
    path: str | None,
    *,
    check: bool,
    complain: _Complain,
) -> int:
    """Write the module for some queues, or tell what would change in it.

    Args:
        connect: Opens the session, once it is known that the file can be written.
        queues: The names of the queues.
        path: The file; None for standard output.
        check: Whether the file is only compared with what RT tells now.
        complain: Takes what is to be said beside the result.

    Returns:
        `OK`; `OUTDATED` if a check found differences; `FAILED` where RT does not tell enough to
        know.

    Raises:
        OSError: The file cannot be read or written, or is a person's.
        ValueError: The name of a queue is none.
        RTError: RT cannot be asked.
    """
    if path is not None and not check:
        # What cannot be written is not asked for.
        kept(path)
    with connect() as session:
        found = read_queues(session, queues)
    for warning in warnings(found):
        complain(f"warning: {warning}")
    if path is None:
        _print(render(found))
        return OK
    return _check(Path(path), found, complain) if check else _output(path, found, complain)


def _check(path: Path, queues: Sequence[QueueFields], complain: _Complain) -> int:
    old = text_of(path)
    found = differences(path, old, render(queues))
    if not found:
        return OK
    if doubtful := doubts(queues, old):
        complain(f"{path} may be out of date or not: {_too_little(doubtful)}")
        return FAILED
    _print(found)
    complain(f"{path} is out of date: RT has changed since it was written")
    return OUTDATED


def _output(path: str, queues: Sequence[QueueFields], complain: _Complain) -> int:
    old, new = kept(path), render(queues)
    if old is not None and old != new and (doubtful := doubts(queues, old)):
        complain(
            f"{path} is left as it is: {_too_little(doubtful)}; to have it written all the same, "
            "remove it"
        )
        return FAILED
    keep(path, new)
    return OK


def _too_little(queues: Sequence[str]) -> str:
    names = ", ".join(map(repr, queues))
    return f"RT may have told less than there is of {names} (see the warning)"


def _print(text: str) -> None:
    if isinstance(sys.__stdout__, io.TextIOWrapper) and sys.stdout is sys.__stdout__:
        # What is redirected to a file is Python source, whatever the system's own encoding.
        sys.__stdout__.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(text)
