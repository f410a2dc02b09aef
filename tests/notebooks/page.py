"""Writes the outputs of `docs/notebooks/tour.ipynb` and the pictures of `docs/notebooks.md`.

`python -m tests.notebooks.page`: it starts RT 5, runs the notebook, and has Chromium draw what its
cells show.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.notebooks.tour import ROOT, executed, shown, write

IMAGES = ROOT / "docs" / "images"

# Which cells are drawn, in which theme, and how high the window is; the page has 87 pixels less.
_DRAWN = (("query", "light", 190), ("edit", "light", 370), ("commit", "dark", 290))
_WIDTH = 760
_THEMES: Mapping[str, str] = {
    "light": "background:#fff;color:#1f1f1f",
    "dark": "background:#111;color:#e0e0e0",
}
# What JupyterLab does to tables in outputs, with selectors of the same weight.
_PAGE = """\
<!doctype html><meta charset="utf-8"><style>
body{{{theme};margin:12px;font:13px/1.4 system-ui,sans-serif}}
table{{border-collapse:collapse;border:none;table-layout:fixed;margin:0 auto 1em;font-size:12px}}
:not(.a):not(.b) td,:not(.a):not(.b) th,:not(.a):not(.b) tr{{text-align:right;vertical-align:middle;padding:.5em;white-space:normal;border:none}}
tbody tr:nth-child(odd){{background:rgba(128,128,128,.1)}}
</style>{html}"""


def draw(notebook: Any, folder: Path, width: int = _WIDTH) -> None:
    """Have Chromium draw what the page on notebooks shows."""
    for cell, theme, height in _DRAWN:
        picture = folder / f"notebook-{cell}-{theme}.png"
        html = _PAGE.format(theme=_THEMES[theme], html=shown(notebook, cell))
        _draw(html, picture, width, height)


def _draw(html: str, picture: Path, width: int, height: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                f"--window-size={width},{height}",
                f"--screenshot={picture}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    run = executed()
    write(run)
    draw(run, IMAGES)
