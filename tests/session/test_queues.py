"""Queues on a real server."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from rtorm import (
    Change,
    CommitError,
    CustomField,
    GoneError,
    NotFound,
    PartialSaveError,
    PermissionDenied,
    Queue,
    RejectedError,
    Session,
    Ticket,
)
from tests.support import Server, Wire

Connect = Callable[..., Session]

ODD_NAMES = [
    "Commas, more",
    "sl/ash",
    "back\\slash\\",
    "..",
    'It\'s "q" #1 ?%41&+',
    "5-7",
    "new",
    "Größe 日本😀",
    " lead and trail ",
    "50%_x",
    "CF.{Note}",
    "q{x} (y): [z]",
]


def made(session: Session, name: str, **fields: str) -> Queue:
    queue = session.add(Queue(name=name, **fields))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    session.commit()
    return queue


def test_a_queue_is_found_by_id_and_by_name(session: Session, wire: Wire) -> None:
    """In any letter case, and it is the same record."""
    queue = session.get(Queue, "incidents")
    assert queue.name == "Incidents"
    assert queue.correspond_address == "incidents@rt.example.com"
    assert not queue.disabled
    wire.clear()
    assert session.get(Queue, queue.id) is queue
    assert session.get(Queue, str(queue.id)) is queue
    assert wire.sent == []
    assert session.get(Queue, "INCIDENTS") is queue


def test_what_does_not_exist_is_not_found(session: Session) -> None:
    """By name and by id."""
    with pytest.raises(NotFound, match="No queue named nosuch exists"):
        session.get(Queue, "nosuch")
    with pytest.raises(NotFound, match="No queue named no, such exists"):
        session.get(Queue, "no, such")
    with pytest.raises(NotFound, match="Queue 9999 does not exist"):
        session.get(Queue, 9999)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_finds_its_queue_and_no_other(
    session: Session, connect: Connect, name: str
) -> None:
    """Created, found by name, found by a query: names may hold whatever RT keeps."""
    queue = made(session, name, description="odd")
    other = connect()
    assert other.get(Queue, name).id == queue.id
    assert other.get(Queue, queue.id).name == name
    assert other.query(Queue).where(Queue.name == name).ids() == [queue.id]


def test_a_change_is_one_request_of_one_field(
    session: Session, connect: Connect, wire: Wire
) -> None:
    """As of tickets: what has changed and nothing else."""
    queue = made(session, "One field")
    queue.refresh()
    wire.clear()
    queue.description = "a: b, # c"
    assert queue.save().applied == {"description": Change("", "a: b, # c")}
    assert [sent.forms for sent in wire.writes] == [
        [{"id": f"queue/{queue.id}", "Description": "a: b, # c"}]
    ]
    assert connect().get(Queue, "One field").description == "a: b, # c"


def test_a_refused_name_is_an_error_of_the_name(session: Session) -> None:
    """The rest of the form is applied; the name stays, to mend and save again."""
    queue = made(session, "Partly")
    queue.name, queue.comment_address = "Incidents", "comments@rt.example.com"
    with pytest.raises(PartialSaveError) as caught:
        queue.save()
    assert caught.value.errors == {"name": ["Illegal value for Name"]}
    assert list(caught.value.applied) == ["comment_address"]
    assert list(queue.changes) == ["name"]
    queue.name = "Partly mended"
    queue.save()
    assert not queue.is_dirty


def test_a_new_queue_takes_all_fields(session: Session, connect: Connect) -> None:
    """Flags too; what was not given is RT's default."""
    queue = session.add(
        Queue(name="Made", description="two\n\n lines", disabled=True, sla_disabled=False)
    )
    session.add(Queue(name="Made plainly"))
    session.commit()
    seen = connect().get(Queue, queue.id)
    assert (seen.name, seen.description) == ("Made", "two\n\n lines")
    assert (seen.disabled, seen.sla_disabled) == (True, False)
    plain = connect().get(Queue, "made plainly")
    assert (plain.description, plain.disabled, plain.sla_disabled) == ("", False, True)


def test_a_queue_that_rt_does_not_make_stays_new(session: Session) -> None:
    """RT gives no reason; the record can be mended and sent again."""
    queue = session.add(Queue(name="Incidents"))
    with pytest.raises(CommitError) as caught:
        session.commit()
    [result] = caught.value.report.rejected
    assert result.record is queue
    assert "RT refused it without a reason" in result.errors[""][0]
    assert queue.id is None
    queue.name = "Mended"
    session.commit()
    assert queue.id > 0


