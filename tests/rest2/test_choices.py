"""Values to choose from."""

from __future__ import annotations

from rtorm.rest2.choices import has_choices, read_choices, read_listed


def test_the_values_of_a_select() -> None:
    """In RT's order; a text that is none spoils them all."""
    assert read_choices({"Type": "Select", "Values": ["low", "", "a, b"]}) == ("low", "", "a, b")
    assert read_choices({"Type": "Select", "Values": []}) == ()
    assert read_choices({"Type": "Select", "Values": ["low", None]}) is None
    assert read_choices({"Type": "Select", "Values": ["low", "\ud800"]}) is None
    assert read_choices({"Type": "Combobox"}) is None
    assert read_choices(None) is None


def test_the_values_of_other_kinds_are_listed() -> None:
    """RT tells those of a Combobox by pages."""
    assert read_listed([{"id": 16, "name": "x"}, {"id": 17, "name": "y"}]) == ("x", "y")
    assert read_listed([]) == ()
    assert read_listed([{"id": 16, "name": "x"}, {"id": 17}]) is None


def test_which_kinds_have_them() -> None:
    """A field to write in has none."""
    kinds = ("Select", "Combobox", "Autocomplete", "Freeform", None)
    assert [has_choices({"Type": kind}) for kind in kinds] == [True, True, True, False, False]
    assert not has_choices(None)
