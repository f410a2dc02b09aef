"""A proxy that makes the way to a server longer, and counts the requests that pass it.

Bytes are held back for half a round trip in each direction; bandwidth is not limited. The first
bytes on a new connection wait for another round trip, as they would for its handshake. What a
longer way does to the size of TCP's windows is not imitated.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import statistics
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from urllib.parse import urlsplit

import requests

__all__ = ["Way", "cost_of_a_request", "way_to"]

_PIECE = 1 << 16
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Way:
    """A proxy that runs.

    Attributes:
        url: Where it listens.
        round_trip: Seconds.
    """

    url: str
    round_trip: float
    _requests: Synchronized[int]

    @property
    def requests(self) -> int:
        """How many requests have passed so far."""
        return self._requests.value


@contextmanager
def way_to(url: str, round_trip: float) -> Generator[Way]:
    """A proxy in a process of its own.

    Args:
        url: The server.
        round_trip: Seconds that a round trip takes longer.
    """
    ours, theirs = _CONTEXT.Pipe()
    requests = _CONTEXT.Value("q", 0)
    target = urlsplit(url)
    process = _CONTEXT.Process(
        target=_run,
        args=(theirs, target.hostname, target.port, round_trip, requests),
        daemon=True,
    )
    process.start()
    try:
        yield Way(f"http://127.0.0.1:{ours.recv()}", round_trip, requests)
    finally:
        process.terminate()
        process.join()


def cost_of_a_request(url: str) -> tuple[float, float]:
    """Seconds that the least request takes: on a connection that is there, and on a new one."""
    kept, new = list[float](), list[float]()
    with requests.Session() as session:
        session.get(f"{url}/REST/1.0/")
        for _ in range(9):
            kept.append(_seconds(session, url))
            with requests.Session() as other:
                new.append(_seconds(other, url))
    return statistics.median(kept), statistics.median(new)


def _seconds(session: requests.Session, url: str) -> float:
    began = time.perf_counter()
    session.get(f"{url}/REST/1.0/")
    return time.perf_counter() - began


def _run(
    told: Connection, host: str, port: int, round_trip: float, requests: Synchronized[int]
) -> None:
    asyncio.run(_serve(told, _Proxy(host, port, round_trip, requests)))


async def _serve(told: Connection, proxy: _Proxy) -> None:
    server = await asyncio.start_server(proxy.connected, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Proxy:
    """Passes bytes on, later."""

    def __init__(
        self, host: str, port: int, round_trip: float, requests: Synchronized[int]
    ) -> None:
        self._target = host, port
        self._round_trip = round_trip
        self._requests = requests

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one client with the server until either ends."""
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        for each in (writer, there_writer):
            each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        exchange = _Exchange(self._requests)
        await asyncio.gather(
            self._pass_on(reader, there_writer, exchange.asked, self._round_trip),
            self._pass_on(there_reader, writer, exchange.answered, 0),
        )

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        seen: Callable[[], None],
        handshake: float,
    ) -> None:
        pieces = asyncio.Queue[tuple[float, bytes]]()
        write = asyncio.create_task(_written(writer, pieces))
        clock = asyncio.get_running_loop()
        held = clock.time() + handshake
        while True:
            try:
                piece = await reader.read(_PIECE)
            except ConnectionError:
                piece = b""
            if piece:
                seen()
            pieces.put_nowait((max(clock.time(), held) + self._round_trip / 2, piece))
            if not piece:
                break
        await write


class _Exchange:
    """Counts a connection's requests: each time that the client speaks, and had not spoken last."""

    def __init__(self, requests: Synchronized[int]) -> None:
        self._requests = requests
        self._asking = False

    def asked(self) -> None:
        """Note that the client sends."""
        if not self._asking:
            self._requests.value += 1
        self._asking = True

    def answered(self) -> None:
        """Note that the server sends."""
        self._asking = False


async def _written(
    writer: asyncio.StreamWriter, pieces: asyncio.Queue[tuple[float, bytes]]
) -> None:
    """Write the pieces when they are due; an empty one is the end."""
    clock = asyncio.get_running_loop()
    while True:
        due, piece = await pieces.get()
        await asyncio.sleep(due - clock.time())
        if not piece:
            writer.close()
            return
        writer.write(piece)
