"""Lists that come by pages."""

from __future__ import annotations

from typing import Any

from rtorm.rest2.pages import PER_PAGE, all_pages


def pages(*counts: int, total: int | None) -> tuple[list[int], Any]:
    """A server with so many items on each page, and the pages that it was asked for."""
    asked: list[int] = []

    def ask(page: int) -> object:
        asked.append(page)
        count = counts[page - 1] if page <= len(counts) else 0
        return {
            "items": [{"id": f"{page}.{n}"} for n in range(count)],
            "total": total,
            "page": page,
        }

    return asked, all_pages(ask)


def test_a_page_that_is_not_full_is_the_last_one() -> None:
    """No request is sent in vain where RT tells how many items there are."""
    asked, found = pages(PER_PAGE, 30, total=PER_PAGE + 30)
    assert (asked, len(found)) == ([1, 2], PER_PAGE + 30)
    assert [found[0]["id"], found[-1]["id"]] == ["1.0", "2.29"]


def test_pages_end_where_nothing_stands() -> None:
    """Full pages are not the end; where RT tells no total, pages that are not full neither."""
    assert pages(PER_PAGE, total=PER_PAGE)[0] == [1, 2]
    asked, found = pages(2, 3, total=None)
    assert (asked, len(found)) == ([1, 2, 3], 5)
    assert pages(total=None) == ([1], [])
    assert pages(total=0) == ([1], [])


def test_a_list_that_is_not_whole_is_not_told() -> None:
    """RT cuts values from outside off at one page, says that there are no more, and repeats it."""
    page = {"items": [{"id": 1, "name": f"v{n}"} for n in range(PER_PAGE)], "total": PER_PAGE}
    assert all_pages(lambda _: page) is None
    assert pages(30, total=40)[1] is None
    assert all_pages(lambda number: page if number == 1 else None) is None
