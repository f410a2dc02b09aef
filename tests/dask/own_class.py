"""A program of its own, with a class that no worker can import; `test_cluster` runs it."""

from __future__ import annotations

import sys
from datetime import date
from ipaddress import IPv4Address
from typing import Any

import distributed
from pydantic import field_validator

import rtorm.dask
from rtorm import CF, Partition, Ticket, cf

Cluster: Any = distributed.LocalCluster
Client: Any = distributed.Client


class Base(Ticket):
    """Part of the program."""

    day: CF[date | None] = cf("Report date", default=None)


def main(number_of_severity: int) -> None:
    """Print what the workers load, and what they do with it."""

    class Local(Base, queue="Incidents"):
        level: CF[str | None] = cf("Severity", id=number_of_severity, default=None)
        address: CF[IPv4Address | None] = cf("Address", default=None)
        number: CF[int | None] = cf("Count", default=None)

        @field_validator("number")
        @classmethod
        def small(cls, value: int | None) -> int | None:
            if value is not None and value > 9:
                message = "too many"
                raise ValueError(message)
            return value

        def summary(self) -> str:
            return f"{self.level} {self.address} {self.number}"

    with (
        rtorm.connect(time_zone="UTC") as session,
        Cluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as made,
        Client(made) as client,
    ):
        for number in (1, 2):
            session.add(
                Local(
                    subject="nobody's class",
                    level="high",
                    address=IPv4Address("10.0.0.1"),
                    number=number,
                    day=date(2026, 1, 1),
                )
            )
        session.commit()
        found = session.query(Local).where(Local.subject == "nobody's class", Local.level == "high")
        bag: Any = rtorm.dask.to_bag(found, npartitions=2)
        for row in bag.compute():
            print([row[name] for name in ("level", "day", "address", "number")])
        frame: Any = rtorm.dask.to_dataframe(found.only(Local.number, Local.day), npartitions=2)
        print(frame.compute()["number"].sum(), list(map(str, frame.dtypes)))
        for told in client.gather(client.map(tell, found.partitions(2))):
            print(told)


def tell(partition: Partition[Any]) -> list[str]:
    """What a worker makes of its tickets."""
    told: list[str] = []
    with rtorm.connect(time_zone="UTC") as session:
        for ticket in partition.query(session):
            told.append(f"{type(ticket).__name__}: {ticket.summary()}")
            try:
                ticket.number = 10
            except ValueError:
                told.append("no more than 9")
    return told


if __name__ == "__main__":
    main(int(sys.argv[1]))
