"""The notebook of the documentation, run by a kernel of its own on a real RT."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from rtorm.testing import RequestTracker
from tests.seed import SEED

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")

ROOT = Path(__file__).parent.parent.parent
NOTEBOOK = ROOT / "docs" / "notebooks" / "tour.ipynb"

_nbformat: Any = nbformat
_nbclient: Any = nbclient


def read() -> Any:
    """The notebook as it stands."""
    return _nbformat.read(NOTEBOOK, as_version=4)


def executed() -> Any:
    """The notebook, run from its first cell to its last on a server that holds the seed alone."""
    notebook = read()
    with RequestTracker(5, initialdata=SEED) as tracker:
        login = {"RTSERVER": tracker.url, "RTUSER": "root", "RTPASSWD": "password"}
        environment = {name: value for name, value in os.environ.items() if name != "RTTOKEN"}
        client = _nbclient.NotebookClient(notebook, record_timing=False, timeout=120)
        client.execute(env=environment | login, cwd=str(NOTEBOOK.parent))
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def write(notebook: Any) -> None:
    """Put it into the documentation."""
    _nbformat.write(notebook, NOTEBOOK)


def outputs(notebook: Any) -> list[tuple[str, str]]:
    """What its cells print and show, but for the time: by the cell's name, rtorm's own HTML."""
    return [
        (cell.id, _TIME.sub("(a time)", text))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        for text in _texts(output)
    ]


def shown(notebook: Any, cell: str) -> str:
    """The HTML that a cell shows."""
    [found] = [each for each in notebook.cells if each.id == cell]
    html: str = found.outputs[-1].data["text/html"]
    return html


def _texts(output: Any) -> list[str]:
    if output.output_type == "stream":
        return [output.text]
    html = output.data.get("text/html", "")
    return [output.data["text/plain"], *([html] if 'class="rtorm"' in html else [])]
