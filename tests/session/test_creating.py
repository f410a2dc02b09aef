"""Creating tickets: what is sent, what RT drops in silence, what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest

from rtorm import (
    CF,
    Attachment,
    CommitError,
    Group,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    Session,
    Ticket,
    User,
    cf,
    state_of,
)
from tests.support import Incident, Wire

Connect = Callable[..., Session]
DUE = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_only_what_was_given_is_sent(session: Session, wire: Wire) -> None:
    """Fields that were not set are not sent, so the queue's own defaults apply."""
    ticket = session.add(Incident(subject="Little"))
    assert session.new == [ticket]
    session.commit()
    assert [sent.forms for sent in wire.writes] == [
        [{"id": "ticket/new", "Queue": "Incidents", "Subject": "Little"}]
    ]
    assert session.new == []
    assert not ticket.is_dirty


def test_a_created_ticket_has_its_id_and_loads_the_rest(session: Session, wire: Wire) -> None:
    """After the commit the id is there, and other fields load when they are read."""
    ticket = session.add(Incident(subject="New"))
    session.commit()
    wire.clear()
    assert ticket.id > 0
    assert ticket.status == "new"
    assert ticket.owner == "Nobody"
    assert ticket.creator == "root"
    assert len(wire.sent) == 1
    assert session.get(Incident, ticket.id) is ticket


def test_everything_given_is_kept(session: Session, connect: Connect) -> None:
    """Each kind of field survives a create, as another session reads it."""
    given = session.add(
        Incident(
            subject="Everything",
            owner="alice",
            requestors=["r@example.com"],
            cc=["c@example.com", "d@example.com"],
            admin_cc=["a@example.com"],
            priority=12,
            due=DUE,
            time_estimated=90,
            severity="critical",
            hosts=["one", "t'wo", "th,ree"],
            teams=["net", "web"],
            note="two\nlines, and\n\n  indented",
            count=4,
            report_date=DUE.date(),
            deadline=DUE,
        )
    )
    assert session.commit().results[0].outcome == "created"
    seen = connect().get(Incident, given.id)
    assert (seen.owner, seen.priority, seen.time_estimated) == ("alice", 12, 90)
    assert (seen.requestors, seen.admin_cc) == (["r@example.com"], ["a@example.com"])
    assert seen.cc == ["c@example.com", "d@example.com"]
    assert (seen.due, seen.deadline, seen.report_date) == (DUE, DUE, DUE.date())
    assert seen.severity == "critical"
    assert set(seen.hosts) == {"one", "t'wo", "th,ree"}
    assert set(seen.teams) == {"net", "web"}
    assert (seen.note, seen.count) == ("two\nlines, and\n\n  indented", 4)


def test_risky_fields_are_read_back_in_one_request(session: Session, wire: Wire) -> None:
    """What RT may drop in silence is read back once for the whole commit.

    How custom fields are defined is asked for once a session.
    """
    session.add(Incident(subject="One", owner="alice"))
    session.add(Incident(subject="Two", severity="low"))
    session.commit()
    definitions = "queue/Incidents/ticketcustomfields"
    assert [sent.path for sent in wire.sent] == [
        definitions,
        "ticket/new",
        "ticket/new",
        "ticket/show",
    ]
    session.add(Incident(subject="Three", severity="low"))
    wire.clear()
    session.commit()
    assert definitions not in [sent.path for sent in wire.sent]


def test_what_rt_drops_in_silence_is_an_error(session: Session, wire: Wire) -> None:
    """An unknown owner and a value out of a list: the ticket exists, the attributes say so."""
    ticket = session.add(Incident(subject="Dropped", owner="nosuchuser", teams=["nosuch", "net"]))
    with pytest.raises(CommitError) as caught:
        session.commit()
    [result] = caught.value.report.partial
    assert result.record is ticket
    assert list(result.applied) == ["subject"]
    assert set(ticket.errors) == {"owner", "teams"}
    assert "Nobody" in ticket.errors["owner"][0]
    assert session.dirty == [ticket]
    assert ticket.id
    wire.clear()
    ticket.owner, ticket.teams = "alice", ["db"]
    session.commit()
    assert set(wire.writes[0].forms[0]) == {"id", "Owner", "CF.{Teams}"}


