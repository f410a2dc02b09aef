"""RT's reply to a batch of edits, dealt out to the edits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import NotFound, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Edit, EditReply
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.reply import read_text
from tests.rest1.batches import Fate, batch_reply, fates_of, labels_of, planned, wild_batches
from tests.rest1.rt_rules import reply, write_body, write_form
from tests.rest1.support import RT4, RT5, plain


def assert_true(edit: Edit, fate: Fate, got: EditReply) -> None:
    """A reply says what became of the form, or says that it does not know."""
    if fate.refused:
        assert got.unclear or (got.refusal is not None and fate.refused in str(got.refusal))
        assert not got.errors
        return
    assert got.refusal is None
    for key, said in got.errors.items():
        if key:
            assert said == fate.errors[key]
    if not got.unclear:
        assert got.errors == fate.errors
        # A success in links says nothing of a merge.
        moved = fate.shown_id != edit.id and not edit.part
        assert got.merged_into == (fate.shown_id if moved else None)


@given(st.data())
def test_no_outcome_is_given_to_the_wrong_form(data: st.DataObject) -> None:
    """Several forms for a ticket, mixed at will: each outcome is right, or called unclear."""
    edits = data.draw(wild_batches)
    fates = data.draw(fates_of(edits))
    got = read_edits(read_text(batch_reply(edits, fates, data.draw)), edits)
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        assert_true(edit, fate, outcome)


@given(st.data())
def test_every_outcome_of_a_planned_batch_is_told(data: st.DataObject) -> None:
    """As batches are planned, nothing stays unclear but errors of fields that RT calls alike."""
    edits = data.draw(planned())
    fates = data.draw(fates_of(edits))
    got = read_edits(read_text(batch_reply(edits, fates, data.draw)), edits)
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        assert_true(edit, fate, outcome)
        if len(set(labels_of(edit))) == len(edit.fields):
            assert not outcome.unclear


@given(st.data(), st.integers(0, 3000))
def test_a_batch_cut_short_is_right_or_unclear(data: st.DataObject, cut: int) -> None:
    """What is missing of a reply never makes a refused form pass for an accepted one."""
    edits = data.draw(wild_batches)
    fates = data.draw(fates_of(edits))
    text = batch_reply(edits, fates, data.draw)
    try:
        got = read_edits(plain(text.encode()[: cut % len(text)]), edits)
    except RTError:
        return
    for edit, fate, outcome in zip(edits, fates, got, strict=True):
        if not outcome.unclear and cut % len(text):
            assert_true(edit, fate, outcome)


MERGED = Edit("ticket", 16, {"Subject": "m1"})
BATCH = [
    MERGED,
    Edit("ticket", 16, {"Status": "bogus"}),
    Edit("ticket", 18, {"Subject": "c1", "Status": "bogus"}),
    Edit("ticket", 99999, {"Subject": "x"}),
    Edit("ticket", 18, {"Subject": "c2"}),
]
BATCH_REPLY = (
    f"{RT4} 400 Bad Request\n\n# Ticket 17 updated.\n# Ticket 18 updated.\n\n--\n\n"
    "# Status: Status 'bogus' isn't a valid status for this ticket.\n# Ticket 17 updated.\n\n"
    "id: ticket/16\nStatus: bogus\n\n--\n\n"
    "# Status: Status 'bogus' isn't a valid status for this ticket.\n# Ticket 18 updated.\n\n"
    "id: ticket/18\nSubject: c1\nStatus: bogus\n\n--\n\n# Ticket 99999 does not exist.\n\n\n"
)
BOGUS = {"Status": ["Status 'bogus' isn't a valid status for this ticket."]}

MIXED = [
    Edit("ticket", 158, {"Subject": "a", "Status": "bogus"}),
    Edit("ticket", 158, {"RefersTo": "159, http://x/", "DependsOn": "158"}, "links"),
    Edit("ticket", 159, {"Subject": "b"}),
    Edit("ticket", 159, {"Members": "http://y/"}, "links"),
    Edit("queue", 1, {"Description": "x"}),
    Edit("user", 999999, {"RealName": "x"}),
    Edit("ticket", 999999, {"RefersTo": "1"}, "links"),
    Edit("group", 4, {"Description": "x"}),
]
MIXED_REPLY = (
    f"{RT5} 409 Syntax Error\n\n# Ticket 159 updated.\n# Links for ticket 159 updated.\n\n--\n\n"
    "# Status: Status 'bogus' isn't a valid status for this ticket.\n# Ticket 158 updated.\n\n"
    "id: ticket/158\nSubject: a\nStatus: bogus\n\n--\n\n"
    "# DependsOn: Link could not be created: Can't link a ticket to itself\n\n"
    "id: ticket/158/links\nDependsOn: 158\nDependedOnBy: \nRefersTo: 159, http://x/\n"
    "ReferredToBy: \nMembers: \nMemberOf: \n\n--\n\n"
    "# Description: Permission Denied\n# Queue 1 updated.\n\nid: queue/1\nName: \nDescription: x\n"
    "CorrespondAddress: \nCommentAddress: \nDisabled: \nSLADisabled: \n\n--\n\n"
    "# User 999999 does not exist.\n\n\n--\n\n# Ticket 999999 does not exist.\n\n\n--\n\n"
    "# Description: Permission Denied\n# Group 4 updated.\n\n"
    "id: group/4\nName: \nDescription: x\nDisabled: \n\n\n"
)

MAIL_LOOP = (
    "incidents@rt.example.com is an address RT receives mail at. Adding it as a 'Cc' would create "
    "a mail loop"
)
WATCHED = Edit(
    "ticket",
    18,
    {
        "Cc": "bad one, incidents@rt.example.com, zz zz",
        "Subject": "q",
        "Status": "bogus",
        "CF.{Count}": "x",
        "Owner": "nosuch",
    },
)
WATCHED_REPLY = (
    f"{RT4} 409 Syntax Error\n\n# Status: Status 'bogus' isn't a valid status for this ticket.\n"
    "# Cc: Could not find or create user 'bad one'\n# Could not find or create user 'zz zz'\n"
    f"# {MAIL_LOOP}\n# owner: That user does not exist\n"
    "# count: Could not add a new value to custom field 'Count': Input must match [Digits]\n"
    "# Ticket 18 updated.\n\nid: ticket/18\nCF.{Count}: x\nSubject: q\nStatus: bogus\n"
    "Owner: nosuch\nCc: bad one, incidents@rt.example.com, zz zz\n\n"
)


def test_a_batch_of_a_real_server_is_told_apart() -> None:
    """Merged, partly applied, missing and untouched tickets each have their own outcome."""
    got = read_edits(plain(BATCH_REPLY.encode()), BATCH)
    assert got[0] == EditReply(merged_into=17)
    assert got[1] == EditReply(errors=BOGUS, merged_into=17)
    assert got[2] == EditReply(errors=BOGUS)
    assert isinstance(got[3].refusal, NotFound)
    assert got[4] == EditReply()


def test_a_batch_of_all_sorts_is_told_apart() -> None:
    """Tickets, their links, queues, users and groups in one request of a real server."""
    got = read_edits(plain(MIXED_REPLY.encode()), MIXED)
    denied = {"Description": ["Permission Denied"]}
    assert [dict(outcome.errors) for outcome in got] == [
        BOGUS,
        {"DependsOn": ["Link could not be created: Can't link a ticket to itself"]},
        {},
        {},
        denied,
        {},
        {},
        denied,
    ]
    assert [str(outcome.refusal) for outcome in got if outcome.refusal] == [
        "User 999999 does not exist.",
        "Ticket 999999 does not exist.",
    ]
    assert not any(outcome.unclear for outcome in got)


def told(got: Sequence[EditReply]) -> list[object]:
    return [(reply.errors, type(reply.refusal), reply.merged_into, reply.unclear) for reply in got]


@pytest.mark.parametrize(
    ("text", "edits"),
    [(BATCH_REPLY, BATCH), (WATCHED_REPLY, [WATCHED]), (MIXED_REPLY, MIXED)],
    ids=["batch", "single", "mixed"],
)
def test_a_real_reply_cut_anywhere_is_never_mistaken(text: str, edits: list[Edit]) -> None:
    """Short of its last byte, a reply tells nothing: nobody's form passes for refused or done."""
    whole = told(read_edits(plain(text.encode()), edits))
    # No byte at all is another of RT's answers.
    for cut in range(1, len(text)):
        try:
            got = read_edits(plain(text[:cut].encode()), edits)
        except RTError:
            continue
        assert told(got) == whole or all(outcome.unclear for outcome in got)


