"""What the tests of looks share."""

from __future__ import annotations

from typing import Any

__all__ = ["page"]


def page(shown: Any) -> str:
    """What a notebook shows of it."""
    html: str = shown._repr_html_()
    return html
