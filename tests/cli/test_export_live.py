"""`rtorm export` as a process of its own, which ends in every way there is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rtorm
from rtorm import Attachment, Session, Ticket
from rtorm.exports.keeping import how_far
from rtorm.exports.tickets import Piece, Tickets
from rtorm.testing import RequestTracker
from tests.cli.conftest import Command
from tests.proxy import proxy_to
from tests.seed import SEED, password_of
from tests.support import Incident, Server, installed

pytestmark = pytest.mark.live

_NUMBER = 12


@pytest.fixture(scope="module")
def tickets(rt: Server) -> Iterator[list[int]]:
    """Some tickets with a file each; a process is in the middle of them as long as it is looked."""
    with rtorm.connect(rt.url, auth=("root", password_of("root")), time_zone="UTC") as session:
        made = [
            session.add(
                Incident(
                    subject=f"größer {number}",
                    text="See it.",
                    files=[Attachment(filename="a.bin", content=bytes([number]) * 3000)],
                )
            )
            for number in range(_NUMBER)
        ]
        session.commit()
        yield [each.id or 0 for each in made]


def _query(tickets: list[int]) -> str:
    return f"id >= {tickets[0]} AND id <= {tickets[-1]}"


def _process(url: str, *arguments: object) -> subprocess.Popen[str]:
    program = "import sys; from rtorm.cli import main; sys.exit(main())"
    return subprocess.Popen(
        [sys.executable, "-c", program, "export", *map(str, arguments)],
        env=os.environ | {"RTSERVER": url, "RTUSER": "root", "RTPASSWD": password_of("root")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ended_after(process: subprocess.Popen[str], output: Path, done: int, number: int) -> str:
    """End a process once it has kept so many tickets; gives what it said."""
    while process.poll() is None and ((far := how_far(output)) is None or far[0] < done):
        time.sleep(0.002)
    process.send_signal(number)
    return process.communicate()[1]


def _check(output: Path, tickets: list[int]) -> None:
    rows = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == tickets
    assert sorted(output.parent.glob("t.jsonl*")) == [output]


def test_kill_9_again_and_again(rt: Server, tickets: list[int], tmp_path: Path) -> None:
    """Each process goes on where the one before was killed, and the result is whole."""
    output, folder = tmp_path / "t.jsonl", tmp_path / "files"
    arguments = [_query(tickets), "--output", output, "--chunk", 1, "--attachments", folder]
    reached: list[int] = []
    for done in (1, 4, 5, 9):
        resume = ["--resume"] if reached else []
        process = _process(rt.url, *arguments, *resume)
        _ended_after(process, output, done, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert not output.exists()
        reached.append((how_far(output) or (0, 0))[0])
    assert reached == sorted(reached)
    assert reached[-1] >= 9
    last = _process(rt.url, *arguments, "--resume")
    assert (last.communicate()[1].count("going on"), last.returncode) == (1, 0)
    _check(output, tickets)
    for row in map(json.loads, output.read_text("utf-8").splitlines()):
        [file] = [each["file"] for each in row["attachments"] if each["file"]]
        number = tickets.index(row["id"])
        assert (folder / file).read_bytes() == bytes([number]) * 3000
    assert len([path for path in folder.rglob("*") if path.is_file()]) == _NUMBER


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal(rt: Server, tickets: list[int], tmp_path: Path, number: signal.Signals) -> None:
    """The process says what is kept, and ends with the status that the signal has."""
    output = tmp_path / "t.jsonl"
    arguments = [_query(tickets), "--output", output, "--chunk", 1]
    process = _process(rt.url, *arguments)
    said = _ended_after(process, output, 2, number)
    assert process.returncode == 128 + number
    done = (how_far(output) or (0, 0))[0]
    kept = f"{done} of {_NUMBER} tickets are kept: --resume goes on"
    assert said == f"rtorm: interrupted; {kept}\n"
    last = _process(rt.url, *arguments, "--resume")
    assert (last.wait(), last.communicate()[1].count("going on")) == (0, 1)
    _check(output, tickets)


def test_the_terminal_closes_under_nohup(rt: Server, tickets: list[int], tmp_path: Path) -> None:
    """Nothing ends: the signal is ignored, as whoever started the process has set it."""
    output = tmp_path / "t.jsonl"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = _process(rt.url, _query(tickets), "--output", output, "--chunk", 1)
    finally:
        signal.signal(signal.SIGHUP, before)
    said = _ended_after(process, output, 2, signal.SIGHUP)
    assert (process.returncode, said) == (0, f"rtorm: {_NUMBER} tickets in {output}\n")
    _check(output, tickets)


def test_two_at_once(rt: Server, tickets: list[int], tmp_path: Path) -> None:
    """The second process is refused as long as the first one runs, and spoils nothing."""
    output = tmp_path / "t.jsonl"
    arguments = [_query(tickets), "--output", output, "--chunk", 1]
    first = _process(rt.url, *arguments)
    while how_far(output) is None:
        time.sleep(0.002)
    first.send_signal(signal.SIGSTOP)
    try:
        second = _process(rt.url, *arguments, "--resume")
        said = second.communicate()[1]
        assert (second.returncode, "another process is at work" in said) == (2, True)
    finally:
        first.send_signal(signal.SIGCONT)
    assert (first.communicate()[1], first.returncode) == (
        f"rtorm: {_NUMBER} tickets in {output}\n",
        0,
    )
    _check(output, tickets)


def test_a_connection_that_is_lost(
    rt: Server,
    tickets: list[int],
    tmp_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was asked for again in vain ends it; what is kept goes on once RT is there."""
    output = tmp_path / "t.jsonl"
    original, count = Tickets.piece, 0
    with proxy_to(rt.url) as proxy:

        def piece(*given: Any) -> Piece:
            nonlocal count
            count += 1
            if count == 3:
                proxy.losses["ticket/show"] = proxy.losses["show"] = "reply"
            return original(*given)

        monkeypatch.setattr(Tickets, "piece", piece)
        arguments = ["export", _query(tickets), "--output", output, "--chunk", 2]
        ran = command(*arguments, "--server", proxy.url)
        assert ran.status == 2
        assert f"4 of {_NUMBER} tickets are kept" in ran.err
        proxy.losses.clear()
        ran = command(*arguments, "--server", proxy.url, "--resume")
    assert ran.status == 0
    _check(output, tickets)


