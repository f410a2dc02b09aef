"""Bags and frames, computed in this process: what is sent, what is held, what travels."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import dask
import pandas as pd  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pytest

import rtorm.dask
from rtorm import ConfigurationError, NotFound, Session, Ticket
from rtorm.orm.record import Record
from tests.dask.workers import open_sessions
from tests.support import Incident, Server, Wire

Connect = Callable[..., Session]

_cloudpickle: Any = cloudpickle
_dask: Any = dask
_pandas: Any = pd
_own: Any = rtorm.dask

pytestmark = pytest.mark.usefixtures("environment")


def computed(collection: Any) -> Any:
    """The result, made in this thread."""
    return collection.compute(scheduler="synchronous")


def made(session: Session, subject: str, number: int) -> list[Incident]:
    """So many tickets of this subject."""
    tickets = [session.add(Incident(subject=subject, count=at)) for at in range(number)]
    session.commit()
    return tickets


@dataclass
class Counting:
    """Opens sessions, and remembers them."""

    url: str
    opened: list[Session] = field(default_factory=list[Session])

    def __call__(self) -> Session:
        session = rtorm.connect(self.url, auth=("root", "password"), time_zone="UTC")
        self.opened.append(session)
        return session


def test_a_row_is_what_the_record_says(session: Session) -> None:
    """Attributes by their names, all that the query loads, and the id."""
    [ticket] = made(session, "a row of a bag", 1)
    query = session.query(Incident).where(Incident.subject == "a row of a bag")
    [row] = computed(rtorm.dask.to_bag(query))
    assert row == {name: getattr(ticket, name) for name in row}
    assert {"id", "subject", "created", "severity", "hosts", "count"} <= row.keys()
    assert not {"requestors", "cc", "text", "links"} & row.keys()
    [chosen] = computed(rtorm.dask.to_bag(query.only(Incident.count, Incident.requestors)))
    assert chosen == {"id": ticket.id, "requestors": [], "count": 0}


def test_nothing_found_is_an_empty_bag_and_an_empty_frame(session: Session) -> None:
    """With the types of one that has rows, and without a login of a worker."""
    made(session, "found by a frame", 1)
    found = session.query(Incident).where(Incident.subject == "found by a frame")
    none = found.where(Incident.count == 5)
    refused = pytest.fail
    assert computed(rtorm.dask.to_bag(none, connect=refused)) == []
    frame: Any = rtorm.dask.to_dataframe(none, connect=refused)
    empty, full = computed(frame), computed(rtorm.dask.to_dataframe(found))
    assert (len(empty), len(full)) == (0, 1)
    assert empty.dtypes.equals(full.dtypes)
    assert empty.dtypes.equals(frame.dtypes)
    assert list(empty.columns) == list(full.columns)


def test_a_session_is_opened_for_each_partition_and_closed(session: Session, rt: Server) -> None:
    """Also where a worker fails."""
    tickets = made(session, "loaded by sessions", 4)
    query = session.query(Incident).where(Incident.subject == "loaded by sessions")
    before = open_sessions()
    counting = Counting(rt.url)
    rows = computed(rtorm.dask.to_bag(query, npartitions=2, connect=counting))
    assert [row["id"] for row in rows] == [ticket.id for ticket in tickets]
    assert len(counting.opened) == 2
    counting.opened.clear()
    gc.collect()

    class Absent(Incident):
        """Has a custom field that RT does not know."""

        absent: rtorm.CF[str | None] = rtorm.cf("No such field", default=None)

    missing = session.query(Absent).where(Absent.subject == "loaded by sessions")
    with pytest.raises(NotFound, match="No such field"):
        computed(rtorm.dask.to_bag(missing, connect=counting))
    assert len(counting.opened) == 1
    assert open_sessions() == before


def test_a_worker_holds_few_records(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are made piece by piece, and the records of a piece are gone with the next."""
    made(session, "held by a worker", 8)
    query = session.query(Ticket).where(Ticket.subject == "held by a worker").only(Ticket.subject)
    monkeypatch.setattr("rtorm.dask._PIECE", 2)
    [task] = _own._tasks(query, 1, None)
    before = records()
    held = [records() - before for _ in task.rows()]
    assert len(held) == 8
    assert 0 < max(held) <= 4


def test_a_query_is_asked_anew(session: Session) -> None:
    """What was found is not what is there now, whatever Dask still holds."""
    made(session, "asked anew", 1)
    query = session.query(Incident).where(Incident.subject == "asked anew")
    first: Any = rtorm.dask.to_bag(query)
    second: Any = rtorm.dask.to_bag(query)
    assert first.name != second.name
    frames: list[Any] = [rtorm.dask.to_dataframe(query) for _ in range(2)]
    assert frames[0]._name != frames[1]._name
    [before], [after] = query.partitions(1), query.partitions(1)
    assert before == after
    assert _dask.base.tokenize(before) != _dask.base.tokenize(after)
    assert _dask.base.tokenize(before) == _dask.base.tokenize(before)


