"""Comments and replies on real servers: what RT records of them, and what it is never sent."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import rtorm
from rtorm import (
    Attachment,
    DetachedError,
    NotFound,
    OutcomeUnknownError,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    Session,
    Ticket,
    Transaction,
)
from tests.proxy import Loss, Proxy, proxy_to
from tests.seed import password_of
from tests.session.test_values import HOSTILE
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

TEXTS = [
    *(text for text in HOSTILE if not text.startswith("\n") and text != "0"),
    "id: ticket/1",
    "RT/5.0.3 200 Ok\n\n# Comments added\n\n",
    "Action: correspond\nStatus: deleted",
    "Cc: eve@example.com\nBcc: eve@example.com",
    "> quoted\n>> twice\n\n-- \nsignature",
    "\r\nfirst line empty, DOS",
    "  \n   \n",
    "nul\0in the midst",
    "%{x} $x <b>&amp;</b> =?utf-8?q?x?=",
]


@pytest.fixture
def ticket(session: Session, wire: Wire) -> Incident:
    """A loaded ticket, and nothing on the wire yet."""
    made = session.add(Incident(subject="Talk", requestors=["req@example.com"]))
    session.commit()
    made.refresh()
    wire.clear()
    return made


@pytest.fixture
def recorded(connect: Connect, ticket: Incident) -> Callable[[], list[Transaction]]:
    """The comments and replies that RT has, as a session of its own reads them."""

    def read() -> list[Transaction]:
        history = connect().get(Ticket, ticket.id).history
        return list(history.of_type("Comment", "Correspond"))

    return read


Recorded = Callable[[], list[Transaction]]


def text_of(entry: Transaction) -> str:
    """The stored text, byte for byte."""
    [part] = [file for file in entry.attachments if file.content_type.startswith("text/")]
    return part.content.decode()


def paths(wire: Wire) -> list[str]:
    """What was asked for."""
    return [sent.path for sent in wire.sent]


def test_any_text_is_stored_bit_by_bit(ticket: Incident, recorded: Recorded) -> None:
    """No text is shortened, becomes another field, or is taken for RT's own words."""
    for text in TEXTS:
        ticket.comment(text)
    entries = recorded()
    assert [text_of(entry) for entry in entries] == TEXTS
    assert {entry.type for entry in entries} == {"Comment"}
    ticket.refresh()
    assert (ticket.status, ticket.queue, ticket.subject) == ("new", "Incidents", "Talk")


@pytest.mark.live
@settings(
    max_examples=5,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=30))
def test_arbitrary_text_is_stored_or_refused(
    ticket: Incident, recorded: Recorded, texts: list[str]
) -> None:
    """Many random lines in one message: they are there, or nothing was sent, with a reason."""
    text = "\n".join(texts)
    before = len(recorded())
    try:
        ticket.comment(text)
    except RejectedError:
        assert len(recorded()) == before
    else:
        assert text_of(recorded()[-1]) == text


def test_a_message_is_one_request(ticket: Incident, wire: Wire) -> None:
    """With the parts that were given, and no others."""
    ticket.comment("Text")
    assert paths(wire) == [f"ticket/{ticket.id}/comment"]
    assert wire.writes[0].forms == [
        {"Action": "comment", "Text": "Text", "Content-Type": "text/plain"}
    ]


def test_a_reply_is_a_reply(ticket: Incident, recorded: Recorded, wire: Wire) -> None:
    """It goes to the requestors, and RT's scrip opens the ticket, which the record learns."""
    assert ticket.status == "new"
    ticket.reply("To you")
    [entry] = recorded()
    assert (entry.type, entry.content, entry.creator) == ("Correspond", "To you", "root")
    assert ticket.status == "open"
    assert ticket.told is not None
    mails = [mail.headers["To"] for mail in mails_of(ticket)]
    assert "req@example.com" in mails


def mails_of(ticket: Ticket) -> list[Attachment]:
    """The mail that RT would have sent for messages, as it recorded it."""
    sent = ticket.history.of_type("EmailRecord", "CommentEmailRecord")
    return [file for entry in sent for file in entry.attachments if "In-Reply-To" in file.headers]


