"""Rows as lines of JSON; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

__all__ = ["lines_of"]


def lines_of(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A line each: instants in UTC and days in ISO 8601, what JSON has no type for as text.

    A line ends in a newline, and there is no other one in it.
    """
    return b"".join(
        json.dumps(row, ensure_ascii=False, default=_told).encode() + b"\n" for row in rows
    )


def _told(value: object) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return str(value)
