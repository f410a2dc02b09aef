"""What is planned to be sent, and in which order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator, model_validator

from rtorm import CF, Attachment, ConfigurationError, Ticket, cf
from rtorm.gateway import Edit
from rtorm.orm.loading.mirroring import Agreement
from rtorm.orm.loading.shown import blank
from rtorm.orm.plan import CreatePlan, EditPlan, Unsendable, later_forms, plan, plans, replanned
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock
from tests.orm.doubles import fill

WHEN = datetime(2031, 1, 1, tzinfo=UTC)
EXACT = Clock(UTC, exact=True)
ALONE = Agreement(())


class Odd(Ticket):
    """Custom fields whose names get in each other's way."""

    status_too: CF[str | None] = cf("Status", default=None)
    owner_too: CF[str | None] = cf("owner", default=None)
    by_id: CF[str | None] = cf("Comma, name", id=29, default=None)
    unreachable: CF[str | None] = cf("Other, name", default=None)
    prefix: CF[str | None] = cf("status: x", default=None)


class Bounded(Ticket):
    """A class with a rule over several fields."""

    @model_validator(mode="after")
    def _urgent_has_owner(self) -> Self:
        if self.priority == 99 and self.owner == "Nobody":
            raise ValueError("an urgent ticket needs an owner")
        return self


def existing(cls: type[Ticket] = Odd, **changes: Any) -> Ticket:
    """A ticket that exists, with changes."""
    record = blank(cls, 7)
    assert isinstance(record, cls)
    for name, value in changes.items():
        setattr(record, name, value)
    return record


def forms(record: Ticket) -> list[list[str]]:
    """The keys of each planned form."""
    planned = plan(record, lambda: EXACT, ALONE)
    assert isinstance(planned, EditPlan)
    return [list(form.edit.fields) for form in planned.forms]


SETTABLE: dict[str, st.SearchStrategy[Any]] = {
    "queue": st.just("Other"),
    "status": st.sampled_from(["open", "deleted"]),
    "owner": st.just("alice"),
    "subject": st.just("x"),
    "started": st.just(WHEN),
    "resolved": st.just(WHEN),
    "cc": st.just(["a@example.com"]),
    "status_too": st.just("s"),
    "owner_too": st.just("o"),
    "by_id": st.just("b"),
    "prefix": st.just("p"),
    "links.depends_on": st.sampled_from([[], [5]]),
    "links.refers_to": st.just(["http://x/"]),
}


@given(st.fixed_dictionaries({}, optional=SETTABLE))
def test_forms_keep_the_order_that_rt_needs(changes: dict[str, Any]) -> None:
    """Each change is sent once; queue first, dates after status, deletion alone and last.

    Links have forms of their own, after the status, but before a deletion.
    """
    planned = plan(existing(**changes), lambda: EXACT, ALONE)
    assert isinstance(planned, EditPlan)
    sent = [name for form in planned.forms for name in form.names.values()]
    assert sorted(sent) == sorted(changes)
    for form in planned.forms:
        labels = [key.removeprefix("CF.{").removesuffix("}").lower() for key in form.edit.fields]
        assert len(labels) == len(set(labels))
        assert "Queue" not in form.edit.fields or len(labels) == 1
        if form.edit.fields.get("status") == "deleted":
            assert len(labels) == 1
            assert form is planned.forms[-1]
    if "queue" in changes:
        assert sent[0] == "queue"
    if changes.get("status") == "open":
        assert all(
            sent.index("status") < sent.index(d) for d in ("started", "resolved") if d in sent
        )
        assert "links.refers_to" not in sent or sent.index("status") < sent.index("links.refers_to")
    for form in planned.forms:
        are_links = {name.startswith("links.") for name in form.names.values()}
        assert are_links == {form.edit.part == "links"}


@pytest.mark.parametrize(
    ("held", "wanted", "order"),
    [
        ([5], [], ["links.depends_on", "status"]),
        ([5], [6], ["links.depends_on", "status"]),
        (None, [], ["links.depends_on", "status"]),
        ([], [5], ["status", "links.depends_on"]),
        (None, [5], ["status", "links.depends_on"]),
    ],
)
def test_a_ticket_is_freed_before_it_is_resolved(
    held: list[int] | None, wanted: list[int], order: list[str]
) -> None:
    """RT resolves no ticket that depends on an open one; new dependencies come after."""
    record = existing(Ticket)
    if held is not None:
        fill(record, {"links.depends_on": held, "status": "open"})
    record.links.depends_on = wanted
    record.links.refers_to = ["http://x/"]
    record.status = "resolved"
    planned = plan(record, lambda: EXACT, ALONE)
    assert isinstance(planned, EditPlan)
    sent = [name for form in planned.forms for name in form.names.values()]
    assert [name for name in sent if name != "links.refers_to"] == order
    assert sent[-1] == "links.refers_to" or order[-1] == "links.depends_on"


