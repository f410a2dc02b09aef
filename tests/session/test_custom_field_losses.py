"""What RT refuses, drops or changes of a custom field is told, on its attribute, and stays dirty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rtorm import (
    CF,
    Change,
    CommitError,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    SaveError,
    Session,
    Ticket,
    cf,
)
from tests.support import Wire

Connect = Callable[..., Session]


class Loose(Ticket, queue="Odd"):
    """Custom fields that RT checks and the program does not."""

    choice: CF[str | None] = cf("Choice", default=None)
    digits: CF[str | None] = cf("Digits", default=None)
    mandatory: CF[str | None] = cf("Mandatory", default=None)
    address: CF[str | None] = cf("Address of one", default=None)
    range: CF[str | None] = cf("Range", default=None)
    day: CF[str | None] = cf("Day", default=None)
    body: CF[str | None] = cf("Text", default=None)
    choices: CF[list[str]] = cf("Choices", default_factory=list)
    numbers: CF[list[str]] = cf("Digits of many", default_factory=list)
    three: CF[list[str]] = cf("At most three", default_factory=list)
    addresses: CF[list[str]] = cf("Addresses", default_factory=list)


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Loose:
    """A loaded ticket with values, and nothing on the wire yet."""
    made = session.add(
        Loose(
            subject="Losses",
            choice="low",
            digits="1",
            mandatory="here",
            address="1.2.3.4",
            choices=["net", "db"],
            numbers=["1", "2"],
            three=["a", "b", "c"],
            addresses=["::1", "1.2.3.4"],
        )
    )
    session.commit()
    made.refresh()
    wire.clear()
    return made


def _with(name: str, value: object) -> Loose:
    new = Loose(subject="New", mandatory="here")
    setattr(new, name, value)
    return new


BAD_SINGLE = [
    ("choice", "nosuch", "Invalid value for custom field"),
    ("digits", "x", "Input must match [Digits]"),
    ("mandatory", None, "Input must match [Mandatory]"),
    ("address", "1.2.3", "Invalid value for custom field"),
    ("range", "1.2.3.4-::1", "Invalid value for custom field"),
]
BAD_SEVERAL: list[tuple[str, list[str], list[str]]] = [
    ("choices", ["net", "nosuch"], ["net"]),
    ("choices", ["nosuch", "net"], ["net"]),
    ("choices", ["nosuch"], []),
    ("choices", ["db", "nosuch", "a, b"], ["db", "a, b"]),
    ("numbers", ["1", "x"], ["1"]),
    ("numbers", ["x", "1"], ["1"]),
    ("addresses", ["::1", "1.2.3"], ["::1"]),
    ("addresses", ["1.2.3", "::1"], ["::1"]),
    ("three", ["a", "b", "c", "d"], ["b", "c", "d"]),
    ("three", ["1", "2", "3", "4"], ["2", "3", "4"]),
]


@pytest.mark.parametrize(("name", "value", "said"), BAD_SINGLE, ids=[row[0] for row in BAD_SINGLE])
def test_a_value_that_rt_refuses_of_one_is_told(
    ticket: Loose, wire: Wire, name: str, value: str | None, said: str
) -> None:
    """The rest of the save is applied; the next save sends this field alone, and is refused, too."""
    before = getattr(ticket, name)
    setattr(ticket, name, value)
    ticket.subject = "Changed"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert caught.value.applied == {"subject": Change("Losses", "Changed")}
    assert list(caught.value.errors) == [name]
    assert said in ticket.errors[name][0]
    assert ticket.changes == {name: Change(before, value)}
    wire.clear()
    with pytest.raises(RejectedError, match=r"Invalid value|Input must match"):
        ticket.save()
    [write] = wire.writes
    assert len(write.forms[0]) == 2
    ticket.discard()
    ticket.refresh()
    assert (ticket.subject, getattr(ticket, name)) == ("Changed", before)


@pytest.mark.parametrize(("name", "values", "kept"), BAD_SEVERAL, ids=str)
def test_a_value_that_rt_refuses_of_several_is_told(
    ticket: Loose, wire: Wire, connect: Connect, name: str, values: list[str], kept: list[str]
) -> None:
    """Wherever it stands: the values that RT took are known, and the list stays dirty."""
    setattr(ticket, name, values)
    ticket.subject = "Changed"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == [name]
    assert "subject" in caught.value.applied
    assert list(ticket.changes) == [name]
    held = getattr(connect().get(Loose, ticket.id), name)
    assert set(held) == set(kept)
    assert set(ticket.changes[name].old) == set(held)
    wire.clear()
    setattr(ticket, name, kept)
    assert not ticket.is_dirty
    assert ticket.save().outcome == "unchanged"
    assert wire.writes == []


@pytest.mark.parametrize(("name", "value"), [row[:2] for row in BAD_SINGLE if row[1]], ids=str)
def test_a_value_that_rt_drops_of_a_new_ticket_is_told(
    session: Session, wire: Wire, name: str, value: str
) -> None:
    """RT makes the ticket without it, in silence."""
    made = session.add(_with(name, value))
    made.body = "kept"
    with pytest.raises(PartialSaveError) as caught:
        made.save()
    assert made.id
    assert list(caught.value.errors) == [name]
    assert {"subject", "body"} <= caught.value.applied.keys()
    assert list(made.changes) == [name]
    assert made.changes[name].new == value
    wire.clear()
    with pytest.raises(RejectedError, match=r"Invalid value|Input must match"):
        made.save()
    assert len(wire.writes[0].forms[0]) == 2


@pytest.mark.parametrize(("name", "values", "kept"), BAD_SEVERAL, ids=str)
def test_values_that_rt_drops_of_a_new_ticket_are_told(
    session: Session, name: str, values: list[str], kept: list[str]
) -> None:
    """So are those of several, whether some were taken or none."""
    made = session.add(_with(name, values))
    with pytest.raises(CommitError) as caught:
        session.commit()
    [result] = caught.value.report.partial
    assert list(result.errors) == [name]
    assert set(made.changes[name].old) == set(kept)
    assert made.changes[name].new == values
    setattr(made, name, kept)
    assert not made.is_dirty


def test_a_value_more_than_the_most_is_told(ticket: Loose, connect: Connect) -> None:
    """RT pushes out the oldest of them, in silence."""
    ticket.three.append("d")
    with pytest.raises(SaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["three"]
    assert "holds" in ticket.errors["three"][0]
    assert set(connect().get(Loose, ticket.id).three) == {"b", "c", "d"}


def test_a_missing_mandatory_value_of_a_new_ticket_is_no_loss(session: Session) -> None:
    """RT's REST 1.0 does not demand it, and nothing was given."""
    made = session.add(Loose(subject="Without"))
    assert made.save().outcome == "created"
    assert made.mandatory is None


