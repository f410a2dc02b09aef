"""Every row, on each version of RT, from near and from afar."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.delay import Way, cost_of_a_request, way_to
from benchmarks.figures import keep
from benchmarks.harness import Run, Sample, seconds_of, side_by_side
from benchmarks.peers import PEERS, ByHand, Login, Peer
from benchmarks.server import serving
from benchmarks.work import FIRST, ROWS, Job, Row

__all__ = ["measure", "peers_at", "told"]

ROUND_TRIPS = {5: (0.0, 0.02, 0.1), 4: (0.0,)}
"""Seconds, by RT's version."""

_REPEATS = 21


def measure() -> None:
    """Measure and keep."""
    cells: list[dict[str, Any]] = []
    versions: dict[str, str] = {}
    ways: dict[str, Any] = {}
    for major, round_trips in ROUND_TRIPS.items():
        for round_trip in round_trips:
            with serving(major) as (server, login), _way(login.url, round_trip) as way:
                versions[str(major)] = server.version
                url = way.url if way else login.url
                if major == 5:
                    ways[f"{round_trip:g}"] = cost_of_a_request(url)
                cells += _rows(replace(login, url=url), way)
            keep("network", {"versions": versions, "requests_cost": ways, "cells": cells})


def _way(url: str, round_trip: float) -> Any:
    return way_to(url, round_trip) if round_trip else nullcontext(None)


def _rows(login: Login, way: Way | None) -> list[dict[str, Any]]:
    round_trip = way.round_trip if way else 0.0
    print(f"RT {login.major}, round trip {round_trip * 1000:g} ms", flush=True)
    cells: list[dict[str, Any]] = []
    with peers_at(login) as peers:
        for row in ROWS:
            counts = dict[str, int]()
            runs: dict[str, Run] = {
                peer.name: partial(_run, row, peer, way, counts) for peer in peers
            }
            samples = side_by_side(runs, repeats=_REPEATS)
            print(told(str(row), samples), flush=True)
            cells.append(
                {
                    "major": login.major,
                    "round_trip": round_trip,
                    "row": row.name,
                    "title": str(row),
                    "seconds": {name: sample.seconds for name, sample in samples.items()},
                    "requests": counts,
                }
            )
    return cells


@contextmanager
def peers_at(login: Login) -> Generator[list[Peer]]:
    """All peers that can speak with this version, logged in."""
    peers = [peer(login) for peer in PEERS if login.major in peer.majors]
    try:
        for peer in peers:
            peer.log_in()
        yield peers
    finally:
        for peer in peers:
            peer.close()


def _run(row: Row, peer: Peer, way: Way | None, counts: dict[str, int]) -> float:
    """The seconds of one run; notes how many requests were sent."""
    if row.name != FIRST.name:
        return _counting(row.job(peer), peer.name, way, counts)
    # What is logged in already stays so, for the other rows.
    with closing(type(peer)(peer.at)) as another:
        return _counting(row.job(another), peer.name, way, counts)


def _counting(job: Job, name: str, way: Way | None, counts: dict[str, int]) -> float:
    before = way.requests if way else 0
    seconds = seconds_of(job)
    if way:
        counts[name] = way.requests - before
    return seconds


def told(title: str, samples: dict[str, Sample], base: str = ByHand.name) -> str:
    """One row for the terminal: ratios first."""
    least = samples[base].median
    parts: Sequence[str] = [
        f"{name} {sample.median / least:.2f}× ({sample.median:.3f} s, {len(sample.seconds)} runs)"
        for name, sample in samples.items()
    ]
    return f"  {title}: " + ", ".join(parts)