@pytest.mark.parametrize(
    ("given", "shown", "words"),
    [
        (["nouser-xyz"], [], "dropped 'nouser-xyz' without saying why"),
        (
            ["seen@example.com", "not an address"],
            ["seen@example.com"],
            "dropped 'not an address' without",
        ),
        (["alice", "nouser-xyz"], ["alice@example.com"], "dropped 'nouser-xyz' without"),
        (["group:Night shift", "a b"], ["reader@example.com"], "dropped 'a b' without"),
        (["Staff"], [], "dropped 'Staff' without"),
        (["two@@example.com", "alice"], ["alice@example.com"], "dropped 'two@@example.com'"),
    ],
)
@pytest.mark.parametrize("role", ["requestors", "cc", "admin_cc"])
@pytest.mark.parametrize("verify", ["risky", "always"])
def test_watchers_that_rt_does_not_know_are_an_error(
    connect: Connect, verify: str, role: str, given: list[str], shown: list[str], words: str
) -> None:
    """RT drops them in silence: the error names those that what it shows leaves no room for."""
    session = connect(verify=verify)
    ticket = session.add(Incident(subject="Watched"))
    setattr(ticket, role, given)
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert set(caught.value.errors) == {role}
    [said] = caught.value.errors[role]
    assert re.search(words, said)
    assert said.endswith(f"; it holds {shown!r}")
    assert getattr(ticket, role) == given
    assert session.dirty == [ticket]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["alice"], {"alice"}),
        (["ALICE", "bob", "alice"], {"alice", "bob"}),
        (["Alice <alice@example.com>", "bob"], {"alice", "bob"}),
        (["{user}", "bob@example.com"], {"alice", "bob"}),
        (["group:Staff"], {"alice", "bob", "reader"}),
        (["{group}"], {"alice", "bob", "reader"}),
        (["{group}", "alice"], {"alice", "bob", "reader"}),
        (["group:Night shift", "alice@example.com"], {"alice", "reader"}),
        (["alice", "alice@example.com"], {"alice"}),
        (["{user}", "alice"], {"alice"}),
        (["{group}", "group:Night shift"], {"alice", "bob", "reader"}),
        (["Nobody", "alice"], {"alice"}),
        (["Nobody"], set[str]()),
    ],
)
def test_watchers_that_rt_shows_by_other_names_are_applied(
    session: Session, wire: Wire, given: list[str], shown: set[str]
) -> None:
    """A user is shown as the address, a group as the addresses of its members."""
    numbers = {"user": session.get(User, "alice").id, "group": session.get(Group, "Staff").id}
    ticket = session.add(Incident(subject="W", cc=[each.format(**numbers) for each in given]))
    session.commit()
    assert ticket.errors == {}
    assert set(ticket.cc) == {f"{name}@example.com" for name in shown}
    assert not ticket.is_dirty


def test_an_edit_names_each_watcher_that_rt_does_not_know(connect: Connect) -> None:
    """So that its silence is consent: nothing is held against a user without an address."""
    session = connect(verify="always")
    bare = session.add(User(name="without-an-address"))
    ticket = session.add(Incident(subject="Edited"))
    session.commit()
    ticket.cc = [bare.name, "alice"]
    session.commit()
    ticket.requestors = ["nouser-xyz"]
    with pytest.raises(RejectedError, match="Could not find or create user 'nouser-xyz'"):
        ticket.save()


def test_an_account_that_may_only_create_loses_nothing_in_silence(connect: Connect) -> None:
    """Custom fields and owner that the account may not set are errors on their attributes."""
    mine = connect("creator")
    ticket = mine.add(Incident(subject="Mine", severity="high", hosts=["a"], owner="alice"))
    with pytest.raises(CommitError):
        mine.commit()
    assert ticket.id
    assert {"severity", "hosts"} <= set(ticket.errors)


def test_a_custom_field_that_the_queue_lacks_is_an_error(session: Session) -> None:
    """RT makes the ticket and names the field it does not know."""

    class Wrong(Ticket):
        missing: CF[str | None] = cf("No such field", default=None)

    ticket = session.add(Wrong(queue="Incidents", subject="Wrong", missing="x"))
    with pytest.raises(CommitError):
        session.commit()
    assert ticket.id
    assert ticket.errors == {"missing": ["Invalid custom field name (No such field)"]}
    session.rollback()


