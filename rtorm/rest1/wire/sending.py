"""How a request is sent: over a connection that stands, and a large body may take its time.

A server closes a connection that has been idle for a while, Starman for one second, as RT's own
server does. A request that meets it on the way is lost, and of a write nobody knows whether it was
(RFC 9112, 9.6). So a connection that was idle for half of that is not used again.

By itself, urllib3 sends under the time limit of the connection, and Python holds that limit
against all bytes that it is given at once, so 50 MB would have to leave within 10 s
(urllib3 2, Python 3.11-3.14).
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any

import requests
import requests.adapters
import urllib3

from rtorm.rest1.wire.pacing import PacedSocket

__all__ = ["PatientAdapter"]


_LONGEST_IDLE = 0.5


class _HTTPPool(urllib3.HTTPConnectionPool):
    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)
        now = time.monotonic()
        if now - getattr(connection, "idle_since", now) > _LONGEST_IDLE:
            connection.close()
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)

    def _validate_conn(self, conn: Any) -> None:
        """Connect within the limit for that, and send within the one for a piece of a reply."""
        super()._validate_conn(conn)
        if conn.is_closed:
            conn.connect()
        conn.timeout = limit = self.timeout.read_timeout
        if limit is not None and isinstance(conn.sock, socket.socket):
            conn.sock = PacedSocket(conn.sock, limit)


class _HTTPSPool(_HTTPPool, urllib3.HTTPSConnectionPool):
    pass


_POOLS: dict[str, type[urllib3.HTTPConnectionPool]] = {
    "http": _HTTPPool,
    "https": _HTTPSPool,
}


class PatientAdapter(requests.adapters.HTTPAdapter):
    """Sends a body by pieces, each of which may take as long as a piece of a reply."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        """Take note of the limits.

        Args:
            timeout: Seconds for the connection, and for each piece of a request or a reply.
        """
        connecting, reading = timeout
        self._limits = urllib3.Timeout(connect=connecting, read=reading)
        super().__init__()

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        """Make the pools of the connections."""
        super().init_poolmanager(*args, **settings, timeout=self._limits)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **settings: Any) -> urllib3.ProxyManager:
        """The pools of the connections through a proxy."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(
            *args, **settings, timeout=self._limits
        )
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(
        self, request: requests.PreparedRequest, *args: Any, **settings: Any
    ) -> requests.Response:
        """Send a request."""
        body = request.body
        if body:
            # urllib3 reads a file by pieces.
            whole = body.encode() if isinstance(body, str) else body
            request.body = io.BytesIO(whole)  # type: ignore[assignment]
        try:
            return super().send(request, *args, **settings)
        finally:
            # A login that answers a challenge sends it again.
            request.body = body
