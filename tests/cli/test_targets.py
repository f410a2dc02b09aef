"""What names stand for, and how values are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rtorm import Ticket
from rtorm.cli.assignments import UsageError, assignment
from rtorm.cli.targets import ATTRIBUTES, READ_ONLY, Kind, Target, changed, target_of
from rtorm.gateway import Definition
from rtorm.orm.declaring.layout import layout_of

ROME = ZoneInfo("Europe/Rome")


def field(name: str, kind: str = "Freeform", *, multiple: bool = False) -> Definition:
    return Definition(name, "", kind, multiple, "")


FIELDS = [
    field("Severity", "Select"),
    field("Affected hosts", multiple=True),
    field("Owner"),
    field("Report date", "Date"),
    field("Deadline", "DateTime"),
    field("Size"),
    field("SIZE"),
    field("x-y"),
    field("x y"),
]


def target(name: str) -> Target:
    return target_of(name, lambda: FIELDS, "Incidents")


def value(
    kind: Kind, *texts: str, before: Any = None, zone: Any = UTC, item: Kind = Kind.OPTIONAL
) -> Any:
    several = [assignment(f"x{text}") for text in texts]
    return changed(Target("x", kind, item), before, several, zone)


def test_all_that_can_be_changed_has_a_name() -> None:
    """The table of attributes is that of the library: none is missing, none is RT's own."""
    fields = layout_of(Ticket).fields.values()
    known = {each.name for each in fields if each.spec.stored}
    told = {name if f"links.{name}" not in known else f"links.{name}" for name in ATTRIBUTES}
    assert told | set(READ_ONLY) == known
    assert all(layout_of(Ticket).fields[name].read_only for name in READ_ONLY)
    many = {name for name, kind in ATTRIBUTES.items() if kind is Kind.NAMES}
    assert {
        name.removeprefix("links.") for name in known if layout_of(Ticket).fields[name].many
    } == many


@pytest.mark.parametrize(
    ("name", "attribute", "kind"),
    [
        ("Subject", "subject", Kind.LINE),
        ("links.depends_on", "links.depends_on", Kind.NAMES),
        ("parents", "links.parents", Kind.NAMES),
        ("cf.Severity", "cf.Severity", Kind.OPTIONAL),
        ("cf.severity", "cf.Severity", Kind.OPTIONAL),
        ("severity", "cf.Severity", Kind.OPTIONAL),
        ("affected_hosts", "cf.Affected hosts", Kind.VALUES),
        ("Affected hosts", "cf.Affected hosts", Kind.VALUES),
        ("owner", "owner", Kind.TEXT),
        ("cf.Owner", "cf.Owner", Kind.OPTIONAL),
        ("report_date", "cf.Report date", Kind.DAY),
        ("deadline", "cf.Deadline", Kind.INSTANT),
        ("cf.SIZE", "cf.SIZE", Kind.OPTIONAL),
    ],
)
def test_what_a_name_stands_for(name: str, attribute: str, kind: Kind) -> None:
    """An attribute goes first; a custom field also answers to its bare name."""
    found = target(name)
    assert (found.attribute, found.kind) == (attribute, kind)


def test_an_attribute_asks_for_no_definitions() -> None:
    """The server is asked for custom fields only where one may be meant."""

    def ask() -> Sequence[Definition]:
        raise AssertionError

    assert target_of("subject", ask, "Incidents").attribute == "subject"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("size", "cf.Size, cf.SIZE"),
        ("cf.siZe", "cf.Size, cf.SIZE"),
        ("x_y", "cf.x-y, cf.x y"),
        ("severty", "did you mean cf.Severity"),
        ("statsu", "did you mean status"),
        ("created", "RT sets it"),
        ("cf.nothing", "Incidents"),
    ],
)
def test_what_a_name_cannot_stand_for(name: str, said: str) -> None:
    """Nothing is guessed: of several all are named, of none what is near."""
    with pytest.raises(UsageError, match=said):
        target(name)


