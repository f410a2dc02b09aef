"""What a shell completes; asks no server."""

from __future__ import annotations

from rtorm.cli.targets import ATTRIBUTES, CUSTOM, READ_ONLY

__all__ = ["columns_to_show", "fields_to_sort_by", "names_to_assign"]


def names_to_assign(incomplete: str) -> list[str]:
    """The attributes that begin so, with the sign behind them."""
    return [f"{name}=" for name in (*ATTRIBUTES, CUSTOM) if name.startswith(incomplete)]


def columns_to_show(incomplete: str) -> list[str]:
    """What may follow behind the last comma."""
    before, comma, last = incomplete.rpartition(",")
    names = (*READ_ONLY, *ATTRIBUTES, CUSTOM)
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]


def fields_to_sort_by(incomplete: str) -> list[str]:
    """Attributes; behind a `-` shells are told of options alone."""
    return [name for name in (*READ_ONLY, *ATTRIBUTES) if name.startswith(incomplete)]
