"""Servers of versions that do not run here: what they are sent, what is refused before, what is read."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import rtorm
from rtorm import (
    CF,
    AuthenticationError,
    CommitError,
    ConfigurationError,
    PartialSaveError,
    ProtocolError,
    QueryError,
    Queue,
    RejectedError,
    Session,
    Ticket,
    TimeZoneWarning,
    User,
    auth,
    cf,
)
from rtorm.gateway import ListedFile
from rtorm.rest1.gateway import Rest1
from tests.client.old_servers import ORGANIZATION, Body, Linked, OldRT
from tests.client.servers import PASSWORD, USER, Answer, always
from tests.client.support import Connect, Serve, WireLog

SHOWN = "id: ticket/5\nQueue: General\nSubject: hello\nStatus: new\nOwner: Nobody\n"


DEFINED = "queue/General/ticketcustomfields"
COMMON = {"ticket/show": f"{SHOWN}\n", DEFINED: f"id: {DEFINED}\n\n"}


class Job(Ticket):
    """A ticket with custom fields, one of them of several values."""

    teams: CF[list[str]] = cf("Teams", default_factory=list)
    grade: CF[str | None] = cf("Größe", default=None)
    sizes: CF[list[str]] = cf("Größen", default_factory=list)


class Old:
    """An old server and a session on it."""

    def __init__(self, server: OldRT, url: str, session: Session) -> None:
        self.server = server
        self.url = url
        self.session = session

    @property
    def sent(self) -> list[Mapping[str, object]]:
        """The fields of each form that was written."""
        return self.server.sent


Start = Callable[..., Old]


@pytest.fixture
def start(serve: Serve) -> Iterator[Start]:
    """Starts a server of a version, with what it answers by path, and opens a session."""
    with ExitStack() as stack:
        # What a server refuses stays unsent here.
        stack.enter_context(warnings.catch_warnings())
        unsent = "the session is closed with unsent work"

        def begin(
            version: str, answers: Mapping[str, str | Body] | None = None, **settings: object
        ) -> Old:
            server = OldRT(version, {**COMMON, **(answers or {})})
            url = serve(server).url
            settings = {"time_zone": "UTC", "auth": (USER, PASSWORD), "retries": 0, **settings}
            session = stack.enter_context(rtorm.connect(url, **settings))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            return Old(server, url, session)

        yield begin
        warnings.filterwarnings("ignore", unsent)


def of(session: Session) -> Job:
    """Ticket 5, of which nothing is loaded but what the server shows."""
    return session.get_many(Job, [5])[0]


# Creating


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0", "4.0.13"])
def test_no_file_is_lost(start: Start, tmp_path: Path, version: str) -> None:
    """A ticket that would come without its file is not made; the error names the way out."""
    (tmp_path / "a.log").write_text("x")
    old = start(version)
    ticket = old.session.add(Ticket(queue="General", subject="s", files=[tmp_path / "a.log"]))
    with pytest.raises(RejectedError, match=f"RT {version} knows no files.*ticket.comment") as said:
        ticket.save()
    assert list(said.value.errors) == ["files"]
    assert old.server.writes == []


@pytest.mark.parametrize("version", ["4.0.14", "4.2.17", "6.0.0", "unknown"])
def test_files_go_where_they_are_taken(start: Start, tmp_path: Path, version: str) -> None:
    """Newer servers, and those that do not say what they are, are sent the file."""
    (tmp_path / "a.log").write_text("x")
    old = start(version, {"ticket/new": "# Ticket 5 created.\n\n"})
    ticket = old.session.add(Ticket(queue="General", subject="s", files=[tmp_path / "a.log"]))
    ticket.save()
    assert "Attachment: a.log" in old.server.writes[0][1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content_type", "text/html"),
        ("sla", "2h"),
        ("cc", ["group:Staff"]),
        ("requestors", ["12"]),
        ("grade", "A"),
        ("sizes", ["A"]),
    ],
)
def test_nothing_is_sent_of_what_would_be_lost(start: Start, name: str, value: object) -> None:
    """A new ticket and an old one: the attribute is named, and nothing was sent, not even the rest."""
    old = start("3.8.10")
    new = old.session.add(Job(queue="General", subject="s"))
    setattr(new, name, value)
    with pytest.raises(RejectedError, match=r"RT 3\.8\.10 knows no") as said:
        new.save()
    assert list(said.value.errors) == [name]
    if name != "content_type":
        with pytest.raises(RejectedError, match=r"RT 3\.8\.10 knows no"):
            old.session.edit(Job, 5, subject="t", **{name: value})
    assert old.server.writes == []


def test_the_others_of_a_commit_are_sent(start: Start) -> None:
    """What cannot be sent of one record says nothing of another one."""
    old = start("4.0.0", {"ticket/new": "# Ticket 5 created.\n\n"})
    bad = old.session.add(Ticket(queue="General", subject="bad", sla="2h"))
    old.session.add(Ticket(queue="General", subject="good"))
    with pytest.raises(CommitError) as said:
        old.session.commit()
    results = said.value.report.results
    assert [(result.record is bad, result.outcome) for result in results] == [
        (True, "rejected"),
        (False, "created"),
    ]
    assert [fields["Subject"] for fields in old.sent] == ["good"]


def test_an_unknown_field_of_a_new_ticket(start: Start) -> None:
    """RT 3.8-4.0 makes the ticket all the same: it is this record, and the field is refused."""

    def create(_: object) -> str:
        body = "# Ticket 5 created.\n# priority: Unknown field.\n\nid: ticket/new\nPriority: 3\n\n"
        return f"RT/4.0.0 409 Syntax Error\n\n{body}"

    old = start("4.0.0", {"ticket/new": create})
    ticket = old.session.add(Ticket(queue="General", subject="hello", priority=3))
    with pytest.raises(PartialSaveError) as said:
        ticket.save()
    assert ticket.id == 5
    assert list(said.value.errors) == ["priority"]
    assert "subject" in said.value.applied
    assert len(old.server.writes) == 1


# Custom fields of several values


def test_lists_are_set_once_there_is_a_ticket(start: Start) -> None:
    """RT before 4.2.11 would make one value of them; they follow, in its own quotes."""
    shown = f"{SHOWN}CF.{{Teams}}: 'r,s',d\\'e\n\n"
    answers = {
        "ticket/new": "# Ticket 5 created.\n\n",
        "edit": "# Ticket 5 updated.\n\n",
        "ticket/show": shown,
    }
    old = start("4.2.10", answers)
    ticket = old.session.add(Job(queue="General", subject="hello", teams=["r,s", "d'e"]))
    assert ticket.save().outcome == "created"
    assert [list(fields) for fields in old.sent] == [
        ["id", "Queue", "Subject"],
        ["id", "CF.{Teams}"],
    ]
    assert old.sent[1]["CF.{Teams}"] == r"'r,s','d\'e'"
    assert ticket.teams == ["r,s", "d'e"]


def test_lists_go_with_a_new_ticket_where_they_can(start: Start) -> None:
    """From 4.2.11 on they do, in RT's present quotes."""
    shown = f"{SHOWN}CF.{{Teams}}: 'r, s',d'e\n\n"
    old = start("4.2.11", {"ticket/new": "# Ticket 5 created.\n\n", "ticket/show": shown})
    ticket = old.session.add(Job(queue="General", subject="hello", teams=["r, s", "d'e"]))
    assert ticket.save().outcome == "created"
    assert [fields["CF.{Teams}"] for fields in old.sent] == [r"'r, s','d\'e'"]


