"""The plots of docs/performance.md."""

# matplotlib does not say what its **kwargs are.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.figures import FOLDER, kept
from benchmarks.peers import PEERS, ByHand, Rtorm

__all__ = ["draw"]

# Told apart without colours, too.
_MARKS = dict(zip([peer.name for peer in PEERS], "oP|s^Dv", strict=True))
_COLOURS = dict(
    zip(
        [peer.name for peer in PEERS],
        ("#d62728", "#ff9896", "#555555", "#1f77b4", "#17becf", "#9467bd", "#2ca02c"),
        strict=True,
    )
)
_SPREAD = 0.45
_INCHES = (12, 4.4)


def draw(suffix: str = "svg") -> None:
    """Draw all whose figures are there."""
    # Text stays text, and the same figures give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rtorm", "font.size": 9}):
        for name, plot in (("network", _network), ("growth", _growth)):
            if figures := kept(name):
                figure = plot(figures)
                metadata = {"Date": None} if suffix == "svg" else None
                figure.savefig(FOLDER / f"{name}.{suffix}", metadata=metadata, dpi=110)


def _network(figures: dict[str, Any]) -> Figure:
    cells: list[dict[str, Any]] = figures["cells"]
    ways = list(dict.fromkeys((cell["major"], cell["round_trip"]) for cell in cells))
    figure = Figure(figsize=_INCHES, layout="constrained")
    panels: list[Axes] = list(
        figure.subplots(1, len(ways), sharey=True, sharex=True, squeeze=False)[0]
    )
    for panel, (major, way) in zip(panels, ways, strict=True):
        _ratios(panel, [c for c in cells if (c["major"], c["round_trip"]) == (major, way)])
        panel.set_title(f"RT {major}, {f'{way * 1000:g} ms away' if way else 'loopback'}")
    label = "times the hand-written optimum's time (left is faster)"
    figure.supxlabel(f"{label}\n{_machine(figures)}", fontsize=8)
    _legend(figure, panels[0])
    return figure


def _ratios(panel: Axes, cells: list[dict[str, Any]]) -> None:
    heights = range(len(cells), 0, -1)
    for place, name in enumerate(_order()):
        # A little below each other, so that none hides another.
        lower = _SPREAD * (place / (len(_MARKS) - 1) - 0.5)
        points = [
            (median(cell["seconds"][name]) / median(cell["seconds"][ByHand.name]), height - lower)
            for cell, height in zip(cells, heights, strict=True)
            if name in cell["seconds"]
        ]
        if points and name != ByHand.name:
            panel.plot(*zip(*points, strict=True), **_style(name), linestyle="none", label=name)
    panel.axvline(1, color=_COLOURS[ByHand.name], linewidth=1, label=ByHand.name, zorder=1)
    panel.set_yticks(list(heights), [cell["title"] for cell in cells])
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    _plain(panel)


def _growth(figures: dict[str, Any]) -> Figure:
    figure = Figure(figsize=_INCHES, layout="constrained")
    panels: list[Axes] = list(figure.subplots(1, 2, squeeze=False)[0])
    for panel, row in zip(panels, ("edit", "load"), strict=True):
        cells = [cell for cell in figures["cells"] if cell["row"] == row]
        for name in _order():
            points = [
                (cell["size"], median(cell["seconds"][name]))
                for cell in cells
                if name in cell["seconds"]
            ]
            if points:
                panel.plot(*zip(*points, strict=True), **_style(name), label=name)
        panel.set_title(f"{row}: seconds by the number of tickets")
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter(FuncFormatter(_number))
        panel.yaxis.set_minor_formatter(NullFormatter())
        _plain(panel)
    figure.supxlabel(_machine(figures), fontsize=8)
    _legend(figure, panels[0])
    return figure


def _machine(figures: dict[str, Any]) -> str:
    told: dict[str, str] = figures["machine"]
    return f"{told['date']}, {told['processor']}, {told['python'].split(',')[0]}"


def _order() -> list[str]:
    """The one that matters is drawn last, over the others."""
    return [*(name for name in _MARKS if name != Rtorm.name), Rtorm.name]


def _style(name: str) -> dict[str, Any]:
    return {
        "marker": _MARKS[name],
        "color": _COLOURS[name],
        "markersize": 9 if name == Rtorm.name else 6,
        "zorder": 3 if name == Rtorm.name else 2,
        "linewidth": 1.2,
    }


def _plain(panel: Axes) -> None:
    panel.xaxis.set_major_formatter(FuncFormatter(_number))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)


def _number(value: float, _position: float | None) -> str:
    return f"{value:g}"


def _legend(figure: Figure, panel: Axes) -> None:
    handles, names = panel.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(names), frameon=False)
