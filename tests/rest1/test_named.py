"""Queues, users and groups by their names."""

from __future__ import annotations

import pytest

from rtorm.errors import NotFound, PermissionDenied, ProtocolError
from rtorm.gateway import Shown
from rtorm.rest1.replies.named import (
    addressable,
    check_wanted,
    none_named,
    read_named,
    read_names,
)
from tests.rest1.support import CRASHES, RT4, RT5, plain

HIDDEN = (
    'Can\'t call method "Id" on an undefined value at /usr/share/request-tracker{0}/html/REST/1.0/'
    "Forms/queue/ns line 58, <GEN55> line 22.\n\nStack:\n  [x]\n"
)


@pytest.mark.parametrize("name", ["Two Words", "...", 'It\'s q{x}: 100 % "y" #1?&', "Größe", "New"])
def test_most_names_stand_in_an_address(name: str) -> None:
    """RT looks these up itself."""
    assert addressable("queue", name)
    assert addressable("user", name)


@pytest.mark.parametrize(
    "name", ["a,b", "a/b", "a\\b", "new", "12", "5-7", "a\nb", "a\0b", "\ud800", "", ".", ".."]
)
def test_some_names_would_be_read_as_something_else(name: str) -> None:
    """Lists, ranges, paths, ids, and the template for a new record."""
    assert not addressable("queue", name)
    assert not addressable("user", name)


def test_groups_are_not_addressed_by_name() -> None:
    """RT would give one of its own groups, such as the AdminCc of a queue."""
    assert not addressable("group", "Staff")


def test_the_record_of_a_name_is_shown_with_its_id() -> None:
    """The id is RT's own."""
    text = f"{RT5} 200 Ok\n\nid: queue/3\nName: Incidents\n\n"
    shown = read_named(plain(text.encode()), "queue", "incidents")
    assert shown == Shown(3, {"id": "queue/3", "Name": "Incidents"})


def test_an_unknown_name_is_not_found() -> None:
    """RT's words name it, and say what a disabled one answers to."""
    text = f"{RT5} 200 Ok\n\n# No queue named nosuch exists.\n\nid: queue/nosuch\n\n"
    answer = read_named(plain(text.encode()), "queue", "nosuch")
    assert isinstance(answer, NotFound)
    assert "disabled" in str(answer)


@pytest.mark.parametrize("major", [4, 5])
def test_a_crash_over_what_may_not_be_seen_is_a_missing_right(major: int) -> None:
    """RT finds the queue, and fails when it looks at it with the account's rights."""
    answer = read_named(plain(HIDDEN.format(major).encode()), "queue", "Incidents")
    assert isinstance(answer, PermissionDenied)
    assert "SeeQueue" in str(answer)
    assert "'Incidents'" in str(answer)


@pytest.mark.parametrize("crash", CRASHES)
def test_any_other_crash_is_a_crash(crash: str) -> None:
    """A missing right is not guessed."""
    with pytest.raises(ProtocolError, match="RT crashed"):
        read_named(plain(crash.encode()), "queue", "Incidents")


def test_a_name_that_was_sought_in_vain_is_told_like_rt_does() -> None:
    """The same words, and the right that may be missing."""
    assert str(none_named("group", "Staff")).startswith("No group named Staff exists. (")
    assert "SeeGroup" in str(none_named("group", "Staff"))
    assert "right" not in str(none_named("user", "bob"))


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "\ud800", "a\x85"])
def test_a_name_that_would_tear_the_words_is_quoted(name: str) -> None:
    """It stands in one line that can be printed."""
    assert str(none_named("queue", name)).startswith(f"No queue named {name!r} exists. (")


@pytest.mark.parametrize("name", ["", " ", "\n", "\u3000"])
def test_a_blank_name_is_none(name: str) -> None:
    """It is a mistake of the program, often a setting that was not found; RT is not asked."""
    with pytest.raises(ValueError, match="not the name of a user") as caught:
        check_wanted("user", name)
    assert repr(name) in str(caught.value)


def test_names_are_told_of_users_and_groups() -> None:
    """Each number is a user's or a group's, and some are neither."""
    text = (
        f"{RT4} 200 Ok\n\nid: user/14\nName: root\n\n--\n\n# User 27 does not exist.\n\n\n--\n\n"
        "# Group 14 does not exist.\n\n\n--\n\nid: group/27\nName: Night shift\n\n"
    )
    assert read_names(plain(text.encode())) == {14: "root", 27: "Night shift"}