def test_a_list_that_an_old_server_cannot_hold(start: Start) -> None:
    """It is refused before anything is sent."""
    old = start("4.0.0")
    with pytest.raises(RejectedError, match="drops the blanks beside a comma") as said:
        old.session.edit(Job, 5, subject="t", teams=["r, s"])
    assert list(said.value.errors) == ["teams"]
    assert old.server.writes == []


# Messages


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0"])
def test_messages_to_old_servers(start: Start, version: str) -> None:
    """Plain text goes as ever; HTML would arrive as plain text, and is not sent."""
    old = start(version, {"ticket/5/comment": "# Message recorded\n\n"})
    ticket = of(old.session)
    ticket.comment("hello")
    with pytest.raises(RejectedError, match=f"RT {version} knows no media types"):
        ticket.comment("<b>hello</b>", content_type="text/html")
    assert [fields["Text"] for fields in old.sent] == ["hello"]


# Links


@pytest.mark.parametrize("version", ["4.2.17", "4.4.2"])
def test_several_links_at_once(start: Start, version: str) -> None:
    """RT before 4.4.3 makes one change for each form: they go in one request, and all are made."""
    linked = Linked(by_number=True, held={"RefersTo": [f"{ORGANIZATION}9"]})
    old = start(version, linked.answers())
    ticket = of(old.session)
    ticket.links.refers_to = [6, 7, "https://example.com/a"]
    ticket.links.depends_on = [8]
    ticket.save()
    assert sorted(linked.held["RefersTo"]) == [
        f"{ORGANIZATION}6",
        f"{ORGANIZATION}7",
        "https://example.com/a",
    ]
    assert linked.held["DependsOn"] == [f"{ORGANIZATION}8"]
    assert (linked.changes, len(old.server.writes)) == (5, 1)
    assert list(ticket.links.depends_on) == [8]


