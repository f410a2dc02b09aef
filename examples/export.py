"""Export: a queue's tickets to JSON Lines or Parquet, loaded by several processes at a time.

Runs against your own RT with RTSERVER, RTUSER and RTPASSWD set, and only reads there:

    python examples/export.py Incidents tickets/ --format parquet --workers 4 --since 2026-01-01

It needs `pip install "rtorm[dask]" rich`. With no workers it exports in this process. The folder
gets a file for each part, so that none waits for another. To export the custom fields of another
queue, declare its class like the one below, or have `python -m rtorm.codegen` write it.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import dask
import distributed
from rich.console import Console

import rtorm.dask
from rtorm import CF, Query, Session, Ticket, cf

console = Console(highlight=False)


class Incident(Ticket, queue="Incidents"):
    """Tickets of the queue Incidents, with their custom fields."""

    severity: CF[Literal["low", "high", "critical"] | None] = cf("Severity", default=None)
    hosts: CF[list[str]] = cf("Affected hosts", default_factory=list)


CLASSES: Mapping[str, type[Ticket]] = {"incidents": Incident}


def main(session: Session, chosen: Namespace) -> None:
    """Ask for the ids, share them out, load and write."""
    query = tickets_of(session, chosen.queue, chosen.since)
    try:
        session.check(query)  # RT itself finds nothing in a queue that it does not know
    except rtorm.QueryError as error:
        raise SystemExit(str(error)) from None
    folder = Path(chosen.folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty: name a new folder")
    console.print(f"{query.count():,} tickets: {query!r}")
    began = time.monotonic()
    with workers(chosen.workers):
        WRITERS[chosen.format](query, folder, chosen.parts)
    took = time.monotonic() - began
    files = sorted(path for path in folder.iterdir() if path.is_file())
    size = sum(path.stat().st_size for path in files)
    console.print(f"{len(files)} files, {size:,} bytes in {folder}, after {took:.1f} s")


def tickets_of(session: Session, queue: str, since: datetime | None) -> Query[Ticket]:
    """What is exported: all fields but the watchers, which RT takes ten times as long for.

    `query.include(cls.requestors)` would export those, too.
    """
    cls = CLASSES.get(queue.lower(), Ticket)
    query: Query[Ticket] = session.query(cls)
    if cls is Ticket:  # the others are for their queue alone
        query = query.where(Ticket.queue == queue)
    return query if since is None else query.where(Ticket.last_updated >= since)


@contextmanager
def workers(number: int) -> Generator[None]:
    """Processes on this machine; they inherit its environment, and so know where RT is.

    Workers on other machines are reached in the same way, by `distributed.Client("tcp://…:8786")`;
    each takes RTSERVER, RTUSER and RTPASSWD from its own environment.
    """
    if not number:
        here: Any = dask
        with here.config.set(scheduler="synchronous"):
            yield
        return
    start: Any = distributed.LocalCluster
    connect: Any = distributed.Client
    with (
        start(n_workers=number, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        connect(cluster),
    ):
        yield


def write_json(query: Query[Ticket], folder: Path, parts: int | None) -> None:
    """A ticket a line, dates in ISO 8601."""
    bag: Any = rtorm.dask.to_bag(query, npartitions=parts)
    lines = bag.map(json.dumps, default=text_of, ensure_ascii=False)
    lines.to_textfiles(f"{folder}/*.jsonl", encoding="utf-8")


def write_parquet(query: Query[Ticket], folder: Path, parts: int | None) -> None:
    """A column for each attribute, with its type."""
    frame: Any = rtorm.dask.to_dataframe(query, npartitions=parts)
    schema = rtorm.dask.parquet_schema(query)
    frame.to_parquet(str(folder), write_index=False, schema=schema)


WRITERS: Mapping[str, Callable[[Query[Ticket], Path, int | None], None]] = {
    "jsonl": write_json,
    "parquet": write_parquet,
}


def text_of(value: object) -> str:
    """What JSON has no type for."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def arguments() -> Namespace:
    """What the command line says."""
    parser = ArgumentParser(description="Export the tickets of a queue.")
    parser.add_argument("queue", help="the queue's name")
    parser.add_argument("folder", help="where the files go; made if it is not there")
    parser.add_argument("--format", choices=sorted(WRITERS), default="jsonl")
    parser.add_argument("--workers", type=from_0, default=0, help="how many processes load tickets")
    parser.add_argument("--parts", type=from_1, help="how many files; one for each 1,000 tickets")
    parser.add_argument("--since", type=day, help="only what changed since this day, in UTC")
    parser.add_argument("--time-zone", default="UTC", help="that of the account in RT")
    return parser.parse_args()


def from_0(text: str) -> int:
    """A whole number that is not negative."""
    if (number := int(text)) < 0:
        message = f"{number} is less than 0"
        raise ArgumentTypeError(message)
    return number


def from_1(text: str) -> int:
    """A whole number of things of which there is one at least."""
    if (number := from_0(text)) == 0:
        message = "there is one at least"
        raise ArgumentTypeError(message)
    return number


def day(text: str) -> datetime:
    """The beginning of a day."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


if __name__ == "__main__":
    given = arguments()
    with rtorm.connect(time_zone=given.time_zone) as connected:
        main(connected, given)