def test_links_of_a_ticket_that_was_deleted_come_after_its_status() -> None:
    """RT shows none of them as long as it is deleted, and so removes none."""
    record = existing(Ticket)
    fill(record, {"links.depends_on": [5], "status": "deleted"})
    record.links.depends_on = []
    record.status = "open"
    assert forms(record) == [["Status"], ["DependsOn"]]


def test_a_ticket_linked_to_itself_is_not_sent() -> None:
    """RT would say so only after it had removed the other links."""
    record = existing(Ticket, subject="x")
    record.links.children = [5, 7]
    planned = plan(record, lambda: EXACT, ALONE)
    assert isinstance(planned, Unsendable)
    assert planned.errors == {"links.children": ["a ticket cannot be linked to itself"]}


def test_links_of_a_new_ticket_come_after_it() -> None:
    """In forms that are made once it has a number; empty lists are not sent at all."""
    ticket, other = Ticket(queue="General"), Ticket(queue="General")
    ticket.links.refers_to = [5, "http://x/", other]
    ticket.links.parents = []
    together = Agreement([ticket, other])
    planned = plan(ticket, lambda: EXACT, together)
    assert isinstance(planned, CreatePlan)
    assert planned.fields == {"Queue": "General"}
    assert planned.later == ("links.refers_to",)
    for record, number in (ticket, 8), (other, 9):
        vars(record)["id"] = number
        state_of(record).persistent = True
    completed, [form], errors = later_forms(planned, lambda: EXACT, together)
    assert form.edit == Edit("ticket", 8, {"RefersTo": "5, http://x/, 9"}, "links")
    assert form.names == {"RefersTo": "links.refers_to"}
    assert completed.changes["links.refers_to"].new == [5, "http://x/", 9]
    assert errors == {}


def test_what_links_to_a_new_ticket_waits_for_its_number() -> None:
    """All of it is checked before anything is sent, and made into forms afterwards."""
    record, new = existing(Ticket, subject="x"), Ticket(queue="General")
    record.links.children = [5, new]
    assert isinstance(plan(record, lambda: EXACT, ALONE), Unsendable)
    together = Agreement([record, new])
    planned = plan(record, lambda: EXACT, together)
    assert isinstance(planned, EditPlan)
    assert planned.waits
    unmade = replanned(planned, lambda: EXACT, together)
    assert isinstance(unmade, Unsendable)
    assert "this commit did not make it, or" in unmade.errors["links.children"][0]
    vars(new)["id"] = 9
    state_of(new).persistent = True
    complete = replanned(planned, lambda: EXACT, together)
    assert isinstance(complete, EditPlan)
    assert [form.edit.fields for form in complete.forms] == [{"Subject": "x"}, {"Members": "5, 9"}]
    assert not complete.waits


def test_a_new_ticket_that_may_be_in_rt_is_told_so() -> None:
    """What became of its create is said to who links to it without it."""
    record, new = existing(Ticket), Ticket(queue="General")
    record.links.children = [new]
    alone = plan(record, lambda: EXACT, ALONE)
    assert isinstance(alone, Unsendable)
    assert alone.errors["links.children"][0].endswith(
        "is not in RT, as far as is known: it is made and linked by one commit() of a session that "
        "holds both"
    )
    state_of(new).errors[""] = ["it is unknown whether it was created"]
    again = plan(record, lambda: EXACT, ALONE)
    assert isinstance(again, Unsendable)
    assert (
        "record: it is unknown whether it was created; it is" in again.errors["links.children"][0]
    )


def test_what_comes_after_a_create_says_that_its_other_end_was_not_made() -> None:
    """To tell who just did that to commit both would be no help."""
    ticket, other = Ticket(queue="General"), Ticket(queue="General")
    ticket.links.refers_to = [other]
    together = Agreement([ticket, other])
    planned = plan(ticket, lambda: EXACT, together)
    assert isinstance(planned, CreatePlan)
    vars(ticket)["id"] = 8
    state_of(ticket).persistent = True
    _, forms, errors = later_forms(planned, lambda: EXACT, together)
    assert forms == ()
    assert "this commit did not make it, or" in errors["links.refers_to"][0]


def test_a_custom_field_with_a_number_is_written_by_it() -> None:
    """A name that RT cannot be told is written as its number."""
    assert forms(existing(by_id="x")) == [["CF.{29}"]]


def test_a_custom_field_that_cannot_be_named_is_refused_with_the_remedy() -> None:
    """Without a number, a name with a comma is not sent: RT would skip it in silence."""
    planned = plan(existing(unreachable="x"), lambda: EXACT, ALONE)
    assert isinstance(planned, Unsendable)
    assert "id=" in planned.errors["unreachable"][0]


