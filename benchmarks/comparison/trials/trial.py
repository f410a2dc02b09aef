"""What a trial is: something that a client is made to do, and what is told of it on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.comparison.server import Bench

__all__ = ["Result", "Trial"]

Result = Mapping[str, Any]
"""As JSON holds it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the table.

    Attributes:
        name: Its key in the file of results.
        title: The row's head.
        run: Has a client do it.
        cell: The result in Markdown.
    """

    name: str
    title: str
    run: Callable[[Bench], Result]
    cell: Callable[[Result], str]