@pytest.mark.parametrize(
    ("ticket", "attribute", "words"),
    [
        (lambda: Ticket(queue="Nowhere", subject="x"), "queue", "Queue not set"),
        (lambda: Incident(status="bogus"), "status", "isn't a valid status"),
        (lambda: Ticket(subject="No queue"), "queue", "needs a queue"),
        (lambda: Incident(told=DUE), "told", "once the ticket exists"),
    ],
    ids=["no-such-queue", "bad-status", "no-queue", "told"],
)
def test_a_refused_create_is_mapped_to_its_attribute(
    session: Session, ticket: Callable[[], Ticket], attribute: str, words: str
) -> None:
    """A create that RT refuses leaves no ticket, and the reason on its attribute."""
    made = session.add(ticket())
    with pytest.raises(RejectedError) as caught:
        made.save()
    assert words in caught.value.errors[attribute][0]
    assert made.id is None
    assert session.new == [made]


def test_creating_without_the_right_is_refused(connect: Connect) -> None:
    """An account without CreateTicket is told so."""
    mine = connect("reader")
    ticket = mine.add(Incident(subject="Not allowed"))
    with pytest.raises(RejectedError, match="No permission to create tickets"):
        ticket.save()
    assert ticket.id is None


def test_text_and_files_go_with_the_ticket(session: Session, tmp_path: Path) -> None:
    """A first message and files of every sort are stored as they were given."""
    path = tmp_path / "Größe, final.txt"
    path.write_bytes(b"caf\xe9\r\n")
    files: list[Attachment | Path | BinaryIO] = [
        path,
        BytesIO(b"\0\1\2\n\n"),
        Attachment(filename="page.html", content=b"<p>", content_type="text/html"),
    ]
    text = "  indented\n\n# not a comment\n--\nQueue: General\n"
    ticket = session.add(Incident(subject="Files", text=text, files=files))
    session.commit()
    listing = session.client.get(f"ticket/{ticket.id}/attachments").body
    for name in ("Größe, final.txt", "attachment", "page.html (text/html"):
        assert name in listing
    history = session.client.get(f"ticket/{ticket.id}/history", {"format": "l"}).body
    assert "# not a comment" in history
    assert ticket.queue == "Incidents"
    assert not ticket.is_dirty


def test_an_unreadable_file_fails_before_anything_is_sent(
    session: Session, wire: Wire, tmp_path: Path
) -> None:
    """A missing file and a file opened as text are refused when they are assigned."""
    with pytest.raises(ValueError, match="cannot read"):
        Incident(subject="x", files=[tmp_path / "missing.txt"])
    path = tmp_path / "text.txt"
    path.write_text("x")
    with path.open() as text, pytest.raises(ValueError, match="'rb'"):
        Incident(subject="x", files=[text])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    ticket = session.add(Incident(files=[Attachment(filename="a\nb", content=b"")]))
    with pytest.raises(RejectedError) as caught:
        ticket.save()
    assert "files" in caught.value.errors
    assert wire.writes == []


def test_a_refused_ticket_can_be_mended_and_committed_again(session: Session) -> None:
    """What was refused stays pending; the next commit sends it again."""
    bad = session.add(Incident(subject="Bad", status="bogus"))
    good = session.add(Incident(subject="Good"))
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert [result.outcome for result in caught.value.report.results] == ["rejected", "created"]
    assert session.new == [bad]
    bad.status = "open"
    session.commit()
    assert bad.id > good.id
    assert bad.status == "open"


def test_a_reader_cannot_see_what_was_created(connect: Connect) -> None:
    """Reading a ticket without the right says so."""
    root = connect()
    ticket = root.add(Ticket(queue="General", subject="Hidden"))
    root.commit()
    with pytest.raises(PermissionDenied, match="ShowTicket"):
        connect("reader").get(Ticket, ticket.id)


def test_save_creates_one_pending_ticket(session: Session) -> None:
    """`save()` on a pending ticket creates it alone."""
    first, second = session.add(Incident(subject="First")), session.add(Incident(subject="Second"))
    assert first.save().outcome == "created"
    assert session.new == [second]
    assert state_of(second).status.value == "pending"
    session.rollback()
    assert state_of(second).status.value == "new"


def test_partial_creation_raises_from_save(session: Session) -> None:
    """`save()` on a new ticket raises what the commit would report."""
    ticket = session.add(Incident(subject="Partly", owner="nosuchuser"))
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["owner"]
    assert ticket.id
