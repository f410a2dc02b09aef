"""How a request is sent: a large body over a slow link may take its time.

By itself, urllib3 sends under the time limit of the connection, and Python holds that limit
against all bytes that it is given at once, so 50 MB would have to leave within 10 s
(urllib3 2, Python 3.11-3.14).
"""

from __future__ import annotations

import io
from typing import Any

import requests
import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection

__all__ = ["PatientAdapter"]


def _connect_then_wait(pool: urllib3.HTTPConnectionPool, connection: HTTPConnection) -> None:
    """Connect within the limit for that, and send within the one for each piece of a reply."""
    if connection.is_closed:
        connection.connect()
    connection.timeout = pool.timeout.read_timeout


class _HTTPPool(urllib3.HTTPConnectionPool):
    def _validate_conn(self, conn: Any) -> None:
        super()._validate_conn(conn)
        _connect_then_wait(self, conn)


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    def _validate_conn(self, conn: Any) -> None:
        super()._validate_conn(conn)
        _connect_then_wait(self, conn)


_POOLS: dict[str, type[urllib3.HTTPConnectionPool | urllib3.HTTPSConnectionPool]] = {
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
