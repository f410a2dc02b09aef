"""Queues as records; no server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rtorm import CustomField, Queue
from rtorm.gateway import Definition
from rtorm.models.custom_field import custom_field_of
from rtorm.orm.loading.shown import fill
from rtorm.rest1.clock import Clock
from tests.orm.doubles import detached, loaded, make, put

NO_CLOCK = Clock(None, exact=False)


def shown(**fields: str) -> Queue:
    """A queue as RT shows it."""
    queue = loaded(Queue)
    fill(queue, fields, NO_CLOCK)
    return queue


def test_what_rt_shows_is_read() -> None:
    """Names are RT's own in snake_case, flags are true or false."""
    queue = shown(
        Name="Incidents",
        Description="a\nb",
        CorrespondAddress="in@rt.example.com",
        CommentAddress="",
        Disabled="0",
        SLADisabled="1",
    )
    assert queue.name == "Incidents"
    assert queue.description == "a\nb"
    assert (queue.correspond_address, queue.comment_address) == ("in@rt.example.com", "")
    assert (queue.disabled, queue.sla_disabled) == (False, True)
    assert not queue.is_dirty


def test_a_queue_shows_itself_by_its_name() -> None:
    """What is not loaded is not shown."""
    assert repr(loaded(Queue, name="Incidents")) == "<Queue 1 'Incidents'>"
    assert repr(loaded(Queue)) == "<Queue 1>"
    assert repr(Queue(name="Printers")) == "<Queue new 'Printers'*>"


def test_an_odd_flag_stays_as_it_is() -> None:
    """RT keeps any text there where its database lets it."""
    assert vars(shown(Disabled="maybe"))["disabled"] == "maybe"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "", "must not be empty"),
        ("name", "123", "digits"),
        ("name", "a\nb", "one line"),
        ("name", "é" * 101, "202 bytes"),
        ("description", "x" * 256, "256 bytes"),
        ("correspond_address", "x" * 121, "121 bytes"),
        ("comment_address", "a\nb", "one line"),
        ("disabled", "maybe", "valid boolean"),
    ],
)
def test_what_rt_would_change_or_refuse_is_refused_first(field: str, value: str, why: str) -> None:
    """RT cuts longer texts in silence, and gives no reasons for a refusal."""
    with pytest.raises(ValidationError, match=why):
        put(loaded(Queue, **{field: None}), **{field: value})
    with pytest.raises(ValidationError, match=why):
        make(Queue, **{field: value})


def test_a_queue_of_empty_values_is_one_that_may_not_be_seen() -> None:
    """RT shows it so without the right SeeQueue; every queue has a name."""
    hidden = {"id": "queue/3", "Name": "", "Description": "", "Disabled": ""}
    assert "SeeQueue" in Queue.__rt_hidden__(hidden)
    assert not Queue.__rt_hidden__(hidden | {"Name": "x"})
    assert not Queue.__rt_hidden__({"id": "queue/3", "Description": ""})


def test_custom_fields_are_none_before_the_queue_exists() -> None:
    """A new queue has none, and a detached one does not ask."""
    assert Queue(name="x").custom_fields == ()
    with pytest.raises(AttributeError, match="cannot be assigned"):
        put(Queue(name="x"), custom_fields=())
    assert detached(Queue) is not None


def test_a_custom_field_tells_what_rt_does() -> None:
    """What it does not tell is None."""
    field = custom_field_of(
        Definition("Count", "how many", "Freeform", multiple=True, pattern="[Digits]")
    )
    assert field == CustomField(
        name="Count", description="how many", type="Freeform", multiple=True, pattern="[Digits]"
    )
    assert (field.id, field.maximum, field.values) == (None, None, None)
    known = Definition("C", "", "Select", multiple=True, pattern="", id=3, maximum=2)
    field_of_rt5 = custom_field_of(known, ("a", "b"))
    assert (field_of_rt5.id, field_of_rt5.maximum, field_of_rt5.values) == (3, 2, ("a", "b"))
    assert repr(field) == "<CustomField 'Count' several Freeform>"
    with pytest.raises(ValidationError, match="frozen"):
        field.name = "other"  # type: ignore[misc]