def test_who_may_not_modify_custom_fields_is_told(connect: Connect, wire: Wire) -> None:
    """On an edit RT says so; of a new ticket it drops the values in silence."""
    session = connect("unmodifying")
    made = session.add(Loose(subject="New", choice="low", choices=["net"]))
    with pytest.raises(PartialSaveError) as caught:
        made.save()
    assert sorted(caught.value.errors) == ["choice", "choices"]
    wire.clear()
    made.subject = "Changed"
    with pytest.raises(PartialSaveError) as caught:
        made.save()
    assert sorted(caught.value.errors) == ["choice", "choices"]
    assert list(caught.value.applied) == ["subject"]
    assert "Permission Denied" in made.errors["choice"][0]
    assert "Permission Denied" in made.errors["choices"][0]
    assert sorted(made.changes) == ["choice", "choices"]
    with pytest.raises(PermissionDenied):
        made.save()


def test_who_may_not_remove_a_value_is_told(ticket: Loose, connect: Connect) -> None:
    """RT never says that it did not delete a value of several."""
    session = connect("unmodifying")
    other = session.get(Loose, ticket.id)
    other.choices.remove("net")
    other.three = []
    other.choice = None
    other.subject = "Changed"
    with pytest.raises(PartialSaveError) as caught:
        other.save()
    assert sorted(caught.value.errors) == ["choice", "choices", "three"]
    assert list(caught.value.applied) == ["subject"]
    assert sorted(other.changes) == ["choice", "choices", "three"]


def test_who_may_not_see_custom_fields_is_told(connect: Connect) -> None:
    """To such an account RT knows no such fields."""
    session = connect("unseeing")
    made = session.add(Loose(subject="New", choice="low"))
    with pytest.raises(PartialSaveError) as caught:
        made.save()
    assert list(caught.value.errors) == ["choice"]
    assert made.errors["choice"] == ["Invalid custom field name (Choice)"]
    made.subject = "Changed"
    with pytest.raises(PartialSaveError) as caught:
        made.save()
    assert caught.value.errors == {"choice": ["Unknown custom field."]}
    assert list(made.changes) == ["choice"]


def test_a_choice_is_told_in_the_letter_case_of_rt(session: Session, ticket: Loose) -> None:
    """RT keeps a choice as it was defined: this is no loss, and what it holds is known."""
    made = session.add(Loose(subject="New", choice="LOW", choices=["NET", "A, b"]))
    assert made.save().outcome == "created"
    assert (made.choice, made.choices) == ("low", ["net", "a, b"])
    ticket.choice, ticket.choices = "LOW", ["DB", "Net"]
    assert ticket.save().outcome == "updated"
    ticket.refresh()
    assert (ticket.choice, set(ticket.choices)) == ("low", {"net", "db"})


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("address", "001.2.3.004", "1.2.3.4"),
        ("range", "1.2.3.7/24", "1.2.3.0-1.2.3.255"),
        ("day", "2030-01-02 03:04:05", "2030-01-02"),
        ("day", "never", None),
    ],
)
def test_text_that_rt_changes_of_a_new_ticket_is_told(
    session: Session, name: str, value: str, held: str | None
) -> None:
    """A field that is declared as text may be of another kind to RT, which writes it otherwise."""
    made = session.add(_with(name, value))
    with pytest.raises(PartialSaveError, match="it holds") as caught:
        made.save()
    assert list(caught.value.errors) == [name]
    assert made.changes == {name: Change(held, value)}
