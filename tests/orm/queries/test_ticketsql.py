"""Clauses on tickets to TicketSQL; no server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rtorm import CF, Queue, Ticket, User, cf, sql
from rtorm.errors import ConfigurationError, QueryError
from rtorm.orm.columns import Clause, Column, Comparison, Ordering
from rtorm.orm.loading.shown import blank
from rtorm.orm.queries.clauses import normal
from rtorm.orm.queries.scope import uncertain
from rtorm.orm.queries.ticketsql import order_of, ticket_sql
from rtorm.orm.record import Record
from rtorm.rest1.clock import Clock
from tests.support import Incident

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROME = Clock(ZoneInfo("Europe/Rome"), exact=True)


class Colour(Enum):
    RED = "red"


class Widget(Ticket):
    """Custom fields of odd names and kinds."""

    odd: CF[str] = cf("It's {x}: a, b")
    by_id: CF[str] = cf("Comma, name", id=29)
    twelve: CF[str] = cf("12")
    dotted: CF[str] = cf("a.{b")
    price: CF[Decimal | None] = cf("Price", default=None)
    colour: CF[Colour | None] = cf("Colour", default=None)
    address: CF[IPv4Address | None] = cf("Address", default=None)
    net: CF[IPv4Network | None] = cf("Net", default=None)


def held(cls: type[Any], number: int, name: str) -> Any:
    """A record that RT holds."""
    record = blank(cls, number)
    vars(record)["name"] = name
    return record


def sent(clause: Clause, cls: type[Record] = Incident, clock: Clock = ROME) -> str:
    return ticket_sql(normal(clause), cls, lambda: clock)


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (Ticket.id == 5, "id = 5"),
        (Ticket.queue == "Two Words", "Queue = 'Two Words'"),
        (Ticket.queue.like("Word"), "Queue LIKE 'Word'"),
        (Ticket.queue == Queue(name="Two Words"), "Queue = 'Two Words'"),
        (Ticket.queue.in_([Queue(name="A"), "B"]), "Queue = 'A' OR Queue = 'B'"),
        (Ticket.owner != User(name="alice"), "Owner != 'alice'"),
        (Ticket.owner == held(User, 387, "4711"), "Owner = '387'"),
        (Ticket.queue != held(Queue, 5, "12"), "Queue != '5'"),
        (Ticket.queue == held(Queue, 5, "B12"), "Queue = 'B12'"),
        (Ticket.subject == 'it\'s "q" \\', "Subject = 'it\\'s \"q\" \\\\'"),
        (Ticket.subject.starts_with("disk"), "Subject STARTSWITH 'disk'"),
        (~Ticket.subject.starts_with("disk"), "Subject NOT STARTSWITH 'disk'"),
        (Ticket.status != "open", "Status != 'open'"),
        (
            Ticket.requestors.has("ann@x.org"),
            "(Requestor.EmailAddress = 'ann@x.org' OR Requestor.Name = 'ann@x.org')",
        ),
        (Ticket.cc.has("alice"), "Cc.Name = 'alice'"),
        (
            ~Ticket.admin_cc.has("o'hara@x.org"),
            "(AdminCc.EmailAddress != 'o\\'hara@x.org' AND AdminCc.Name != 'o\\'hara@x.org')",
        ),
        (Ticket.cc.like("@x.org"), "Cc.EmailAddress LIKE '@x.org'"),
        (Ticket.cc.starts_with("ann"), "Cc.EmailAddress STARTSWITH 'ann'"),
        (Ticket.cc.is_null(), "Cc IS NULL"),
        (~Ticket.cc.is_null(), "Cc IS NOT NULL"),
        (Ticket.links.depends_on.has(7), "DependsOn = '7'"),
        (~Ticket.links.children.has("7"), "HasMember != '7'"),
        (Ticket.links.parents.is_null(), "MemberOf IS NULL"),
        (Ticket.links.refers_to.has("https://x.org/'"), "RefersTo = 'https://x.org/\\''"),
        (Ticket.cf["Note"] == "x", "'CF.{Note}' = 'x'"),
        (Ticket.cf["Report date"] == date(2026, 1, 2), "'CF.{Report date}' = '2026-01-02'"),
        (Ticket.cf[29].like("x"), "'CF.{29}' LIKE 'x'"),
        (Ticket.cf["It's"].is_null(), "'CF.{It\\'s}' IS NULL"),
        (Ticket.owner == "__CurrentUser__", "Owner = '__CurrentUser__'"),
        (Ticket.owner.not_like("ali"), "Owner.Name NOT LIKE 'ali'"),
        (Ticket.creator == "alice", "Creator = 'alice'"),
        (Ticket.priority.between(10, 20), "Priority >= 10 AND Priority <= 20"),
        (Ticket.time_worked > 5, "TimeWorked > 5"),
        (Incident.severity == "high", "'CF.Incidents.{Severity}' = 'high'"),
        (Incident.hosts.has("db1"), "'CF.{Affected hosts}' = 'db1'"),
        (~Incident.hosts.has("db1"), "'CF.{Affected hosts}' != 'db1'"),
        (Incident.count == 9, "'CF.{Count}' = '9'"),
        (Incident.report_date >= date(2026, 1, 2), "'CF.{Report date}' >= '2026-01-02'"),
        (Widget.odd == "x", "'CF.{It\\'s {x}: a, b}' = 'x'"),
        (Widget.by_id == "x", "'CF.{29}' = 'x'"),
        (Widget.colour == Colour.RED, "'CF.{Colour}' = 'red'"),
        (Widget.address < IPv4Address("10.0.0.9"), "'CF.{Address}' < '10.0.0.9'"),
        (Widget.net.is_null(), "'CF.{Net}' IS NULL"),
    ],
)
def test_each_field_is_asked_for_in_its_own_way(clause: Clause, text: str) -> None:
    """Values go through the field's codec and are quoted, numbers are not."""
    assert sent(clause, Widget if "CF" in text and "Sev" not in text else Incident) == text


