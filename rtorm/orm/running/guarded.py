"""Who may use a session, and until when."""

from __future__ import annotations

import threading

from rtorm.errors import DetachedError, WrongThreadError

__all__ = ["Guarded"]


class Guarded:
    """Something for the thread that made it alone, until it is closed."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._closed = False

    def check_thread(self) -> None:
        """Refuse another thread than the session's own.

        Raises:
            WrongThreadError: It is another one.
        """
        if threading.get_ident() != self._thread:
            message = (
                "a session belongs to the thread that made it: give each thread a session of its "
                "own, on the same client"
            )
            raise WrongThreadError(message)

    def check_open(self) -> None:
        """Refuse whatever it is once the session is closed, and in another thread.

        Raises:
            DetachedError: It is closed.
            WrongThreadError: It is another thread than the session's own.
        """
        self.check_thread()
        if self._closed:
            message = "the session is closed: open another one with rtorm.connect()"
            raise DetachedError(message)

    def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True
