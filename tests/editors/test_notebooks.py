"""What a notebook shows of records that are there: IPython asks jedi with the live objects.

Reading a field that is not loaded asks RT for it. Looking at what there is must not.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from rtorm import Client, Record, Session, Ticket
from tests.editors.completer import offered_live
from tests.orm.doubles import Shelf, loaded
from tests.support import Incident

HOOKS = [
    "_ipython_canary_method_should_not_exist_",
    "_ipython_display_",
    "_repr_mimebundle_",
    "_repr_pretty_",
    "_ipython_key_completions_",
    "__array__",
    "__wrapped__",
]


@dataclass(slots=True)
class Closed(Shelf):
    """Stands for a session that may not be asked."""

    def load(self, record: Record, name: str) -> None:
        self.asked.append(("load", record, name))
        message = f"{name} was loaded"
        raise AssertionError(message)


@pytest.fixture
def shelf() -> Closed:
    return Closed()


@pytest.fixture
def ticket(shelf: Closed) -> Incident:
    """A ticket of which three fields are loaded."""
    return loaded(Incident, shelf, queue="Incidents", subject="Disk full", hosts=["db1"])


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("ticket.", {"subject", "severity", "requestors", "links", "history", "cf", "save"}),
        ("ticket.se", {"severity"}),
        ("ticket.links.", {"depends_on", "parents"}),
        ("ticket.hosts.", {"append", "remove"}),
        ("ticket.subject.", {"upper", "startswith"}),
        ("Incident.", {"subject", "severity"}),
        ("Incident.severity.", {"in_", "is_null"}),
        ("Incident.subject.", {"like", "starts_with"}),
        ("Incident(", {"severity=", "subject="}),
    ],
)
def test_offering_loads_nothing(
    ticket: Incident, shelf: Closed, code: str, names: set[str]
) -> None:
    """Fields, columns and arguments are offered, whether they are loaded or not."""
    assert names <= offered_live(code, {"ticket": ticket, "Incident": Incident}).keys()
    assert shelf.asked == []


@pytest.mark.parametrize("name", HOOKS)
def test_there_are_no_hooks(ticket: Incident, shelf: Closed, name: str) -> None:
    """What a notebook looks for on every object is not there, and not taken for a field."""
    for shown in (ticket, ticket.links, Incident):
        assert not hasattr(shown, name)
    assert shelf.asked == []


def test_looking_at_a_record_loads_nothing(ticket: Incident, shelf: Closed) -> None:
    """Its names, its text and that of what belongs to it."""
    assert {"subject", "severity", "links", "cf"} <= set(dir(ticket))
    assert [*map(repr, (ticket, ticket.links, ticket.cf))]
    assert list(ticket.__repr_args__())
    assert shelf.asked == []


def test_completing_a_custom_field_s_name_asks_nothing(ticket: Incident, shelf: Closed) -> None:
    """The names after `ticket.cf["` are those that are known already."""
    assert ticket.cf._ipython_key_completions_() == []  # pyright: ignore[reportPrivateUsage]
    assert shelf.asked == []


def test_sessions_and_queries_are_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offering what they have, and showing them, sends no request."""
    sent: list[object] = []

    def send(*request: object, **_settings: object) -> None:
        sent.append(request)

    monkeypatch.setattr("requests.Session.send", send)
    with Session(Client("http://127.0.0.1:9", auth=("me", "secret"))) as session:
        query = session.query(Ticket).where(Ticket.subject == "x")
        assert {"get", "query", "dirty"} <= offered_live("session.", {"session": session}).keys()
        assert {"first", "where", "all"} <= offered_live("query.", {"query": query}).keys()
        assert [*map(repr, (session, query))]
        assert not any(hasattr(shown, name) for shown in (session, query) for name in HOOKS)
    assert sent == []
