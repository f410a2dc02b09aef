"""Custom fields as REST 2.0 tells them, and whose definitions they complete."""

from __future__ import annotations

from dataclasses import replace

from rtorm.gateway import Definition
from rtorm.rest2.fields import Field, completed, read_field, read_numbers, read_own_fields

ITEM = {
    "id": "29",
    "type": "customfield",
    "Name": "Digits of many",
    "Description": "how many",
    "Type": "Freeform",
    "MaxValues": "3",
    "Pattern": "(?#Digits)^\\d*$",
    "LookupType": "RT::Queue-RT::Ticket",
}
FIELD = Field(
    29, "Digits of many", "how many", "Freeform", 3, "(?#Digits)^\\d*$", "RT::Queue-RT::Ticket"
)


def defined(name: str, description: str = "", kind: str = "Freeform") -> Definition:
    """A definition of REST 1.0."""
    return Definition(name, description, kind, multiple=False, pattern="")


def field(own: int, name: str, description: str = "", kind: str = "Freeform") -> Field:
    """The same in REST 2.0."""
    return Field(own, name, description, kind, 1, "", "")


def ids(definitions: list[Definition], fields: list[Field], *, in_order: bool) -> list[int | None]:
    """Which numbers the definitions get."""
    return [each.id for each in completed(definitions, fields, in_order=in_order)]


def test_a_field_is_read() -> None:
    """Numbers come as texts; what RT does not tell is empty."""
    assert read_field(ITEM) == FIELD
    assert read_field({"id": 7, "name": "x"}) == Field(7, "x", "", "", None, "", "")
    for broken in ({"name": "x"}, {"id": "7"}, {"id": True, "name": "x"}, {"id": "7", "name": 1}):
        assert read_field(broken) is None


def test_the_fields_of_one_record() -> None:
    """They stand in a list of one record; RT writes an empty text if there are none."""
    told = {"items": [{"id": "5", "CustomFields": [ITEM, {"id": "1"}]}]}
    assert read_own_fields(told) == [FIELD]
    assert read_own_fields({"items": [{"id": "5", "CustomFields": ""}]}) == []
    assert read_own_fields({"items": told["items"] * 2}) == []
    assert read_own_fields(None) == []


def test_a_definition_is_completed() -> None:
    """By the number, the limit and the whole pattern; what is not told stays."""
    short = Definition("Digits of many", "how many", "Freeform", multiple=True, pattern="[Digits]")
    assert completed([short], [FIELD], in_order=True) == [
        replace(short, id=29, maximum=3, pattern="(?#Digits)^\\d*$")
    ]
    bare = Field(29, "Digits of many", "", "", None, "", "")
    assert completed([short], [bare], in_order=True) == [replace(short, id=29)]
    without_limit = completed([short], [replace(FIELD, limit=0)], in_order=True)
    assert (without_limit[0].maximum, without_limit[0].multiple) == (None, True)


def test_lists_in_one_order_tell_fields_of_one_name_apart() -> None:
    """Even of one description; the second of them is not taken for the kind of the first."""
    definitions = [defined("a"), defined("Dup", kind="Date"), defined("Dup", kind="Date")]
    fields = [field(3, "a"), field(1, "Dup"), field(2, "Dup", kind="Date")]
    found = completed(definitions, fields, in_order=True)
    assert [(each.id, each.type) for each in found] == [
        (3, "Freeform"),
        (1, "Freeform"),
        (2, "Date"),
    ]


def test_fields_of_one_name_are_told_apart_by_what_else_is_told() -> None:
    """Without an order, or of lists that differ; not by guessing."""
    definitions = [defined("Dup", "one"), defined("Dup", "two"), defined("Same"), defined("Same")]
    fields = [field(4, "Same"), field(2, "Dup", "two"), field(1, "Dup", "one"), field(3, "Same")]
    for in_order in (True, False):
        assert ids(definitions, fields, in_order=in_order) == [1, 2, None, None]
    assert ids(definitions, fields[1:2], in_order=True) == [None, 2, None, None]


def test_a_name_that_is_told_once_is_enough() -> None:
    """Whatever its description, and whichever other fields are hidden."""
    definitions = [defined("a", "old"), defined("b"), defined("c")]
    assert ids(definitions, [field(3, "c"), field(1, "a", "new")], in_order=True) == [1, None, 3]
    assert ids(definitions, [], in_order=True) == [None, None, None]
    assert ids(definitions, [field(1, "a"), field(2, "a")], in_order=False) == [None] * 3


def test_numbers_by_name() -> None:
    """Two of one name have two; what is no list of fields tells none."""
    listed = [{"id": "3", "name": "a"}, {"id": 5, "name": "b"}, {"id": "4", "name": "a"}, {}]
    assert read_numbers({"TicketCustomFields": listed}) == {"a": (3, 4), "b": (5,)}
    assert read_numbers(None) == {}
    assert read_numbers({"TicketCustomFields": ""}) == {}
    assert read_numbers({"TicketCustomFields": [1]}) == {}
