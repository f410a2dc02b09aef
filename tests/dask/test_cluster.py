"""Two worker processes export what one machine exports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as pq  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pytest

import rtorm.dask
from rtorm import Query, Session
from rtorm.frames import frame_of, typed_columns
from rtorm.orm.loading.selection import Selection
from rtorm.orm.queries.rows import columns_of, row_of
from tests.dask.workers import open_sessions, with_process
from tests.seed import number_of
from tests.support import Incident, Server, Severity

pytestmark = pytest.mark.live

Connect = Callable[..., Session]

COUNT = 120
LEVELS: tuple[Severity | None, ...] = ("low", None, "critical", "high")
DEADLINE = datetime(2031, 3, 30, 0, 30, tzinfo=UTC)
COLUMNS = columns_of(Incident, Selection())

_pd: Any = pd
_parquet: Any = pq


def incident(at: int) -> Incident:
    """The tickets differ in every field, and some fields are empty in some."""
    return Incident(
        subject=f"export {at}",
        severity=LEVELS[at % 4],
        hosts=[f"db{at}", "a, b", "'x'"][: at % 4],
        teams=["net"] if at % 2 else [],
        note=f"line {at}\n\n  «ä» 🐉" if at % 3 else None,
        count=at if at % 5 else None,
        report_date=date(2026, 1, 1) + timedelta(days=at),
        deadline=DEADLINE + timedelta(hours=at) if at % 7 else None,
        priority=at,
    )


@pytest.fixture(scope="module")
def exported(rt: Server) -> list[dict[str, Any]]:
    """What one machine exports of a queue's tickets, once they are made."""
    with rtorm.connect(rt.url, auth=("root", "password"), time_zone="UTC") as session:
        for at in range(COUNT):
            session.add(incident(at))
        session.commit()
    with rtorm.connect(rt.url, auth=("root", "password"), time_zone="UTC") as session:
        rows = [row_of(ticket, COLUMNS) for ticket in asked(session)]
    assert len(rows) == COUNT
    assert len({json.dumps(row, default=str) for row in rows}) == COUNT
    return rows


def asked(session: Session) -> Query[Incident]:
    return session.query(Incident).where(Incident.subject.like("export"))


@pytest.mark.usefixtures("workers")
def test_a_bag_is_what_one_machine_exports(
    exported: list[dict[str, Any]], session: Session, tmp_path: Path
) -> None:
    """Each row once, with values of the same types; also through JSON Lines."""
    bag: Any = rtorm.dask.to_bag(asked(session), npartitions=7)
    assert bag.npartitions == 7
    assert bag.compute() == exported
    files = bag.map(json.dumps, default=str).to_textfiles(str(tmp_path / "*.jsonl"))
    assert len(files) == 7
    lines = [line for file in files for line in Path(file).read_text().splitlines()]
    assert list(map(json.loads, lines)) == [
        json.loads(json.dumps(row, default=str)) for row in exported
    ]


@pytest.mark.usefixtures("workers")
def test_a_frame_is_what_one_machine_exports(
    exported: list[dict[str, Any]], session: Session, tmp_path: Path
) -> None:
    """The same rows and types as a frame that is made here; also through Parquet."""
    query = asked(session)
    frame: Any = rtorm.dask.to_dataframe(query, npartitions=7)
    here = frame_of(typed_columns(Incident, COLUMNS), exported)
    assert frame.npartitions == 7
    assert frame.dtypes.equals(here.dtypes)
    there = frame.compute().reset_index(drop=True)
    _pd.testing.assert_frame_equal(there, here)
    schema = rtorm.dask.parquet_schema(query)
    frame.to_parquet(str(tmp_path), write_index=False, schema=schema)
    table = _parquet.read_table(tmp_path)
    assert table.schema.remove_metadata().equals(schema)
    assert table.to_pylist() == exported


@pytest.mark.usefixtures("exported")
def test_the_work_is_shared(workers: Any, session: Session) -> None:
    """Both processes load, each with logins of its own, and no session stays open."""
    frame: Any = rtorm.dask.to_dataframe(asked(session).only(), npartitions=8)
    processes = frame.map_partitions(with_process, meta={"id": "int64", "process": "int64"})
    found = processes.compute()
    assert len(found) == COUNT
    assert found["process"].nunique() == 2
    assert os.getpid() not in set(found["process"])
    assert set(workers.run(open_sessions).values()) == {0}


def test_a_class_that_cannot_be_imported_travels_itself(root: Path, rt: Server) -> None:
    """Of a program's own class, types, numbers of custom fields, validators and methods arrive."""
    shown = subprocess.run(
        [sys.executable, "-W", "error", "tests/dask/own_class.py", str(number_of("Severity"))],
        cwd=root,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"RTSERVER": rt.url, "RTUSER": "root", "RTPASSWD": "password"},
    ).stdout
    row = "['high', datetime.date(2026, 1, 1), IPv4Address('10.0.0.1'), {}]"
    told = "['Local: high 10.0.0.1 {}', 'no more than 9']"
    assert shown.splitlines() == [
        row.format(1),
        row.format(2),
        "3 ['int64', 'object', 'Int64']",
        told.format(1),
        told.format(2),
    ]
