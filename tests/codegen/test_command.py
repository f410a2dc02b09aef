"""`python -m rtorm.codegen`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtorm import Queue, Session
from rtorm.codegen import __main__ as command
from rtorm.codegen import generate_models
from tests.proxy import proxy_to
from tests.seed import password_of
from tests.support import Server

Run = Callable[..., int]


@pytest.fixture
def run(rt: Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command as some user of the server, with the login in the environment."""

    def run(*arguments: str, user: str = "root") -> int:
        monkeypatch.delenv("RTTOKEN", raising=False)
        monkeypatch.setenv("RTUSER", user)
        monkeypatch.setenv("RTPASSWD", password_of(user))
        return command.main([rt.url, *arguments])

    return run


def test_the_module_goes_to_standard_output(
    run: Run, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same as the function gives, and nothing beside it."""
    assert run("--queue", "Incidents", "--queue", "two words", "--queue", "incidents") == 0
    printed = capsys.readouterr()
    assert printed.out == generate_models(session, ["Incidents", "Two Words"])
    assert printed.err == ""


def test_a_file_is_written_and_checked(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """0 as long as RT tells the same; 1 and a diff when it has moved on; the file is not touched."""
    file = tmp_path / "rt_models.py"
    assert run("--queue", "Incidents", "--output", str(file)) == 0
    assert run("--queue", "Incidents", "--check", str(file)) == 0
    assert capsys.readouterr() == ("", "")
    old = file.read_text("utf-8").replace('cf("Note"', 'cf("Old note"')
    file.write_text(old, "utf-8")
    assert run("--queue", "Incidents", "--check", str(file)) == 1
    printed = capsys.readouterr()
    assert '-    note: CF[str | None] = cf("Old note", default=None)' in printed.out
    assert '+    note: CF[str | None] = cf("Note", default=None)' in printed.out
    assert "is out of date" in printed.err
    assert file.read_text("utf-8") == old


def test_a_persons_file_is_left_alone(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One line says so."""
    file = tmp_path / "mine.py"
    file.write_text("mine = 1\n")
    assert run("--queue", "Incidents", "--output", str(file)) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert file.read_text() == "mine = 1\n"


@pytest.mark.parametrize("name", ["", " ", "0"])
def test_what_is_no_name_of_a_queue(
    run: Run, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A failure, and never the exit status that says RT has changed."""
    assert run("--queue", name) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert repr(name) in printed.err


@pytest.mark.parametrize("option", ["--output", "--check"])
def test_a_link_to_itself(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, option: str
) -> None:
    """One line; the link stays."""
    loop = tmp_path / "loop.py"
    loop.symlink_to(loop)
    assert run("--queue", "Incidents", option, str(loop)) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert loop.is_symlink()


def test_a_folder_that_is_not_there(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Not taken for a file of that name."""
    assert run("--queue", "Incidents", "--output", f"{tmp_path}/models/") == 2
    assert "no such folder" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_a_module_is_not_emptied_when_a_right_is_lost(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """RT then lists no fields, as if there were none; to remove the file is the way to mean it."""
    file = tmp_path / "rt_models.py"
    assert run("--queue", "Incidents", "--output", str(file)) == 0
    old = file.read_bytes()
    assert run("--queue", "Incidents", "--output", str(file), user="creator") == 2
    assert "'Incidents' (see the warning); to have it written" in capsys.readouterr().err
    assert run("--queue", "Incidents", "--check", str(file), user="creator") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "may be out of date or not" in printed.err
    assert file.read_bytes() == old
    file.unlink()
    assert run("--queue", "Incidents", "--output", str(file), user="creator") == 0
    assert run("--queue", "Incidents", "--output", str(file), user="creator") == 0
    assert run("--queue", "Incidents", "--check", str(file), user="creator") == 0
    assert run("--queue", "Incidents", "--output", str(file)) == 0
    assert file.read_bytes() == old


@pytest.mark.live
@pytest.mark.parametrize("of_one", [False, True])
def test_a_module_is_not_made_poorer_when_rest_2_fails(
    rt: Server,
    run: Run,
    session: Session,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    of_one: bool,
) -> None:
    """A failure that passes is no change of RT's; RT 4 has no REST 2.0 that could fail."""
    fields = session.get(Queue, "Incidents").custom_fields
    [number] = [field.id for field in fields if field.name == "Severity"]
    file = tmp_path / "rt_models.py"
    assert run("--queue", "Incidents", "--output", str(file)) == 0
    old = file.read_bytes()
    status = 2 if rt.major >= 5 else 0
    with proxy_to(rt.url) as proxy:
        # Both of REST 2.0 alone.
        proxy.losses[f"/customfield/{number}" if of_one else "/customfields"] = "request"
        for option in ("--output", "--check"):
            arguments = [proxy.url, "--queue", "Incidents", option, str(file)]
            assert command.main(arguments) == status
            printed = capsys.readouterr()
            assert printed.out == ""
            assert ("REST 2.0" in printed.err) is bool(status)
    assert file.read_bytes() == old


def test_an_unknown_queue(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """RT's words on one line, and nothing that looks like a module."""
    assert run("--queue", "Incidents", "--queue", "nosuch") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("rtorm.codegen: No queue named nosuch exists")
    assert printed.err.count("\n") == 1


def test_a_queue_that_the_account_may_not_see(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The right that is missing is named."""
    assert run("--queue", "Incidents", user="stranger") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "SeeQueue" in printed.err


def test_fields_that_the_account_may_not_see(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning beside the module; granted on the queue, the right does not count."""
    assert run("--queue", "Incidents", user="creator") == 0
    printed = capsys.readouterr()
    assert "class Incidents(" in printed.out
    assert printed.err.count("\n") == 1
    assert "SeeCustomField globally or on the fields themselves" in printed.err


def test_a_wrong_password(
    rt: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, which does not repeat it."""
    monkeypatch.setenv("RTPASSWD", "hunter2")
    assert command.main([rt.url, "--user", "root", "--queue", "Incidents"]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("rtorm.codegen: ")
    assert printed.err.count("\n") == 1
    assert "hunter2" not in printed.err


def test_a_password_is_asked_for(
    rt: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the environment has none; it is never an argument."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "password"

    monkeypatch.delenv("RTPASSWD", raising=False)
    monkeypatch.setattr(command, "getpass", ask)
    assert command.main([rt.url, "--user", "root", "--queue", "Incidents"]) == 0
    assert asked == ["Password of root: "]
    assert "class Incidents(" in capsys.readouterr().out


def test_nobody_answers_the_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a job of CI: the remedy is named; Ctrl-C is no error."""

    def ends(_prompt: str) -> str:
        raise EOFError

    def stops(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.delenv("RTPASSWD", raising=False)
    monkeypatch.setattr(command, "getpass", ends)
    arguments = ["https://rt.example.com", "--user", "root", "--queue", "Incidents"]
    assert command.main(arguments) == 2
    assert "set RTPASSWD" in capsys.readouterr().err
    monkeypatch.setattr(command, "getpass", stops)
    assert command.main(arguments) == 130


def test_no_login(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What is missing is named."""
    # No file of RT's tool, as Debian's packages install one.
    monkeypatch.setenv("RTCONFIG", str(tmp_path / ".rtrc"))
    (tmp_path / ".rtrc").touch()
    for name in ("RTTOKEN", "RTUSER", "RTPASSWD", "RTSERVER"):
        monkeypatch.delenv(name, raising=False)
    assert command.main(["https://rt.example.com", "--queue", "Incidents"]) == 2
    assert "RTUSER" in capsys.readouterr().err
    assert command.main(["--queue", "Incidents"]) == 2
    assert "RTSERVER" in capsys.readouterr().err


def test_a_file_that_cannot_be_read(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure, not a difference."""
    assert run("--queue", "Incidents", "--check", "/no/such/file.py") == 2
    assert capsys.readouterr().err == (
        "rtorm.codegen: /no/such/file.py: No such file or directory\n"
    )


@pytest.mark.parametrize("arguments", [[], ["url"], ["url", "--queue", "A", "--password", "x"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """At least one queue, and no password."""
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m rtorm.codegen" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """It tells of the login, the exit statuses, and how it is used."""
    with pytest.raises(SystemExit) as caught:
        command.main(["--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    for word in ("RTPASSWD", "RTTOKEN", "exit status", "--check rt_models.py", "--queue NAME"):
        assert word in told


@pytest.mark.live
def test_as_a_program_of_its_own(rt: Server, session: Session, root: Path) -> None:
    """Redirected to a file it is Python source in UTF-8, whatever the terminal speaks."""
    environment = os.environ | {
        "RTUSER": "root",
        "RTPASSWD": "password",
        "PYTHONIOENCODING": "ascii",
        "PYTHONPATH": str(root),
    }
    done = subprocess.run(
        [sys.executable, "-m", "rtorm.codegen", rt.url, "--queue", "Odd"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == generate_models(session, "Odd")
    assert "Größe" in done.stdout.decode()