def test_a_disabled_queue_answers_to_its_id_only(session: Session, connect: Connect) -> None:
    """It comes back by a query that asks for it, and by being enabled."""
    queue = made(session, "On and off")
    queue.disabled = True
    queue.save()
    other = connect()
    with pytest.raises(NotFound, match="disabled"):
        other.get(Queue, "On and off")
    assert other.query(Queue).where(Queue.name == "On and off").all() == []
    wanted = other.query(Queue).where(Queue.name == "On and off", Queue.disabled == True)  # noqa: E712
    assert wanted.ids() == [queue.id]
    found = other.get(Queue, queue.id)
    assert found.disabled
    found.disabled = False
    found.save()
    assert other.get(Queue, "On and off") is found
    assert not queue.is_dirty
    queue.refresh()
    assert not queue.disabled


def test_the_custom_fields_of_a_queue(session: Session, rt: Server, wire: Wire) -> None:
    """Names are exact, whatever they hold; loaded once, when they are read."""
    queue = session.get(Queue, "Two Words")
    wire.clear()
    [field] = queue.custom_fields
    assert field == CustomField(
        id=field.id,
        name="Odd (x): y [z]",
        description="of: (all) things",
        type="Freeform",
        multiple=True,
        pattern="[Word]" if rt.major == 4 else "(?#Word)^\\w*$",
    )
    assert (field.id is None, len(wire.sent)) == ((True, 2) if rt.major == 4 else (False, 3))
    names = {field.name: field for field in session.get(Queue, "Incidents").custom_fields}
    assert (names["Severity"].type, names["Severity"].multiple) == ("Select", False)
    assert (names["Deadline"].type, "Digits" in names["Count"].pattern) == ("DateTime", True)
    assert "Comma, name" in names
    count = len(wire.sent)
    assert queue.custom_fields[0].multiple
    assert len(wire.sent) == count


def test_a_queue_that_may_not_be_seen_is_a_missing_right(connect: Connect) -> None:
    """RT shows it as empty values by its id, and crashes over its name."""
    number = connect().get(Queue, "Incidents").id
    stranger = connect("stranger")
    for wanted in ("Incidents", number):
        with pytest.raises((PermissionDenied, NotFound), match="SeeQueue"):
            stranger.get(Queue, wanted)
    assert stranger.query(Queue).all() == []


def test_a_queue_that_may_not_be_changed_refuses_each_field(connect: Connect) -> None:
    """RT says so of each field by itself."""
    queue = connect("reader").get(Queue, "Incidents")
    queue.description, queue.disabled = "mine", True
    with pytest.raises(RejectedError) as caught:
        queue.save()
    assert caught.value.errors == {
        "description": ["Permission Denied"],
        "disabled": ["Permission Denied"],
    }
    assert connect("reader").get(Queue, "Incidents").description == ""


def test_a_queue_that_does_not_exist_is_not_edited(session: Session) -> None:
    """Edits without loading name the record that is not there."""
    with pytest.raises(GoneError, match="Queue 9999 does not exist"):
        session.edit(Queue, 9999, description="x")


def test_many_queues_are_saved_together(session: Session, wire: Wire) -> None:
    """One request for all of them, tickets among them, and every outcome finds its record."""
    first, second = made(session, "Together 1"), made(session, "Together 2")
    ticket = session.add(Ticket(queue="Together 1", subject="x"))
    session.commit()
    wire.clear()
    first.description, ticket.subject, second.name = "d", "y", "Incidents"
    with pytest.raises(CommitError) as caught:
        session.commit()
    assert len(wire.writes) == 1
    report = caught.value.report
    assert {result.record: result.outcome for result in report.results} == {
        first: "updated",
        second: "rejected",
        ticket: "updated",
    }
    assert [result.errors for result in report.rejected] == [{"name": ["Illegal value for Name"]}]
    second.discard()


def test_a_record_stands_for_its_name(session: Session) -> None:
    """A queue is given where its name would do."""
    queue = made(session, "As a value")
    ticket = session.add(Ticket(queue=queue, subject="x"))
    session.commit()
    assert ticket.queue == "As a value"
    ticket.queue = session.get(Queue, "General")
    ticket.save()
    assert ticket.queue == "General"


def test_a_queue_is_not_deleted(session: Session, wire: Wire) -> None:
    """RT deletes no queues: the error says what to do, and nothing is sent."""
    queue = session.get(Queue, "Incidents")
    wire.clear()
    with pytest.raises(RejectedError, match="disable it instead"):
        queue.delete()
    assert wire.sent == []


def test_a_queue_that_may_not_be_seen_is_left_out(session: Session, connect: Connect) -> None:
    """Of many, if it is said so; and one that may not be seen any more is not emptiness."""
    general, incidents = (session.get(Queue, name).id for name in ("General", "Incidents"))
    reader = connect("reader")
    found = reader.get_many(Queue, [general, incidents], missing="skip")
    assert [queue.id for queue in found] == [incidents]
    held = reader.add(pickle.loads(pickle.dumps(session.get(Queue, general))))
    with pytest.raises((PermissionDenied, NotFound), match="SeeQueue"):
        held.refresh()
    assert held.name == "General"