def test_html_is_typed_as_it_is(ticket: Incident, recorded: Recorded) -> None:
    """The media type goes with the text."""
    html = "<p>Please <b>try</b>\n  again &amp; again</p>\n"
    ticket.reply(html, content_type="text/html")
    [entry] = recorded()
    [part] = entry.attachments
    assert part.content_type == "text/html"
    assert part.content.decode() == html


def test_copies_go_to_their_addresses(ticket: Incident) -> None:
    """As RT's own record of the mail shows; and to nobody later."""
    ticket.comment("x", cc=["a@example.com", "Mr B <b@example.com>"], bcc="c@example.com")
    [mail] = mails_of(ticket)
    assert mail.headers["CC"] == "a@example.com, b@example.com"
    assert mail.headers["BCC"] == "c@example.com"
    ticket.comment("y", cc="only@example.com")
    assert [mail.headers["CC"] for mail in mails_of(ticket)][1:] == ["only@example.com"]
    assert ticket.cc == []


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "text", "empty message"),
    ({"text": "0"}, "text", "'0'"),
    ({"text": "\nfirst"}, "text", "newlines at the start"),
    ({"text": "\ufdd0"}, "text", "U\\+FDD0"),
    ({"text": "\ud800"}, "text", "U\\+D800"),
    ({"text": b"bytes"}, "text", "no str but bytes"),
    ({"text": None}, "text", "no str but NoneType"),
    ({"cc": ["a@example.com", "bob"]}, "cc", "'bob' is no e-mail address"),
    ({"cc": "a@example.com, b@example.com"}, "cc", "comma"),
    ({"cc": ["a@example.com\nBcc: eve@example.com"]}, "cc", "one line"),
    ({"cc": [""]}, "cc", "empty"),
    ({"cc": [5]}, "cc", "int"),
    ({"cc": 5}, "cc", "int"),
    ({"bcc": "bob"}, "bcc", "'bob' is no e-mail address"),
    ({"bcc": ["x@example.com", "a@b\r\nStatus: deleted"]}, "bcc", "line"),
    ({"time_worked": -5}, "time_worked", "minutes from 0"),
    ({"time_worked": 1.5}, "time_worked", "minutes from 0"),
    ({"time_worked": True}, "time_worked", "minutes from 0"),
    ({"time_worked": "5"}, "time_worked", "minutes from 0"),
    ({"status": ""}, "status", "empty status"),
    ({"status": " "}, "status", "empty status"),
    ({"status": "open\nCc: eve@example.com"}, "status", "one line"),
    ({"status": 5}, "status", "int"),
    ({"content_type": "image/png"}, "content_type", "text/plain or text/html"),
    ({"content_type": "text/html\nStatus: deleted"}, "content_type", "text/plain"),
    ({"content_type": ""}, "content_type", "text/plain"),
    ({"attachments": Path("x.txt")}, "attachments", "a list"),
    ({"attachments": "x.txt"}, "attachments", "a list"),
    ({"attachments": ["x.txt"]}, "attachments", r"pathlib\.Path"),
    ({"attachments": [Path("/no/such/file")]}, "attachments", "cannot read"),
    ({"attachments": [Path()]}, "attachments", "cannot read"),
    ({"attachments": [io.StringIO("x")]}, "attachments", "'rb'"),
    ({"attachments": None}, "attachments", "NoneType"),
]


@pytest.mark.parametrize(
    ("parts", "attribute", "says"),
    BAD,
    ids=[f"{row[1]}-{number}" for number, row in enumerate(BAD)],
)
def test_a_bad_part_is_told_and_nothing_is_sent(
    ticket: Incident, wire: Wire, parts: dict[str, Any], attribute: str, says: str
) -> None:
    """Each part has its own reason, for comments and for replies."""
    message: dict[str, Any] = {"text": "x", **parts}
    for send in (ticket.comment, ticket.reply):
        with pytest.raises(RejectedError) as caught:
            send(**message)
        assert list(caught.value.errors) == [attribute]
        assert re.search(says, " ".join(caught.value.errors[attribute]))
    assert wire.sent == []


