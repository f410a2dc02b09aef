"""RT's names to names of Python."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm import Ticket
from rtorm.codegen.naming import CLASSES, attribute_names, class_names
from tests.codegen.support import texts


@dataclass(frozen=True)
class Thing:
    """What has a name in RT, and perhaps a number."""

    name: str
    id: int | None = None


things = st.builds(Thing, texts, st.none() | st.integers(1, 30))
# Such as are called the same, also with a number behind them.
alike = st.lists(
    st.builds(
        Thing, st.sampled_from(["D", "d", "D 1", "D-1", "D 1 1"]), st.none() | st.integers(1, 3)
    )
    | things,
    unique=True,
)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("Severity", "severity"),
        ("Affected hosts", "affected_hosts"),
        ("With-some  /odd: (marks)_", "with_some_odd_marks"),
        ("LastSeen", "last_seen"),
        ("IPAddress", "ip_address"),
        ("Server IPs", "server_ips"),
        ("Customer's name", "customers_name"),
        ("Größe", "grosse"),
        ("ÄÖÜ Upper", "aou_upper"),
        ("Łódź e\u0301tat", "lodz_etat"),
        ("\ufb01nal \uff21", "final_a"),
        ("Приоритет заявки", "приоритет_заявки"),
        ("日本 語", "日本_語"),
        ("5GHz", "cf_5ghz"),
        ("class", "cf_class"),
        ("Type", "type"),
        ("Owner", "cf_owner"),
        ("Save", "cf_save"),
        ("JSON", "cf_json"),
        ("Model dump of it", "cf_model_dump_of_it"),
        ("Model number", "model_number"),
        ("Date", "cf_date"),
        ("list", "cf_list"),
        ("Self", "cf_self"),
        ("__init__", "init"),
        ("_private", "private"),
    ],
)
def test_an_attribute_reads_like_the_field(name: str, attribute: str) -> None:
    """Words in small letters, accents dropped; what would stand for something else says `cf_`."""
    assert attribute_names([Thing(name)]) == [attribute]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Incidents", "Incidents"),
        ("Two Words", "TwoWords"),
        ("IT support", "ITSupport"),
        ("5th floor", "Queue5thFloor"),
        ("Größe", "Grosse"),
        ("日本", "日本"),
        ("None", "QueueNone"),
        ("Ticket", "QueueTicket"),
        ("Literal", "QueueLiteral"),
        ("i", "QueueI"),
    ],
)
def test_a_class_reads_like_the_queue(name: str, expected: str) -> None:
    """Words with capitals; what the module uses itself, or Python, says `Queue`."""
    assert class_names([Thing(name)]) == [expected]


def test_a_name_without_letters_is_told_by_its_digest() -> None:
    """It is the same one again, whatever other fields there are."""
    [name] = attribute_names([Thing("!!!")])
    assert name.startswith("cf_")
    assert attribute_names([Thing("???"), Thing("!!!")])[1] == name


def test_of_two_alike_none_has_the_name() -> None:
    """Each adds its number, so that neither comes to stand for the other."""
    assert attribute_names([Thing("Dup", 9), Thing("dup", 4)]) == ["dup_9", "dup_4"]
    assert class_names([Thing("Q-1", 9), Thing("Q 1", 4)]) == ["Q19", "Q14"]


def test_a_longer_name_may_be_anothers_too() -> None:
    """Then neither has that one."""
    names = attribute_names([Thing("Dup", 9), Thing("dup", 4), Thing("Dup 4", 5)])
    assert names[0] == "dup_9"
    assert names[1].startswith("dup_")
    assert names[2] == "dup_4_5"
    assert "dup_4" not in names


def test_without_numbers_it_is_something_of_the_name_itself() -> None:
    """Not the place in RT's list, which may change."""
    one, two = Thing("With Space"), Thing("With-Space")
    named = attribute_names([one, two])
    assert all(name.startswith("with_space_") for name in named)
    assert attribute_names([two, Thing("Another"), one])[::2] == named[::-1]


def test_without_numbers_names_are_not_counted() -> None:
    """A field that is gone renames none of those after it."""
    one, two, three = Thing("a b"), Thing("a-b"), Thing("a/b")
    named = dict(zip((one, two, three), attribute_names([one, two, three]), strict=True))
    assert attribute_names([one, three]) == [named[one], named[three]]


def test_what_nothing_tells_apart_has_one_name() -> None:
    """Which is not that of one alone."""
    one, other = attribute_names([Thing("Dup"), Thing("Dup")])
    assert one == other != attribute_names([Thing("Dup")])[0]


def test_a_long_name_is_cut_between_words() -> None:
    """RT takes names of 200 characters, which nobody would type."""
    assert attribute_names(
        [Thing("The number of all hosts that are affected by it right now")]
    ) == ["the_number_of_all_hosts_that_are_affected_by_it"]
    assert attribute_names([Thing("x" * 200)]) == ["x" * 48]
    assert class_names([Thing("x" * 200)]) == ["X" + "x" * 47]


@given(st.lists(things, unique=True))
def test_any_name_gives_an_attribute(named: list[Thing]) -> None:
    """An identifier as Python reads it, none twice, none of tickets' own, none private."""
    names = attribute_names(named)
    assert len(set(names)) == len(names) == len(named)
    for name in names:
        assert name.isidentifier()
        assert unicodedata.normalize("NFKC", name) == name
        assert not keyword.iskeyword(name)
        assert not name.startswith(("_", "model_dump", "model_validate"))
        assert name not in {"date", "cf", "list", "str", "self", "cls"}
        assert not hasattr(Ticket, name)


@given(st.lists(things, unique=True))
def test_any_name_gives_a_class(named: list[Thing]) -> None:
    """An identifier, none twice, none that the module imports."""
    names = class_names(named)
    assert len(set(names)) == len(names) == len(named)
    for name in names:
        assert name.isidentifier()
        assert unicodedata.normalize("NFKC", name) == name
        assert not keyword.iskeyword(name)
        assert name not in CLASSES


@pytest.mark.parametrize("names_of", [attribute_names, class_names])
@given(alike, alike)
def test_a_name_never_means_something_else(
    names_of: Callable[[Sequence[Thing]], list[str]], named: list[Thing], more: list[Thing]
) -> None:
    """What is added or taken away may remove a name, so that a program breaks and learns of it."""
    all_ = list(dict.fromkeys([*named, *more]))
    before, after = (dict(zip(names_of(these), these, strict=True)) for these in (named, all_))
    assert {name: after[name] for name in before if name in after}.items() <= before.items()


@given(
    st.lists(things, unique=True).flatmap(
        lambda all_: st.tuples(st.just(all_), st.permutations(all_))
    )
)
def test_the_order_of_rts_list_does_not_matter(orders: tuple[list[Thing], list[Thing]]) -> None:
    """The same fields have the same names."""
    one, other = (dict(zip(order, attribute_names(order), strict=True)) for order in orders)
    assert one == other
