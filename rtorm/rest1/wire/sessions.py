"""One requests session for each thread, with its connections and its login cookie."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakSet

import requests

__all__ = ["Session", "Sessions"]


@dataclass(eq=False, slots=True)
class Session:
    """What one thread has of its own.

    Attributes:
        http: Its session of requests.
        process: The number of the process that made it.
        logged_in: Whether its cookie is of a login.
    """

    http: requests.Session
    process: int
    logged_in: bool = False

    def forget_login(self) -> None:
        """Log in again before the next request."""
        self.logged_in = False
        self.http.cookies.clear()


class Sessions:
    """The sessions of all threads."""

    def __init__(self, make: Callable[[], requests.Session]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._own = threading.local()
        # Weak, so that the connections of a thread end with it.
        self._all: WeakSet[requests.Session] = WeakSet()

    def existing(self) -> Session | None:
        """This thread's session, if it has one."""
        own: Session | None = getattr(self._own, "session", None)
        # A forked child must not speak through its parent's connection.
        return own if own is not None and own.process == os.getpid() else None

    def mine(self) -> Session:
        """This thread's session, made at need."""
        return self.existing() or self._new()

    def close(self) -> None:
        """Close the connections of all threads, and forget their cookies."""
        with self._lock:
            sessions, self._all = list(self._all), WeakSet()
            self._own = threading.local()
        for session in sessions:
            session.close()

    def _new(self) -> Session:
        session = Session(self._make(), os.getpid())
        self._own.session = session
        with self._lock:
            self._all.add(session.http)
        return session