def test_all_bad_parts_are_told_at_once(ticket: Incident, wire: Wire, tmp_path: Path) -> None:
    """And a closed file, a file that is a folder, a name that RT would change."""
    closed = (tmp_path / "closed").open("wb+")
    closed.close()
    with pytest.raises(RejectedError) as caught:
        ticket.comment("0", cc="bob", bcc=["eve"], time_worked=-1, status="", attachments=[closed])
    assert set(caught.value.errors) == {
        "text",
        "cc",
        "bcc",
        "time_worked",
        "status",
        "attachments",
    }
    refused: list[Any] = [tmp_path, closed, Attachment(filename="a\nb", content=b"")]
    for bad in refused:
        with pytest.raises(RejectedError) as caught:
            ticket.reply("x", attachments=[bad])
        assert list(caught.value.errors) == ["attachments"]
    assert "commented on" not in str(caught.value)
    assert "replied to" in str(caught.value)
    assert wire.sent == []


def test_time_worked_is_added(ticket: Incident, recorded: Recorded) -> None:
    """Minutes, on top of the ticket's own."""
    ticket.comment("x", time_worked=15)
    assert ticket.time_worked == 15
    ticket.reply("y", time_worked=5)
    assert ticket.time_worked == 20
    assert [entry.time_taken for entry in recorded()] == [15, 5]


def test_a_status_is_set_after_the_message(ticket: Incident) -> None:
    """The record learns what came of it."""
    ticket.comment("Done.", status="resolved")
    assert ticket.status == "resolved"
    assert ticket.resolved is not None


@pytest.mark.parametrize("status", ["open", "OPEN"])
def test_the_status_that_it_has_is_no_error(
    ticket: Incident, recorded: Recorded, status: str
) -> None:
    """RT refuses to set it again, which is what was wanted."""
    ticket.status = "open"
    ticket.save()
    ticket.comment("x", status=status)
    assert ticket.status == "open"
    ticket.reply("y", status=status)
    assert len(recorded()) == 2


def test_a_message_may_delete(ticket: Incident, recorded: Recorded) -> None:
    """RT says so in other words than of any other status."""
    ticket.comment("Spam", status="deleted")
    assert ticket.status == "deleted"
    assert len(recorded()) == 1


def test_a_refused_status_is_told_though_the_message_is_recorded(
    ticket: Incident, recorded: Recorded
) -> None:
    """The error says both, in RT's words, so that nobody sends the message again."""
    with pytest.raises(PartialSaveError) as caught:
        ticket.comment("Recorded.", status="bogus")
    assert caught.value.errors["status"][0] == (
        "Status 'bogus' isn't a valid status for this ticket."
    )
    assert "the message itself was recorded" in str(caught.value)
    assert caught.value.record is ticket
    assert list(caught.value.applied) == ["text"]
    assert [entry.content for entry in recorded()] == ["Recorded."]
    assert ticket.status == "new"


def test_a_status_that_a_link_forbids_is_told(session: Session, ticket: Incident) -> None:
    """RT resolves no ticket that depends on an open one."""
    other = session.add(Incident(subject="Open"))
    session.commit()
    ticket.links.depends_on = [other]
    ticket.save()
    with pytest.raises(PartialSaveError, match="unresolved dependencies"):
        ticket.reply("Done.", status="resolved")


def test_an_account_in_another_language_is_told_so(
    connect: Connect, ticket: Incident, recorded: Recorded
) -> None:
    """RT's words cannot be read, so it is not known what came of it; the remedy is named."""
    mine = connect("french").add(copy.copy(ticket))
    with pytest.raises(OutcomeUnknownError, match="set that to English"):
        mine.comment("Bonjour")
    assert [entry.content for entry in recorded()] == ["Bonjour"]


