"""One history entry and one attachment by number on real servers: what their ticket shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from rtorm import (
    Attachment,
    DetachedError,
    NotFound,
    PermissionDenied,
    Session,
    Ticket,
    Transaction,
)
from rtorm.models.transaction import History
from tests.session.test_values import HOSTILE
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

NAMES = ["df, raw (1).txt", "untitled", "Größe: 5b).png", "a (3b), 7: b (1k)", "x  y"]
TEXTS = [text for text in HOSTILE if not text.startswith("\n") and text != "0"]


@pytest.fixture
def ticket(session: Session) -> Incident:
    """A ticket to which everything has happened of which the history says something else."""
    made = session.add(Incident(subject="Numbers", requestors=["req@example.com"], text="Begin\n"))
    session.commit()
    made.owner, made.severity, made.status = "alice", "high", "open"
    made.cc.append("cc@example.com")
    made.hosts = ["db1", "db2"]
    made.save()
    made.links.refers_to.append("https://example.com/1")
    made.save()
    made.comment("With files", time_worked=5, attachments=files())
    made.reply("<p>caf&eacute;</p>\n", content_type="text/html", attachments=files()[:1])
    made.comment(attachments=[Attachment(filename="alone", content=b"0")])
    return made


def files() -> list[Attachment]:
    """Files of odd names, large, empty, and of a single `0`, which RT lists as empty."""
    contents = [b"text\n\n", b"", b"0", bytes(range(256)) * 9, "ä".encode() * 700]
    kinds = ["text/plain", "image/png", "application/octet-stream", "image/png", "text/plain"]
    return [
        Attachment(filename=name, content=content, content_type=kind)
        for name, content, kind in zip(NAMES, contents, kinds, strict=True)
    ]


def comments(history: Iterable[Transaction]) -> list[Transaction]:
    return [entry for entry in history if entry.type == "Comment"]


def everything(file: Attachment) -> tuple[Any, ...]:
    """All that is told of an attachment."""
    told = (file.id, file.filename, file.content_type, file.size, file.created)
    return (*told, file.headers.items(), file.content)


def test_an_entry_is_the_one_of_its_ticket(ticket: Incident, connect: Connect) -> None:
    """Each value of each entry is the same, names of users and custom fields among them."""
    other = connect()
    for entry in ticket.history:
        got = other.get(Transaction, entry.id)
        assert got == entry
        assert (got.content, repr(got)) == (entry.content, repr(entry))
        assert got.model_dump() == entry.model_dump()
        assert list(map(everything, got.attachments)) == list(map(everything, entry.attachments))
    assert {"Create", "Correspond", "Set", "AddWatcher", "CustomField", "AddLink"} <= {
        entry.type for entry in ticket.history
    }


def test_an_attachment_is_the_one_of_its_ticket(ticket: Incident, session: Session) -> None:
    """Its name, type, size, instant, headers and bytes are the same."""
    listed = ticket.attachments
    assert set(NAMES) <= {file.filename for file in listed}
    for file in listed:
        number = file.id
        assert number is not None
        got = session.get(Attachment, number)
        assert got == file
        assert everything(got) == everything(file)


def test_any_text_is_the_same(ticket: Incident, session: Session) -> None:
    """No newline, blank or line that looks like a field is lost in the shorter way to it."""
    for text in TEXTS:
        ticket.comment(text)
    entries = comments(ticket.history)
    assert [entry.content for entry in entries[-len(TEXTS) :]] == TEXTS
    for entry in entries:
        assert session.get(Transaction, entry.id).content == entry.content


def test_few_requests(ticket: Incident, connect: Connect, wire: Wire) -> None:
    """The ticket is found, its entry read, and its files named; nothing of other entries."""
    history, session = ticket.history, connect()
    named = next(entry for entry in history if entry.field == "Owner")
    plain = next(entry for entry in history if entry.type == "AddLink")
    message = comments(history)[0]
    [photo] = [file for file in message.attachments if file.filename == NAMES[3]]
    file = photo.id
    assert file is not None

    def sent(get: Callable[[], object]) -> list[str]:
        wire.clear()
        get()
        return [each.path.partition("?")[0] for each in wire.sent]

    def of(entry: Transaction) -> list[str]:
        return [f"transaction/{entry.id}", f"ticket/{ticket.id}/history/id/{entry.id}"]

    assert sent(lambda: session.get(Transaction, plain.id)) == of(plain)
    assert sent(lambda: session.get(Transaction, named.id)) == [*of(named), "show"]
    assert sent(lambda: session.get(Transaction, named.id)) == of(named)
    assert sent(lambda: session.get(Transaction, message.id)) == [*of(message), "attachment/show"]
    got: list[Attachment] = []
    paths = [f"attachment/{file}", *of(message)]
    assert sent(lambda: got.append(session.get(Attachment, file))) == paths
    assert sent(lambda: (got[0].headers, got[0].created, got[0].size)) == []
    content = f"ticket/{ticket.id}/attachments/{file}/content"
    assert sent(lambda: got[0].content) == [content]


def test_numbers_as_text(ticket: Incident, session: Session) -> None:
    """As they are cut out of a URL or a log."""
    entry, file = ticket.history[0], ticket.attachments[0]
    assert session.get(Transaction, f" {entry.id}\n") == entry
    assert session.get(Attachment, str(file.id)) == file


@pytest.mark.parametrize("bad", [0, -1, "", "abc", "#txn-12", "12/7", "1.5", 1.5, True, None, "²"])
@pytest.mark.parametrize("cls", [Transaction, Attachment])
def test_what_is_no_number_is_refused(
    session: Session, wire: Wire, cls: type[Any], bad: Any
) -> None:
    """With the value, and nothing is sent."""
    with pytest.raises(ValueError, match=f"not an id: {re.escape(repr(bad))}.*number from 1"):
        session.get(cls, bad)
    assert wire.sent == []


def test_what_does_not_exist_is_not_found(session: Session) -> None:
    """Also of numbers that no database holds."""
    for number in (9999999, 10**30):
        with pytest.raises(NotFound, match=f"transaction {number} does not exist"):
            session.get(Transaction, number)
        with pytest.raises(NotFound, match=f"(?i)attachment {number} does not exist"):
            session.get(Attachment, number)


@pytest.mark.parametrize("number", [1, 30])
def test_what_happened_to_something_else_is_not_found(session: Session, number: int) -> None:
    """RT shows the first transactions, of users, groups and queues, as those of tickets."""
    shown = session.client.get(f"transaction/{number}", {"format": "l"}).body
    ticket = re.findall("^Ticket: ([0-9]+)$", shown, re.MULTILINE)[0]
    said = f"RT said: (Ticket {ticket} does not|Transaction {number} is not related)"
    with pytest.raises(NotFound, match=f"transaction {number} is of no ticket.*user.*{said}"):
        session.get(Transaction, number)


_MAIL_TO_A_USER = """
push @Final, sub {
    my $user = RT::User->new(RT->SystemUser);
    $user->Load('alice');
    my $message = MIME::Entity->build(Type => 'text/plain', Data => ['of a user']);
    $user->_NewTransaction(Type => 'Comment', MIMEObj => $message);
};
"""


@pytest.mark.live
def test_the_attachment_of_a_user_is_not_found(rt: Server, session: Session) -> None:
    """The error says why, though RT would give out its bytes."""
    assert rt.tracker is not None
    rt.tracker.insert(_MAIL_TO_A_USER)
    later = session.add(Incident(subject="Later", text="a later attachment"))
    session.commit()
    last = later.attachments[0].id
    assert last
    number = next(
        number
        for number in range(last - 1, 0, -1)
        if session.client.get(f"attachment/{number}/content").body == "of a user"
    )
    with pytest.raises(NotFound, match=rf"attachment {number} belongs to transaction \d+: .*user"):
        session.get(Attachment, number)


def test_rights(ticket: Incident, connect: Connect) -> None:
    """What the history leaves out is refused with the right that it takes."""
    message, reader = comments(ticket.history)[0], connect("reader")
    seen = {entry.id for entry in reader.get(Ticket, ticket.id).history}
    assert message.id not in seen
    for entry in ticket.history:
        if entry.id in seen:
            assert reader.get(Transaction, entry.id).id == entry.id
            continue
        with pytest.raises(PermissionDenied, match=f"transaction {entry.id}.*ShowTicketComments"):
            reader.get(Transaction, entry.id)
    hidden = message.attachments[0].id
    assert hidden is not None
    with pytest.raises(PermissionDenied, match=f"attachment {hidden}.*ShowTicketComments"):
        reader.get(Attachment, hidden)


def test_without_the_right_to_see_the_ticket(ticket: Incident, connect: Connect) -> None:
    """Both numbers are refused, though RT tells of which ticket they are."""
    stranger = connect("stranger")
    entry = ticket.history[0]
    with pytest.raises(PermissionDenied, match="ShowTicket"):
        stranger.get(Transaction, entry.id)
    with pytest.raises(PermissionDenied, match="ShowTicket"):
        stranger.get(Attachment, str(entry.attachments[0].id))


def test_an_account_in_another_language(ticket: Incident, connect: Connect) -> None:
    """The same entries, in its words; the same errors."""
    french = connect("french")
    entry = ticket.history[0]
    got = french.get(Transaction, entry.id)
    assert (got.id, got.type, got.content) == (entry.id, "Create", entry.content)
    with pytest.raises(NotFound, match="transaction 9999999 does not exist"):
        french.get(Transaction, 9999999)


def test_of_a_merged_ticket(session: Session, ticket: Incident, connect: Connect) -> None:
    """The entry tells the ticket's old number, as in the history, and its files are there."""
    into = session.add(Incident(subject="Remaining"))
    session.commit()
    old = ticket.id
    ticket.merge_into(into)
    message = comments(into.history)[0]
    assert message.ticket_id == old
    got = connect().get(Transaction, message.id)
    assert got == message
    assert got.ticket_id == old
    assert [file.content for file in got.attachments] == [
        file.content for file in message.attachments
    ]
    for file in message.attachments:
        assert everything(session.get(Attachment, str(file.id))) == everything(file)