def test_conditions_are_grouped_where_and_meets_or() -> None:
    """RT takes all words of one level for the last one."""
    new, root, due = Ticket.status == "new", Ticket.owner == "root", Ticket.due.is_null()
    assert sent(new & (root | due)) == "Status = 'new' AND (Owner = 'root' OR Due IS NULL)"
    assert sent(new | (root & due)) == "Status = 'new' OR (Owner = 'root' AND Due IS NULL)"
    assert sent(new & root & due) == "Status = 'new' AND Owner = 'root' AND Due IS NULL"


def test_alternatives_that_differ_stand_apart() -> None:
    """RT takes "A != 1 OR A != 2" for "A is neither 1 nor 2"."""
    clause = ~((Ticket.status == "new") & (Ticket.status == "open"))
    assert sent(clause) == "(Status != 'new') OR (Status != 'open')"
    assert sent(Ticket.status.in_(["new", "open"])) == "Status = 'new' OR Status = 'open'"


def test_membership_in_nothing() -> None:
    """No value is in an empty list, and every value is in none."""
    assert sent(Ticket.status.in_([])) == "id < 0"
    assert sent(Ticket.status.not_in([])) == "id > 0"
    assert sent(Ticket.status.in_([]) | (Ticket.id == 5)) == "id = 5"


def test_raw_conditions_stand_in_parentheses() -> None:
    """Beside others a raw condition is one condition; alone it is sent as it is."""
    raw = sql("Requestor.Name = 'x' OR Cc.Name = 'x'")
    assert sent(raw) == "Requestor.Name = 'x' OR Cc.Name = 'x'"
    assert sent(raw & (Ticket.id > 5)) == "(Requestor.Name = 'x' OR Cc.Name = 'x') AND id > 5"
    with pytest.raises(QueryError, match="RT knows no NOT"):
        sent(~raw)


def test_dates_are_told_in_the_accounts_zone() -> None:
    """RT reads them so, and keeps whole seconds."""
    assert sent(Ticket.due < NOON) == "Due < '2026-05-01 14:00:00'"
    assert sent(Incident.deadline >= NOON) == "'CF.Incidents.{Deadline}' >= '2026-05-01 14:00:00'"


def test_equal_dates_are_equal_to_the_second() -> None:
    """RT takes a date that equals another for one of the same day, and refuses "!="."""
    second = "'2026-05-01 14:00:00'"
    assert sent(Ticket.due == NOON) == f"(Due >= {second} AND Due <= {second})"
    assert sent(Ticket.due != NOON) == f"(Due < {second} OR Due > {second} OR Due IS NULL)"
    assert sent(Incident.deadline == NOON) == f"'CF.Incidents.{{Deadline}}' = {second}"


@pytest.mark.parametrize(
    ("clause", "meant"),
    [
        (Ticket.due < NOON + timedelta(microseconds=1), "Due <= '2026-05-01 14:00:00'"),
        (Ticket.due <= NOON + timedelta(microseconds=1), "Due <= '2026-05-01 14:00:00'"),
        (Ticket.due > NOON + timedelta(microseconds=1), "Due > '2026-05-01 14:00:00'"),
        (Ticket.due >= NOON + timedelta(microseconds=1), "Due > '2026-05-01 14:00:00'"),
    ],
)
def test_parts_of_a_second_do_not_move_a_comparison(clause: Clause, meant: str) -> None:
    """RT's dates are whole seconds, and what is compared with `now()` is not."""
    assert sent(clause) == meant