def test_dates_are_read_by_the_zone_of_the_query(session: Session, connect: Connect) -> None:
    """A worker's session has it, too: the same instants, and no warning that none is given."""
    made(session, "dated by a worker", 1)
    far = connect("root", time_zone="UTC")
    query = far.query(Incident).where(Incident.subject == "dated by a worker")
    [row] = computed(rtorm.dask.to_bag(query))
    assert row["created"] == query.one().created
    task = _own._tasks(query, 1, None)[0]
    with task.connect() as worker:
        assert worker.query(Incident).__rt_outline__().time_zone is UTC


def test_no_login_is_in_what_travels(session: Session, connect: Connect, rt: Server) -> None:
    """Neither password nor server nor session: of partitions, bags and frames, whole graphs."""
    made(session, "travels", 3)
    query = connect("alice").query(Incident).where(Incident.subject == "travels")
    bag: Any = rtorm.dask.to_bag(query, npartitions=2)
    frame: Any = rtorm.dask.to_dataframe(query, npartitions=2)
    parts = query.partitions(2)
    host = rt.url.partition("//")[2]
    for each in (parts, bag, frame, dict(bag.dask), frame.optimize(), dict(frame.dask)):
        travelling: bytes = _cloudpickle.dumps(each)
        assert b"travels" in travelling
        for told in ("alice", "password", host, "rtorm.auth", "rtorm.rest1.client", "Workspace"):
            assert told.encode() not in travelling


def test_an_unfit_value_is_told_with_its_ticket(session: Session) -> None:
    """RT keeps any text in a field of ours: the frame names it, and the bag has it."""
    [ticket] = made(session, "unfit for a frame", 1)

    class Counted(Ticket):
        """Takes for a number what is none."""

        note: rtorm.CF[int | None] = rtorm.cf("Note", default=None)

    session.edit(Incident, ticket.id, note="plenty")
    query = session.query(Counted).where(Counted.subject == "unfit for a frame").only(Counted.note)
    assert computed(rtorm.dask.to_bag(query)) == [{"id": ticket.id, "note": "plenty"}]
    with pytest.raises(ValueError, match=f"note of {ticket.id} is 'plenty' in RT"):
        computed(rtorm.dask.to_dataframe(query))


def test_without_settings_a_worker_says_what_is_missing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own environment has them, not the program that asks."""
    made(session, "without settings", 1)
    bag: Any = rtorm.dask.to_bag(session.query(Incident).where(Incident.subject.like("without se")))
    monkeypatch.delenv("RTPASSWD")
    with pytest.raises(ConfigurationError, match="RTPASSWD"):
        computed(bag)


def test_what_no_row_can_hold_is_refused_before_anything_is_sent(
    session: Session, wire: Wire
) -> None:
    """Attachments, history and `cf`; an order and a limit."""
    query = session.query(Incident)
    for make in (rtorm.dask.to_bag, rtorm.dask.to_dataframe):
        with pytest.raises(ValueError, match=r"Incident\.history is no plain value"):
            make(query.include(Incident.history))
        with pytest.raises(ValueError, match="limited"):
            make(query[:3])
        with pytest.raises(ValueError, match="order_by"):
            make(query.order_by(Incident.created.desc()))
        with pytest.raises(ValueError, match="whole number"):
            make(query, npartitions=0)
    with pytest.raises(ValueError, match=r"Incident\.history is no plain value"):
        rtorm.dask.parquet_schema(query.include(Incident.history))
    assert not wire.sent


def test_lists_stay_lists_in_every_part(session: Session, tmp_path: Path) -> None:
    """Dask would make text of them; links are lists, too, of texts for Arrow."""
    first, second = made(session, "lists in a frame", 2)
    first.hosts = ["a, b", "c"]
    first.links.depends_on = [second.id, "https://example.com/x"]
    session.commit()
    query = session.query(Incident).where(Incident.subject == "lists in a frame")
    query = query.only(Incident.hosts, Incident.links)
    frame: Any = rtorm.dask.to_dataframe(query, npartitions=2)
    found = computed(frame)
    assert list(found["hosts"]) == [["a, b", "c"], []]
    assert sorted(found["links.depends_on"].iloc[0]) == [str(second.id), "https://example.com/x"]
    assert list(found["links.depended_on_by"]) == [[], [str(first.id)]]
    with _dask.config.set(scheduler="synchronous"):
        schema = rtorm.dask.parquet_schema(query)
        frame.to_parquet(str(tmp_path), write_index=False, schema=schema)
    again: Any = _pandas.read_parquet(tmp_path)
    assert [list(hosts) for hosts in again["hosts"]] == [["a, b", "c"], []]


def records() -> int:
    """How many records there are in this process."""
    gc.collect()
    return sum(isinstance(each, Record) for each in gc.get_objects())