def test_messages_of_several_lines_stay_with_their_field() -> None:
    """Each further watcher that RT refuses is a line without a label."""
    [got] = read_edits(plain(WATCHED_REPLY.encode()), [WATCHED])
    assert not got.unclear
    assert got.errors == {
        "Cc": [
            "Could not find or create user 'bad one'",
            "Could not find or create user 'zz zz'",
            MAIL_LOOP,
        ],
        "Owner": ["That user does not exist"],
        "CF.{Count}": [
            "Could not add a new value to custom field 'Count': Input must match [Digits]"
        ],
        **BOGUS,
    }


def test_fields_that_rt_calls_alike_are_not_guessed() -> None:
    """An error of `Owner` may be that of a custom field of this name."""
    edit = Edit("ticket", 5, {"Owner": "x", "CF.{Owner}": "y", "Subject": "z"})
    block = write_form(
        {"id": "ticket/5", **edit.fields},
        ["owner: Permission Denied", "Subject: Permission Denied", "Ticket 5 updated."],
    )
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got.unclear
    assert got.errors == {"": ["owner: Permission Denied"], "Subject": ["Permission Denied"]}


def test_a_custom_field_of_a_core_name_is_told_from_it_by_case() -> None:
    """RT lowers the names of custom fields, and of few fields of its own."""
    edit = Edit("ticket", 5, {"Subject": "x", "CF.{Subject}": "y"})
    block = write_form(
        {"id": "ticket/5", **edit.fields},
        ["subject: Permission Denied", "Ticket 5 updated."],
    )
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got == EditReply(errors={"CF.{Subject}": ["Permission Denied"]})


