"""Whatever REST 2.0 says, it is data or nothing, and no exception."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtorm.gateway import Definition
from rtorm.rest2.choices import has_choices, read_choices, read_listed
from rtorm.rest2.fields import Field, completed, read_field, read_own_fields
from rtorm.rest2.pages import all_pages, read_page
from rtorm.rest2.plain import members, number, objects, text
from rtorm.rest2.values import fields_of, read_types, read_values

# What RT's answers are made of, so that some of them nearly make sense.
_NAMES = st.sampled_from(
    (
        *("id", "name", "Name", "Type", "MaxValues", "Pattern", "LookupType", "Description"),
        *("items", "total", "values", "Values", "CustomFields", "filename"),
    )
)
_WORDS = st.sampled_from(["1", "02", "DateTime", "Image", "Select", "2026-03-04T05:06:07Z", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_NAMES | st.text(), inner, max_size=6)
    ),
    max_leaves=30,
)


def is_text(value: object) -> bool:
    """Whether a text can be sent and shown."""
    return isinstance(value, str) and value == value.encode().decode()


@given(JSON)
def test_any_json_is_data_or_nothing(data: Any) -> None:
    """Texts are texts that can be sent, numbers are whole; what is not told is None or missing."""
    assert text(data) is None or is_text(text(data))
    assert number(data) is None or type(number(data)) is int
    choices = read_choices(data)
    assert choices is None or all(map(is_text, choices))
    assert has_choices(data) in (True, False)
    page = read_page(data)
    assert page is None or page.total is None or type(page.total) is int
    field = read_field(members(data))
    assert field is None or (type(field.id) is int and is_text(field.name))
    assert all(isinstance(each, Field) for each in read_own_fields(data))
    listed = read_listed(objects(data) or [])
    assert listed is None or all(map(is_text, listed))


@given(JSON, st.dictionaries(st.integers(0, 3), st.sampled_from(["DateTime", "Image", "Text"])))
def test_any_values_are_texts_or_missing(data: Any, known: dict[int, str]) -> None:
    """By the number of a field of which the kind is known."""
    ticket = members(data)
    types = known | read_types(fields_of(ticket))
    for own, values in read_values(ticket, types).items():
        assert own in types
        assert all(map(is_text, values))


@given(st.lists(JSON, min_size=1, max_size=4))
def test_any_pages_end(answers: list[Any]) -> None:
    """However a server counts, and whatever it repeats for ever."""
    found = all_pages(lambda page: answers[min(page, len(answers)) - 1])
    assert found is None or isinstance(found, list)


@given(st.lists(JSON, max_size=4), st.booleans())
def test_any_fields_leave_the_definitions(data: list[Any], in_order: bool) -> None:
    """As many as before, of the same names in the same order."""
    definitions = [
        Definition(name, "", "Freeform", multiple=False, pattern="") for name in ("1", "", "1")
    ]
    fields = [field for each in data if (field := read_field(members(each)))]
    found = completed(definitions, fields, in_order=in_order)
    assert [each.name for each in found] == ["1", "", "1"]