def test_a_date_needs_an_exact_clock() -> None:
    """With no more than an offset known, a date is not written, and the error names it."""
    clock = Clock(timezone(timedelta(hours=2)), exact=False)
    with pytest.raises(ConfigurationError, match=r"UTC\+02:00.*time_zone"):
        plan(existing(due=WHEN), lambda: clock, ALONE)
    assert isinstance(plan(existing(subject="x"), lambda: clock, ALONE), EditPlan)


def test_rules_of_the_whole_model_hold_at_save() -> None:
    """A class's own model validator objects before anything is sent."""
    planned = plan(existing(Bounded, priority=99, owner="Nobody"), lambda: EXACT, ALONE)
    assert isinstance(planned, Unsendable)
    assert planned.errors == {"": ["an urgent ticket needs an owner"]}
    assert forms(existing(Bounded, priority=99, owner="alice")) == [["Priority", "Owner"]]


def test_every_fault_of_a_record_is_told_at_once() -> None:
    """Several values that cannot be sent are all named."""
    ticket = existing(cc=["a@example.com"], subject="fine")
    ticket.cc.append("b@example.com, c@example.com")
    ticket.due = datetime(1960, 1, 1, tzinfo=UTC)
    planned = plan(ticket, lambda: EXACT, ALONE)
    assert isinstance(planned, Unsendable)
    assert set(planned.errors) == {"cc", "due"}


def test_a_create_sends_what_was_given_and_no_empty_values() -> None:
    """Requestors go under the name that RT takes on create; an empty value is not sent."""
    ticket = Odd(queue="General", subject="x", requestors=["r@example.com"], cc=[], by_id="b")
    planned = plan(ticket, lambda: EXACT, ALONE)
    assert isinstance(planned, CreatePlan)
    assert planned.fields == {
        "Queue": "General",
        "Subject": "x",
        "Requestor": "r@example.com",
        "CF.{29}": "b",
    }
    assert planned.names["Requestor"] == "requestors"


def test_text_that_is_not_utf8_is_sent_as_bytes() -> None:
    """RT would convert a text file in another encoding, so it goes as plain bytes."""
    files: list[Attachment | Path | BinaryIO] = [
        Attachment(filename="a.txt", content=b"caf\xe9", content_type="text/plain"),
        Attachment(filename="b.txt", content="café".encode(), content_type="text/plain"),
    ]
    planned = plan(Ticket(queue="General", files=files), lambda: EXACT, ALONE)
    assert isinstance(planned, CreatePlan)
    assert [file.content_type for file in planned.files] == [
        "application/octet-stream",
        "text/plain; charset=utf-8",
    ]


class Shouting(Ticket):
    """A class whose validator alters a list."""

    words: CF[list[str]] = cf("Words", default_factory=list)

    @field_validator("words")
    @classmethod
    def _in_capitals(cls, words: list[str]) -> list[str]:
        return [word.upper() for word in words]


def test_what_a_validator_alters_is_what_is_sent_and_told() -> None:
    """A list changed in place is validated at save, in the same list; changes tell what is sent."""
    ticket = existing(Shouting, words=["a"])
    assert isinstance(ticket, Shouting)
    words = ticket.words
    words.append("b")
    planned = plan(ticket, lambda: EXACT, ALONE)
    assert isinstance(planned, EditPlan)
    assert planned.changes["words"].new == ["A", "B"]
    assert planned.forms[0].edit.fields == {"CF.{Words}": "'A','B'"}
    assert ticket.words is words


def test_files_added_in_place_are_read_at_save(tmp_path: Path) -> None:
    """A path appended to the files of a new ticket is sent like one that was assigned."""
    (tmp_path / "a.txt").write_bytes(b"x")
    ticket = Ticket(queue="General", files=[])
    ticket.files.append(tmp_path / "a.txt")
    planned = plan(ticket, lambda: EXACT, ALONE)
    assert isinstance(planned, CreatePlan)
    assert [(file.filename, file.content) for file in planned.files] == [("a.txt", b"x")]
    ticket.files.append(tmp_path / "missing.txt")
    assert isinstance(plan(ticket, lambda: EXACT, ALONE), Unsendable)


def test_what_is_not_sent_has_no_say_in_links() -> None:
    """Nothing links to a new ticket that is not made, and no list says what such a one says."""
    bad, linked, other = Ticket(queue="General"), Ticket(queue="General"), existing(Ticket)
    bad.links.refers_to.append("two words")
    bad.links.depends_on = [7]
    linked.links.children = [bad]
    other.links.depended_on_by = [5]
    planned, agreement = plans([bad, linked, other], lambda: EXACT)
    assert [type(each) for each in planned] == [Unsendable, Unsendable, EditPlan]
    refused = planned[1]
    assert isinstance(refused, Unsendable)
    [said] = refused.errors["links.children"]
    assert re.search("it is not sent, since it cannot be: links.refers_to: 'two words' is", said)
    assert agreement.records == {other}
    last = planned[-1]
    assert isinstance(last, EditPlan)
    assert [form.edit.fields for form in last.forms] == [{"DependedOnBy": "5"}]
