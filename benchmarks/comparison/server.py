"""The throwaway Request Trackers on which clients are compared."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rtorm
from benchmarks.comparison.clients.client import QUEUE, Client, Login
from benchmarks.comparison.held import Held
from benchmarks.comparison.tap import Tap, tapped
from rtorm import Session, Ticket
from rtorm.testing import RequestTracker
from rtorm.testing._apt import install

__all__ = ["Bench", "benches", "serving"]

_PACKAGES = ("jython", "librt-client-rest-perl", "rt4-clients", "rt5-clients")
_SEED: dict[str, list[dict[str, object]]] = {
    "Queues": [{"Name": QUEUE}],
    "CustomFields": [
        {"Name": "Severity", "Type": "SelectSingle", "Queue": [QUEUE], "Values": [{"Name": "low"}]},
        {"Name": "Affected hosts", "Type": "FreeformMultiple", "Queue": [QUEUE]},
        {"Name": "Note", "Type": "TextSingle", "Queue": [QUEUE]},
        {"Name": "Report date", "Type": "DateSingle", "Queue": [QUEUE]},
    ],
}
# So that it is the clients that are tried, and not RT's limit of 10 MB.
_CONFIG = "Set($MaxAttachmentSize, 100_000_000);"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        tracker: Itself.
        held: What its database holds.
        session: Makes the tickets that clients are given.
    """

    tracker: RequestTracker
    held: Held
    session: Session


@dataclass(frozen=True, slots=True)
class Bench:
    """A client that is logged in at a server, by way of a tap.

    Attributes:
        client: The client.
        tap: What passes between both.
        held: What RT's database holds.
        session: Makes the tickets that the client is given.
        folder: For files.
    """

    client: Client
    tap: Tap
    held: Held
    session: Session
    folder: Path

    def tickets(self, count: int) -> list[int]:
        """New tickets."""
        made = [
            self.session.add(Ticket(queue=QUEUE, subject="Disk full", text="df says 100 %"))
            for _ in range(count)
        ]
        self.session.commit()
        return [each.id for each in made]


@contextmanager
def serving(major: int) -> Generator[Server]:
    """A server of its own."""
    registry = Path("/var/lib/dpkg/info")
    if missing := [name for name in _PACKAGES if not (registry / f"{name}.md5sums").exists()]:
        install(missing)
    with RequestTracker(major, initialdata=_SEED, config=_CONFIG, workers=6) as tracker:
        database = tracker.directory / "rt.sqlite"
        with rtorm.connect(tracker.url, auth=tracker.admin, time_zone="UTC") as session:
            session.add(Ticket(queue=QUEUE, subject="The first"))
            session.commit()
            yield Server(tracker, Held(database), session)


@contextmanager
def benches(server: Server, client: type[Client], folder: Path) -> Generator[Bench]:
    """A client at a server."""
    tracker = server.tracker
    with tapped(tracker.url) as tap:
        at = client(Login(tap.url, *tracker.admin, tracker.major))
        at.log_in()
        try:
            yield Bench(at, tap, server.held, server.session, folder)
        finally:
            at.close()
