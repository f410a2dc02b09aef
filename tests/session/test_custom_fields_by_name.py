"""The custom fields of tickets by their names, whatever their classes declare, on real servers."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from ipaddress import IPv4Network, IPv6Address
from typing import Any

import pytest
from pydantic import ValidationError

from rtorm import (
    CF,
    NOT_LOADED,
    Change,
    CommitError,
    PartialSaveError,
    RejectedError,
    Session,
    Ticket,
    cf,
)
from tests.seed import ODD_FIELDS, number_of
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

NAMES = {field["Name"] for field in ODD_FIELDS}
VALUES: dict[str, Any] = {
    "With Space": "a",
    "Col: on": "b: c",
    "Br{ace}": "{x}: y}",
    "Quo'te": "it's",
    'Dq"uote': 'a "b"',
    "Back\\slash": "c:\\d",
    "Größe": "42, groß",
    "Owner": "7",
    "subject": "not RT's own",
    "class": "x",
    "Mandatory": "there",
    "Digits": "12",
    "Digits of many": ["1", "22"],
    "Choice": "Größer, als",
    "Choices": ["net", "a, b"],
    "Yes or no": "yes",
    "At most three": ["a", "b"],
    "Text": "two\n  lines\n",
    "Wiki": "= x =",
    "Combo": "z",
    "Auto": "z",
    "Autos": ["x", "other"],
    "Day": date(2026, 1, 2),
    "Instant": datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    "Addresses": [IPv6Address("::1")],
    "Ranges": [IPv4Network("10.0.0.0/8"), "1.2.3.4-1.2.3.9"],
}


def odd(session: Session, **values: Any) -> Ticket:
    """A ticket of the queue of oddities, just read."""
    made = session.add(Ticket(queue="Odd", subject="By name", **values))
    session.commit()
    session.expire(made)
    return session.get(Ticket, made.id)


def test_all_custom_fields_are_there_by_name(session: Session, wire: Wire) -> None:
    """The mapping has the queue's custom fields, and none of another queue's."""
    ticket = odd(session)
    assert set(ticket.cf) == NAMES
    assert len(ticket.cf) == len(NAMES)
    assert "Day" in ticket.cf
    assert "Severity" not in ticket.cf
    assert (ticket.cf["Day"], ticket.cf["Choices"]) == (None, [])
    wire.clear()
    assert dict(ticket.cf)["Text"] is None
    assert not wire.sent


def test_values_of_every_kind_come_back(session: Session, connect: Connect, wire: Wire) -> None:
    """One edit sets them all; another session reads the same, by the same types."""
    ticket = odd(session)
    wire.clear()
    ticket.cf.update(VALUES)
    assert ticket.changes["cf.Day"] == Change(None, date(2026, 1, 2))
    ticket.save()
    assert len(wire.writes) == 1
    other = connect().get(Ticket, ticket.id)
    assert {name: other.cf[name] for name in VALUES} == {
        **VALUES,
        "Choices": other.cf["Choices"],
        "Ranges": other.cf["Ranges"],
    }
    assert set(other.cf["Choices"]) == {"net", "a, b"}
    assert set(other.cf["Ranges"]) == {IPv4Network("10.0.0.0/8"), "1.2.3.4-1.2.3.9"}
    assert not ticket.is_dirty


def test_a_new_ticket_takes_them(session: Session, connect: Connect) -> None:
    """A new ticket in a session knows its queue's custom fields; only what is set is sent."""
    ticket = session.add(Ticket(queue="Odd", subject="New"))
    assert ticket.cf["Choices"] == []
    ticket.cf["Choices"].append("net")
    ticket.cf["Choice"] = "LOW"
    ticket.cf["Day"] = "2026-01-02"
    assert ticket.changes["cf.Day"] == Change(NOT_LOADED, date(2026, 1, 2))
    session.commit()
    other = connect().get(Ticket, ticket.id)
    assert (other.cf["Choice"], other.cf["Choices"]) == ("low", ["net"])
    assert other.cf["Day"] == date(2026, 1, 2)