@pytest.mark.real_rt
@pytest.mark.skipif(not installed(5), reason="not installed")
def test_rt_is_restarted_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login of before is gone with it, and nothing else."""
    output = tmp_path / "t.jsonl"
    for name, value in (("RTUSER", "root"), ("RTPASSWD", "password"), ("RTTOKEN", "")):
        monkeypatch.setenv(name, value)
    with RequestTracker(5, initialdata=SEED) as tracker:
        port = int(tracker.url.rpartition(":")[2])
        monkeypatch.setenv("RTSERVER", tracker.url)
        _fill(rtorm.connect())
        query = "id > 0"
        process = _process(tracker.url, query, "--output", output, "--chunk", 1)
        while (far := how_far(output)) is None or far[0] < 2:
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
    process.send_signal(signal.SIGCONT)
    said = process.communicate()[1]
    assert process.returncode == 2
    assert "tickets are kept: --resume goes on" in said
    with RequestTracker(5, initialdata=SEED, port=port) as tracker:
        _fill(rtorm.connect())
        last = _process(tracker.url, query, "--output", output, "--chunk", 1, "--resume")
        assert last.communicate()[1].splitlines()[-1] == f"rtorm: {_NUMBER} tickets in {output}"
    _check(output, list(range(1, _NUMBER + 1)))


def _fill(session: Session) -> None:
    with session:
        for number in range(_NUMBER):
            session.add(Ticket(queue="Incidents", subject=f"größer {number}"))
        session.commit()