def test_a_part_of_a_second_equals_nothing() -> None:
    """An equality that can never hold is a mistake."""
    with pytest.raises(QueryError, match="whole seconds"):
        sent(Ticket.due == NOON.replace(microsecond=5))


def test_dates_need_the_accounts_zone() -> None:
    """With the present offset alone, a date of another season would be wrong."""
    with pytest.raises(ConfigurationError, match="time_zone="):
        sent(Ticket.due < NOON, clock=Clock(UTC, exact=False))


def test_the_clock_is_asked_for_dates_only() -> None:
    """It may cost a request."""

    def clock() -> Clock:
        raise AssertionError

    assert ticket_sql(normal(Ticket.status == "new"), Ticket, clock) == "Status = 'new'"


def test_no_value_is_what_rt_shows_as_none() -> None:
    """RT keeps an empty subject, and no empty custom field or level of service."""
    assert sent(Ticket.subject.is_null()) == "(Subject IS NULL OR Subject = '')"
    assert sent(~Ticket.subject.is_null()) == "(Subject IS NOT NULL AND Subject != '')"
    assert sent(Ticket.sla == "") == "SLA IS NULL"
    assert sent(Ticket.sla != None) == "SLA IS NOT NULL"  # noqa: E711
    assert sent(Incident.note == "") == "'CF.Incidents.{Note}' IS NULL"
    assert sent(Incident.note != "") == "'CF.Incidents.{Note}' IS NOT NULL"


def test_what_has_no_value_differs_from_all() -> None:
    """In SQL, NULL differs from nothing; RT adds it for custom fields by itself."""
    assert sent(Ticket.sla != "gold") == "(SLA != 'gold' OR SLA IS NULL)"
    assert sent(Ticket.sla.not_like("gold")) == "(SLA NOT LIKE 'gold' OR SLA IS NULL)"
    assert sent(Incident.note != "x") == "'CF.Incidents.{Note}' != 'x'"


def test_long_values_are_sought_where_rt_keeps_them() -> None:
    """Beside other conditions RT takes the plain form for fulfilled by every ticket."""
    long = "x" * 256
    assert sent(Incident.note == long) == f"'CF.Incidents.{{Note}}.LargeContent' = '{long}'"
    assert sent(Incident.note == long[1:]) == f"'CF.Incidents.{{Note}}' = '{long[1:]}'"


def test_a_field_of_another_class_is_compared_by_its_value() -> None:
    """Tickets of all queues can be searched by a custom field of one class."""
    assert sent(Incident.severity == "high", Ticket) == "'CF.{Severity}' = 'high'"
    assert (
        sent(Incident.report_date == date(2026, 1, 2), Ticket)
        == "'CF.{Report date}' = '2026-01-02'"
    )


IMPOSSIBLE: list[tuple[Any, str]] = [
    (Ticket.cc == ["a@x.org"], r"Cc = .*compared with one value: use has\(\)"),
    (Ticket.cc.not_like("@x.org"), "that have another one, too"),
    (~Ticket.cc.starts_with("ann"), "that have another one, too"),
    (Ticket.cc.has(""), "a watcher is an e-mail address or a user's name"),
    (Ticket.cc.has("__CurrentUser__"), "RT puts the account's own name"),
    (Ticket.cc.between(["a"], ["b"]), r"use has\(\)"),
    (Ticket.links.parents == [3], r"use has\(\)"),
    (Ticket.links.parents.has("no uri"), "neither a ticket's number nor a whole URI"),
    (Ticket.links.parents.has(Ticket(queue="General")), "a link leads to a ticket that is in RT"),
    (Ticket.links.parents.has(0), "there is no ticket 0"),
    (Ticket.cf["a.{b"] == "x", "RT cannot search by the custom field"),
    (Ticket.text == "x", r"cannot search tickets by this field; sql\(\) takes"),
    (Queue.name == "x", "Name = 'x': RT cannot search tickets by this field"),
    (Ticket.owner.is_null(), "Owner IS None: it always has a value"),
    (Ticket.priority.is_null(), "it always has a value"),
    (Ticket.queue.starts_with("x"), r"use like\(\)"),
    (Ticket.owner < "x", "cannot search it so"),
    (Ticket.status == "deleted", "no deleted tickets"),
    (Ticket.status.in_(["new", "Deleted"]), "no deleted tickets"),
    (Ticket.status == "__Active__", "every status of this kind"),
    (Ticket.status != "__inactive__", "every status of this kind"),
    (Ticket.owner == "6", "takes a number for that of a user"),
    (Ticket.creator != " 6", "takes a number for that of a user"),
    (Ticket.queue == "3", "give the User or the Queue"),
    (Ticket.owner == User(name="4711"), "give the User or the Queue"),
    (Incident.count > 9, "10 is less than 9"),
    (Incident.hosts == ["db1"], r"use has\(\)"),
    (Widget.net == IPv4Network("10.0.0.0/8"), "overlap"),
    (Widget.twelve == "x", "declare the field with its id"),
    (Widget.dotted == "x", r"holds '\.\{'"),
    (Ticket.subject == "CF.{Note}", "begins with 'CF.'"),
    (Ticket.subject.starts_with("cf.x"), "begins with 'CF.'"),
    (Ticket.subject == "__CurrentUser__", "the account's own name or number"),
    (Ticket.subject == "a\0b", r"U\+0000"),
    (Ticket.due < datetime(2026, 1, 1), "date without time zone"),  # noqa: DTZ001 - refused
    (Ticket.due < datetime(1960, 1, 1, tzinfo=UTC), "before 1970"),
    (Comparison("Priority", "=", "5"), "whole number"),
    (Comparison("Priority", "=", True), "whole number"),
    (Comparison("Subject", "=", 5), "does not fit the field"),
    (Comparison("Subject", "LIKE", 5), "does not fit the field"),
    (Comparison("Due", "<", "2026-01-01"), "does not fit .*: it is compared with a datetime"),
    (Comparison("Queue", "=", User(name="alice")), "does not fit the field"),
    (Ticket.queue == Queue(), "it has no name yet"),
    (Comparison("Nope", "=", "x"), "Nope = 'x': RT cannot search tickets by this field"),
]


