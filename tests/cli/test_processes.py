"""The command as a process: terminals, pipes, signals, shells."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping

import pytest

from rtorm import Session
from tests.proxy import proxy_to
from tests.seed import password_of
from tests.support import Incident, Server

_MAIN = "import sys; from rtorm.cli import main; sys.exit(main())"
PROGRAM = [sys.executable, "-c", _MAIN]
LIMIT = 120


def environment(rt: Server, **more: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RT")}
    login = {"RTSERVER": rt.url, "RTUSER": "root", "RTPASSWD": password_of("root")}
    return kept | login | {"RTCONFIG": os.devnull} | more


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=LIMIT
    )


@pytest.fixture
def ticket(session: Session) -> Incident:
    made = session.add(Incident(subject="Disk full"))
    session.commit()
    return made


def test_without_typer() -> None:
    """One line says what to install; the exit status is 2."""
    ran = python(f"import sys; sys.modules['typer'] = None; {_MAIN}")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == 'rtorm: the command line needs Typer: pip install "rtorm[cli]"\n'


def test_help_waits_for_nothing() -> None:
    """What it takes to talk to a server is imported when a command needs it."""
    ran = python(
        "import sys; from rtorm.cli import main; status = main(['--help']); "
        "print(status, [n for n in ('requests', 'pydantic', 'rtorm.orm') if n in sys.modules])"
    )
    assert ran.stdout.splitlines()[-1] == "0 []"
    for command in ("check", "show", "find", "edit", "create", "comment", "reply", "take"):
        assert f" {command} " in ran.stdout
    assert "rtorm edit 42 status=resolved" in ran.stdout
    assert "3    a reply was lost" in ran.stdout


def test_the_help_of_a_command() -> None:
    """It has examples and the exit statuses."""
    ran = python("from rtorm.cli import main; main(['edit', '--help'])")
    assert "rtorm edit 42 status=open cf.Severity=high" in ran.stdout
    assert "3    a reply was lost" in ran.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("edit 42 sta", {"status=", "started=", "starts="}),
        ("find x --columns id,sub", {"id,subject"}),
        ("find x --order-by cre", {"created", "creator"}),
        ("ch", {"check"}),
    ],
)
def test_a_shell_completes(words: str, expected: set[str]) -> None:
    """Names of commands, attributes and columns; no server is asked."""
    line = f"rtorm {words}"
    ran = subprocess.run(
        PROGRAM,
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        env=os.environ
        | {
            "_RTORM_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - 1),
        },
    )
    assert set(ran.stdout.split()) == expected


@pytest.mark.live
def test_a_reader_that_goes_away(rt: Server, ticket: Incident) -> None:
    """`rtorm find … | head` ends quietly."""
    process = subprocess.Popen(
        [*PROGRAM, "find", f"id <= {ticket.id}", "--format", "jsonl"],
        env=environment(rt),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(LIMIT) == 141
    process.stderr.close()


@pytest.mark.live
@pytest.mark.parametrize(
    ("arguments", "path", "said"),
    [
        (["find", "id > 0"], "search/ticket", "interrupted"),
        (["edit", "ID", "status=open"], "edit", "unknown"),
        (["comment", "ID", "-m", "x"], "comment", "may have been recorded or not"),
    ],
)
def test_ctrl_c(rt: Server, ticket: Incident, arguments: list[str], path: str, said: str) -> None:
    """The exit status is 130, and what was done is told truly, without a traceback."""
    named = [str(ticket.id) if each == "ID" else each for each in arguments]
    with proxy_to(rt.url) as proxy:
        proxy.losses[path] = "late"
        process = subprocess.Popen(
            [*PROGRAM, *named],
            env=environment(rt, RTSERVER=proxy.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert proxy.arrived.wait(LIMIT)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
        proxy.go_on.set()
        proxy.gone_on.wait(LIMIT)
    assert process.returncode == 130
    assert said in out + err
    assert "Traceback" not in err


@pytest.mark.live
@pytest.mark.skipif(os.name != "posix", reason="no terminals of this kind")
def test_a_password_is_asked_for(rt: Server) -> None:
    """On a terminal, where none is set; what is typed is not shown."""
    ran = on_terminal(
        ["show", "queue/General", "--user", "alice"], environment(rt), "alice-password\n"
    )
    assert f"Password of alice at {rt.url}: " in ran
    assert "alice-password" not in ran
    assert "SeeQueue" in ran


@pytest.mark.live
@pytest.mark.skipif(os.name != "posix", reason="no terminals of this kind")
def test_colours_are_for_terminals(rt: Server, ticket: Incident) -> None:
    """And not where they are not wanted; nothing is cut."""
    asked = ["edit", str(ticket.id), "status=open"]
    assert "\x1b[32m" in on_terminal(asked, environment(rt, TERM="xterm"))
    asked = ["edit", str(ticket.id), "status=new"]
    assert "\x1b[3" not in on_terminal([*asked, "--no-color"], environment(rt, TERM="xterm"))
    asked = ["edit", str(ticket.id), "status=open"]
    assert "\x1b[3" not in on_terminal(asked, environment(rt, TERM="xterm", NO_COLOR="1"))


@pytest.mark.live
def test_a_log(rt: Server, ticket: Incident) -> None:
    """A line for each request on standard error; twice, all of it, without the password."""
    for option in ("-v", "-vv"):
        ran = subprocess.run(
            [*PROGRAM, "show", str(ticket.id), option],
            check=False,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            env=environment(rt),
        )
        assert "ticket/new: RT/" in ran.stderr
        assert f"pass={password_of('root')}" not in ran.stderr
        assert ran.stdout.startswith(f"ticket {ticket.id}: ")


def on_terminal(arguments: list[str], variables: Mapping[str, str], typed: str = "") -> str:
    """What a run shows on a terminal of its own."""
    child, terminal = pty.fork()
    if not child:
        os.execve(PROGRAM[0], [*PROGRAM, *arguments], dict(variables))
    seen = b""
    while True:
        if typed and seen.rstrip().endswith(b":"):
            os.write(terminal, typed.encode())
            typed = ""
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            # Linux tells the end of the other side so.
            break
        if not piece:
            break
        seen += piece
    os.close(terminal)
    os.waitpid(child, 0)
    return seen.decode()
