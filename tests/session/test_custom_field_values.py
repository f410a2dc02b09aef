"""Any value of any kind of custom field comes back from a real server, or is refused unsent."""

from __future__ import annotations

import contextlib
import enum
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import AnyUrl, EmailStr, ValidationError

from rtorm import CF, RejectedError, Session, Ticket, TimeZoneWarning, cf, state_of
from rtorm.orm.state import TrackedList
from tests.support import Wire

Connect = Callable[..., Session]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Answer(enum.Enum):
    """As a program may spell what RT spells otherwise."""

    X = "X"
    OTHER = "other, 'than' \\that"


class Odd(Ticket, queue="Odd"):
    """A custom field of each kind, and of each type."""

    plain: CF[str | None] = cf("With Space", default=None)
    count: CF[int | None] = cf("Digits", default=None)
    counts: CF[list[int]] = cf("Digits of many", default_factory=list)
    choice: CF[Literal["low", "Größer, als", "quo'te", "back\\slash"] | None] = cf(
        "Choice", default=None
    )
    choices: CF[list[Literal["net", "db", "a, b"]]] = cf("Choices", default_factory=list)
    answer: CF[bool | None] = cf("Yes or no", true="Yes", false="NO", default=None)
    three: CF[list[str]] = cf("At most three", default_factory=list)
    body: CF[str | None] = cf("Text", default=None)
    wiki: CF[str | None] = cf("Wiki", default=None)
    combo: CF[Answer | None] = cf("Combo", default=None)
    auto: CF[date | int | str | None] = cf("Auto", default=None)
    autos: CF[list[Decimal]] = cf("Autos", default_factory=list)
    day: CF[date | None] = cf("Day", default=None)
    instant: CF[datetime | None] = cf("Instant", default=None)
    address: CF[Address | None] = cf("Address of one", default=None)
    addresses: CF[list[Address]] = cf("Addresses", default_factory=list)
    range: CF[Network | str | None] = cf("Range", default=None)
    ranges: CF[list[Network | str]] = cf("Ranges", default_factory=list)
    ratio: CF[float | None] = cf("Col: on", default=None)
    number: CF[UUID | None] = cf("Quo'te", default=None)
    url: CF[AnyUrl | None] = cf('Dq"uote', default=None)
    mail: CF[EmailStr | None] = cf("Back\\slash", default=None)
    span: CF[timedelta | None] = cf("Größe", default=None)


texts = st.one_of(st.text(max_size=40), st.text("ab ,'\"\\{}:#-\n\r\t", max_size=12))
lines = st.one_of(
    st.text(min_size=1, max_size=30), st.text("ab ,'\"\\{}:#", min_size=1, max_size=5)
)
instants = st.datetimes(datetime(1970, 1, 3), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
near_a_change = st.builds(
    operator.add,
    st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]),
    st.integers(-1500, 1500).map(lambda minutes: timedelta(minutes=minutes)),
)


def _network(address: Address, bits: int) -> Network:
    return ip_network((str(address), min(bits, address.max_prefixlen)), strict=False)


networks = st.builds(_network, st.ip_addresses(), st.integers(0, 128))
spans = st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)).map(
    lambda ends: f"{ends[0]}-{ends[1]}"
)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "plain": texts,
    "count": st.integers(0, 10**20),
    "counts": st.lists(st.integers(0, 99), max_size=4, unique=True),
    "choice": st.sampled_from(["low", "Größer, als", "quo'te", "back\\slash"]),
    "choices": st.lists(st.sampled_from(["net", "db", "a, b"]), max_size=4, unique=True),
    "answer": st.booleans(),
    "three": st.lists(lines, max_size=3, unique=True),
    "body": texts,
    "wiki": texts,
    "combo": st.sampled_from(Answer),
    "auto": st.one_of(st.dates(date(1970, 1, 2)), st.integers(), texts),
    "autos": st.lists(st.decimals(allow_nan=False, allow_infinity=False), max_size=4, unique=True),
    "day": st.dates(date(1970, 1, 2)),
    "instant": st.one_of(instants, near_a_change),
    "address": st.ip_addresses(),
    "addresses": st.lists(st.ip_addresses(), max_size=4, unique=True),
    "range": st.one_of(networks, spans),
    "ranges": st.lists(st.one_of(networks, spans), max_size=4, unique=True),
    "ratio": st.floats(allow_nan=False),
    "number": st.uuids(),
    "url": st.sampled_from(["http://example.com/a,b?c='d'", "mailto:a@example.com"]).map(AnyUrl),
    "mail": st.sampled_from(["a@example.com", "o'neil@example.com", "a{b}=c@example.com"]),
    "span": st.timedeltas(),
}
all_values = st.fixed_dictionaries(VALUES)

real = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    deadline=None,
)


@pytest.fixture
def sessions(connect: Connect) -> dict[str, Session]:
    """Accounts of two time zones, one of which writes and the other reads."""
    return {"root": connect(), "roman": connect("roman", time_zone="Europe/Rome")}


