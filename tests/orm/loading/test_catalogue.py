"""What a session learns of its queues' custom fields, and when it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

import pytest

from rtorm import CF, NotFound, RTError, Ticket, cf, state_of
from rtorm.gateway import Definition, Entry, Gateway, Shown
from rtorm.orm.loading.catalogue import Catalogue, numbers_told
from rtorm.orm.records.defined import layout_for
from tests.orm.doubles import loaded


class Job(Ticket):
    """Tickets with custom fields of hard names."""

    plain: CF[str | None] = cf("Plain", default=None)
    dup: CF[str | None] = cf("Dup", default=None)
    comma: CF[str | None] = cf("Com, ma", default=None)
    upper: CF[str | None] = cf("ÄÖÜ", default=None)
    numbered: CF[str | None] = cf("Other, one", id=7, default=None)
    hosts: CF[list[str]] = cf("Hosts", default_factory=list)
    choice: CF[Literal["a", "b"] | None] = cf("Choice", default=None)
    day: CF[date | None] = cf("Day", default=None)
    at: CF[datetime | None] = cf("At", default=None)


def defined(name: str, number: int | None = None, **more: Any) -> Definition:
    given: dict[str, Any] = {"type": "Freeform", "multiple": False, **more}
    return Definition(name, description="", pattern="", id=number, **given)


@dataclass(slots=True)
class Server:
    """A gateway that tells of one queue, and counts what it is asked."""

    known: list[Definition] = field(default_factory=list[Definition])
    entries: list[Entry] = field(default_factory=list[Entry])
    asked: list[str] = field(default_factory=list[str])
    shown: Shown = field(default_factory=lambda: Shown(1, {}))
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])

    def named(self, kind: str, name: str) -> Shown | RTError:
        self.asked.append("named")
        return Shown(5, {}) if name == "Jobs" else NotFound(name)

    def definitions(self, kind: str, number: int, of: str) -> list[Definition]:
        self.asked.append("definitions")
        return self.known

    def outline(self, queue: str) -> list[Definition]:
        self.asked.append("outline")
        return [replace(each, id=None) for each in self.known]

    def show(self, kind: str, ids: Sequence[int]) -> list[Shown | RTError]:
        self.asked.append("show")
        return [self.shown]

    def field_numbers(self, queue: int) -> Mapping[str, tuple[int, ...]]:
        self.asked.append("numbers")
        return self.numbers

    def history(self, tickets: Sequence[int]) -> list[list[Entry] | RTError]:
        self.asked.append("history")
        return [self.entries]


def entry(description: str, number: str = "9", old: str = "", new: str = "") -> Entry:
    return Entry(
        id=1,
        ticket=1,
        type="CustomField",
        field=number,
        old_value=old,
        new_value=new,
        data="",
        description=description,
        content=None,
        creator="root",
        created=datetime(2026, 1, 2, tzinfo=UTC),
        minutes=0,
        files=(),
    )


def prepared(server: Server, record: Ticket, **changes: Any) -> Catalogue:
    catalogue = Catalogue(cast("Gateway", server))
    for name, value in changes.items():
        setattr(record, name, value)
    catalogue.prepare(record)
    return catalogue


def job(**values: Any) -> Job:
    return loaded(Job, queue="Jobs", plain=None, dup=None, comma=None, upper=None, **values)


def barred(record: Ticket, name: str) -> str:
    created = not state_of(record).persistent
    return layout_for(record).fields[name].not_told(created=created)


def test_core_fields_ask_for_nothing() -> None:
    """Custom fields alone are looked up."""
    server = Server()
    prepared(server, job(), subject="x")
    assert not server.asked


def test_definitions_are_asked_for_once() -> None:
    """At the first write of a queue's custom fields."""
    server = Server([defined("Plain")])
    record = job()
    catalogue = prepared(server, record, plain="x")
    record.plain = "y"
    catalogue.prepare(record)
    assert server.asked == ["outline"]
    assert barred(record, "plain") == ""


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({"choice": "a"}, False),
        ({"plain": "some text"}, False),
        ({"plain": ""}, False),
        ({"plain": "photo.png"}, True),
        ({"plain": "2026-01-02"}, True),
        ({"plain": "10.0.0.1"}, True),
        ({"plain": "::1"}, True),
        ({"hosts": ["a"]}, False),
        ({"hosts": ["a", "a.png"]}, True),
        ({"at": datetime(2026, 1, 2, tzinfo=UTC)}, True),
        ({"at": datetime(2026, 1, 2, 3, tzinfo=UTC)}, False),
    ],
)
def test_usual_edits_ask_for_nothing(values: dict[str, Any], asked: bool) -> None:
    """If a ticket that was shown whole has told that no two fields have the name.

    A text that may be a file's name, a date or an address is doubtful, and so is a midnight.
    """
    server, record = Server(), job()
    vars(record).update(values)
    catalogue = Catalogue(cast("Gateway", server))
    catalogue.note("Jobs", Shown(1, {"CF.{Plain}": ""}))
    for name, value in values.items():
        new = {str: "b", list: ["b"], datetime: datetime(2027, 1, 1, tzinfo=UTC)}
        setattr(record, name, new[type(value)])
    catalogue.prepare(record)
    assert bool(server.asked) is asked
    other = Catalogue(cast("Gateway", server))
    other.prepare(record)
    assert "outline" in server.asked


