"""Saving one ticket: what is sent, and what the ticket says afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import field_validator

from rtorm import (
    Change,
    NotFound,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    SaveError,
    Session,
    StaleError,
    Ticket,
    state_of,
)
from tests.support import Incident, Wire

Connect = Callable[..., Session]


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Incident:
    """A loaded ticket, and nothing on the wire yet."""
    made = session.add(Incident(subject="A ticket", cc=["one@example.com"], hosts=["db1", "db2"]))
    session.commit()
    made.refresh()
    wire.clear()
    return made


def test_two_changed_fields_are_one_post_of_two_fields(ticket: Incident, wire: Wire) -> None:
    """Changing two fields sends one request, whose form has those two and the id."""
    ticket.subject, ticket.time_worked = "Changed", 5
    result = ticket.save()
    assert [sent.method for sent in wire.sent] == ["POST"]
    assert wire.writes[0].forms == [
        {"id": f"ticket/{ticket.id}", "Subject": "Changed", "TimeWorked": "5"}
    ]
    assert result.outcome == "updated"
    assert result.applied == {
        "subject": Change("A ticket", "Changed"),
        "time_worked": Change(0, 5),
    }
    assert not ticket.is_dirty
    assert not ticket.changes


def test_a_saved_value_is_what_the_server_holds(ticket: Incident, connect: Connect) -> None:
    """Another session reads what was saved."""
    ticket.subject, ticket.severity, ticket.count = "Read elsewhere", "high", 7
    ticket.save()
    other = connect().get(Incident, ticket.id)
    assert (other.subject, other.severity, other.count) == ("Read elsewhere", "high", 7)


def test_nothing_changed_sends_nothing(ticket: Incident, wire: Wire) -> None:
    """Without changes there is no request."""
    assert ticket.save().outcome == "unchanged"
    assert wire.sent == []


def test_set_and_set_back_sends_nothing(ticket: Incident, wire: Wire) -> None:
    """A field that was set and set back is clean."""
    ticket.subject = "Something else"
    ticket.cc.append("two@example.com")
    assert ticket.is_dirty
    ticket.subject = "A ticket"
    ticket.cc.remove("two@example.com")
    assert not ticket.is_dirty
    assert ticket.save().outcome == "unchanged"
    assert wire.sent == []


def test_the_same_watchers_in_other_order_and_case_are_no_change(ticket: Incident) -> None:
    """RT keeps a watcher list as a set of addresses."""
    ticket.cc = ["ONE@example.com", "one@example.com"]
    assert not ticket.is_dirty


def test_a_list_changed_in_place_is_sent_whole(ticket: Incident, wire: Wire) -> None:
    """Appending to a watcher list makes it dirty; it is sent as RT replaces it, whole."""
    ticket.cc.append("two@example.com")
    assert ticket.changes == {
        "cc": Change(["one@example.com"], ["one@example.com", "two@example.com"])
    }
    ticket.save()
    assert wire.writes[0].forms[0]["Cc"] == "one@example.com, two@example.com"
    ticket.refresh()
    assert ticket.cc == ["one@example.com", "two@example.com"]


def test_a_list_of_custom_field_values_is_a_set(ticket: Incident, wire: Wire) -> None:
    """Order and repetition of several values are no change; a new value is one, and kept."""
    ticket.hosts = ["db2", "db1", "db1"]
    assert not ticket.is_dirty
    ticket.hosts.append('it\'s, "quoted" \\ ok')
    ticket.save()
    ticket.refresh()
    assert set(ticket.hosts) == {"db1", "db2", 'it\'s, "quoted" \\ ok'}
    assert len(wire.writes) == 1


def test_what_rt_refuses_is_on_its_attribute(ticket: Incident, wire: Wire) -> None:
    """Refused fields keep RT's words and stay dirty; the rest is applied and clean."""
    ticket.owner, ticket.status, ticket.subject, ticket.time_worked = "nosuchuser", "bogus", "ok", 5
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert (
        ticket.errors
        == caught.value.errors
        == {
            "owner": ["That user does not exist"],
            "status": ["Status 'bogus' isn't a valid status for this ticket."],
        }
    )
    assert caught.value.record is ticket
    assert caught.value.applied == {
        "subject": Change("A ticket", "ok"),
        "time_worked": Change(0, 5),
    }
    assert ticket.changes == {
        "owner": Change("Nobody", "nosuchuser"),
        "status": Change("new", "bogus"),
    }
    wire.clear()
    ticket.owner = "alice"
    assert list(ticket.errors) == ["status"]
    ticket.status = "open"
    ticket.save()
    assert wire.writes[0].forms == [
        {"id": f"ticket/{ticket.id}", "Owner": "alice", "Status": "open"}
    ]
    assert not ticket.errors


