"""What a real server tells of custom fields: RT 4 names and kinds, RT 5 numbers and values, too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest

import rtorm
from rtorm import CF, Client, CustomField, Queue, Session, Ticket, cf
from rtorm.auth import Login, PerRequest, Token
from rtorm.gateway import Definition
from rtorm.rest1.gateway import Rest1
from tests.client.test_logins import minted
from tests.proxy import proxy_to
from tests.seed import ODD_FIELDS, password_of
from tests.support import Server, Wire

Connect = Callable[..., Session]
Gateways = Callable[..., Rest1]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "Choice": ("low", "Größer, als", "quo'te", "back\\slash"),
    "Choices": ("net", "db", "a, b"),
    "Yes or no": ("yes", "no"),
    "Combo": ("x", "y"),
    "Auto": ("x", "y"),
    "Autos": ("x", "y"),
}
DIGITS = {4: "[Digits]", 5: "(?#Digits)^\\d*$"}


class Odd(Ticket):
    """One field of each kind whose values may look different over REST 2.0."""

    space: CF[str | None] = cf("With Space", default=None)
    lines: CF[str | None] = cf("Text", default=None)
    choices: CF[list[str]] = cf("Choices", default_factory=list)
    day: CF[date | None] = cf("Day", default=None)
    instant: CF[datetime | None] = cf("Instant", default=None)
    addresses: CF[list[str]] = cf("Addresses", default_factory=list)
    ranges: CF[list[str]] = cf("Ranges", default_factory=list)


@pytest.fixture
def gateway(rt: Server) -> Iterator[Gateways]:
    """Makes gateways: `gateway("alice")`."""
    with ExitStack() as stack:

        def make(user: str = "root", auth: Login | None = None) -> Rest1:
            login = auth or (user, password_of(user))
            return Rest1(stack.enter_context(Client(rt.url, auth=login)))

        yield make


def definitions(gateway: Rest1, queue: int) -> dict[str, Definition]:
    """The custom fields of a queue's tickets by their names; of two, the last one."""
    return {each.name: each for each in gateway.definitions("queue", queue, "ticket")}


@pytest.fixture
def odd(session: Session) -> int:
    """The number of the queue with one field of each kind."""
    number: int = session.get(Queue, "Odd").id
    return number


def test_all_that_rt_tells_of_a_queue(session: Session, rt: Server, wire: Wire) -> None:
    """RT 5 tells numbers, limits, whole patterns and the values to choose from."""
    queue = session.get(Queue, "Odd")
    wire.clear()
    fields = queue.custom_fields
    asked = len(wire.sent)
    assert sorted(field.name for field in fields) == sorted(each["Name"] for each in ODD_FIELDS)
    told = {field.name: field for field in fields}
    digits = told["Digits of many"]
    assert (digits.multiple, digits.pattern) == (True, DIGITS[rt.major])
    if rt.major == 4:
        assert asked == 2
        assert {(each.id, each.maximum, each.values) for each in fields} == {(None, None, None)}
        return
    # One list more, one request for each of three Selects, two for each other field with values.
    assert asked == 2 + 1 + 3 + 3 * 2
    assert len({field.id for field in fields} - {None}) == len(ODD_FIELDS)
    assert {field.name: field.values for field in fields if field.values is not None} == CHOICES
    limits = {name: told[name].maximum for name in ("Text", "Digits of many", "At most three")}
    assert limits == {"Text": 1, "Digits of many": None, "At most three": 3}
    assert told["Mandatory"].pattern == "(?#Mandatory)."
    assert told["Choice"] == CustomField(
        id=told["Choice"].id, name="Choice", type="Select", maximum=1, values=CHOICES["Choice"]
    )


def test_numbers_are_those_of_their_fields(gateway: Gateways, rt: Server, odd: int) -> None:
    """Also of two fields of one name; a value tells whose number it was."""
    if rt.major == 4:
        pytest.skip("RT 4 tells no numbers")
    there = gateway()
    fields = [each for each in there.definitions("queue", odd, "ticket") if each.type == "Freeform"]
    single = [each for each in fields if not each.multiple and not each.pattern]
    first, second = [each for each in single if each.name == "Dup"]
    assert (first.description, second.description) == ("the first one", "the second one")
    values = {f"CF-{each.id}": f"{each.name}, {each.description}" for each in single}
    made = there.create("ticket", {"Queue": "Odd", "Subject": "numbers", **values})
    assert made.id is not None
    shown = there.show("ticket", [made.id])[0]
    assert not isinstance(shown, Exception)
    for each in single:
        if each.name != "Dup":
            assert shown.fields[f"CF.{{{each.name}}}"] == f"{each.name}, {each.description}"
    numbers = [each.id for each in single if each.id is not None]
    assert there.numbered_values([made.id], numbers) == [
        {each.id: (f"{each.name}, {each.description}",) for each in single}
    ]


