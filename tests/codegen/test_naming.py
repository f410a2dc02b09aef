"""RT's names to names of Python."""

from __future__ import annotations

import keyword
import unicodedata
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
numbered = st.lists(st.builds(Thing, texts, st.integers(1, 30)), unique_by=lambda each: each.id)


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


def test_of_two_alike_the_older_one_has_the_name() -> None:
    """The other one adds its number."""
    assert attribute_names([Thing("Dup", 9), Thing("dup", 4)]) == ["dup_9", "dup"]
    assert class_names([Thing("Q-1", 9), Thing("Q 1", 4)]) == ["Q19", "Q1"]


def test_without_numbers_it_is_something_of_the_name_itself() -> None:
    """Not the place in RT's list, which may change."""
    one, two = Thing("With Space"), Thing("With-Space")
    named = attribute_names([one, two])
    assert named[0] == "with_space"
    assert named[1].startswith("with_space_")
    assert attribute_names([two, Thing("Another"), one])[::2] == named[::-1]


def test_without_numbers_names_are_not_counted() -> None:
    """A field that is gone renames none of those after it."""
    one, two, three = Thing("a b"), Thing("a-b"), Thing("a/b")
    named = dict(zip((one, two, three), attribute_names([one, two, three]), strict=True))
    assert attribute_names([one, three]) == [named[one], named[three]]


def test_a_long_name_is_cut_between_words() -> None:
    """RT takes names of 200 characters, which nobody would type."""
    assert attribute_names(
        [Thing("The number of all hosts that are affected by it right now")]
    ) == ["the_number_of_all_hosts_that_are_affected_by_it"]
    assert attribute_names([Thing("x" * 200)]) == ["x" * 48]
    assert class_names([Thing("x" * 200)]) == ["X" + "x" * 47]


@given(st.lists(things))
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


@given(st.lists(things))
def test_any_name_gives_a_class(named: list[Thing]) -> None:
    """An identifier, none twice, none that the module imports."""
    names = class_names(named)
    assert len(set(names)) == len(names) == len(named)
    for name in names:
        assert name.isidentifier()
        assert unicodedata.normalize("NFKC", name) == name
        assert not keyword.iskeyword(name)
        assert name not in CLASSES


@given(numbered, texts)
def test_a_field_that_is_added_renames_no_other(named: list[Thing], new: str) -> None:
    """RT's numbers grow, so that what is new comes last, wherever RT lists it."""
    before = attribute_names(named)
    assert attribute_names([Thing(new, 31), *named])[1:] == before


@given(
    st.lists(things, unique=True).flatmap(
        lambda all_: st.tuples(st.just(all_), st.permutations(all_))
    )
)
def test_the_order_of_rts_list_does_not_matter(orders: tuple[list[Thing], list[Thing]]) -> None:
    """The same fields have the same names."""
    one, other = (dict(zip(order, attribute_names(order), strict=True)) for order in orders)
    assert one == other
