"""Writes the tables of docs/comparison.md from what the trials found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.comparison.trials import TRIALS, Trial

__all__ = ["PAGE", "RESULTS", "columns", "page", "results", "table", "write"]

PAGE = Path(__file__).parent.parent.parent / "docs" / "comparison.md"
RESULTS = PAGE.parent / "comparison" / "runs.json"

_PLACE = re.compile(r"(?s)(?<=<!-- runs -->\n).*?(?=<!-- end -->)")


def results() -> dict[str, Any] | None:
    """What was found last; None if nothing ever was."""
    return json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else None


def columns() -> list[str]:
    """The names of the clients, in their order."""
    found = results()
    assert found is not None
    return list(found["clients"])


def table() -> str:
    """What was run with which versions, and a row for each trial."""
    found = results()
    assert found is not None
    heads = columns()
    rows = [
        [trial.title, *(_cell(trial, found["cells"][trial.name].get(name, {})) for name in heads)]
        for trial in TRIALS
    ]
    checked = [_typing(found["typing"].get(name)) for name in heads]
    rows.append(["A misspelt field in a program, to `mypy --strict`", *checked])
    lines = [_row(["", *heads]), _row(["---"] * (len(heads) + 1)), *map(_row, rows)]
    return "\n".join([_origin(found), "", *lines])


def _origin(found: Mapping[str, Any]) -> str:
    """When, and with which versions."""
    versions = "; ".join(
        f"{name} {' and '.join(dict.fromkeys(found['versions'][name].values()))}"
        for name in columns()
    )
    servers = " and ".join(f"RT {version}" for version in found["servers"].values())
    return f"{found['date']}, {servers}, Python {found['python']}. {versions}."


def _cell(trial: Trial, by_version: Mapping[str, Any]) -> str:
    """One text where both versions of RT give the same."""
    texts = {
        major: f"not tried: {result['missing']}" if "missing" in result else trial.cell(result)
        for major, result in by_version.items()
    }
    if len(set(texts.values())) <= 1:
        only = next(iter(texts), "")
        return texts.get(only, "")
    return "; ".join(f"RT {major}: {text}" for major, text in texts.items())


def _typing(told: Mapping[str, bool] | None) -> str:
    if told is None:
        return "not typed"
    assert told["typed"]
    assert told["right"]
    return "found" if told["misspelt"] else "not found; has `py.typed`"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def page(text: str) -> str:
    """The page with the table that is true today."""
    return _PLACE.sub(lambda _: f"\n{table()}\n\n", text)


def write() -> None:
    """Write the table into the page."""
    if PAGE.exists():
        PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    else:
        print(table())
