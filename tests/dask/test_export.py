"""`examples/export.py`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped] # pyright: ignore[reportMissingTypeStubs]
import pytest

from rtorm import Session
from tests.support import Incident, Server

pytestmark = pytest.mark.live

_pandas: Any = pd


def run(root: Path, rt: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The example in a process of its own, with its settings in the environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "examples/export.py", *arguments],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ
        | {"RTSERVER": rt.url, "RTUSER": "root", "RTPASSWD": "password", "COLUMNS": "200"},
    )


def subjects(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The subjects of this test's tickets."""
    return [row["subject"] for row in rows if row["subject"].startswith("example ")]


def test_a_queue_is_exported(root: Path, rt: Server, session: Session, tmp_path: Path) -> None:
    """By processes to JSON Lines and by one to Parquet: the same tickets, with custom fields."""
    for number in range(6):
        session.add(Incident(subject=f"example {number}", severity="low", hosts=["db1"]))
    session.commit()
    count = session.query(Incident).count()
    lines, table = tmp_path / "lines", tmp_path / "table"
    by_processes = run(root, rt, "incidents", str(lines), "--workers", "2", "--parts", "3")
    assert by_processes.returncode == 0, by_processes.stderr
    assert f"{count:,} tickets: <Query Incident" in by_processes.stdout
    assert "3 files" in by_processes.stdout
    rows = [
        json.loads(line)
        for path in sorted(lines.iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    here = run(root, rt, "Incidents", str(table), "--format", "parquet", "--since", "2026-01-01")
    assert here.returncode == 0, here.stderr
    frame = _pandas.read_parquet(table)
    assert list(frame["id"]) == [row["id"] for row in rows]
    assert subjects(rows) == [f"example {number}" for number in range(6)]
    assert list(rows[-1]) == list(frame.columns)
    last = rows[-1]
    assert (last["severity"], last["hosts"], last["due"]) == ("low", ["db1"], None)
    assert list(frame["hosts"].iloc[-1]) == ["db1"]
    again = run(root, rt, "Incidents", str(lines))
    assert again.returncode == 1
    assert "is not empty" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("No such",), 1, "names what RT does not know, or holds disabled: queue 'No such'"),
        (("Incidents", "--parts", "0"), 2, "argument --parts: there is one at least"),
        (("Incidents", "--parts", "some"), 2, "argument --parts: invalid"),
        (("Incidents", "--workers", "-1"), 2, "argument --workers: -1 is less than 0"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    root: Path, rt: Server, tmp_path: Path, arguments: Sequence[str], status: int, said: str
) -> None:
    """In one line, and no folder is made: a queue that RT does not know is no empty one."""
    folder = tmp_path / "tickets"
    refused = run(root, rt, arguments[0], str(folder), *arguments[1:])
    assert (refused.returncode, refused.stdout) == (status, "")
    assert said in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    assert not folder.exists()