def test_what_is_declared_is_one_field_under_two_names(session: Session) -> None:
    """The name of RT's leads to the attribute of the class, with its type and its changes."""
    ticket = session.add(Incident(subject="Two names", severity="low"))
    session.commit()
    assert ticket.cf["Severity"] == "low"
    ticket.cf["Severity"] = "high"
    assert ticket.severity == "high"
    assert ticket.changes == {"severity": Change("low", "high")}
    with pytest.raises(ValidationError, match="severity"):
        ticket.cf["Severity"] = "huge"
    ticket.save()
    ticket.refresh()
    assert ticket.cf["Severity"] == "high"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Choices", "net", "several values: give a list"),
        ("With Space", ["a"], "one value, not several"),
        ("Day", "soon", "date"),
        ("Instant", datetime(2026, 1, 2), "timezone"),  # noqa: DTZ001 - it is the point
        ("Address of one", "1.2.3", "IPv4"),
        ("Digits", "many", "match"),
        ("Digits of many", ["1", "x"], "match"),
        ("Mandatory", None, "match"),
        ("Picture", "x.png", "destroy the file"),
        ("Pictures", ["x.png"], "destroy the file"),
        ("File", "x.bin", "destroy the file"),
        ("Dup", "x", r"2 custom fields are called 'Dup'.*cf\('Dup', id="),
        ("Text", "\nlost", "newlines at the start"),
        ("With Space", 5, "string"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_sent(
    session: Session, wire: Wire, name: str, value: Any, said: str
) -> None:
    """The definition refuses it as it is assigned; the error names the custom field."""
    ticket = odd(session)
    ticket.cf["Mandatory"] = "there"
    ticket.save()
    wire.clear()
    with pytest.raises(ValidationError, match=f"(?s)cf.{name}.*{said}"):
        ticket.cf[name] = value
    assert not ticket.is_dirty
    assert not wire.writes


def test_an_unknown_name_is_refused_with_the_near_ones(session: Session) -> None:
    """Of a misspelt name, or one in other letters, the error tells those that there are."""
    ticket = odd(session)
    with pytest.raises(KeyError, match=r"'Choices?'"):
        _ = ticket.cf["Choise"]
    with pytest.raises(KeyError, match=r"'Choices?'"):
        ticket.cf.pop("Choise")
    with pytest.raises(KeyError, match="did you mean 'With Space'"):
        ticket.cf["with space"] = "x"
    with pytest.raises(KeyError, match=r"queue 'Odd' has no custom field 'Severity'"):
        ticket.cf["Severity"] = "low"
    assert ticket.cf.get("Severity") is None
    assert not ticket.is_dirty


def test_a_number_is_no_key(session: Session, rt: Server) -> None:
    """The error tells the name, where RT tells the numbers, and how a number is declared."""
    ticket = odd(session)
    given: Any = number_of("Größe")
    known = "ticket.cf['Größe'], or " if rt.major > 4 else ""
    name = "Größe" if rt.major > 4 else "its name"
    with pytest.raises(KeyError) as caught:
        ticket.cf[given] = "x"
    assert str(caught.value) == (
        f"cf[{given}]: ticket.cf takes the names of custom fields alone: {known}declare the field "
        f"with its number in a class of tickets, cf('{name}', id={given})"
    )
    twice: Any = number_of("Dup")
    with pytest.raises(KeyError, match=r"names of custom fields alone: declare .*, id="):
        _ = ticket.cf[twice]
    assert given not in ticket.cf
    assert not ticket.is_dirty


def test_lists_are_tracked_and_checked_at_the_save(session: Session, wire: Wire) -> None:
    """What changes in place counts, and is checked before it is sent, too."""
    ticket = odd(session)
    ticket.cf["Digits of many"].append("1")
    ticket.cf["Choices"] += ["net", "db"]
    assert ticket.changes["cf.Choices"] == Change([], ["net", "db"])
    ticket.save()
    wire.clear()
    ticket.cf["Digits of many"].append("x")
    with pytest.raises(RejectedError, match=r"cf\.Digits of many: RT demands") as caught:
        ticket.save()
    assert list(caught.value.errors) == ["cf.Digits of many"]
    assert not wire.sent
    ticket.cf["Digits of many"].remove("x")
    assert not ticket.is_dirty


def test_clearing(session: Session) -> None:
    """`del`, None and an empty text or list all clear a field, and RT holds nothing."""
    ticket = odd(session)
    cleared = {"With Space": "a", "Choice": "low", "Text": "a", "Choices": ["net"]}
    ticket.cf.update(cleared)
    ticket.save()
    del ticket.cf["With Space"], ticket.cf["Choices"]
    ticket.cf["Choice"] = ""
    ticket.cf["Text"] = None
    ticket.save()
    ticket.refresh()
    assert [ticket.cf[name] for name in cleared] == [None, None, None, []]


def test_what_rt_refuses_is_told_by_the_name(session: Session) -> None:
    """A choice that RT does not know stays dirty, with RT's words; the rest is applied."""
    ticket = odd(session)
    ticket.cf["Choice"], ticket.cf["With Space"] = "nosuch", "kept"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert caught.value.errors == {"cf.Choice": ["Invalid value for custom field"]}
    assert list(ticket.changes) == ["cf.Choice"]
    assert ticket.errors == caught.value.errors
    ticket.cf["Choice"] = "low"
    assert not ticket.errors
    ticket.save()


def test_what_rt_drops_of_a_new_ticket_is_told(session: Session) -> None:
    """RT says nothing of a bad value as it creates; the value read back does."""
    ticket = session.add(Ticket(queue="Odd", subject="Bad"))
    ticket.cf["Choices"] = ["net", "nosuch"]
    ticket.cf["Choice"] = "nosuch"
    with pytest.raises(CommitError):
        session.commit()
    assert set(ticket.errors) == {"cf.Choices", "cf.Choice"}
    assert ticket.id is not None
    ticket.discard()
    assert (ticket.cf["Choices"], ticket.cf["Choice"]) == (["net"], None)


def test_definitions_are_asked_for_once_a_session_and_queue(session: Session, wire: Wire) -> None:
    """The second ticket of a queue costs no more than its own show."""
    first, second = odd(session), odd(session)
    assert first.cf["Day"] is None
    wire.clear()
    assert second.cf["Day"] is None
    assert not wire.sent


def test_peers_are_loaded_together(session: Session, connect: Connect, wire: Wire) -> None:
    """Touched on one of many, the custom fields come for all of a queue, in one request."""
    made = [session.add(Ticket(queue="Two Words", subject="Peer")) for _ in range(3)]
    session.commit()
    found = connect().get_many(Ticket, [ticket.id for ticket in made])
    wire.clear()
    assert [ticket.cf["Odd (x): y [z]"] for ticket in found] == [[], [], []]
    shows = [sent for sent in wire.sent if sent.path == "ticket/show"]
    assert len(shows) == 1
    assert "Requestors" not in shows[0].text


def test_another_queue_has_other_custom_fields(session: Session) -> None:
    """After a change of the queue the mapping is that of the new one; before it is saved, too."""
    ticket = odd(session)
    ticket.cf["With Space"] = "left behind"
    ticket.save()
    ticket.queue = "Incidents"
    ticket.cf["Severity"] = "high"
    ticket.save()
    assert "With Space" not in ticket.cf
    assert ticket.cf["Severity"] == "high"
    ticket.refresh()
    assert ticket.cf["Severity"] == "high"


def test_by_number_where_rt_takes_no_name(session: Session, rt: Server) -> None:
    """A comma ends a name for RT: it writes such a field by the number that RT 5 tells."""
    ticket = odd(session)
    names = ("Com, ma", "ÄÖÜ Upper")
    for name in names:
        ticket.cf[name] = "x"
    if rt.major == 4:
        with pytest.raises(RejectedError, match=r"declare it with the number") as caught:
            ticket.save()
        assert set(caught.value.errors) == {f"cf.{name}" for name in names}
        return
    ticket.save()
    ticket.refresh()
    assert [ticket.cf[name] for name in names] == ["x", "x"]


def test_a_history_entry_tells_the_number(session: Session, connect: Connect) -> None:
    """RT 4 names the number of a custom field in the ticket's history, once it was changed."""

    class Numbered(Ticket):
        comma: CF[str | None] = cf("Com, ma", id=number_of("Com, ma"), default=None)

    ticket = odd(session)
    session.edit(Numbered, ticket.id, comma="by number")
    other = connect().get(Ticket, ticket.id)
    other.cf["Com, ma"] = "by name, now"
    other.save()
    other.refresh()
    assert other.cf["Com, ma"] == "by name, now"


def test_an_account_that_sees_values_alone(connect: Connect) -> None:
    """With SeeCustomField on the queue RT shows values and defines nothing: texts, read only."""
    root, alice = connect(), connect("alice")
    ticket = odd(root)
    ticket.cf["With Space"], ticket.cf["Choices"] = "seen", ["net", "db"]
    ticket.save()
    seen = alice.get(Ticket, ticket.id)
    assert (seen.cf["With Space"], seen.cf["Choices"]) == ("seen", "net,db")
    with pytest.raises(ValidationError, match=r"does not tell this account what kind.*declare it"):
        seen.cf["With Space"] = "x"


def test_copies_and_pickles_keep_them(session: Session) -> None:
    """A copy has the values and the changes, and knows which they are without a session."""
    ticket = odd(session)
    ticket.cf["Choices"] = ["net"]
    for other in (copy.deepcopy(ticket), copy.copy(ticket), pickle.loads(pickle.dumps(ticket))):
        assert other.changes == {"cf.Choices": Change([], ["net"])}
    ticket.discard("cf")
    assert not ticket.is_dirty


def test_refresh_and_expire_by_name(session: Session, connect: Connect, wire: Wire) -> None:
    """`cf` stands for all custom fields, `cf.Name` for one; read again, they are loaded again."""
    ticket = odd(session)
    assert "new" not in ticket.cf.values()
    other = connect().get(Ticket, ticket.id)
    other.cf["Text"], other.cf["Day"] = "new", date(2026, 1, 2)
    other.save()
    ticket.refresh("cf.Text")
    assert ticket.cf["Text"] == "new"
    assert ticket.cf["Day"] is None
    session.expire(ticket, "cf")
    wire.clear()
    assert dict(ticket.cf)["Day"] == date(2026, 1, 2)
    assert len(wire.sent) == 1


def test_a_repr_loads_nothing(session: Session, wire: Wire) -> None:
    """It shows what is loaded."""
    ticket = odd(session)
    wire.clear()
    assert "none loaded" in repr(ticket.cf)
    assert not wire.sent
    ticket.cf["With Space"] = "here"
    assert "'With Space': 'here'" in repr(ticket.cf)


@pytest.mark.live
def test_a_file_is_not_overwritten_by_a_declared_field(session: Session, rt: Server) -> None:
    """What may be a file's name is looked up before a text takes its place."""
    assert rt.tracker is not None
    ticket = odd(session)
    rt.tracker.insert(
        f"""push @Final, sub {{
            my $ticket = RT::Ticket->new(RT->SystemUser); $ticket->Load({ticket.id});
            my ($ok, $said) = $ticket->AddCustomFieldValue(
                Field => {number_of("Picture")}, Value => 'a, b.png',
                LargeContent => 'PNG', ContentType => 'image/png');
            die $said unless $ok;
        }};"""
    )

    class Shown(Ticket):
        picture: CF[str | None] = cf("Picture", default=None)

    session.expire(ticket)
    other = Session(session.client, time_zone="UTC").get(Shown, ticket.id)
    assert other.picture == "a, b.png"
    other.picture = "c.png"
    with pytest.raises(RejectedError, match=r"destroy the file: declare it as ReadOnly"):
        other.save()
    ticket.refresh()
    assert ticket.cf["Picture"] == "a, b.png"


def test_what_was_saved_is_not_overwritten_by_what_was_shown(
    session: Session, connect: Connect
) -> None:
    """A second save compares with what RT holds now."""
    ticket = odd(session)
    ticket.cf["With Space"] = "new"
    ticket.save()
    ticket.cf["Text"] = "t"
    ticket.save()
    assert ticket.cf["With Space"] == "new"
    ticket.cf["With Space"] = None
    assert list(ticket.save().applied) == ["cf.With Space"]
    assert connect().get(Ticket, ticket.id).cf["With Space"] is None


def test_expired_before_it_was_read(session: Session, connect: Connect) -> None:
    """What was shown with the ticket is out of date, too; one field can be refreshed at once."""
    ticket, second = odd(session), odd(session)
    for each in (ticket, second):
        other = connect().get(Ticket, each.id)
        other.cf["With Space"] = "theirs"
        other.save()
    session.expire(ticket, "cf")
    assert ticket.cf["With Space"] == "theirs"
    second.subject = "mine"
    second.refresh("cf.With Space")
    assert (second.cf["With Space"], second.subject) == ("theirs", "mine")


def test_a_date_or_a_text_in_a_date(session: Session) -> None:
    """RT keeps what it has understood, and says nothing of the rest: rtorm does."""

    class Dated(Ticket):
        day: CF[date | str | None] = cf("Day", default=None)

    ticket = odd(session)
    ticket.cf["Day"] = date(2026, 1, 2)
    ticket.save()
    session.expire(ticket)
    dated = Session(session.client, time_zone="UTC").get(Dated, ticket.id)
    dated.day = "rubbish"
    with pytest.raises(RejectedError, match="day: RT dropped it"):
        dated.save()


def test_a_queue_with_a_slash(session: Session, rt: Server) -> None:
    """RT takes no such name in an address: its definitions are found by a search."""
    if rt.tracker is not None:
        rt.tracker.insert(
            "@Queues = ({ Name => 'A/B' }); @CustomFields = ({ Name => 'A/B picture', "
            "Type => 'ImageSingle', Queue => ['A/B'] }, { Name => 'A/B list', "
            "Type => 'FreeformMultiple', Queue => ['A/B'] });"
        )

    class Slashed(Ticket, queue="A/B"):
        picture: CF[list[str]] = cf("A/B picture", default_factory=list)

    ticket = session.add(Slashed(subject="x"))
    session.commit()
    ticket.picture = ["x"]
    with pytest.raises(RejectedError, match="destroy the file"):
        ticket.save()
    ticket.discard()
    ticket.cf["A/B list"].append("x")
    ticket.save()


def test_an_account_that_sees_values_alone_sees_them_all(connect: Connect) -> None:
    """Of a ticket that it made, too, and after each save."""
    alice = connect("alice")
    ticket = alice.add(Ticket(queue="Odd", subject="Mine"))
    assert len(ticket.cf) == 0
    alice.commit()
    assert set(ticket.cf) == NAMES

    class Spaced(Ticket):
        space: CF[str | None] = cf("With Space", default=None)

    found = connect("alice").get_many(Spaced, [ticket.id])[0]
    found.space = "x"
    found.save()
    assert set(found.cf) == NAMES


def test_one_ticket_out_of_sight_stops_no_other(connect: Connect) -> None:
    """A commit tries everything, and tells of each."""
    root, alice = connect(), connect("alice")

    class Spaced(Ticket):
        space: CF[str | None] = cf("With Space", default=None)

    made = [odd(root), odd(root)]
    lost, kept = alice.get_many(Spaced, [ticket.id for ticket in made])
    lost.space = kept.space = "x"
    alice.expire(lost)
    moved = root.get(Ticket, lost.id)
    moved.queue = "General"
    moved.save()
    with pytest.raises(CommitError) as caught:
        alice.commit()
    assert [result.record for result in caught.value.report.rejected] == [lost]
    assert not kept.is_dirty


def test_a_datetime_in_a_text_is_not_shifted(connect: Connect) -> None:
    """Written in the account's zone and read in UTC, it would be another instant."""
    roman = connect("roman", time_zone="Europe/Rome")

    class Shifted(Ticket):
        at: CF[datetime | None] = cf("Text", default=None)

    ticket = roman.add(Shifted(queue="Odd", subject="x", at=datetime(2026, 7, 1, 1, tzinfo=UTC)))
    with pytest.raises(CommitError):
        roman.commit()
    assert list(ticket.errors) == ["at"]
