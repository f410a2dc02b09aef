"""Standard streams that are closed, full, unread, or of an encoding without the characters."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rtorm import Session
from tests.cli.test_processes import LIMIT, PROGRAM, environment, python
from tests.support import Incident, Server

FULL = Path("/dev/full")


@pytest.fixture
def ticket(session: Session) -> Incident:
    made = session.add(Incident(subject="Disk full"))
    session.commit()
    return made


def shell(rt: Server, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What a line of a shell leaves."""
    return subprocess.run(
        ["/bin/sh", "-c", line, *PROGRAM],
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env=environment(rt, **more),
    )


def rtorm(line: str) -> str:
    """The command in a shell's line."""
    return f'"$0" "$1" "$2" {line}'


def unread(rt: Server, line: str) -> subprocess.CompletedProcess[str]:
    """What a command leaves of which nobody reads the output, from the beginning."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [*PROGRAM, *line.split()],
            check=False,
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LIMIT,
            env=environment(rt),
        )
    finally:
        os.close(writer)


@pytest.mark.live
@pytest.mark.skipif(not FULL.exists(), reason="no device that is full")
@pytest.mark.parametrize("form", ["table", "json"])
def test_an_outcome_that_cannot_be_written(rt: Server, ticket: Incident, form: str) -> None:
    """Standard error has it, and the status is none after which a script would do it again."""
    ran = shell(rt, rtorm(f"edit {ticket.id} priority=7 --format {form} >/dev/full"))
    assert ran.returncode == 3
    assert f"ticket {ticket.id}: priority applied (standard output" in ran.stderr
    ran = shell(rt, rtorm(f"create --queue Incidents subject=x --format {form} >/dev/full"))
    assert ran.returncode == 3
    assert "rtorm: ticket " in ran.stderr
    assert "None" not in ran.stderr
    ran = shell(rt, rtorm(f"comment {ticket.id} -m x >/dev/full"))
    assert ran.returncode == 3
    assert "comment recorded" in ran.stderr
    assert "Traceback" not in ran.stderr
    ran = shell(rt, rtorm(f"find id={ticket.id} --format {form} >/dev/full"))
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)


@pytest.mark.live
@pytest.mark.parametrize(
    "line", ["show ID", "find id=ID", "find id=ID --format json", "check", "--help", "edit --help"]
)
def test_a_table_that_nobody_reads(rt: Server, ticket: Incident, line: str) -> None:
    """The status is the one of a broken pipe, and never that of a refusal."""
    asked = line.replace("ID", str(ticket.id))
    ran = unread(rt, asked)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.live
def test_an_outcome_that_nobody_reads(rt: Server, ticket: Incident) -> None:
    """Standard error tells what RT did."""
    ran = unread(rt, f"edit {ticket.id} priority=7")
    assert ran.returncode == 141
    assert f"ticket {ticket.id}: priority applied" in ran.stderr


@pytest.mark.live
@pytest.mark.skipif(os.name != "posix", reason="no shell")
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("edit ID priority=7 >&-", 0),
        ("find id=ID --format json >&-", 0),
        ("show ID 2>&-", 0),
        ("show 999999 2>&-", 2),
        ("shell <&-", 0),
        ("comment ID --file - <&-", 1),
    ],
)
def test_streams_that_are_closed(rt: Server, ticket: Incident, line: str, status: int) -> None:
    """What is closed is as good as the null device."""
    ran = shell(rt, rtorm(line.replace("ID", str(ticket.id))))
    assert ran.returncode == status
    assert "Traceback" not in ran.stderr


@pytest.mark.live
def test_an_encoding_without_the_characters(rt: Server, ticket: Incident) -> None:
    """They are spelt out; a change that RT made does not look like a failure."""
    ran = shell(rt, rtorm(f"edit {ticket.id} subject=日本"), PYTHONIOENCODING="latin-1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert r"\u65e5\u672c" in ran.stdout
    ran = shell(rt, rtorm(f"find id={ticket.id} --format jsonl"), PYTHONIOENCODING="latin-1")
    assert "日本" in ran.stdout


def test_a_defect() -> None:
    """Python's traceback, and the status of what may have been done."""
    ran = python(
        "import sys; from rtorm.cli import app, main\n"
        "def broken(): raise RuntimeError('broken')\n"
        "app._root = broken\n"
        "sys.exit(main(['check']))"
    )
    assert ran.returncode == 3
    assert ran.stderr.endswith("RuntimeError: broken\n")
