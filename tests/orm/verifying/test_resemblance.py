"""How far an entry of a history is what was sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rtorm.gateway import Entry, ListedFile, Upload
from rtorm.orm.verifying.resemblance import Likeness, Words, least

LISTED = [
    ListedFile(1, "", "multipart/mixed", 0),
    ListedFile(2, "", "text/plain", 2),
    ListedFile(3, "a.txt", "text/plain", 1),
    ListedFile(4, "b.bin.txt", "text/plain", 24),
    ListedFile(9, "of another entry", "text/plain", 1),
]


def entry(content: str | None, *files: int) -> Entry:
    """An entry with this text and these attachments."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Entry(1, 1, "Create", "", "", "", "", "", content, "me", now, 0, files)


@pytest.mark.parametrize(
    ("sent", "shown", "likeness"),
    [
        ("", None, "same"),
        ("a\r\n b\n", "a\n b", "same"),
        ("a b", "a c", "other"),
        ("a", None, "other"),
        ("", "a", "other"),
        ("a b c", "a b", "like"),
        ("a b c", "b c", "other"),
        ("x" * 5000, "Large attachment dropped", "like"),
        ("", "Large attachment dropped", "other"),
    ],
)
def test_texts(sent: str, shown: str | None, likeness: Likeness) -> None:
    """Blanks may differ; RT may have cut a long text off, or dropped it."""
    assert Words.of(sent, "text/plain", ()).likeness(entry(shown), []) == likeness


def test_html() -> None:
    """RT shows another text, so that nothing can be told but that there is none."""
    assert Words.of("<p>a</p>", "text/html", ()).likeness(entry("a"), []) == "like"
    assert Words.of("", "text/html", ()).likeness(entry(None), []) == "same"


@pytest.mark.parametrize(
    ("names", "shown", "likeness"),
    [
        (["a.txt"], [1, 2, 3], "same"),
        ([], [1, 2], "same"),
        ([], [1, 2, 3], "other"),
        (["a.txt"], [2], "other"),
        (["b.bin"], [4], "like"),
        (["b.bin", "a.txt"], [3, 4], "like"),
        (["a.txt", "a.txt"], [3], "other"),
    ],
)
def test_files(names: list[str], shown: list[int], likeness: Likeness) -> None:
    """Those of the entry alone count; one that was too long has `.txt` behind its name."""
    files = [Upload(name, b"x") for name in names]
    assert Words.of("hi", "", files).likeness(entry("hi", *shown), LISTED) == likeness


def test_the_least_counts() -> None:
    """What differs in one part differs."""
    assert least("same", "like") == "like"
    assert least("other", "same", "like") == "other"
