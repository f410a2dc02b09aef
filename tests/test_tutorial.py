"""The tutorial leads to the script that stands in `examples/`, and that script works."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rtorm import Session
from tests.support import Incident, Server, installed

_SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TESTS = re.compile(r'^```py title="test_nightly.py"\n(.*?)^```', re.DOTALL | re.MULTILINE)


def definitions(source: str) -> dict[str, str]:
    """Its functions and classes, by name; of two of a name the later one."""
    return {
        node.name: ast.unparse(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def page(root: Path) -> str:
    return (root / "docs" / "tutorial.md").read_text("utf-8")


def script(root: Path) -> Path:
    return root / "examples" / "nightly.py"


def test_the_tutorial_leads_to_the_script(root: Path) -> None:
    """What a reader has defined by the end of the page is what the script has."""
    told = definitions("\n".join(_SNIPPET.findall(page(root))))
    held = definitions(script(root).read_text("utf-8"))
    assert {"Incident", "failed_backups", "triage", "save", "remind", "run"} <= told.keys()
    assert told == {name: held[name] for name in told}


@pytest.mark.real_rt
@pytest.mark.skipif(not installed(5), reason="not installed")
def test_the_tests_of_the_tutorial_pass(root: Path, tmp_path: Path) -> None:
    """Beside the script, in a folder of their own, as a reader would run them."""
    [tests] = _TESTS.findall(page(root))
    (tmp_path / "test_nightly.py").write_text(tests)
    shutil.copy(script(root), tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_nightly.py"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "2 passed" in run.stdout


def ran(
    root: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script(root)), *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.live
def test_the_script_runs_from_the_command_line(
    root: Path, rt: Server, connect: Callable[..., Session]
) -> None:
    """It finds, previews, hands over and reminds; its exit status says how it went."""
    session = connect()
    incident = session.add(Incident(subject="Backup failed: web7"))
    session.commit()
    environment = {"RTSERVER": rt.url, "RTUSER": "root", "RTPASSWD": "password"}
    # What is to be older than yesterday's tomorrow was touched before now.
    touched = ("--days", "-1", "--zone", "Europe/Rome")

    looked = ran(root, environment, *touched, "--owner", "bob", "--dry-run")
    assert (looked.returncode, looked.stdout) == (0, "")
    assert f"{incident.id}: owner would become bob" in looked.stderr
    incident.refresh()
    assert (incident.owner, incident.severity) == ("Nobody", None)

    # Bob may not own tickets here.
    done = ran(root, environment, *touched, "--owner", "bob", "--deputy", "alice", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "That user may not own tickets in that queue" in done.stderr
    assert "POST edit: RT/" in done.stderr
    incident.refresh()
    assert (incident.owner, incident.severity) == ("alice", "low")
    [reminder] = incident.history.of_type("Comment")
    assert (reminder.content or "").startswith("No backup since.")

    incident.owner = "Nobody"
    incident.save()
    refused = ran(root, environment, *touched, "--owner", "bob", "--deputy", "gone")
    assert refused.returncode == 1
    assert "That user does not exist" in refused.stderr
    incident.refresh("history")
    assert len(incident.history.of_type("Comment")) == 1
    # Other tests look for such tickets, too.
    session.edit(Incident, incident.id, status="resolved")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--owner", "alice"), "cannot reach RT"),
        (("--owner", "alice", "--zone", "Nowhere"), "there is no time zone 'Nowhere'"),
        ((), "--owner"),
    ],
)
def test_what_keeps_it_from_going_on_is_status_2(
    root: Path, arguments: tuple[str, ...], said: str
) -> None:
    """In one line, without a traceback, for whoever reads cron's mail."""
    environment = {"RTSERVER": "http://127.0.0.1:9", "RTUSER": "me", "RTPASSWD": "secret"}
    failed = ran(root, environment, *arguments)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2031-07-02T20:00", "2031-07-03T17:00+02:00"),  # a Wednesday
        ("2031-07-04T20:00", "2031-07-07T17:00+02:00"),  # a Friday
        ("2031-07-05T23:30", "2031-07-07T17:00+02:00"),  # a Saturday, in Rome a Sunday
        ("2031-10-24T12:00", "2031-10-27T17:00+01:00"),  # summer time ends meanwhile
    ],
)
def test_the_next_working_day_is_that_of_the_place(root: Path, now: str, due: str) -> None:
    """Weekends are left out, and the hour is the clock's there on that day."""
    told = datetime.fromisoformat(now).replace(tzinfo=UTC)
    end_of_next_working_day = runpy.run_path(str(script(root)))["end_of_next_working_day"]
    found = end_of_next_working_day(told, ZoneInfo("Europe/Rome"))
    assert found.isoformat(timespec="minutes") == due