def test_refused_alone_is_rejected(ticket: Incident) -> None:
    """When RT applies nothing, the save is rejected, not partial."""
    ticket.owner = "nosuchuser"
    with pytest.raises(RejectedError) as caught:
        ticket.save()
    assert not isinstance(caught.value, PartialSaveError)
    assert caught.value.applied == {}
    assert ticket.changes == {"owner": Change("Nobody", "nosuchuser")}
    ticket.owner = "Nobody"
    assert not ticket.is_dirty


def test_a_value_out_of_the_pattern_is_refused_in_rts_words(ticket: Incident) -> None:
    """RT's reason for a custom field comes to its attribute."""
    ticket.field_owner, ticket.severity = "not digits", "low"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert "Input must match [Digits]" in caught.value.errors["field_owner"][0]
    assert list(caught.value.applied) == ["severity"]


def test_fields_with_one_label_are_told_apart(ticket: Incident, wire: Wire) -> None:
    """The core field Owner and a custom field Owner go in two forms of one request."""
    ticket.owner, ticket.field_owner = "nosuchuser", "12"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["owner"]
    assert list(caught.value.applied) == ["field_owner"]
    assert [len(form) for form in wire.writes[0].forms] == [2, 2]
    ticket.owner, ticket.field_owner = "alice", "letters"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["field_owner"]
    assert list(caught.value.applied) == ["owner"]


def test_a_value_lost_in_silence_is_an_error(ticket: Incident, wire: Wire) -> None:
    """RT keeps one of two new values without a word on the other: the read-back finds it."""
    ticket.teams = ["nosuch", "net"]
    with pytest.raises(SaveError) as caught:
        ticket.save()
    assert list(caught.value.errors) == ["teams"]
    assert "net" in caught.value.errors["teams"][0]
    assert ticket.is_dirty
    assert [sent.path for sent in wire.sent] == ["edit", "ticket/show"]
    ticket.teams = ["net"]
    assert not ticket.is_dirty


def test_never_verifying_reads_nothing_back(ticket: Incident, wire: Wire) -> None:
    """With `verify="never"` RT's word is taken."""
    ticket.teams = ["net", "db"]
    ticket.save(verify="never")
    assert [sent.path for sent in wire.sent] == ["edit"]


def test_a_refused_list_that_was_not_read_back_may_be_saved_in_part(
    ticket: Incident, connect: Connect
) -> None:
    """RT tells of what it refuses alone, so it is not said that nothing was applied."""
    ticket.teams = ["net"]
    ticket.save()
    ticket.teams = ["db", "nope"]
    with pytest.raises(PartialSaveError, match="at most in part") as caught:
        ticket.save(verify="never")
    assert (caught.value.applied, list(caught.value.errors)) == ({}, ["teams"])
    assert ticket.changes["teams"].new == ["db", "nope"]
    assert connect().get(Incident, ticket.id).teams == ["db"]


def test_a_refused_list_that_was_not_read_back_is_sent_again_whatever_it_is(
    ticket: Incident, connect: Connect
) -> None:
    """What RT holds of it is not known, so no value of it is clean."""
    ticket.teams = ["net"]
    ticket.save()
    ticket.teams = ["db", "nope"]
    with pytest.raises(PartialSaveError):
        ticket.save(verify="never")
    ticket.teams = ["net"]
    assert ticket.save().outcome == "updated"
    assert connect().get(Incident, ticket.id).teams == ["net"]


def test_a_list_of_which_one_item_was_refused_is_not_saved(ticket: Incident) -> None:
    """Where a single item was to come, there is no part of it."""
    assert ticket.teams == []
    ticket.teams = ["nope"]
    with pytest.raises(RejectedError, match="was not saved"):
        ticket.save(verify="never")


def test_always_verifying_reads_everything_back(ticket: Incident, wire: Wire) -> None:
    """With `verify="always"` each field sent is read again."""
    ticket.subject, ticket.severity = "Always", "low"
    assert ticket.save(verify="always").outcome == "updated"
    assert [sent.path for sent in wire.sent] == ["edit", "ticket/show"]
    assert "Subject" in wire.sent[1].text
    assert "CF.{Severity}" in wire.sent[1].text


