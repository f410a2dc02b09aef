"""What rtorm aims at, and whether it was reached when it was measured last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.figures import kept
from benchmarks.imports import BASE, OWN
from benchmarks.peers import OTHERS, ByHand, Rtorm

__all__ = ["Target", "slower_than", "targets", "told"]

# What two runs of the same thing may differ by.
_NOISE = 1.05
# So many of the quickest peers are named.
_TOLD = 2
_MB = "MB more at 50,000 than at 1,000"


@dataclass(frozen=True, slots=True)
class Target:
    """One aim.

    Attributes:
        title: What is aimed at.
        measured: What was measured, for people.
        reached: Whether that is enough.
    """

    title: str
    measured: str
    reached: bool


def targets() -> list[Target]:
    """All whose figures are there."""
    return [*_network(), *_parsing(), *_streaming(), *_imports()]


def told() -> str:
    """For the terminal."""
    lines = [f"  {_MARKS[each.reached]} {each.title}: {each.measured}" for each in targets()]
    return "\n".join(["targets:", *lines])


_MARKS = {True: "reached", False: "MISSED "}


def _network() -> Iterator[Target]:
    figures = kept("network")
    if figures is None:
        return
    cells: list[dict[str, Any]] = figures["cells"]
    yield _never_slower(cells)
    for row in ("edit", "load"):
        near = _cell(cells, row, 0.0)
        ratio = _ratio(near, Rtorm.name, ByHand.name)
        yield Target(f"{row}: within 5 % of the optimum", f"{ratio:.2f} times", ratio <= _NOISE)
    for row, times in (("edit", 2), ("load", 5), ("related", 4)):
        cell = _cell(cells, row, 0.02)
        there = [name for name in OTHERS if name in cell["seconds"]]
        ratios = {name: _ratio(cell, name, Rtorm.name) for name in there}
        quickest = sorted(ratios, key=lambda name: ratios[name])[:_TOLD]
        yield Target(
            f"{cell['title']}, 20 ms: {times} times as fast as every peer",
            ", ".join(f"{ratios[name]:.2f} times as fast as {name}" for name in quickest),
            min(ratios.values()) >= times,
        )


def _never_slower(cells: list[dict[str, Any]]) -> Target:
    slower = slower_than(cells)
    title = "never slower than a peer, but for 5 % of noise"
    return Target(
        title, f"on {len(slower)} of {len(cells)} rows" if slower else "nowhere", not slower
    )


def slower_than(cells: list[dict[str, Any]]) -> list[str]:
    """Where peers were faster."""
    found: list[str] = []
    for cell in cells:
        ratios = {
            name: _ratio(cell, Rtorm.name, name) for name in OTHERS if name in cell["seconds"]
        }
        faster = [f"{ratio:.2f} times {name}" for name, ratio in ratios.items() if ratio > _NOISE]
        if faster:
            way = f"{cell['round_trip'] * 1000:g} ms"
            found.append(f"{cell['title']} (RT {cell['major']}, {way}): {', '.join(faster)}")
    return found


def _cell(cells: list[dict[str, Any]], row: str, round_trip: float) -> dict[str, Any]:
    return next(
        cell
        for cell in cells
        if (cell["major"], cell["row"], cell["round_trip"]) == (5, row, round_trip)
    )


def _ratio(cell: Mapping[str, Any], one: str, other: str) -> float:
    seconds: dict[str, list[float]] = cell["seconds"]
    return median(seconds[one]) / median(seconds[other])


def _parsing() -> Iterator[Target]:
    if figures := kept("parsing"):
        own: dict[str, float] = figures["peers"][Rtorm.name]
        took, held = own["microseconds"], own["bytes held"]
        yield Target("20 µs of CPU for a ticket", f"{took:.1f} µs", took <= 20)
        least = min(
            told["microseconds"] for name, told in figures["peers"].items() if name in OTHERS
        )
        yield Target("no more CPU than a peer", f"{took / least:.2f} times", took <= least * _NOISE)
        yield Target("3 kB for a ticket", f"{held / 1000:.2f} kB", held <= 3000)


def _streaming() -> Iterator[Target]:
    if figures := kept("streaming"):
        few, many = (each["megabytes"] for each in figures["sizes"].values())
        yield Target(f"a stream: less than 20 {_MB}", f"{many - few:.1f} MB", many - few < 20)


def _imports() -> Iterator[Target]:
    if figures := kept("imports"):
        ratio = figures["seconds"][OWN] / figures["seconds"][BASE]
        yield Target(f"`{OWN}`: 1.3 times `{BASE}`", f"{ratio:.2f} times", ratio <= 1.3)
