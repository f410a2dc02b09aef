"""The table on faults tells what the tests find."""

from __future__ import annotations

from tests.faults.page import PAGE, page, table


def test_the_page_has_the_table() -> None:
    """`docs/reliability.md` is as `python -m tests.faults.page` writes it."""
    text = PAGE.read_text("utf-8")
    assert table() in text
    assert page(text) == text