def test_moving_to_another_queue_goes_first(ticket: Incident, wire: Wire) -> None:
    """The queue goes in a form of its own, before what depends on it, in the same request."""
    ticket.owner, ticket.subject, ticket.queue = "alice", "Moved", "Two Words"
    ticket.save()
    number = f"ticket/{ticket.id}"
    assert [sent.forms for sent in wire.writes] == [
        [{"id": number, "Queue": "Two Words"}, {"id": number, "Owner": "alice", "Subject": "Moved"}]
    ]
    with pytest.raises(NotFound, match="Severity"):
        _ = ticket.severity


def test_dates_that_a_status_sets_go_after_it(ticket: Incident, wire: Wire) -> None:
    """An explicit date of resolution follows the status in the same request."""
    ticket.resolved = ticket.created
    ticket.status = "resolved"
    ticket.save()
    assert [list(form)[1:] for form in wire.writes[0].forms] == [["Status"], ["Resolved"]]
    ticket.refresh()
    assert ticket.resolved == ticket.created


def test_what_rt_computes_is_read_again(ticket: Incident, wire: Wire) -> None:
    """After a change of status, the dates that RT sets load again when they are read."""
    assert ticket.resolved is None
    ticket.status = "resolved"
    ticket.save()
    wire.clear()
    assert ticket.resolved is not None
    assert len(wire.sent) == 1


def test_an_account_without_rights_is_told_so(ticket: Incident, connect: Connect) -> None:
    """A ticket that may be read but not changed: nothing applied, and RT's reason."""
    mine = connect("reader").get(Ticket, ticket.id)
    mine.subject = "Not mine"
    with pytest.raises(PermissionDenied, match="not allowed to modify") as caught:
        mine.save()
    assert isinstance(caught.value, RejectedError)
    assert list(mine.errors) == [""]
    assert mine.is_dirty


def test_an_owner_who_may_not_own_is_refused(ticket: Incident) -> None:
    """RT's reason for an owner without the right to own tickets."""
    ticket.owner = "bob"
    with pytest.raises(RejectedError, match="may not own tickets"):
        ticket.save()


def test_writing_to_nothing_is_not_found(session: Session) -> None:
    """An edit of a ticket that does not exist says so."""
    with pytest.raises(NotFound, match="99999"):
        session.edit(Ticket, 99999, subject="Nobody home")


def test_editing_without_loading_is_one_request(
    session: Session, ticket: Incident, wire: Wire
) -> None:
    """`session.edit` sends one form, and the loaded record learns of it."""
    assert ticket.subject == "A ticket"
    result = session.edit(Incident, ticket.id, subject="From outside", severity="critical")
    assert [sent.path for sent in wire.sent] == ["edit"]
    assert set(result.applied) == {"subject", "severity"}
    assert ticket.subject == "From outside"


def test_editing_keeps_the_loaded_records_changes(session: Session, ticket: Incident) -> None:
    """`session.edit` sends what it was given, not what is dirty on the loaded record."""
    ticket.subject = "Unsaved"
    session.edit(Incident, ticket.id, priority=9)
    assert list(ticket.changes) == ["subject"]
    assert ticket.priority == 9


def test_checking_finds_a_foreign_change(ticket: Incident, connect: Connect, wire: Wire) -> None:
    """With `check=True` nothing is sent when someone else changed the field meanwhile."""
    connect().edit(Ticket, ticket.id, priority=70)
    ticket.priority = 90
    wire.clear()
    with pytest.raises(StaleError) as caught:
        ticket.save(check=True)
    assert caught.value.theirs == {"priority": 70}
    assert wire.writes == []
    ticket.refresh(keep_changes=True)
    assert ticket.changes == {"priority": Change(70, 90)}
    assert ticket.save(check=True).outcome == "updated"


def test_checking_ignores_foreign_changes_of_other_fields(
    ticket: Incident, connect: Connect
) -> None:
    """With `check=True` only the fields about to be written are compared."""
    connect().edit(Ticket, ticket.id, priority=70)
    ticket.subject = "Mine"
    assert ticket.save(check=True).outcome == "updated"


def test_a_merged_ticket_is_saved_as_its_target(ticket: Incident, session: Session) -> None:
    """A ticket merged behind our back: the change lands on the target, whose id it takes."""
    target = session.add(Incident(subject="The target"))
    session.commit()
    session.client.post(f"ticket/{ticket.id}/merge/{target.id}", "id: x\n")
    ticket.priority = 33
    assert ticket.save().outcome == "updated"
    assert ticket.id == target.id
    assert target.priority == 33
    assert ticket.subject == "The target"


