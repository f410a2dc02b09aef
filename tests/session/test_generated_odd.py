"""A server of hostile custom fields: generated, then each one created, changed, cleared, found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import IPv4Network, IPv6Address, ip_address
from typing import Any, cast

import pytest

from rtorm import CommitError, RejectedError, Session, Ticket
from rtorm.codegen import generate_models
from rtorm.orm.columns import Column
from rtorm.orm.declaring.layout import FieldLayout, layout_of
from tests.codegen.support import built, classes
from tests.seed import ODD_FIELDS
from tests.support import Server

Connect = Callable[..., Session]


@dataclass(frozen=True)
class Values:
    """What a field is created with, and what it is changed to."""

    first: Any
    second: Any


TEXTS = Values("one, 'two' \"three\" \\ {x}: y", " indented\n\n- and more")
LINES = Values("one, 'two'", "a: b}")
NUMBERS = Values("12", "345")
BY_NAME: Mapping[str, Values] = {
    "Owner": NUMBERS,
    "Digits": NUMBERS,
    "Digits of many": Values(["1", "22"], ["22", "333"]),
    "Choice": Values("low", "Größer, als"),
    "Choices": Values(["net", "a, b"], ["db"]),
    "Yes or no": Values("yes", "no"),
    "At most three": Values(["a", "b, c"], ["'q'", '"r"', "\\"]),
    "Text": TEXTS,
    "Wiki": TEXTS,
    "Autos": Values(["x", "y, z"], ["other"]),
    "Day": Values(date(2026, 1, 2), date(2026, 12, 31)),
    "Instant": Values(
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    ),
    "Address of one": Values(ip_address("1.2.3.4"), ip_address("2001:db8::1")),
    "Addresses": Values([ip_address("1.2.3.4"), IPv6Address("::1")], [ip_address("10.0.0.1")]),
    "Range": Values(IPv4Network("10.0.0.0/8"), "1.2.3.4-1.2.3.9"),
    "Ranges": Values([IPv4Network("10.0.0.0/8"), "1.2.3.4-1.2.3.9"], [IPv4Network("1.2.3.4/32")]),
}
FILES = ("Picture", "Pictures", "File")
DOUBLED = "Dup"


@pytest.fixture
def generated(session: Session) -> type[Ticket]:
    """The class that is generated for the queue of oddities."""
    [odd] = classes(built(generate_models(session, "Odd")))
    return cast("type[Ticket]", odd)


def writable(cls: type[Ticket]) -> dict[str, FieldLayout]:
    """The custom fields that the generated class lets a program write."""
    fields = layout_of(cls).fields
    return {n: field for n, field in fields.items() if field.spec.custom and not field.read_only}


def unnumbered(cls: type[Ticket]) -> set[str]:
    """Those that RT 4 does not take by their names, and tells no number of."""
    return {n for n, field in writable(cls).items() if field.not_told(created=False)}


def values(field: FieldLayout) -> Values:
    """What this field is given."""
    return BY_NAME.get(field.spec.custom, LINES)


def test_every_field_of_the_server_is_there(generated: type[Ticket]) -> None:
    """As many attributes as custom fields; images and other files are read only."""
    fields = [field for field in layout_of(generated).fields.values() if field.spec.custom]
    names = [field["Name"] for field in ODD_FIELDS]
    assert sorted({field.spec.custom for field in fields}) == sorted(set(names))
    assert {f.spec.custom for f in fields if f.read_only} >= set(FILES)


def test_every_field_is_created_changed_cleared_found_and_read_back(
    generated: type[Ticket], session: Session, connect: Connect, rt: Server
) -> None:
    """All at once, each step seen by a session of its own."""
    fields = writable(generated)
    usable = {name: field for name, field in fields.items() if name not in unnumbered(generated)}
    assert len(fields) - len(usable) == (2 if rt.major == 4 else 0)
    first = {name: values(field).first for name, field in usable.items()}
    second = {name: values(field).second for name, field in usable.items()}
    ticket: Any = session.add(generated(subject="Odd", **first))
    session.commit()
    assert_holds(connect, generated, ticket.id, first)
    for name, value in second.items():
        setattr(ticket, name, value)
    assert set(ticket.save().applied) == set(second)
    assert_holds(connect, generated, ticket.id, second)
    assert_found(session, generated, ticket.id, second)
    cleared: dict[str, Any] = {n: [] if field.many else None for n, field in usable.items()}
    cleared |= {name: "there" for name, field in usable.items() if field.spec.custom == "Mandatory"}
    for name, value in cleared.items():
        setattr(ticket, name, value)
    ticket.save()
    assert_holds(connect, generated, ticket.id, cleared)


def assert_holds(
    connect: Connect, cls: type[Ticket], number: int, expected: Mapping[str, Any]
) -> None:
    """Another session reads these values, lists in any order."""
    seen = connect().get(cls, number)
    fields = layout_of(cls).fields
    for name, value in expected.items():
        assert fields[name].codec.same(getattr(seen, name), value), name
        assert type(getattr(seen, name)) is type(value) or fields[name].many, name


def assert_found(
    session: Session, cls: type[Ticket], number: int, expected: Mapping[str, Any]
) -> None:
    """A query by each value finds the ticket, and one by its contrary does not."""
    for name, value in expected.items():
        column: Column[Any] = getattr(cls, name)
        field = layout_of(cls).fields[name]
        if field.spec.custom in ("Range", "Ranges"):
            continue  # RT finds ranges that overlap, and no equal ones.
        clause = column.has(value[0]) if field.many else column == value
        found = session.query(cls).where(clause, cls.id == number)
        assert [ticket.id for ticket in found] == [number], name
        assert session.query(cls).where(column.is_null(), cls.id == number).count() == 0, name


def test_what_cannot_be_written_says_so(
    generated: type[Ticket], session: Session, rt: Server
) -> None:
    """A generated class never writes the wrong one of two fields, on no version."""
    ticket: Any = session.add(generated(subject="Odd"))
    session.commit()
    for name in unnumbered(generated):
        setattr(ticket, name, "x")
        with pytest.raises(RejectedError, match="declare it with the number"):
            ticket.save()
        ticket.discard()
    doubled = [f for f in layout_of(generated).fields.values() if f.spec.custom == DOUBLED]
    assert [field.read_only for field in doubled] == ([True] if rt.major == 4 else [False, False])


def test_a_bad_value_is_not_lost(generated: type[Ticket], session: Session) -> None:
    """Not even the value that no generated type refuses: RT's own patterns do."""
    bad: dict[str, Any] = {"digits": "none", "digits_of_many": ["x", "1"]}
    ticket: Any = session.add(generated(subject="Odd", **bad))
    with pytest.raises(CommitError):
        session.commit()
    assert set(ticket.errors) == {"digits", "digits_of_many"}
    assert ticket.id is not None