def test_of_a_deleted_ticket(ticket: Incident, session: Session) -> None:
    """What happened to it can be read on."""
    message = comments(ticket.history)[0]
    ticket.delete()
    assert session.get(Transaction, message.id).content == message.content
    file = message.attachments[1]
    assert session.get(Attachment, str(file.id)).content == file.content


def test_an_attachment_is_saved_and_opened(
    ticket: Incident, session: Session, tmp_path: Path
) -> None:
    """As those of a ticket are, by pieces."""
    [listed] = [file for file in ticket.attachments if file.filename == NAMES[3]]
    got = session.get(Attachment, str(listed.id))
    with got.open() as stream:
        assert stream.read(4) == bytes(range(4))
    assert "content" not in vars(got)
    assert got.save_to(tmp_path).read_bytes() == bytes(range(256)) * 9


def test_html_is_read_when_it_is_asked_for(ticket: Incident, session: Session, wire: Wire) -> None:
    """RT shows it as plain text; its own is loaded on demand."""
    [entry] = ticket.history.of_type("Correspond")
    got = session.get(Transaction, entry.id)
    assert got.content_type == "text/html"
    wire.clear()
    assert got.content == "<p>caf&eacute;</p>\n"
    assert len(wire.sent) == 2


def test_nothing_is_loaded_after_the_session_is_closed(ticket: Incident, session: Session) -> None:
    """What was asked for before stays; the rest says that the session is closed."""
    file = session.get(Attachment, str(ticket.attachments[0].id))
    entry = session.get(Transaction, ticket.history[0].id)
    session.close()
    assert file.created is not None
    assert entry.type == "Create"
    with pytest.raises(DetachedError, match="the session is closed"):
        _ = file.content
    for cls in (Transaction, Attachment):
        with pytest.raises(DetachedError, match="the session is closed"):
            session.get(cls, 1)


def test_a_history_is_no_class_to_get(session: Session, wire: Wire) -> None:
    """The error says what can be got, and where a history is."""
    cls: Any = History
    with pytest.raises(TypeError, match=r"History \(read the history of a ticket\).*Transaction"):
        session.get(cls, 1)
    assert wire.sent == []