def test_a_crash_is_found_out_field_by_field(ticket: Incident) -> None:
    """When RT crashes half-way, reading back tells what was applied and what was not."""
    ticket.cc, ticket.subject = ["999999"], "Crashed"
    with pytest.raises(SaveError, match="RT crashed") as caught:
        ticket.save()
    assert "cc" in caught.value.errors
    ticket.discard()
    ticket.refresh()
    applied = "subject" in caught.value.applied
    assert ticket.subject == ("Crashed" if applied else "A ticket")


def test_a_bad_value_in_a_list_fails_before_it_is_sent(ticket: Incident, wire: Wire) -> None:
    """What was appended past the validator is checked before anything is sent."""
    ticket.cc.append("two, three@example.com")
    with pytest.raises(RejectedError, match="comma"):
        ticket.save()
    ticket.cc.remove("two, three@example.com")
    ticket.hosts.append("two\nlines")
    with pytest.raises(RejectedError, match="line break"):
        ticket.save()
    assert wire.writes == []
    assert list(ticket.errors) == ["hosts"]


def test_deleting_sends_the_status_alone(ticket: Incident, wire: Wire) -> None:
    """Deleting drops unsaved changes and needs only the right to delete."""
    ticket.subject = "Never sent"
    ticket.delete()
    assert wire.writes[0].forms == [{"id": f"ticket/{ticket.id}", "status": "deleted"}]
    assert state_of(ticket).status.value == "deleted"
    assert ticket.status == "deleted"


def test_deleting_without_the_right_is_refused(ticket: Incident, connect: Connect) -> None:
    """Without DeleteTicket the ticket stays, with RT's reason."""
    mine = connect("alice").get(Incident, ticket.id)
    with pytest.raises(PermissionDenied, match=r"was not deleted: .*DeleteTicket"):
        mine.delete()
    assert mine.errors


def test_a_status_of_deleted_goes_alone(ticket: Incident, wire: Wire) -> None:
    """Deletion among other changes has a form of its own, the last."""
    ticket.subject, ticket.status = "Deleted", "deleted"
    ticket.save()
    assert [list(form)[1:] for form in wire.writes[0].forms] == [["Subject"], ["status"]]


def test_a_ticket_that_is_deleted_can_come_back(ticket: Incident) -> None:
    """Where a record stands follows its status in RT."""
    ticket.delete()
    ticket.status = "open"
    ticket.save()
    assert state_of(ticket).status.value == "loaded"
    ticket.status = "deleted"
    ticket.save()
    assert state_of(ticket).status.value == "deleted"


def test_what_was_edited_without_loading_is_no_longer_the_old_value(
    session: Session, connect: Connect, ticket: Incident
) -> None:
    """Setting an unsaved change back is a change, since RT holds something else now."""
    old, ticket.subject = ticket.subject, "Mine"
    session.edit(Incident, ticket.id, subject="By edit()")
    ticket.subject = old
    ticket.save()
    assert connect().get(Ticket, ticket.id).subject == old


def test_choices_in_another_letter_case_are_applied(ticket: Incident) -> None:
    """RT keeps them as it knows them, in lists, too."""
    ticket.teams = ["NET", "db"]
    assert list(ticket.save().applied) == ["teams"]
    assert sorted(ticket.teams) == ["db", "net"]


def test_a_class_that_knows_no_deleted_tickets_deletes_them(session: Session) -> None:
    """The validators of its status are for what a program assigns."""

    class Strict(Ticket):
        @field_validator("status")
        @classmethod
        def known(cls, value: str) -> str:
            if value not in ("new", "open"):
                message = "no such status"
                raise ValueError(message)
            return value

    ticket = session.add(Strict(queue="General", subject="Spam"))
    session.commit()
    ticket.delete()
    assert session.get(Ticket, ticket.id).status == "deleted"


def test_a_level_of_service_that_the_queue_has_not_is_told(session: Session) -> None:
    """RT takes it without a word, and shows none of it."""
    ticket = session.add(Ticket(queue="General", subject="No levels here"))
    session.commit()
    ticket.sla = "gold"
    with pytest.raises(RejectedError, match="sla: RT dropped it"):
        ticket.save()
    assert list(ticket.changes) == ["sla"]
