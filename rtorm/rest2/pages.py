"""Lists of REST 2.0, which come by pages; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rtorm.rest2.plain import members, number, objects

__all__ = ["PER_PAGE", "Page", "all_pages", "read_page"]

PER_PAGE = 100
"""How many items RT puts on one page at most."""

# A list that does not end is none.
_MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        items: What stands on it, without what the account may not see.
        total: How many items there are; None where RT does not tell it: to an account that may not
            see all of them (RT 5.0).
    """

    items: list[Mapping[str, object]]
    total: int | None


def read_page(data: object) -> Page | None:
    """One page; None if it is none."""
    told = members(data)
    items = objects(told.get("items"))
    return None if items is None else Page(items, number(told.get("total")))


def all_pages(ask: Callable[[int], object]) -> list[Mapping[str, object]] | None:
    """The whole list; None where RT does not tell it, or not as many items as it says.

    Of values from a source outside RT, RT 5.0 shows the first page again and again, and no other.

    Args:
        ask: Asks for the page of a number, from 1.
    """
    found: list[Mapping[str, object]] = []
    before: list[Mapping[str, object]] = []
    for asked in range(1, _MOST_PAGES + 1):
        page = read_page(ask(asked))
        if page is None or (page.items and page.items == before):
            return None
        before = page.items
        found += page.items
        if not page.items or (page.total is not None and len(page.items) < PER_PAGE):
            return found if page.total in (None, len(found)) else None
    return None