def test_several_links_at_once_of_a_newer_server(start: Start) -> None:
    """From 4.4.3 on one form is enough, and nothing is read before."""
    answers = {"edit": "# Links for ticket 5 updated.\n\n"}
    old = start("4.4.3", answers, verify="never")
    old.session.edit(Ticket, 5, **{"links.refers_to": [6, 7]})
    assert len(old.sent) == 1


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0"])
def test_no_ticket_is_linked_to_ticket_1(start: Start, version: str) -> None:
    """As long as it is not known what this RT calls its tickets, no number is sent."""
    linked = Linked(by_number=False)
    old = start(version, {**linked.answers()})
    ticket = of(old.session)
    ticket.links.refers_to = [6]
    ticket.links.depends_on = ["https://example.com/a"]
    with pytest.raises(RejectedError, match=rf"RT {version}.*ticket 1.*fsck\.com-rt://") as said:
        ticket.save()
    assert sorted(said.value.errors) == ["links.depends_on", "links.refers_to"]
    assert (old.server.writes, linked.changes) == ([], 0)


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0"])
def test_links_of_an_old_server_by_uri(start: Start, version: str) -> None:
    """A URI works at once; then, and where one is there, numbers are told by such URIs, too."""
    linked = Linked(by_number=False)
    old = start(version, linked.answers())
    ticket = of(old.session)
    ticket.links.refers_to = [f"{ORGANIZATION}6", "https://example.com/a"]
    ticket.save()
    assert list(ticket.links.refers_to) == [6, "https://example.com/a"]
    ticket.links.refers_to = [7, 8]
    ticket.save()
    assert sorted(linked.held["RefersTo"]) == [f"{ORGANIZATION}7", f"{ORGANIZATION}8"]
    assert list(ticket.links.refers_to) in ([7, 8], [8, 7])


# Reading


@pytest.mark.parametrize("version", ["3.8.10", "4.2.1"])
def test_searches_of_others_than_tickets(start: Start, version: str) -> None:
    """An old server would crash over it; it is not asked, and the way out is told."""
    old = start(version)
    with pytest.raises(QueryError, match=f"RT {version} knows no searches for queues.*id"):
        old.session.query(Queue).where(Queue.name == "General").all()
    with pytest.raises(QueryError, match=f"RT {version} knows no searches"):
        old.session.query(User).ids()


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0"])
def test_names_with_blanks(start: Start, version: str) -> None:
    """An old server takes no blank in an address; it is not asked, and the id is the way out."""
    old = start(version)
    with pytest.raises(ProtocolError, match=f"'With Space'.*RT {version} knows no blanks.*id"):
        old.session.get(Queue, "With Space")


def test_names_with_blanks_of_a_newer_server(start: Start) -> None:
    """From 4.2 on they are as good as others."""
    old = start("4.2.17", {"show": "id: queue/3\nName: With Space\nDescription:\n\n"})
    assert old.session.get(Queue, "With Space").id == 3


def test_forms_with_more_fields(start: Start) -> None:
    """What older forms of queues and users have beside does not matter."""
    queue = "id: queue/3\nName: Old\nDescription: d\nCorrespondAddress:\nCommentAddress:\n"
    queue += "InitialPriority: 0\nFinalPriority: 0\nDefaultDueIn: 0\nDisabled: 0\n\n"
    user = "id: user/7\nName: ann\nEmailAddress: ann@x.org\nPrivileged: 1\nDisabled: 0\n"
    user += "EmailEncoding:\nWebEncoding:\nAuthSystem:\nPGPKey:\n\n"
    old = start("4.2.17", {"queue/show": queue, "user/show": user})
    assert old.session.get(Queue, 3).description == "d"
    assert old.session.get(User, 7).email_address == "ann@x.org"


