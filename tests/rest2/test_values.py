"""Values by the numbers of their fields."""

from __future__ import annotations

from typing import Any

from rtorm.rest2.values import fields_of, read_types, read_values


def told(kind: str, *values: Any) -> dict[int, tuple[str, ...]]:
    """What is read of the values of one field of a kind."""
    ticket = {"id": "8", "CustomFields": [{"id": "40", "Type": kind, "values": list(values)}]}
    return read_values(ticket, read_types(fields_of(ticket)))


def test_values_are_texts_as_rest_1_shows_them() -> None:
    """Instants in its form, the names of files; everything else as it is."""
    assert told("Freeform") == {40: ()}
    assert told("Freeform", "a, b", " c\nd") == {40: ("a, b", " c\nd")}
    assert told("Freeform", "2026-03-04T05:06:07Z") == {40: ("2026-03-04T05:06:07Z",)}
    assert told("DateTime", "2026-03-04T05:06:07Z") == {40: ("2026-03-04 05:06:07",)}
    assert told("Date", "2026-03-04") == {40: ("2026-03-04",)}
    assert told("Image", {"filename": "a, b.png", "content_type": "image/png"}) == {
        40: ("a, b.png",)
    }


def test_a_value_that_cannot_be_read_is_not_told() -> None:
    """And neither are the others of its field, which would look like all of them."""
    assert told("Freeform", "a", 7) == {}
    assert told("DateTime", "soon") == {}
    assert told("Binary", "a.png") == {}
    assert told("Freeform", "a", None) == {}


def test_a_field_of_which_nobody_knows_the_kind_is_not_told() -> None:
    """Its text might be an instant, and need another form."""
    ticket = {"CustomFields": [{"id": "1", "values": ["x"]}, {"id": 2, "values": ["y"]}]}
    assert read_values(ticket, {}) == {}
    assert read_values(ticket, {2: "Freeform"}) == {2: ("y",)}


def test_a_ticket_without_visible_fields_has_none() -> None:
    """RT writes an empty text for them."""
    assert fields_of({"CustomFields": ""}) == []
    assert read_values({"CustomFields": ""}, {1: "Text"}) == {}
    assert read_values({}, {1: "Text"}) == {}