def test_values_by_the_numbers_of_their_fields(
    session: Session, gateway: Gateways, rt: Server, odd: int
) -> None:
    """As REST 1.0 shows them, of deleted tickets, too; of tickets that are not there, none."""
    ticket = session.add(
        Odd(
            queue="Odd",
            subject="values",
            space="0",
            lines="a\n  b\n\nc",
            choices=["net", "a, b"],
            day=date(2026, 3, 4),
            instant=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
            addresses=["10.0.0.1", "::1"],
            ranges=["10.0.0.0-10.0.0.255"],
        )
    )
    gone = session.add(
        Odd(queue="Odd", subject="gone", instant=datetime(2026, 1, 1, tzinfo=UTC), space="x")
    )
    session.commit()
    gone.status = "deleted"
    gone.save()
    there = gateway()
    if rt.major == 4:
        assert there.numbered_values([ticket.id], [1, 2]) is None
        return
    ids = {name: each.id or 0 for name, each in definitions(there, odd).items()}
    names = ("With Space", "Text", "Choices", "Day", "Instant", "Addresses", "Ranges", "Picture")
    tickets = [gone.id, ticket.id, 999_999, ticket.id]
    told = there.numbered_values(tickets, [ids[name] for name in names])
    assert told is not None
    by_name = [{name: each[ids[name]] for name in names if ids[name] in each} for each in told]
    assert by_name[1] == {
        "With Space": ("0",),
        "Text": ("a\n  b\n\nc",),
        "Choices": ("net", "a, b"),
        "Day": ("2026-03-04",),
        "Instant": ("2026-03-04 05:06:07",),
        "Addresses": ("10.0.0.1", "::1"),
        "Ranges": ("10.0.0.0-10.0.0.255",),
        "Picture": (),
    }
    assert (by_name[0]["Instant"], by_name[0]["With Space"]) == (("2026-01-01 00:00:00",), ("x",))
    assert (by_name[2], by_name[3]) == ({}, by_name[1])
    assert there.numbered_values([ticket.id], [999_999]) == [{}]
    assert gateway("reader").numbered_values([ticket.id], [ids["Text"]]) == [{}]


def test_an_account_with_the_right_on_the_queue_alone(
    gateway: Gateways, connect: Connect, rt: Server, odd: int
) -> None:
    """It is told values, and neither definitions nor values to choose from."""
    ticket = connect("alice").add(Odd(queue="Odd", subject="seen", space="x"))
    ticket.save()
    assert connect("alice").get(Queue, odd).custom_fields == ()
    there = gateway("alice")
    assert there.definitions("queue", odd, "ticket") == []
    if rt.major == 5:
        known = definitions(gateway(), odd)
        number, choice = known["With Space"].id, known["Choice"].id
        assert number is not None
        assert choice is not None
        assert there.choices(choice) is None
        assert there.numbered_values([ticket.id], [number]) == [{number: ("x",)}]


def test_a_login_with_every_request_is_told_what_rest_1_tells(
    gateway: Gateways, rt: Server, odd: int, wire: Wire
) -> None:
    """REST 2.0 takes no such login, and is not asked."""
    there = gateway(auth=PerRequest("root", password_of("root")))
    found = definitions(there, odd)
    assert found["Choice"].type == "Select"
    assert {each.id for each in found.values()} == {None}
    assert there.choices(1) is None
    assert there.numbered_values([1], [1]) is None
    assert [sent.path for sent in wire.sent if sent.path.startswith("REST/2.0")] == []


@pytest.mark.live
def test_a_token_is_a_login_of_both(gateway: Gateways, rt: Server, odd: int) -> None:
    """Also when the session that RT made of it has ended."""
    if rt.major == 4 or rt.tracker is None:
        pytest.skip("tokens came with RT 5")
    client = Client(rt.url, auth=Token(minted(rt.tracker, "root")))
    with client:
        there = Rest1(client)
        choice = definitions(there, odd)["Choice"].id
        assert choice is not None
        client.get("logout")
        assert there.choices(choice) == CHOICES["Choice"]


def test_an_expired_session_is_renewed(gateway: Gateways, rt: Server, odd: int) -> None:
    """REST 2.0 sends a browser to the login page; RT is logged in to and asked again."""
    if rt.major == 4:
        pytest.skip("RT 4 is not asked")
    choice = definitions(gateway(), odd)["Choice"].id
    assert choice is not None
    with Client(rt.url, auth=("root", password_of("root"))) as client:
        client.identity()
        client.get("logout")
        assert Rest1(client).choices(choice) == CHOICES["Choice"]


def test_the_log_shows_no_secret(
    gateway: Gateways, odd: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the password nor the cookie."""
    caplog.set_level(logging.DEBUG, "rtorm.wire")
    there = gateway("alice")
    there.definitions("queue", odd, "ticket")
    there.choices(1)
    there.numbered_values([1], [1])
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "ticketcustomfields" in told
    assert not [word for word in (password_of("alice"), "RT_SID", "pass=") if word in told]


@pytest.mark.live
def test_where_the_way_to_rest_2_is_cut_off_rest_1_does_its_part(rt: Server, wire: Wire) -> None:
    """A firewall may let REST 1.0 alone through: custom fields work, and it is waited for once."""
    with (
        proxy_to(rt.url) as proxy,
        rtorm.connect(proxy.url, auth=("root", "password"), retries=0) as session,
    ):
        # Of REST 2.0 alone: the list of REST 1.0 is called ticketcustomfields.
        proxy.losses["/customfields"] = "request"
        ticket = session.add(Ticket(queue="Odd", subject="Cut off"))
        ticket.cf["With Space"] = "x"
        session.commit()
        queue = session.get(Queue, "Odd")
        assert len(queue.custom_fields) == len(ODD_FIELDS)
        assert queue.custom_fields[0].id is None
    tried = [sent for sent in wire.sent if sent.path.startswith("REST/2.0/")]
    assert len(tried) <= 1


def test_values_to_choose_from_are_asked_for_once_a_session(session: Session, wire: Wire) -> None:
    """A custom field may be one of many queues."""
    odd = session.get(Queue, "Odd")
    first = odd.custom_fields
    wire.clear()
    session.expire(odd)
    assert odd.custom_fields == first
    asked = [sent.path for sent in wire.sent]
    assert not any(path.startswith("REST/2.0/customfield/") for path in asked)