@pytest.mark.parametrize(("clause", "why"), IMPOSSIBLE)
def test_what_rt_would_answer_wrongly_is_refused(clause: Clause, why: str) -> None:
    """The error names field, value and reason, and comes before anything is sent."""
    with pytest.raises(QueryError, match=why):
        sent(clause, Widget)


def order(*orderings: Ordering, cls: type[Record] = Incident) -> str:
    return order_of(orderings, cls)


def test_tickets_are_sorted_by_one_field() -> None:
    """By id unless something else is asked for, so that a limit means something."""
    assert order() == "+id"
    assert order(Ticket.created.desc()) == "-Created"
    assert order(Incident.severity.asc()) == "+CF.{Severity}"
    assert order(Widget.by_id.asc(), cls=Widget) == "+CF.{29}"
    assert order(Widget.colour.asc(), cls=Widget) == "+CF.{Colour}"


def column(name: str) -> Column[Any]:
    return Column(name.lower(), name)


@pytest.mark.parametrize(
    ("orderings", "why"),
    [
        ([Ticket.created.desc(), Ticket.id.asc()], "one field, not by Created, id"),
        ([Ticket.cc.asc()], "cannot sort tickets by Cc"),
        ([column("Nope").asc()], "cannot sort tickets by Nope"),
        ([Incident.count.asc()], "10 before 9"),
        ([Widget.price.asc()], "10 before 9"),
        ([Widget.twelve.asc()], "with its id"),
    ],
)
def test_what_rt_cannot_sort_by_is_refused(orderings: list[Ordering], why: str) -> None:
    """RT would answer that nothing matches, or sort otherwise."""
    cls = Incident if orderings == [Incident.count.asc()] else Widget
    with pytest.raises(QueryError, match=why):
        order(*orderings, cls=cls)


def test_custom_fields_of_one_name_are_told_apart_by_the_queue() -> None:
    """Of the query's class, or of a condition that every ticket fulfils."""
    denied = Ticket.cf["Owner"] != "x"
    assert sent(denied) == "'CF.Incidents.{Owner}' != 'x'"
    limited = (Ticket.queue == "It's") & denied
    assert sent(limited, Ticket) == "Queue = 'It\\'s' AND 'CF.It\\'s.{Owner}' != 'x'"
    two = Ticket.queue.in_([Queue(name="A"), "B"])
    assert sent(two & denied, Ticket).endswith(
        "AND ('CF.A.{Owner}' != 'x' AND 'CF.B.{Owner}' != 'x')"
    )
    assert sent(two & ~denied, Ticket).endswith(
        "AND ('CF.A.{Owner}' = 'x' OR 'CF.B.{Owner}' = 'x')"
    )
    for unlimited in (
        denied,
        denied | (Ticket.queue == "A"),
        denied & (Ticket.queue != "A"),
        denied & ((Ticket.queue == "A") | (Ticket.id == 5)),
        denied & (Ticket.queue.like("7")),
    ):
        assert "'CF.{Owner}' != 'x'" in sent(unlimited, Ticket)
        assert uncertain(normal(unlimited), Ticket) == "CF.{Owner}"
    for certain in (denied & two, ~denied, Ticket.cf[5] != "x"):
        assert uncertain(normal(certain), Ticket) == ""
    assert uncertain(normal(Widget.by_id != "x"), Widget) == ""
    assert uncertain(normal(Ticket.cf["Owner"] == ""), Ticket) == "CF.{Owner}"
    assert uncertain(normal(denied), Incident) == ""
