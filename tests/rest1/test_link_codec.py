"""What a ticket can be linked to: numbers and URIs, as RT keeps them."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.rest1.checks import check_link
from rtorm.rest1.clock import Clock
from rtorm.rest1.codecs import LINKS
from rtorm.rest1.forms import EncodeError

CLOCK = Clock(UTC, exact=True)
LOCAL = "fsck.com-rt://example.com/ticket/"
FOREIGN = "fsck.com-rt://elsewhere/ticket/"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("t:5", 5),
        ("0005", 5),
        ("http://x/", "http://x/"),
        (" http://x/a%2Cb?c=d&e;f#g ", "http://x/a%2Cb?c=d&e;f#g"),
        ("tel:5551234", "tel:5551234"),
        ("x:5", "x:5"),
        ("my_app:1", "my_app:1"),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("HTTP://X/ü", "HTTP://X/ü"),
        (f"{LOCAL}5", f"{LOCAL}5"),
        ("fsck.com-article://example.com/article/1", "fsck.com-article://example.com/article/1"),
        ("http://x/" + "y" * 231, "http://x/" + "y" * 231),
    ],
)
def test_numbers_and_uris_are_taken_as_rt_keeps_them(given: str, kept: int | str) -> None:
    """Both servers were seen to show these again as they are here."""
    assert check_link(given) == kept


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "neither"),
        ("nonsense", "neither"),
        ("http://x/a b", "neither"),
        ("a:1", "neither"),
        ("T:5", "neither"),
        (":5", "neither"),
        ("http:", "neither"),
        ("5 6", "neither"),
        ("-5", "neither"),
        ("²", "neither"),
        ("9" * 5000, "neither"),
        ("http://x/,y", "comma"),
        ("5,6", "comma"),
        ("http://x/\ny", "one line"),
        ("http://x/" + "y" * 232, "241 bytes"),
        ("http://x/" + "é" * 116, "241 bytes"),
    ],
)
def test_what_rt_would_change_is_refused(given: str, says: str) -> None:
    """RT splits at commas, cuts at 240 bytes, and shows an article under another URI."""
    with pytest.raises(EncodeError, match=says):
        check_link(given)


@given(st.lists(st.integers(1, 10**9) | st.sampled_from(["http://x/", "tel:1", f"{FOREIGN}3"])))
def test_a_list_is_read_back(links: list[int | str]) -> None:
    """What is written means the same when RT shows it."""
    assert LINKS.same(LINKS.decode(LINKS.encode(links, CLOCK), CLOCK), links)


def test_order_and_repetition_are_no_change() -> None:
    """RT keeps a set, in an order of its own."""
    assert LINKS.same([1, "http://x/", 2], [2, 1, "http://x/", 1])
    assert not LINKS.same([1], [1, 2])
    assert LINKS.same([], None)


@pytest.mark.parametrize(
    ("wanted", "shown", "kept"),
    [
        ([5, "http://x/"], ["http://x/", 5], True),
        ([f"{LOCAL}5"], [5], True),
        ([f"{LOCAL}5", 6], [6, 5], True),
        ([f"{FOREIGN}5"], [f"{FOREIGN}5"], True),
        ([f"{FOREIGN}5", 5], [f"{FOREIGN}5", 5], True),
        ([f"{FOREIGN}5", 5], [5], False),
        ([f"{LOCAL}5"], [], False),
        ([f"{LOCAL}5"], [5, 6], False),
        ([5], [6], False),
        ([], [5], False),
        ([], [], True),
    ],
)
def test_a_uri_of_this_rt_is_kept_as_a_number(
    wanted: list[int | str], shown: list[int | str], kept: bool
) -> None:
    """A foreign ticket is not taken for kept since one of the same number is there."""
    assert LINKS.kept is not None
    assert LINKS.kept(wanted, shown) is kept
