"""What a query finds as a frame of pandas."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pytest

from rtorm import CF, PermissionDenied, Query, Queue, Session, Ticket, User, cf
from rtorm.dask import to_dataframe
from tests.support import Incident, Wire

_pd: Any = pd
NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
DTYPES = {
    "queue": "string",
    "subject": "string",
    "priority": "int64",
    "created": "datetime64[us, UTC]",
    "due": "datetime64[us, UTC]",
    "time_worked": "int64",
    "severity": "string",
    "hosts": "object",
    "count": "Int64",
    "report_date": "object",
    "deadline": "datetime64[us, UTC]",
}


@pytest.fixture
def query(session: Session) -> Query[Incident]:
    """Two tickets, one of which has a value in each field."""
    one = session.add(
        Incident(
            subject="Frame one",
            severity="high",
            hosts=["db1", "db2"],
            count=3,
            report_date=date(2030, 3, 4),
            deadline=NOON,
            due=NOON,
            priority=7,
            requestors=["ann@example.com"],
        )
    )
    two = session.add(Incident(subject="Frame two"))
    session.commit()
    return session.query(Incident).where(Incident.id.in_([one.id, two.id]))


def dtypes(frame: Any) -> dict[str, str]:
    """The types of the columns; pandas spells text by where it is kept."""
    return {name: str(kind).partition("[py")[0] for name, kind in frame.dtypes.items()}


def test_a_frame_has_a_row_for_each_record(query: Query[Incident]) -> None:
    """With ids as its index, in the query's order, and values of the fields' own types."""
    found = query.order_by(Incident.id.desc())
    frame = found.to_pandas()
    assert list(frame.index) == found.ids()
    assert frame.index.name == "id"
    assert str(frame.index.dtype) == "int64"
    full = frame.loc[min(frame.index)]
    assert (full.subject, full.severity, full["count"], full.priority) == (
        "Frame one",
        "high",
        3,
        7,
    )
    assert full.hosts == ["db1", "db2"]
    assert full.report_date == date(2030, 3, 4)
    assert full.deadline == full.due == NOON
    bare = frame.loc[max(frame.index)]
    assert bare.hosts == []
    assert [bool(_pd.isna(bare[name])) for name in ("severity", "count", "deadline", "due")] == [
        True
    ] * 4


def test_types_do_not_depend_on_what_is_found(query: Query[Incident]) -> None:
    """Also of nothing; they are those of Dask's frames."""
    some, none = query.to_pandas(), query.where(Incident.subject == "no such").to_pandas()
    assert dtypes(some) == dtypes(none)
    assert DTYPES.items() <= dtypes(none).items()
    assert (len(none), none.index.name, str(none.index.dtype)) == (0, "id", "int64")
    frame: Any = to_dataframe(query)
    assert dtypes(frame._meta) == {"id": "int64", **dtypes(none)}


def test_what_is_chosen_is_what_is_there(query: Query[Incident], wire: Wire) -> None:
    """`only()` and `include()` tell the columns; one request shows all rows."""
    chosen = query.only(Ticket.subject).include(Ticket.requestors)
    wire.clear()
    frame = chosen.to_pandas()
    assert list(frame.columns) == ["subject", "requestors"]
    assert sorted(frame.requestors) == [[], ["ann@example.com"]]
    # The ids, then both tickets.
    assert len(wire.sent) == 2


def test_it_loads_by_pieces(query: Query[Incident]) -> None:
    """And tells how far it is, as `stream()` does."""
    told: list[tuple[int, int]] = []
    frame = query.to_pandas(chunk=1, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, len(frame)), *((done, len(frame)) for done in range(1, len(frame) + 1))]
    with pytest.raises(ValueError, match="chunk=0"):
        query.to_pandas(chunk=0)


def test_what_no_row_can_hold_is_refused(query: Query[Incident], wire: Wire) -> None:
    """Before anything is sent."""
    wire.clear()
    with pytest.raises(ValueError, match="history is no plain value"):
        query.include(Ticket.history).to_pandas()
    assert wire.sent == []


class Miscounted(Ticket, queue="Incidents"):
    """Declares a number where RT holds a word."""

    severity: CF[int | None] = cf("Severity", default=None)


def test_a_value_that_does_not_fit_is_told(query: Query[Incident], session: Session) -> None:
    """With its ticket and what to do."""
    with pytest.raises(ValueError, match=r"severity of \d+ is 'high' in RT"):
        session.query(Miscounted).where(Ticket.id.in_(query.ids())).to_pandas()


def test_others_than_tickets(session: Session) -> None:
    """Queues, users and groups have frames, too."""
    frame = session.query(Queue).where(Queue.name == "Incidents").to_pandas()
    assert list(frame.name) == ["Incidents"]
    assert str(frame.dtypes["disabled"]) == "bool"


def test_errors_are_those_of_the_query(connect: Callable[..., Session]) -> None:
    """As iterating raises them."""
    with pytest.raises(PermissionDenied):
        connect("reader").query(User).where(User.real_name == "x").to_pandas()


@pytest.mark.parametrize("missing", ["pandas", "pyarrow"])
def test_what_is_missing_is_told_with_the_remedy(missing: str) -> None:
    """Without the extra, nothing is sent, and the error says what to install."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from rtorm import Client, ConfigurationError, Session, Ticket\n"
        "session = Session(Client('http://127.0.0.1:9', auth=('a', 'b')))\n"
        "try:\n    session.query(Ticket).to_pandas()\n"
        "except ConfigurationError as error:\n    print(error)"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert 'pip install "rtorm[pandas]"' in shown.stdout