def test_the_last_form_of_a_moved_ticket_is_the_refused_one() -> None:
    """The move was applied, and took the right to change the rest with it."""
    edits = [Edit("ticket", 5, {"Queue": "Secret"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Ticket 5 updated.\n\n--\n\n# You are not allowed to modify ticket 5.\n\n\n"
    first, second = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert first == EditReply()
    assert isinstance(second.refusal, PermissionDenied)


def test_a_deletion_refused_is_the_deletion() -> None:
    """RT asks for another right, and says so, for a form that does nothing but delete."""
    edits = [Edit("ticket", 5, {"status": "deleted"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Ticket 5 updated.\n\n--\n\n# You are not allowed to delete ticket 5.\n\n\n"
    first, second = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert isinstance(first.refusal, PermissionDenied)
    assert second == EditReply()


def test_a_refusal_without_a_number_is_not_guessed() -> None:
    """It may belong to any form that has no other outcome."""
    edits = [Edit("ticket", 1, {"Subject": "x"}), Edit("ticket", 2, {"Subject": "x"})]
    body = "# Ticket 2 updated.\n\n--\n\n# Unknown object type: ticket\n\n\n"
    got = read_edits(read_text(reply(body)), edits)
    assert all(outcome.unclear for outcome in got)


def test_other_records_are_repeated_with_all_their_fields() -> None:
    """RT 4.4 and 5.0 show every field of a queue or user that they refuse, but no password."""
    edits = [
        Edit("user", 14, {"Password": "ab", "EmailAddress": "nonsense", "Foo": "x"}),
        Edit("queue", 1, {"Description": "zz"}),
        Edit("group", 4, {"Description": "x"}),
        Edit("queue", 999, {"Description": "x"}),
    ]
    body = (
        "# Queue 1 updated.\n\n--\n\n"
        "# password: Password needs to be at least 5 characters long\n"
        "# EmailAddress: Invalid syntax for email address\n# foo: Unknown field.\n"
        "# User 14 updated.\n\nid: user/14\nName: \nEmailAddress: nonsense\nRealName: \nLang: \n"
        "Foo: x\n\n--\n\n"
        "# Description: Permission Denied\n# Group 4 updated.\n\n"
        "id: group/4\nName: \nDescription: x\nDisabled: \n\n--\n\n"
        "# Queue 999 does not exist.\n\n\n"
    )
    got = read_edits(read_text(reply(body, "400 Bad Request")), edits)
    assert got[0] == EditReply(
        errors={
            "Password": ["Password needs to be at least 5 characters long"],
            "EmailAddress": ["Invalid syntax for email address"],
            "Foo": ["Unknown field."],
        }
    )
    assert got[1] == EditReply()
    assert got[2] == EditReply(errors={"Description": ["Permission Denied"]})
    assert isinstance(got[3].refusal, NotFound)


def test_a_record_of_another_kind_is_another_record() -> None:
    """Numbers are counted for each kind."""
    edits = [Edit("queue", 5, {"Name": "x"}), Edit("ticket", 5, {"Subject": "x"})]
    body = "# Queue 5 updated.\n\n--\n\n# Ticket 5 does not exist.\n\n\n"
    first, second = read_edits(read_text(reply(body)), edits)
    assert first == EditReply()
    assert isinstance(second.refusal, NotFound)


def test_a_batch_with_a_broken_form_is_refused_as_a_whole() -> None:
    """RT looks at the syntax of all forms first, and does nothing if one is wrong."""
    text = (
        f"{RT5} 409 Syntax Error\n\n# Please resubmit with errors corrected.\n\n--\n\n"
        "# Syntax error.\n\nid: ticket/18\nSubject: c3\n>> # foo\n\n--\n\n"
        "# No object ID specified.\n\nSubject: z\n\n"
    )
    got = read_edits(plain(text.encode()), BATCH)
    assert all(isinstance(outcome.refusal, ProtocolError) for outcome in got)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "# Ticket 1 updated.\n",
        "# Ticket 1 updated.\n# Ticket 1 updated.\n\n",
        "# Ticket 2 updated.\n\n--\n\n# Ticket 2 does not exist.\n\n\n",
        "# Status: bad\n# Ticket 1 updated.\n\n",
        "id: ticket/1\nStatus: x\n\n",
        "id: ticket/1\nSubject: x\n\n",
        "# Queue 1 updated.\n\n",
        "# Ticket " + "9" * 5000 + " updated.\n\n",
        "No matching results.\n\n\n",
    ],
)
def test_a_reply_that_does_not_match_the_forms_is_unclear(body: str) -> None:
    """An answer of too many, too few or other things is given to no form."""
    [got] = read_edits(read_text(reply(body)), [Edit("ticket", 1, {"Status": "x"})])
    assert got.unclear
    assert not got.errors
    assert got.refusal is None


def test_a_sentence_on_its_own_refuses_the_only_form() -> None:
    """RT's bare sentences end in one newline."""
    text = f"{RT4} 400 Bad Request\n\nYou may submit only one form to this object.\n"
    [got] = read_edits(plain(text.encode()), [Edit("ticket", 1, {"Status": "x"})])
    assert isinstance(got.refusal, ProtocolError)


def test_what_is_already_so_is_no_error() -> None:
    """RT refuses to set a value that is set; the field is as it was asked to be."""
    edit = Edit("ticket", 29, {"Due": "", "CF.{Severity}": "huge", "Cc": "a@x"})
    said = ["severity: Invalid value for custom field", "Due: That is already the current value"]
    said += ["Cc: a@x is already Cc", "Ticket 29 updated."]
    block = write_form({"id": "ticket/29", **edit.fields}, said)
    [got] = read_edits(read_text(reply(write_body([block]))), [edit])
    assert got == EditReply(errors={"CF.{Severity}": ["Invalid value for custom field"]})
