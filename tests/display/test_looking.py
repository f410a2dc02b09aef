"""Looking at what is loaded from a real RT, which is asked for nothing by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from IPython.core import completer
from rich.console import Console

from rtorm import CommitError, PartialSaveError, Queue, Session, Ticket, User
from tests.display.support import page
from tests.support import Incident, Wire

Connect = Callable[..., Session]
_completer: Any = completer


@pytest.fixture
def ticket(session: Session) -> Incident:
    """A ticket in RT."""
    made = session.add(
        Incident(subject="Disk full", severity="high", hosts=["db1"], requestors=["a@example.com"])
    )
    session.commit()
    return made


def look(*things: object) -> list[str]:
    """Each of them in all of its looks."""
    out = StringIO()
    Console(file=out, width=200).print(*things)
    pages = [page(thing) for thing in things if hasattr(thing, "_repr_html_")]
    return [*map(repr, things), *map(str, things), *pages, out.getvalue()]


def test_a_look_asks_rt_for_nothing(ticket: Incident, connect: Connect, wire: Wire) -> None:
    """Of a ticket of which little is loaded, of all that hangs on it, and of queries."""
    ticket.comment("<p>loaded when it is read</p>", content_type="text/html")
    with connect() as session:
        query = session.query(Incident).where(Incident.id == ticket.id).only(Ticket.subject)
        found = query.one()
        found.status = "open"
        files, history = ticket.attachments, ticket.history
        dated = query.where(Ticket.created > datetime(2020, 1, 1, tzinfo=UTC))
        things = [found, found.links, found.cf, query, dated, session, session.client]
        people = [session.get(User, "alice"), session.get(Queue, "Incidents")]
        wire.clear()
        shown = look(*things, *people, ticket, history, *history, *files, [found])
        assert wire.sent == []
        assert "Not loaded, and asked for when read: owner, creator, " in " ".join(shown)
        found.discard()


def test_a_query_shows_what_rt_will_be_asked(connect: Connect, wire: Wire) -> None:
    """In TicketSQL, and nearly so as long as the account's clock is unknown."""
    session = connect()
    query = session.query(Incident).where(Incident.severity == "high")
    assert f"<bdi>{_escaped(query.text)}</bdi>" in page(query)
    dated = query.where(Ticket.created > datetime(2020, 1, 1, tzinfo=UTC))
    wire.clear()
    assert "its clock was not asked for yet" in page(dated)
    assert wire.sent == []
    assert dated.exists() in (True, False)
    wire.clear()
    assert "its clock" not in page(dated)
    assert f"<bdi>{_escaped(dated.text)}</bdi>" in page(dated)
    assert wire.sent == []


@pytest.mark.parametrize("cls", [User, Queue])
def test_queries_of_others_show_their_conditions(connect: Connect, cls: Any) -> None:
    """RT has no language for them."""
    shown = page(connect().query(cls).where(cls.name == "alice"))
    assert "Name = &#x27;alice&#x27;" in shown
    assert "the others are evaluated here" in shown


def test_what_rt_cannot_be_asked_is_said(connect: Connect) -> None:
    """A look raises nothing; the query will, as it is run."""
    query = connect().query(Ticket).where(~Ticket.requestors.like("x"))
    assert "RT cannot be asked this: " in page(query)


def test_a_partial_failure_is_shown(ticket: Incident) -> None:
    """Of the ticket what is still unsaved and why; of the error's result nothing is lost."""
    ticket.subject, ticket.owner = "Disk is full", "no-such-user"
    with pytest.raises(PartialSaveError):
        ticket.save()
    shown = page(ticket)
    assert '<tr class="rtorm-refused"><th scope="row" class="rtorm-short"><bdi>owner' in shown
    assert "That user does not exist" in shown
    assert "Unsaved: owner." in shown
    ticket.discard()
    assert "RT said" not in page(ticket)


def test_a_report_is_shown(ticket: Incident, session: Session) -> None:
    """One row a field: applied with old and new, refused with RT's words."""
    other = session.add(Incident(subject="Printer on fire"))
    session.commit()
    ticket.subject, ticket.owner, other.status = "Disk is full", "no-such-user", "open"
    with pytest.raises(CommitError) as caught:
        session.commit()
    report = caught.value.report
    assert repr(report) in (
        "<CommitReport 1 partial, 1 updated>",
        "<CommitReport 1 updated, 1 partial>",
    )
    shown = page(report)
    assert "<bdi>Disk full</bdi> → <b><bdi>Disk is full</bdi></b>" in shown
    assert f"<bdi>Incident {ticket.id}: Disk is full</bdi>" in shown
    assert "no-such-user</bdi></b></td>" in shown
    assert "That user does not exist" in shown
    assert f"<bdi>Incident {other.id}: Printer on fire</bdi>" in shown


def _escaped(text: str) -> str:
    return text.replace("'", "&#x27;").replace("<", "&lt;").replace(">", "&gt;")


def _offered(code: str, names: dict[str, object]) -> set[str]:
    """What IPython offers at the end of the code, with the objects that are there."""
    with _completer.provisionalcompleter():
        made = _completer.IPCompleter(namespace=names, global_namespace={})
        return {each.text for each in made.completions(code, len(code))}


def test_completion_asks_rt_for_nothing(ticket: Incident, connect: Connect, wire: Wire) -> None:
    """IPython's after a dot and in brackets, and `dir()`; custom fields as far as they are known."""
    with connect() as session:
        found = session.query(Incident).where(Incident.id == ticket.id).one()
        names: dict[str, object] = {"ticket": found, "session": session, "fields": found.cf}
        wire.clear()
        assert {"requestors", "history", "links"} <= {*dir(found)}
        assert ".requestors" in {f".{each.lstrip('.')}" for each in _offered("ticket.req", names)}
        assert _offered("ticket.links.", names)
        assert _offered("session.", names)
        assert "Severity" not in "".join(_offered('ticket.cf["', names))
        assert "Severity" not in "".join(_offered('fields["', names))
        assert wire.sent == []
        assert "Severity" in list(found.cf)
        wire.clear()
        assert "Severity" in "".join(_offered('fields["', names))
        assert wire.sent == []
