"""What a server defines of custom fields, as fields of one record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from rtorm import CF, Change, ReadOnly, Ticket, cf, state_of
from rtorm.gateway import Definition
from rtorm.orm.loading.forgetting import overtake
from rtorm.orm.loading.shown import become, decode, fill
from rtorm.orm.records.defined import Defined, define, layout_for
from rtorm.rest1.clock import Clock
from tests.orm.doubles import detached, loaded

CLOCK = Clock(UTC, exact=True)


class Noted(Ticket):
    """A class that spells a name in other letters than RT."""

    note: CF[str | None] = cf("note", default=None)


class Big(Ticket):
    """A class for one of two fields whose names differ in their letters."""

    big: CF[str | None] = cf("Fall", default=None)


class Numbered(Ticket):
    """A class with the number of another field."""

    one: CF[str | None] = cf("One", id=2, default=None)


class Pictured(Ticket):
    """A class that declares a file as it should."""

    picture: ReadOnly[str | None] = cf("Pic", default=None)


def defined(name: str, number: int | None = None, **more: Any) -> Definition:
    given: dict[str, Any] = {"type": "Freeform", "multiple": False, **more}
    return Definition(name, description="", pattern="", id=number, **given)


def told(record: Ticket, *definitions: Definition, queue: str = "Jobs") -> Any:
    """The record, once it knows its custom fields; as type checkers know nothing of."""
    define(record, Defined(queue, definitions))
    return record


def shown(record: Ticket, fields: Mapping[str, str]) -> None:
    fill(record, fields, CLOCK)


def test_a_name_with_a_dot_is_one_name() -> None:
    """`cf.Host` is not a part that `cf.Host.IP` would be of."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("Host"), defined("Host.IP"))
    shown(ticket, {"CF.{Host}": "a", "CF.{Host.IP}": "1"})
    ticket.cf["Host"], ticket.cf["Host.IP"] = "b", "2"
    ticket.discard("cf.Host")
    assert ticket.changes == {"cf.Host.IP": Change("1", "2")}


def test_discarding_custom_fields_drops_nothing_else() -> None:
    """Also before any is known."""
    ticket = loaded(Ticket, queue="Jobs", subject="old")
    ticket.subject = "new"
    ticket.discard("cf")
    assert ticket.subject == "new"


def test_a_declaration_in_other_letters() -> None:
    """RT finds the field, and so it is one: written, read, and found by RT's name."""
    ticket = told(loaded(Noted, queue="Jobs"), defined("Note"))
    shown(ticket, {"CF.{Note}": "old"})
    ticket.cf["Note"] = "new"
    assert ticket.changes == {"note": Change("old", "new")}
    assert list(ticket.cf) == ["Note"]
    assert layout_for(ticket).fields["note"].not_told(created=False) == ""


def test_of_two_names_in_different_letters_the_declared_one_is_read() -> None:
    """In whichever order RT shows them."""
    for wires in (("CF.{Fall}", "CF.{fall}"), ("CF.{fall}", "CF.{Fall}")):
        ticket = detached(Big)
        shown(ticket, {wire: wire for wire in wires})
        assert ticket.big == "CF.{Fall}"
        assert state_of(ticket).unread == {"CF.{fall}": "CF.{fall}"}


def test_of_two_fields_of_one_name_neither_is_taken_for_the_other() -> None:
    """What RT shows under the name may be the other one's, and it is not asked for by the name."""
    ticket = detached(Numbered)
    fill(ticket, {"CF.{One}": "whose?"}, CLOCK, doubled={"CF.{One}"})
    assert "one" not in vars(ticket)
    assert not layout_for(ticket).fields["one"].askable
    fill(ticket, {"CF.{One}": "its own"}, CLOCK)
    assert ticket.one == "its own"
    seen = decode(ticket, {"CF.{One}": "?"}, CLOCK, asked=None, expected={}, doubled={"CF.{One}"})
    assert "one" not in seen


