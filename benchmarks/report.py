"""The tables of docs/performance.md, between two marks, from the figures that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import plots
from benchmarks.figures import FOLDER, kept
from benchmarks.imports import BASE
from benchmarks.peers import PEERS, ByHand, Rtorm
from benchmarks.targets import slower_than, targets

__all__ = ["write"]

PAGE = FOLDER.with_suffix(".md")
_BEGIN, _END = "<!-- measured: written by scripts/bench -->", "<!-- end of what was measured -->"
_NAMES = [peer.name for peer in PEERS]


def write() -> None:
    """Write the plots, and the tables into the page; what stands around them stays."""
    plots.draw()
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    parts = [*_aims(), *_network(), *_growth(), *_parsing(), *_streaming(), *_imports(), *_peers()]
    PAGE.write_text(f"{before}{_BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{_END}{after}")
    print(f"written: {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")


def _aims() -> Iterator[str]:
    yield _measured_with()
    yield "## Targets"
    rows = [(each.title, each.measured, "yes" if each.reached else "**no**") for each in targets()]
    yield _table(("aim", "measured", "reached"), rows)
    network = kept("network")
    if network and (slower := slower_than(network["cells"])):
        yield "Peers were faster here, in times of their time:"
        yield "\n".join(f"- {each}" for each in slower)


def _network() -> Iterator[str]:
    figures = kept("network")
    if figures is None:
        return
    yield "## Side by side"
    yield (
        "Times the hand-written optimum's time on the same row (below 1 is faster), then the "
        "median's seconds."
    )
    yield "![Times the optimum's time, by network](performance/network.svg)"
    for (major, round_trip), cells in _grouped(figures["cells"]).items():
        way = f"{round_trip * 1000:g} ms of round trip" if round_trip else "loopback"
        yield f"### RT {figures['versions'][str(major)]}, {way}"
        yield _table(("", *_NAMES), [_network_row(cell) for cell in cells])
    yield _requests(figures)


def _grouped(cells: Sequence[dict[str, Any]]) -> dict[tuple[int, float], list[dict[str, Any]]]:
    groups: dict[tuple[int, float], list[dict[str, Any]]] = {}
    for cell in cells:
        groups.setdefault((cell["major"], cell["round_trip"]), []).append(cell)
    return groups


def _network_row(cell: dict[str, Any]) -> tuple[str, ...]:
    seconds: dict[str, list[float]] = cell["seconds"]
    return (cell["title"], *(_times(seconds, name) for name in _NAMES))


def _times(seconds: dict[str, list[float]], name: str) -> str:
    if name not in seconds:
        return "–"
    took = median(seconds[name])
    ratio = took / median(seconds[ByHand.name])
    text = f"{ratio:.2f}× {took:.2f} s"
    return f"**{text}**" if name == Rtorm.name else text


def _requests(figures: dict[str, Any]) -> str:
    counted = [cell for cell in figures["cells"] if cell["round_trip"] == 0.02]
    rows = [
        (cell["title"], *(str(cell["requests"].get(name, "–")) for name in _NAMES))
        for cell in counted
    ]
    costs = ", ".join(
        f"{float(way) * 1000:g} ms: {kept_open * 1000:.1f} and {new * 1000:.1f} ms"
        for way, (kept_open, new) in figures["requests_cost"].items()
    )
    return (
        "### Requests\n\n"
        + _table(("", *_NAMES), rows)
        + "\n\nThe least request, on a connection that is open and on a new one, takes at a round "
        f"trip of {costs}."
    )


def _growth() -> Iterator[str]:
    figures = kept("growth")
    if figures is None:
        return
    yield "## More tickets"
    yield f"Loopback, RT {figures['version']}; – would have taken more than a minute."
    yield "![Seconds by the number of tickets](performance/growth.svg)"
    rows = [
        (
            f"{cell['row']} {cell['size']:,} tickets",
            *(_times(cell["seconds"], name) for name in _NAMES),
        )
        for cell in figures["cells"]
    ]
    yield _table(("", *_NAMES), rows)


def _parsing() -> Iterator[str]:
    figures = kept("parsing")
    if figures is None:
        return
    yield "## What a ticket costs on the client's side"
    yield (
        f"{figures['tickets']:,} tickets from a recorded reply: microseconds of the processor's "
        "time, receiving them included, bytes of what is held in the end, and at most meanwhile."
    )
    rows = [
        (
            name,
            *(
                f"{value:,.{digits}f}"
                for value, digits in zip(told.values(), (1, 0, 0), strict=True)
            ),
        )
        for name, told in figures["peers"].items()
    ]
    yield _table(("", "µs a ticket", "bytes held", "bytes at most"), rows)


def _streaming() -> Iterator[str]:
    figures = kept("streaming")
    if figures is None:
        return
    yield "## Streams"
    yield "`query.stream()` over recorded replies: the most memory that a fresh process ever had."
    rows = [
        (f"{int(size):,} tickets", f"{told['megabytes']:.1f} MB", f"{told['seconds']:.1f} s")
        for size, told in figures["sizes"].items()
    ]
    yield _table(("", "memory", "time"), rows)


def _imports() -> Iterator[str]:
    figures = kept("imports")
    if figures is None:
        return
    seconds: dict[str, float] = figures["seconds"]
    yield "## Imports"
    yield (
        f"Fresh processes with compiled byte code, without Python's own start of "
        f"{figures['python'] * 1000:.0f} ms. `import rtorm` loads nothing before one of its names "
        "is used; what a program pays that uses them is another row."
    )
    rows = [
        (f"`{text}`", f"{took / seconds[BASE]:.2f}×", f"{took * 1000:.0f} ms")
        for text, took in seconds.items()
    ]
    yield _table(("", "ratio", "time"), rows)


def _peers() -> Iterator[str]:
    yield "## How each is used"
    yield "\n".join(f"- **{peer.name}**: {peer.notes}." for peer in PEERS)


def _measured_with() -> str:
    """With what each part was measured last."""
    parts: dict[str, list[str]] = {}
    for part in ("network", "growth", "parsing", "streaming", "imports"):
        if figures := kept(part):
            told: dict[str, str] = figures["machine"]
            parts.setdefault(f"{', '.join(told.values())}", []).append(part)
    return "\n".join(f"- {', '.join(names)}: {machine}" for machine, names in parts.items())


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
