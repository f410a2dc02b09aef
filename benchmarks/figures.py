"""The figures of each part, kept as JSON beside the page that shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.machine import described

__all__ = ["FOLDER", "keep", "kept"]

FOLDER = Path(__file__).parent.parent / "docs" / "performance"


def keep(part: str, figures: Mapping[str, Any]) -> None:
    """Put the figures of a part into its file, with the machine and the day."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps({"machine": described(), **figures}, indent=1, ensure_ascii=False)
    (FOLDER / f"{part}.json").write_text(text + "\n")


def kept(part: str) -> dict[str, Any] | None:
    """What was measured last; None if it never was."""
    file = FOLDER / f"{part}.json"
    return json.loads(file.read_text()) if file.exists() else None
