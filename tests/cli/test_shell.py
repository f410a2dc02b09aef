"""`rtorm shell`: Python with an open session."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

from rtorm import Session
from rtorm.cli import main
from tests.cli.conftest import Command
from tests.seed import password_of
from tests.support import Incident, Server


@pytest.fixture
def ticket(session: Session) -> Incident:
    made = session.add(Incident(subject="Disk full", severity="high"))
    session.commit()
    return made


def test_code_runs_with_the_session(command: Command, ticket: Incident) -> None:
    """Rtorm's names are there; what is committed is sent, and nothing is said beside."""
    code = (
        f"t = session.get(Ticket, {ticket.id}); print(t.subject); t.priority = 7; session.commit()"
    )
    ran = command("shell", "-c", code)
    assert (ran.status, ran.out, ran.err) == (0, "Disk full\n", "")
    ticket.refresh()
    assert ticket.priority == 7


def test_a_script_comes_from_standard_input(command: Command, ticket: Incident) -> None:
    """Several lines, with functions that know the names."""
    script = f"def subject(number):\n    return session.get(Ticket, number).subject\n\nprint(subject({ticket.id}))\n"
    ran = command("shell", stdin=script)
    assert (ran.status, ran.out, ran.err) == (0, "Disk full\n", "")


def test_classes_from_rt_are_there_if_they_are_asked_for(
    command: Command, ticket: Incident
) -> None:
    """With their types, in memory alone."""
    code = f"t = session.get(Ticket, {ticket.id}); print(type(t).__name__, t.severity, type(t) is Incidents)"
    ran = command("shell", "--queue", "Incidents", "-c", code)
    assert (ran.status, ran.out) == (0, "Incidents high True\n")
    assert "NameError: name 'Incidents'" in command("shell", "-c", "Incidents").err


def test_what_is_unsent_is_told_and_not_sent(command: Command, ticket: Incident) -> None:
    """The names of what has changed, never its values."""
    code = (
        f"session.get(Ticket, {ticket.id}).subject = 'other'\n"
        "session.get(User, 'alice').password = 'hunter2-secret'\n"
        "session.add(Ticket(queue='Incidents', subject='new one'))\n"
    )
    ran = command("shell", "-c", code)
    assert ran.status == 0
    assert ran.err.splitlines() == [
        "rtorm: not sent: <Ticket new 'new one'*>, which is new",
        f"rtorm: not sent: <Incident {ticket.id} 'other' new*>: subject",
        *(line for line in ran.err.splitlines() if line.endswith("'alice'*>: password")),
    ]
    assert "hunter2" not in ran.err
    ticket.refresh()
    assert ticket.subject == "Disk full"


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("session.get(Ticket, 987654)", 2, "rtorm: Ticket 987654 does not exist."),
        ("raise SystemExit(5)", 5, ""),
        ("raise SystemExit('no')", 1, "rtorm: no"),
        ("raise KeyboardInterrupt", 130, "rtorm: interrupted"),
        ("1 +", 1, "SyntaxError: invalid syntax"),
    ],
)
def test_how_a_script_ends(command: Command, code: str, status: int, said: str) -> None:
    """As Python ends, and as a command ends where it is RT's word; without rtorm's own frames."""
    ran = command("shell", "-c", code)
    assert (ran.status, ran.err.strip().endswith(said)) == (status, True)
    assert "shell.py" not in ran.err


def test_a_prompt_needs_ipython(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told what to install, and what does without."""
    monkeypatch.setitem(sys.modules, "IPython.terminal.interactiveshell", None)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["shell"]) == 2
    said = capsys.readouterr().err
    assert 'needs IPython: pip install "rtorm[cli]"' in said
    assert "-c CODE" in said


class Terminal:
    """A shell at a terminal of 80 columns."""

    def __init__(self, url: str, home: Path) -> None:
        self.text = ""
        ours, theirs = pty.openpty()
        environment = {
            "RTSERVER": url,
            "RTUSER": "root",
            "RTPASSWD": password_of("root"),
            "HOME": str(home),
            "TERM": "dumb",
            "COLUMNS": "80",
        }
        program = "import sys; from rtorm.cli import main; sys.exit(main())"
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, "shell", "--queue", "Incidents"],
            env=os.environ | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self._ours = ours

    def wait_for(self, pattern: str) -> str:
        """What is shown until this is."""
        while not (found := re.search(pattern, self.text, re.DOTALL)):
            select.select([self._ours], [], [])
            self.text += os.read(self._ours, 4096).decode(errors="replace").replace("\r", "")
        before, self.text = self.text[: found.end()], self.text[found.end() :]
        return before

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._ours, f"{text}\n".encode())

    def close(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.mark.live
def test_at_a_terminal(rt: Server, ticket: Incident, tmp_path: Path) -> None:
    """Two lines of banner without secrets; what is unsent is told; no history is kept."""
    terminal = Terminal(rt.url, tmp_path)
    try:
        banner = terminal.wait_for(r"In \[1\]: ")
        assert f"RT {rt.version} at {rt.url}, as root (rtorm " in banner
        assert "Here are session, rtorm's names, Incidents. Changes wait for" in banner
        assert banner.partition("In [1]")[0].strip().count("\n") == 1
        assert password_of("root") not in banner
        terminal.type(f"t = session.get(Ticket, {ticket.id})")
        terminal.wait_for(r"In \[2\]: ")
        terminal.type("t.subject = 'hunter2-secret'")
        terminal.wait_for(r"In \[3\]: ")
        terminal.type("exit")
        terminal.wait_for(r"not sent: <Incidents \d+ 'hunter2-secret' new\*>: subject")
        assert terminal.process.wait() == 0
    finally:
        terminal.close()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"hunter2" in path.read_bytes()]
    ticket.refresh()
    assert ticket.subject == "Disk full"