def test_what_was_set_by_name_moves_to_the_attribute_of_a_narrower_class() -> None:
    """One custom field is one field, whichever class the record becomes one of."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("Fall"), defined("Tags", multiple=True))
    shown(ticket, {"CF.{Fall}": "old", "CF.{Tags}": ""})
    ticket.cf["Fall"] = "new"
    ticket.cf["Tags"].append("x")
    become(ticket, Big)
    assert ticket.changes == {"big": Change("old", "new"), "cf.Tags": Change([], ["x"])}
    assert ticket.big == ticket.cf["Fall"] == "new"
    ticket.discard("big")
    assert ticket.big == "old"


def test_what_another_class_wrote_is_forgotten_by_name() -> None:
    """The custom field counts, not the attribute that stands for it."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("Fall"))
    shown(ticket, {"CF.{Fall}": "old"})
    ticket.cf["Fall"] = "mine"
    overtake(ticket, loaded(Big, queue="Jobs"), ["big"])
    ticket.cf["Fall"] = "old"
    assert list(ticket.changes) == ["cf.Fall"]


def test_what_was_set_for_another_queue_says_so() -> None:
    """The remedy is to discard it."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("Fall"))
    shown(ticket, {"CF.{Fall}": ""})
    ticket.cf["Fall"] = "x"
    told(ticket, defined("Other"), queue="Others")
    said = layout_for(ticket).fields["cf.Fall"].not_told(created=False)
    assert said == (
        "queue 'Others' has no custom field 'Fall'; it was set for another queue: "
        "ticket.discard('cf.Fall') drops it"
    )


def test_the_number_of_another_field_is_not_written() -> None:
    """As far as the server tells whose number it is."""
    ticket = told(loaded(Numbered, queue="Jobs"), defined("One", 1), defined("Two", 2))
    said = layout_for(ticket).fields["one"].not_told(created=False)
    assert said == "the number 2 is that of the custom field 'Two': declare it with its own number"


def test_a_file_that_is_declared_as_read_only_needs_no_remedy() -> None:
    """The error says why it cannot be written, and no more."""
    ticket = told(loaded(Pictured, queue="Jobs"), defined("Pic", type="Image"))
    shown(ticket, {"CF.{Pic}": "a.png"})
    with pytest.raises(ValidationError, match="destroy the file") as caught:
        ticket.cf["Pic"] = "b.png"
    assert "declare it" not in str(caught.value)


def test_clearing_all() -> None:
    """What can be written is cleared; the names stay."""
    definitions = (defined("Fall"), defined("Tags", multiple=True), defined("Pic", type="Image"))
    ticket = told(loaded(Ticket, queue="Jobs"), *definitions)
    shown(ticket, {"CF.{Fall}": "a", "CF.{Tags}": "x,y", "CF.{Pic}": "a.png"})
    ticket.cf.clear()
    assert dict(ticket.cf) == {"Fall": None, "Tags": [], "Pic": "a.png"}
    with pytest.raises(TypeError, match="cleared, not removed"):
        ticket.cf.popitem()


def test_before_a_move_nothing_is_loaded_of_the_new_queue() -> None:
    """RT shows its custom fields once the ticket is there."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("Fall"))
    ticket.queue = "Others"
    told(ticket, defined("Day", type="Date"), defined("Tags", multiple=True), queue="Others")
    assert dict(ticket.cf) == {"Day": None, "Tags": []}
    ticket.cf["Tags"].append("x")
    assert ticket.changes["cf.Tags"].new == ["x"]


def test_instants_are_kept_in_whole_seconds() -> None:
    """As RT does, and as attributes are."""
    ticket = told(loaded(Ticket, queue="Jobs"), defined("At", type="DateTime"))
    shown(ticket, {"CF.{At}": ""})
    ticket.cf["At"] = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert ticket.cf["At"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