def test_files_of_every_sort_go_with_a_message(
    ticket: Incident, recorded: Recorded, tmp_path: Path
) -> None:
    """Paths, open files and attachments, of odd names and any bytes."""
    path = tmp_path / "Größe, final (1).txt"
    path.write_bytes(b"caf\xe9\r\n")
    binary = bytes(range(256))
    opened = tmp_path / "open.bin"
    opened.write_bytes(binary)
    with opened.open("rb") as file:
        ticket.comment(
            "With files",
            attachments=[
                path,
                file,
                io.BytesIO(b"\n\nno name\n\n"),
                Attachment(filename="it's; 100%.html", content=b"<p>", content_type="text/html"),
                Attachment(filename="empty", content=b""),
                Attachment(filename="same", content=b"1"),
                Attachment(filename="same", content=b"2"),
            ],
        )
    [entry] = recorded()
    files = [(file.filename, file.content) for file in entry.attachments if file.filename]
    assert files == [
        ("Größe, final (1).txt", b"caf\xe9\r\n"),
        ("open.bin", binary),
        ("attachment", b"\n\nno name\n\n"),
        ("it's; 100%.html", b"<p>"),
        ("empty", b""),
        ("same", b"1"),
        ("same", b"2"),
    ]
    assert entry.content == "With files"


def test_files_alone_are_a_message(ticket: Incident, recorded: Recorded) -> None:
    """Without text, from any iterable."""
    ticket.reply(attachments=(file for file in [Attachment(filename="a", content=b"x")]))
    [entry] = recorded()
    assert [(file.filename, file.content) for file in entry.attachments] == [("a", b"x")]
    assert entry.content is None


def test_what_is_dirty_stays_dirty(ticket: Incident, wire: Wire, recorded: Recorded) -> None:
    """Unsaved changes are not sent with a message, and compared with what RT holds after it."""
    ticket.subject = "Unsaved"
    ticket.cc.append("later@example.com")
    ticket.links.refers_to.append("http://example.com/later")
    ticket.status = "open"
    wire.clear()
    ticket.reply("x", status="open")
    assert [list(form) for form in wire.writes[0].forms] == [
        ["Action", "Text", "Content-Type", "Status"]
    ]
    assert len(wire.writes) == 1
    assert set(ticket.changes) == {"subject", "cc", "links.refers_to"}
    assert ticket.status == "open"
    assert len(recorded()) == 1
    ticket.save()
    ticket.refresh()
    assert (ticket.subject, ticket.cc) == ("Unsaved", ["later@example.com"])
    assert ticket.links.refers_to == ["http://example.com/later"]


def test_what_was_loaded_is_loaded_again(ticket: Incident) -> None:
    """Attachments, history and whatever RT's scrips may have changed."""
    before = len(ticket.history)
    assert len(ticket.attachments) == 0 or ticket.attachments
    updated = ticket.last_updated
    ticket.reply("x", attachments=[Attachment(filename="a.txt", content=b"1")])
    assert len(ticket.history) > before
    assert "a.txt" in [file.filename for file in ticket.attachments]
    assert ticket.last_updated >= updated


def test_a_message_by_number_is_one_request(ticket: Incident, connect: Connect, wire: Wire) -> None:
    """Nothing is loaded for it."""
    with connect() as fresh:
        fresh.client.identity()
        wire.clear()
        fresh.comment(ticket.id, "Heard.", time_worked=5)
        fresh.reply(str(ticket.id), "Answered.")
        at = f"ticket/{ticket.id}/comment"
        assert paths(wire) == [at, at]
    assert [form["Action"] for sent in wire.writes for form in sent.forms] == [
        "comment",
        "correspond",
    ]
    entries = ticket.history.of_type("Comment", "Correspond")
    assert [entry.content for entry in entries] == ["Heard.", "Answered."]


def test_a_loaded_ticket_learns_of_a_message_by_number(ticket: Incident, session: Session) -> None:
    """As if it had sent it; what is dirty stays dirty."""
    assert (ticket.time_worked, ticket.history.of_type("Comment")) == (0, ())
    session.comment(ticket.id, "Looked.", time_worked=5, status="open")
    assert (ticket.time_worked, ticket.status) == (5, "open")
    assert ticket.history.of_type("Comment")[-1].content == "Looked."
    ticket.subject = "Unsaved"
    session.reply(ticket.id, "Once more.", time_worked=5)
    assert (ticket.time_worked, ticket.changes["subject"].new) == (10, "Unsaved")
    ticket.discard()