def test_one_of_two_of_a_name_is_not_written() -> None:
    """The remedy names the numbers that the server tells."""
    server = Server([defined("Dup", 1), defined("Dup", 2)])
    record = job()
    prepared(server, record, dup="x")
    assert "2 custom fields are called 'Dup'" in barred(record, "dup")
    assert "id=1 or 2" in barred(record, "dup")
    assert server.asked == ["outline", "named", "definitions"]


def test_names_in_other_letters_are_the_same_to_rt() -> None:
    """It would write one of them, whichever way the name is spelt."""
    server = Server([defined("Dup", 1), defined("dup", 2)])
    record = job()
    prepared(server, record, dup="x")
    assert "2 custom fields are called 'Dup'" in barred(record, "dup")
    catalogue = Catalogue(cast("Gateway", Server()))
    catalogue.note("Jobs", Shown(1, {"CF.{Dup}": "", "CF.{dup}": ""}))
    other = job()
    state_of(other).unread = {"CF.{dup}": ""}
    other.dup = "x"
    catalogue.prepare(other)
    assert "2 custom fields are called 'Dup'" in barred(other, "dup")


def test_one_of_two_of_a_name_that_the_account_sees_in_tickets_only() -> None:
    """Without any definition, a ticket that is shown whole tells that there are two."""
    record, server = job(), Server(shown=Shown(1, {}, frozenset({"CF.{Dup}"})))
    catalogue = prepared(server, record, dup="x")
    assert "2 custom fields are called 'Dup'" in barred(record, "dup")
    assert server.asked[:2] == ["outline", "show"]
    record = job()
    catalogue = Catalogue(cast("Gateway", Server()))
    catalogue.note("Jobs", Shown(1, {}, frozenset({"CF.{Dup}"})))
    record.dup = "x"
    catalogue.prepare(record)
    assert "2 custom fields are called 'Dup'" in barred(record, "dup")


def test_numbers_stand_for_names_that_rt_cannot_be_told() -> None:
    """A comma, capitals beyond ASCII in an edit; and where numbers are known, for any name."""
    server = Server([defined("Com, ma", 3), defined("ÄÖÜ", 4), defined("Plain", 5)])
    record = job()
    prepared(server, record, comma="x", upper="x", plain="x")
    fields = layout_for(record).fields
    assert [fields[name].edit_wire for name in ("comma", "upper", "plain")] == [
        "CF.{3}",
        "CF.{4}",
        "CF.{5}",
    ]
    assert [fields[name].create_wire for name in ("comma", "upper")] == ["CF.{3}", "CF.{4}"]
    assert "history" not in server.asked


def test_the_history_tells_numbers_that_the_server_does_not() -> None:
    """Of the ticket itself; what it does not tell stays untold."""
    server = Server([defined("Com, ma"), defined("ÄÖÜ")])
    server.entries = [entry("Com, ma x added by root", new="x")]
    record = job()
    prepared(server, record, comma="x", upper="x")
    assert layout_for(record).fields["comma"].edit_wire == "CF.{9}"
    assert "declare it with the number" in barred(record, "upper")


