"""The throwaway Request Trackers that everything is measured on, with the same tickets each."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError

from benchmarks.peers.by_hand import ByHand
from benchmarks.peers.peer import Edit, Login, New
from rtorm.testing import RequestTracker
from rtorm.testing._apt import install

__all__ = ["RELATED", "TICKETS", "serving"]

TICKETS = 1000
"""How many tickets there are, with the ids from 1."""
RELATED = 100
"""How many of them, the first, have messages, files and links."""

# The server keeps a process for each connection that was used in the last second: one for each
# peer and four for the parallel one, so that none waits for another's.
_WORKERS = 12

_TRIES = 5

_TICKETS = Path(__file__).with_name("tickets.pl")


_PACKAGES = ("librt-client-rest-perl", "rt4-clients", "rt5-clients")


def _install_peers() -> None:
    """Install Debian's packages of the peers that are written in Perl, if they are not there.

    Raises:
        RuntimeError: They cannot be installed here; the message says why.
    """
    registry = Path("/var/lib/dpkg/info")
    if missing := [name for name in _PACKAGES if not (registry / f"{name}.md5sums").exists()]:
        install(missing)


@contextmanager
def serving(major: int) -> Generator[tuple[RequestTracker, Login]]:
    """A server of its own with the tickets; the first time, making them takes half a minute.

    RT on SQLite takes half as long again for watchers once there are 800 tickets more, so that
    what is to be compared begins on servers that are alike.
    """
    _install_peers()
    sizes = f"my ( $count, $related ) = ( {TICKETS}, {RELATED} );\n"
    print(f"Request Tracker {major} with {TICKETS:,} tickets …", flush=True)
    text = sizes + _TICKETS.read_text()
    with RequestTracker(major, initialdata=text, workers=_WORKERS) as server:
        login = Login(server.url, server.user, server.password, server.major)
        _warm(login)
        yield server, login


def _warm(login: Login) -> None:
    """Have each of the server's processes do everything once, which takes it longer than later."""
    together = Barrier(_WORKERS)

    def do(number: int) -> None:
        try:
            with closing(ByHand(login)) as peer:
                peer.log_in()
                # From now on each has a process of its own.
                together.wait()
                for work in (
                    partial(peer.load, 1, 20),
                    partial(peer.load_watchers, 1, 20),
                    partial(peer.load_related, 1, 20),
                    partial(peer.edit, [Edit(TICKETS - number, "Warm", 3)]),
                    partial(peer.create, [New("Warm", "Up", 1)]),
                ):
                    _patiently(work)
                together.wait()
        except BaseException:
            # The others would wait for this one for ever.
            together.abort()
            raise

    with ThreadPoolExecutor(_WORKERS) as threads:
        done = [threads.submit(do, number) for number in range(_WORKERS)]
    failures = [failure for each in done if (failure := each.exception())]
    causes = [each for each in failures if not isinstance(each, BrokenBarrierError)]
    if failures:
        raise (causes or failures)[0]


def _patiently(work: Callable[[], object]) -> None:
    """RT on SQLite fails now and then with so many requests at a time."""
    for _ in range(_TRIES - 1):
        with suppress(AssertionError):
            work()
            return
    work()
