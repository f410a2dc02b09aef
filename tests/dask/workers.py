"""What the tests have worker processes do."""

from __future__ import annotations

import gc
import os
from typing import Any

from rtorm import Session


def tell(settings: dict[str, str]) -> None:
    """Put settings into the process's environment."""
    os.environ.update(settings)


def open_sessions() -> int:
    """How many sessions of the process were not closed."""
    sessions: list[Any] = [each for each in gc.get_objects() if isinstance(each, Session)]
    return sum(not session._work._closed for session in sessions)


def with_process(frame: Any) -> Any:
    """A frame with a column for the process that it was made in."""
    return frame.assign(process=os.getpid())
