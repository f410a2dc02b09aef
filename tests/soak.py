"""Many threads on one client, each with a session of its own, at mixed work for a while.

`python -m tests.soak 60` does it for a minute on each version of RT and prints figures.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rtorm import Attachment, Client, Session, WrongThreadError
from rtorm.testing import RequestTracker
from tests.seed import SEED
from tests.support import Incident

THREADS = 8
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Tally:
    """What the threads did.

    Attributes:
        deeds: How often each thing was done, in all.
        wrong: What was not as it should be.
        memory: The process's resident bytes, once a second.
        files: Its open files, likewise.
        cookies: The login cookies of the threads.
    """

    deeds: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    memory: list[int] = field(default_factory=list[int])
    files: list[int] = field(default_factory=list[int])
    cookies: set[str] = field(default_factory=set[str])


class Worker:
    """One thread's tickets and session; nobody else writes to them."""

    def __init__(self, client: Client, name: str, tally: Tally) -> None:
        self._client = client
        self._name = name
        self._tally = tally
        self._round = 0
        self.session: Session | None = None

    def run(self, until: float) -> None:
        """Work until that moment of `time.monotonic`; at least one round."""
        try:
            with Session(self._client, time_zone="UTC") as self.session:
                ticket = self.session.add(Incident(subject=self._says(), text=self._name))
                self.session.commit()
                while self._round == 0 or time.monotonic() < until:
                    self._round += 1
                    for deed in (self.edit, self.read, self.comment, self.search, self.download):
                        deed(self.session, ticket)
                        self._tally.deeds[deed.__name__] += 1
                own = self._client._transport.sessions.mine()  # pyright: ignore[reportPrivateUsage]
                self._tally.cookies.add(";".join(str(each.value) for each in own.http.cookies))
        except Exception as error:  # noqa: BLE001 - told at the end
            self._tally.wrong.append(f"{self._name}: {type(error).__name__}: {error}")

    def _says(self) -> str:
        return f"{self._name} round {self._round}"

    def edit(self, session: Session, ticket: Incident) -> None:
        """An edit of several fields."""
        ticket.subject, ticket.priority = self._says(), self._round
        ticket.hosts = [self._name, str(self._round)]
        session.commit()

    def read(self, session: Session, ticket: Incident) -> None:
        """What was just written."""
        session.expire(ticket)
        seen = (ticket.subject, ticket.priority, ticket.hosts)
        if seen != (self._says(), self._round, [self._name, str(self._round)]):
            self._tally.wrong.append(f"{self._name} round {self._round} reads {seen}")

    def comment(self, session: Session, ticket: Incident) -> None:
        """A comment with a file."""
        content = self._says().encode() * 200
        file = Attachment(filename="bytes.bin", content=content)
        ticket.comment(self._says(), attachments=[file])

    def search(self, session: Session, ticket: Incident) -> None:
        """A query for one's own ticket."""
        found = session.query(Incident).where(Incident.subject == self._says()).ids()
        if found != [ticket.id]:
            self._tally.wrong.append(f"{self._name} round {self._round} finds {found}")

    def download(self, session: Session, ticket: Incident) -> None:
        """The file of the last comment."""
        files = [file for file in ticket.attachments if file.filename == "bytes.bin"]
        if files[-1].content != self._says().encode() * 200:
            self._tally.wrong.append(f"{self._name} round {self._round} downloads another file")


def soak(url: str, seconds: float) -> Tally:
    """Have the threads work so long, with one client, and look at the process meanwhile."""
    tally = Tally()
    with Client(url, auth=("root", "password")) as client:
        until = time.monotonic() + seconds
        workers = [Worker(client, f"thread{number}", tally) for number in range(THREADS)]
        threads = [threading.Thread(target=each.run, args=(until,)) for each in workers]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            tally.memory.append(_resident())
            tally.files.append(_open_files())
            _trespass(workers[0], tally)
            time.sleep(min(1, seconds / 10))
        for thread in threads:
            thread.join()
    gc.collect()
    tally.files.append(_open_files())
    return tally


def _trespass(worker: Worker, tally: Tally) -> None:
    """Use another thread's session: it must say so."""
    if worker.session is None:
        return
    try:
        worker.session.query(Incident).count()
    except WrongThreadError:
        tally.deeds["trespass"] += 1
    else:
        tally.wrong.append("a session was used from another thread, and said nothing")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder changes meanwhile


def _figures(seconds: float) -> Iterator[str]:
    for version in (4, 5):
        with RequestTracker(version, initialdata=SEED, workers=THREADS) as rt:
            tally = soak(rt.url, seconds)
        half = len(tally.memory) // 2
        yield f"RT {rt.major}: {THREADS} threads, {seconds:g} s, {len(tally.wrong)} wrong"
        yield "  " + ", ".join(f"{count} {deed}" for deed, count in tally.deeds.items())
        first, last = (max(part) / 1e6 for part in (tally.memory[:half], tally.memory[half:]))
        yield f"  most memory in the first half {first:.1f} MB, in the second {last:.1f} MB"
        yield f"  open files {tally.files[0]} at first, {max(tally.files)} at most, {tally.files[-1]} after"
        yield f"  {len(tally.cookies)} different cookies"
        yield from (f"  WRONG: {each}" for each in tally.wrong[:10])


if __name__ == "__main__":
    for line in _figures(float(sys.argv[1])):
        sys.stdout.write(f"{line}\n")