def test_lists_of_addresses() -> None:
    """A comma separates; adding twice and in other letters is once."""
    before = ["a@b.org", "c@b.org"]
    assert value(Kind.NAMES, "=x@b.org, y@b.org", before=before) == ["x@b.org", "y@b.org"]
    assert value(Kind.NAMES, "+=x@b.org", "+=A@b.org", before=before) == [*before, "x@b.org"]
    assert value(Kind.NAMES, "-=A@B.org", "+=x@b.org", before=before) == ["c@b.org", "x@b.org"]
    assert value(Kind.NAMES, "=", before=before) == []
    assert before == ["a@b.org", "c@b.org"]


@pytest.mark.parametrize("text", ['="Doe, Ann" <a@b.org>', "=Doe, Ann <a@b.org>"])
def test_a_comma_of_an_address(text: str) -> None:
    """It is not taken for one between two, of which the first would be a user's name."""
    with pytest.raises(UsageError, match="by an assignment of its own"):
        value(Kind.NAMES, text)


def test_values_of_custom_fields_may_hold_commas() -> None:
    """Each has an assignment of its own."""
    assert value(Kind.VALUES, "=a, b", "=c") == ["a, b", "c"]
    assert value(Kind.VALUES, "-=a, b", before=["a, b", "a"]) == ["a"]
    assert value(Kind.VALUES, "=2026-01-02", item=Kind.DAY) == [date(2026, 1, 2)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Kind.NAMES, ["-=z@b.org"]),
        (Kind.NAMES, ["=", "=a@b.org"]),
        (Kind.VALUES, ["+="]),
        (Kind.LINE, ["=a", "=b"]),
        (Kind.LINE, ["+=a"]),
        (Kind.TEXT, ["="]),
        (
            Kind.NUMBER,
            [
                "=",
            ],
        ),
        (Kind.NUMBER, ["=1.5"]),
        (Kind.NUMBER, ["+=x"]),
        (Kind.DAY, ["=1700000000"]),
        (Kind.DAY, ["=2.1.2026"]),
        (Kind.INSTANT, ["=tomorrow"]),
    ],
)
def test_what_is_no_value(kind: Kind, texts: list[str]) -> None:
    """It is refused by name, before anything is sent."""
    with pytest.raises(UsageError, match=r"^x: "):
        value(kind, *texts)


def test_minutes_add_up() -> None:
    """Several steps count together."""
    assert value(Kind.NUMBER, "+=15", "-=5", before=30) == 40
    assert value(Kind.NUMBER, "=7", before=30) == 7


def test_dates() -> None:
    """With an offset as they stand, without one in the account's zone, empty for none."""
    noon = datetime(2026, 7, 1, 12, tzinfo=ROME)
    assert value(Kind.INSTANT, "=2026-07-01 12:00", zone=ROME) == noon
    assert value(Kind.INSTANT, "=2026-07-01T10:00Z", zone=None) == noon
    written = value(Kind.INSTANT, "=2026-07-01T12:00+02:00", zone=None)
    assert written == datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert value(Kind.INSTANT, "=") is None
    assert value(Kind.DAY, "=") is None


@pytest.mark.parametrize("text", ["=2026-10-25 02:30", "=2026-03-29 02:30"])
def test_an_hour_that_is_twice_or_never_there(text: str) -> None:
    """Which one is meant is not guessed."""
    with pytest.raises(UsageError, match="give its offset"):
        value(Kind.INSTANT, text, zone=ROME)


def test_a_date_without_any_zone() -> None:
    """The message names the option."""
    with pytest.raises(UsageError, match="--time-zone"):
        value(Kind.INSTANT, "=2026-07-01 12:00", zone=None)


@pytest.mark.parametrize("text", ["=0001-01-01", "=9999-12-31 23:59"])
def test_a_date_outside_the_calendar(text: str) -> None:
    """An instant that UTC has no date for is a mistake like others."""
    zone = ROME if text.startswith("=0") else timezone(timedelta(hours=-1))
    with pytest.raises(UsageError, match="in no year of the calendar"):
        value(Kind.INSTANT, text, zone=zone)


def test_a_queue_without_custom_fields() -> None:
    """It may have them: which right an account lacks then, that sees none, is said."""
    with pytest.raises(UsageError, match="SeeCustomField globally or on the custom field"):
        target_of("severity", list, "Incidents")
    with pytest.raises(UsageError, match="did you mean subject"):
        target_of("subjct", list, "Incidents")