def test_the_time_of_an_old_server(start: Start) -> None:
    """RT before 4.2.9 tells its time in UTC to every account: that is no offset."""
    dated = f"{SHOWN}Due: Fri Jan 02 03:04:05 2026\n\n"
    old = start("4.2.8", {"ticket/show": dated}, time_zone="Europe/Rome")
    assert old.session.client.identity().offset is None
    assert of(old.session).due == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    newer = start("4.2.9", {"ticket/show": dated}, time_zone="UTC")
    assert newer.session.client.identity().offset == timedelta(0)


def test_dates_of_an_old_server_without_a_zone(start: Start) -> None:
    """They stay what RT shows, with a warning, and none is written."""
    old = start(
        "3.8.10", {"ticket/show": f"{SHOWN}Due: Fri Jan 02 03:04:05 2026\n\n"}, time_zone=None
    )
    with pytest.warns(TimeZoneWarning, match=r"RT 3\.8\.10.*time_zone="):
        ticket = of(old.session)
    assert str(ticket.due) == "Fri Jan 02 03:04:05 2026"
    with pytest.raises(ConfigurationError, match="time_zone="):
        old.session.edit(Ticket, 5, due=datetime(2030, 1, 1, tzinfo=UTC))
    assert old.server.writes == []


CONTENTS = [
    (b"line\n\n", 6, b"line\n\n"),
    (b"\n\n", 2, b"\n\n"),
    (b"line", 4, b"line"),
    # Which of the newlines of these are gone cannot be told.
    ("é\n\n".encode(), 3, "é".encode()),
    (b"x" * 1100 + b"\n" * 200, 1228, b"x" * 1100),
]


@pytest.mark.parametrize(("content", "listed", "read"), CONTENTS, ids=lambda case: repr(case)[:12])
def test_newlines_at_the_end_of_a_file(
    serve: Serve, client: Connect, log: WireLog, content: bytes, listed: int, read: bytes
) -> None:
    """RT before 4.4.5 drops them; where it lists the exact size, they are put there again.

    Where it only tells that some are gone, the log says so.
    """
    body = b"RT/4.2.17 200 Ok\n\n" + content.rstrip(b"\n") + b"\n\n\n"
    there = client(serve(always(Answer(body))).url, auth.PerRequest(USER, PASSWORD))
    with Rest1(there).download(5, ListedFile(7, "a.txt", "text/plain", listed)) as pieces:
        assert b"".join(pieces) == read
    said = log.at(logging.WARNING)
    assert bool(said) == (len(read) < listed and read != content)
    assert all("attachment 7" in line and str(listed) in line for line in said)


# Logins


@pytest.mark.parametrize("version", ["5.0.8", "6.0.0"])
def test_a_cookie_that_plain_http_does_not_bring_back(
    serve: Serve, client: Connect, version: str
) -> None:
    """It is named at once, with the ways out, one of which is taken."""
    server = OldRT(version, {"ticket/1": f"{SHOWN}\n"}, attributes="; Secure; SameSite=Lax")
    url = serve(server).url
    with pytest.raises(AuthenticationError, match=r"WebSecureCookies.*https.*PerRequest.*token"):
        client(url).get("ticket/1")
    assert client(url, auth.PerRequest(USER, PASSWORD)).get("ticket/1").status == 200


@pytest.mark.parametrize("version", ["3.8.10", "4.0.0"])
def test_a_token_that_means_nothing(serve: Serve, client: Connect, version: str) -> None:
    """An old server answers in Latin-1; the error says what tokens need."""
    refused = f"RT/{version} 401 Credentials required\n".encode("iso-8859-1")
    answer = Answer(refused, content_type="text/plain; charset=ISO-8859-1")
    with pytest.raises(AuthenticationError, match=rf"RT {version} knows no tokens.*auth\.Password"):
        client(serve(always(answer)).url, auth.Token("1-14-abc")).get("ticket/1")