def test_who_may_comment_need_not_see_the_ticket(session: Session, connect: Connect) -> None:
    """RT takes the message; of the ticket it tells nothing, and refuses what takes more rights."""
    hidden = session.add(Ticket(queue="Two Words", subject="Hidden"))
    session.commit()
    theirs = connect("creator")
    with pytest.raises(PermissionDenied, match="ShowTicket"):
        theirs.get(Ticket, hidden.id)
    theirs.comment(hidden.id, "Alert.", attachments=[Attachment(filename="a", content=b"x")])
    theirs.reply(hidden.id, "Seen.")
    with pytest.raises(PartialSaveError, match="recorded") as caught:
        theirs.comment(hidden.id, "Open it.", status="open")
    assert caught.value.errors["status"][0] == "Permission Denied"
    entries = hidden.history.of_type("Comment", "Correspond")
    assert [entry.content for entry in entries] == ["Alert.", "Seen.", "Open it."]
    assert entries[0].attachments[-1].content == b"x"


def test_what_is_wrong_with_a_message_by_number_is_told(
    session: Session, ticket: Incident, connect: Connect, wire: Wire
) -> None:
    """In the words of a loaded ticket's."""
    for bad in ("", "x", "1 2", -1, 0, True):
        with pytest.raises(ValueError, match="not an id"):
            session.comment(bad, "x")
    with pytest.raises(RejectedError, match="no e-mail address") as caught:
        connect().reply(ticket.id, cc="bob")
    assert sorted(caught.value.errors) == ["cc"]
    assert not wire.writes
    with pytest.raises(NotFound, match="999999"):
        session.comment(999999, "x")
    with pytest.raises(PermissionDenied, match="not allowed to Comment"):
        connect("reader").comment(ticket.id, "x")


@pytest.mark.parametrize("user", ["reader", "creator"])
def test_messages_without_the_right_are_refused(
    connect: Connect, ticket: Incident, recorded: Recorded, user: str
) -> None:
    """Nothing is recorded, and RT says which right is missing."""
    mine = connect(user).get(Incident, ticket.id)
    for send, deed in ((mine.comment, "Comment"), (mine.reply, "Correspond")):
        with pytest.raises(PermissionDenied, match=f"not allowed to {deed}") as caught:
            send("Not mine", attachments=[Attachment(filename="a", content=b"x")])
        assert isinstance(caught.value, RejectedError)
        assert list(caught.value.errors) == [""]
    assert recorded() == []


def test_a_ticket_that_may_not_be_seen_takes_no_message(connect: Connect, session: Session) -> None:
    """RT tells that it is there."""
    hidden = session.add(Ticket(queue="General", subject="Hidden"))
    session.commit()
    theirs = connect("alice")
    with pytest.raises(PermissionDenied):
        theirs.get(Ticket, hidden.id).comment("x")


def test_a_ticket_merged_meanwhile_takes_the_message_as_its_target(
    session: Session, ticket: Incident
) -> None:
    """RT records it there, and the record is that ticket after a refresh."""
    target = session.add(Incident(subject="Target"))
    session.commit()
    session.client.post(f"ticket/{ticket.id}/merge/{target.id}", "id: x\n")
    ticket.comment("On both")
    ticket.refresh()
    assert (ticket.id, ticket.subject) == (target.id, "Target")
    assert [entry.content for entry in target.history.of_type("Comment")] == ["On both"]


def test_a_deleted_ticket_still_takes_messages(ticket: Incident, recorded: Recorded) -> None:
    """As RT does."""
    ticket.delete()
    ticket.comment("Gone, but")
    assert [entry.content for entry in recorded()] == ["Gone, but"]