def test_numbers_are_told_to_accounts_that_see_no_definitions() -> None:
    """RT 5 does, also for a new ticket; of two with one name it says nothing."""
    server = Server(numbers={"Com, ma": (3,), "Plain": (1, 2)})
    new = Job(queue="Jobs", comma="x")
    prepared(server, new)
    assert layout_for(new).fields["comma"].create_wire == "CF.{3}"
    assert server.asked == ["outline", "named", "definitions", "numbers"]
    other = Job(queue="Jobs", comma="x")
    prepared(Server(numbers={"Com, ma": (3, 4)}), other)
    assert "declare it with the number" in barred(other, "comma")


def test_a_number_is_of_one_queue() -> None:
    """Another queue's custom field of the same name has another number."""
    server = Server([defined("Com, ma")], [entry("Com, ma x added by root", new="x")])
    first, second = job(), loaded(Job, queue="Others", comma=None)
    catalogue = prepared(server, first, comma="x")
    server.entries = []
    second.comma = "y"
    catalogue.prepare(second)
    assert layout_for(first).fields["comma"].edit_wire == "CF.{9}"
    assert "declare it with the number" in barred(second, "comma")


@pytest.mark.parametrize("kind", ["Image", "Binary"])
def test_a_file_is_not_overwritten(kind: str) -> None:
    """RT shows the name of a file, and would put a text in its place."""
    server = Server([defined("Plain", type=kind)])
    record = job()
    vars(record)["plain"] = "a, b.png"
    prepared(server, record, plain="c.png")
    assert "destroy the file: declare it as ReadOnly" in barred(record, "plain")


def test_a_list_for_a_single_value_is_not_written() -> None:
    """RT would keep the quotes in which a list is written."""
    server = Server([defined("Hosts"), defined("Dup"), defined("Dup")])
    record = job(hosts=["a.b"])
    prepared(server, record, hosts=["a.b", "c"])
    assert "holds one value in RT" in barred(record, "hosts")


@pytest.mark.parametrize(
    ("name", "value", "kind", "many", "doubtful"),
    [
        ("plain", "x", "Freeform", False, False),
        ("plain", "x", "Freeform", True, True),
        ("plain", "x", "Date", False, True),
        ("plain", "x", "IPAddress", False, True),
        ("day", date(2026, 1, 2), "Date", False, False),
        ("day", date(2026, 1, 2), "DateTime", False, True),
        ("day", date(2026, 1, 2), "Freeform", False, False),
        ("at", datetime(2026, 1, 2, tzinfo=UTC), "Date", False, True),
        ("at", datetime(2026, 1, 2, tzinfo=UTC), "DateTime", False, False),
        ("at", datetime(2026, 1, 2, tzinfo=UTC), "Text", False, True),
        ("plain", "x", "", False, True),
    ],
)
def test_what_rt_reads_its_own_way_is_read_back(
    name: str, value: Any, kind: str, many: bool, doubtful: bool
) -> None:
    """RT keeps what it understands of a date, and says nothing of the rest."""
    record = job(day=None, at=None)
    wire = layout_for(record).fields[name].spec.custom
    prepared(Server([defined(wire, type=kind, multiple=many)]), record, **{name: value})
    assert layout_for(record).fields[name].lost_on_edit is doubtful


@pytest.mark.parametrize(
    ("description", "old", "new", "told"),
    [
        ("Com, ma u added by root", "", "u", "Com, ma"),
        ("Com, ma u deleted by root", "u", "", "Com, ma"),
        ("Com, ma u changed to v w by root", "u", "v w", "Com, ma"),
        ("Text added by root", "", "long\ntext", "Text"),
        ("Text changed by root", "long", "longer", "Text"),
        ("A b added added by root", "", "b added", "A"),
        ("Com, ma u ajouté par root", "", "u", None),
    ],
)
def test_names_in_the_history(description: str, old: str, new: str, told: str | None) -> None:
    """The values that the entry tells say where the name ends; another language tells nothing."""
    numbers = numbers_told([entry(description, old=old, new=new)])
    assert dict(numbers) == ({} if told is None else {told: 9})


def test_two_numbers_of_one_name_tell_nothing() -> None:
    """Nobody knows which one is meant."""
    entries = [entry("Dup u added by root", number, new="u") for number in ("1", "2")]
    assert not numbers_told(entries)
