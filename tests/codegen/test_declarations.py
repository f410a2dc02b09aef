"""Names that RT cannot be told, or that several custom fields bear."""

from __future__ import annotations

import pytest

from rtorm.codegen.declarations import declarations
from tests.codegen.support import body, field


@pytest.mark.parametrize("name", ["Com, ma", "Größe Ä"])
def test_what_rt_cannot_be_told_is_written_by_number(name: str) -> None:
    """A comma ends the name; RT's small letters of others than ASCII find nothing on SQLite."""
    [told] = declarations([field(name, id=9)])
    assert (told.id, told.read_only, told.remarks) == (9, False, ())
    [untold] = declarations([field(name)])
    assert (untold.id, untold.read_only) == (None, False)
    assert "does not tell its number" in untold.remarks[0]


@pytest.mark.parametrize("name", ["Plain", "größe", "With: colon", "Quo'te"])
def test_a_name_that_will_do_is_enough(name: str) -> None:
    """A number is that of one server; the name is the same on all of them."""
    [told] = declarations([field(name, id=9)])
    assert (told.id, told.remarks) == (None, ())


@pytest.mark.parametrize("other", ["Dup", "dup", "DUP"])
def test_fields_of_one_name_have_their_numbers(other: str) -> None:
    """RT does not mind the letter case either; both are declared, and can be written."""
    told = declarations([field("Dup", id=4), field("Another", id=5), field(other, id=7)])
    assert sorted((each.attribute, each.id) for each in told) == [
        ("another", None),
        ("dup_4", 4),
        ("dup_7", 7),
    ]


def test_fields_of_one_name_without_numbers_are_one_that_is_not_written() -> None:
    """RT would write the first and show the last, so that it is not called as one alone would be."""
    [told] = declarations([field("Dup", "Date"), field("Dup", "Date")])
    assert told.attribute.startswith("dup_")
    assert (told.id, told.read_only, told.typed.one) == (None, True, "date")
    assert "Another custom field has this name" in told.remarks[0]
    [unlike] = declarations([field("Dup", "Date"), field("Dup", "Select")])
    assert unlike.typed.one == "str"


def test_names_in_another_letter_case_without_numbers_are_not_written() -> None:
    """RT would write whichever it finds first."""
    told = declarations([field("Dup"), field("dup")])
    assert [each.name for each in told] == ["Dup", "dup"]
    assert all(each.read_only for each in told)


def test_one_field_that_is_listed_twice_is_one() -> None:
    """By its number it is known to be the same."""
    [told] = declarations([field("Dup", id=4), field("Dup", id=4)])
    assert (told.attribute, told.id) == ("dup", None)


def test_rts_order_does_not_show() -> None:
    """It can be changed without any field having changed, which is no news for programs."""
    fields = [field("b"), field("A"), field("c")]
    assert [each.name for each in declarations(fields)] == ["A", "b", "c"]


def test_a_field_without_a_name_is_left_out_and_told() -> None:
    """RT allows a blank as the name; nothing can be asked for by it."""
    assert declarations([field(" ", id=3)]) == []
    text = body(field(" ", id=3), field("A"))
    assert text.endswith("left out: RT cannot be told of it.\n")
    assert text.count("cf(") == 1


def test_a_description_is_a_sentence_of_one_line() -> None:
    """Its lines run together, so that it stays within its docstring."""
    [told] = declarations([field("A", description=" What\n it is ")])
    assert told.documentation == ("What it is.",)
    [asked] = declarations([field("A", description="What is it?")])
    assert asked.documentation == ("What is it?",)
