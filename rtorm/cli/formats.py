"""The forms in which results are printed."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Listing", "TableOrJson"]


class TableOrJson(StrEnum):
    """For people, or for programs."""

    TABLE = "table"
    JSON = "json"


class Listing(StrEnum):
    """How a list of tickets is printed."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    IDS = "ids"