def test_a_ticket_that_is_not_there_takes_none(ticket: Incident) -> None:
    """A missing one, and those that RT does not know of yet."""
    vars(ticket)["id"] = 999999
    with pytest.raises(NotFound, match="999999") as caught:
        ticket.comment("x")
    assert isinstance(caught.value, RejectedError)


def test_a_new_ticket_takes_none(session: Session, wire: Wire) -> None:
    """It must be committed first; a detached one belongs to no session."""
    with pytest.raises(DetachedError, match="send a message"):
        Incident(subject="New").comment("x")
    pending = session.add(Incident(subject="Pending"))
    with pytest.raises(DetachedError, match="commit it first"):
        pending.reply("x")
    assert wire.sent == []
    session.rollback()


@pytest.fixture
def proxy(rt: Server) -> Iterator[Proxy]:
    """A proxy in front of the server."""
    with proxy_to(rt.url) as proxy:
        yield proxy


@pytest.fixture
def far(proxy: Proxy, ticket: Incident) -> Iterator[Incident]:
    """The ticket in a session through the proxy."""
    with rtorm.connect(proxy.url, auth=("root", "password"), time_zone="UTC", retries=0) as session:
        yield session.get(Incident, ticket.id)
        session.rollback()


@pytest.mark.live
@pytest.mark.parametrize(("loss", "count"), [("request", 0), ("reply", 1)])
def test_a_message_whose_reply_is_lost_is_sent_once(
    far: Incident, proxy: Proxy, recorded: Recorded, loss: Loss, count: int
) -> None:
    """It may or may not be there: the error says how to find out, and what is read is new."""
    assert len(far.history.of_type("Comment")) == 0
    assert far.time_worked == 0
    proxy.losses["/comment"] = loss
    with pytest.raises(OutcomeUnknownError, match="may or may not"):
        far.comment("Once", time_worked=5)
    assert len(recorded()) == count
    proxy.losses.clear()
    assert len(far.history.of_type("Comment")) == count
    assert far.time_worked == 5 * count


@pytest.mark.live
def test_whether_a_message_is_there_takes_the_right_to_see_it(
    session: Session, proxy: Proxy
) -> None:
    """What cannot be looked for is not said to be missing."""
    hidden = session.add(Ticket(queue="Two Words", subject="Hidden"))
    session.commit()
    auth = ("creator", password_of("creator"))
    with rtorm.connect(proxy.url, auth=auth, time_zone="UTC", retries=0) as theirs:
        proxy.losses["/comment"] = "reply"
        with pytest.raises(OutcomeUnknownError, match="may or may not") as caught:
            theirs.comment(hidden.id, "Once")
        proxy.losses.clear()
        with pytest.raises(PermissionDenied, match="ShowTicket"):
            caught.value.verify()
    assert [entry.content for entry in hidden.history.of_type("Comment")] == ["Once"]


@pytest.mark.live
def test_a_read_that_fails_after_a_message_does_not_hide_it(
    far: Incident, proxy: Proxy, recorded: Recorded
) -> None:
    """Whether the status was a refusal cannot be told then; that the message is there, it can."""
    far.subject = "Dirty"
    proxy.losses["/show"] = "reply"
    far.comment("First")
    with pytest.raises(PartialSaveError, match="the message itself was recorded"):
        far.comment("Second", status="bogus")
    assert [entry.content for entry in recorded()] == ["First", "Second"]
    proxy.losses.clear()
    far.save()
    far.refresh()
    assert far.subject == "Dirty"


def test_what_someone_else_wrote_is_in_a_refreshed_history(
    connect: Connect, ticket: Incident
) -> None:
    """The list of attachments that was loaded before does not know of it."""
    assert (ticket.attachments, [entry.content for entry in ticket.history]) != ((), [])
    photo = Attachment(filename="photo.png", content=b"png", content_type="image/png")
    connect().get(Ticket, ticket.id).comment("Look", attachments=[photo])
    ticket.refresh("history")
    entry = ticket.history.of_type("Comment")[0]
    assert entry.content == "Look"
    assert entry.attachments[-1] == ticket.attachments[-1]
    assert entry.attachments[-1].content == b"png"