def _save(ticket: Odd, values: Mapping[str, Any], wire: Wire) -> dict[str, Any]:
    """Save the values but for those that are refused before they are sent; gives what was sent."""
    sent = dict(values)
    for name, value in values.items():
        try:
            setattr(ticket, name, value)
        except ValidationError:
            del sent[name]
    wire.clear()
    try:
        ticket.save()
    except RejectedError as refused:
        objections = refused.errors
    else:
        objections = {}
    if objections:
        assert wire.writes == []
        ticket.discard(*objections)
        ticket.save()
    assert not ticket.errors
    assert not ticket.is_dirty
    return {name: value for name, value in sent.items() if name not in objections}


def _assert_holds(ticket: Odd, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        assert _as_kept(getattr(ticket, name)) == _as_kept(value), name
    assert state_of(ticket).undecoded == {}


def _as_kept(value: Any) -> Any:
    if value.__class__ in (list, TrackedList):
        return set(map(_as_kept, value))
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, str) and value.count("-") == 1 and value.count(".") == 6:
        ends = sorted(map(IPv4Address, value.split("-")))
        return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}-{ends[1]}"
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value[0]) if value.num_addresses == 1 else f"{value[0]}-{value[-1]}"
    return str(value or "") if isinstance(value, str | None) else value


SEVERAL = ("counts", "choices", "three", "autos", "addresses", "ranges")
CLEARED: dict[str, Any] = dict.fromkeys(VALUES) | {name: [] for name in SEVERAL}


@pytest.mark.live
@real
@given(writer=st.sampled_from(["root", "roman"]), values=all_values, others=all_values)
def test_any_values_of_all_kinds_come_back(
    sessions: dict[str, Session], wire: Wire, writer: str, values: Any, others: Any
) -> None:
    """Made, edited and cleared, all at once, each is read by another account as it was given."""
    session = sessions[writer]
    reader = sessions["root" if writer == "roman" else "roman"]
    ticket = Odd(subject="Values")
    session.add(ticket)
    made = _save(ticket, values, wire)
    read = reader.get(Odd, ticket.id)
    _assert_holds(read, made)
    edited = _save(ticket, others, wire)
    read.refresh()
    _assert_holds(read, made | edited)
    _save(ticket, CLEARED, wire)
    read.refresh()
    _assert_holds(read, CLEARED)
    reader.expire(read)


@pytest.mark.parametrize("zone", ["Australia/Sydney", None])
def test_a_day_is_kept_where_the_clock_was_changed_in_the_night(
    connect: Connect, zone: str | None
) -> None:
    """RT takes the bare day for the one before, there; and it says nothing of it."""
    told = contextlib.nullcontext() if zone else pytest.warns(TimeZoneWarning)
    with told:
        sydney = connect("sydney", time_zone=zone)
        ticket = sydney.add(Odd(subject="Spring", day=date(2024, 10, 6)))
        ticket.save()
    read = connect().get(Odd, ticket.id)
    assert read.day == ticket.day == date(2024, 10, 6)
    ticket.day = date(2025, 10, 5)
    ticket.save()
    read.refresh()
    assert read.day == date(2025, 10, 5)
    found = sydney.query(Odd).where(Odd.day == date(2025, 10, 5), Odd.id == ticket.id)
    assert found.count() == 1
    assert found.where(Odd.day <= date(2025, 10, 5)).count() == 1
    assert found.where(Odd.day >= date(2025, 10, 5)).count() == 1
    assert found.where(Odd.day > date(2025, 10, 5)).count() == 0
    assert found.where(Odd.day < date(2025, 10, 5)).count() == 0


AMBIGUOUS = [["'a", "b'"], ["x", ",", "'"]]


@pytest.mark.parametrize("values", AMBIGUOUS, ids=str)
def test_values_that_rt_would_show_as_others_are_refused(
    session: Session, wire: Wire, values: list[str]
) -> None:
    """Each alone comes back; together they could not be read again, and are not sent."""
    for value in values:
        alone = session.add(Odd(subject="Quotes", three=[value]))
        alone.save()
        alone.refresh()
        assert alone.three == [value]
    wire.clear()
    made = session.add(Odd(subject="Quotes", three=values))
    with pytest.raises(RejectedError, match="as one value that holds a comma"):
        made.save()
    assert made.id is None
    assert wire.writes == []
    session.rollback()


def test_an_answer_that_is_neither_is_left_as_it_is(connect: Connect) -> None:
    """Of a field of true and false, another text is told as text, and listed."""
    session = connect()
    ticket = session.add(Odd(subject="Answers", answer=True))
    ticket.save()
    assert ticket.answer is True

    class Otherwise(Ticket, queue="Odd"):
        answer: CF[bool | None] = cf("Yes or no", true="on", false="no", default=None)

    read = connect().get(Otherwise, ticket.id)
    assert state_of(read).undecoded == {"answer": "yes"}
    read.answer = False
    read.save()
    read.refresh()
    assert read.answer is False
    assert state_of(read).undecoded == {}
