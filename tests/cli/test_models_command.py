"""`rtorm models`: the same as `python -m rtorm.codegen`, with the options of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtorm import Session
from rtorm.codegen import __main__ as program
from rtorm.codegen import generate_models
from tests.cli.conftest import Command
from tests.support import Server


def test_the_module_goes_to_standard_output(command: Command, session: Session) -> None:
    """The same as the function gives."""
    ran = command("models", "--queue", "Incidents", "--queue", "two words")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == generate_models(session, ["Incidents", "Two Words"])


def test_a_file_is_written_and_checked(command: Command, tmp_path: Path) -> None:
    """0 as long as RT tells the same; 1 and a diff when it has moved on; the file is not touched."""
    file = tmp_path / "rt_models.py"
    arguments = ("models", "--queue", "Incidents", "--output", file)
    assert command(*arguments).status == 0
    ran = command(*arguments, "--check")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    old = file.read_text("utf-8").replace('cf("Note"', 'cf("Old note"')
    file.write_text(old, "utf-8")
    ran = command(*arguments, "--check")
    assert ran.status == 1
    assert '+    note: CF[str | None] = cf("Note", default=None)' in ran.out
    assert ran.err == f"rtorm: {file} is out of date: RT has changed since it was written\n"
    assert file.read_text("utf-8") == old


@pytest.mark.parametrize(
    ("arguments", "user"),
    [
        (("--queue", "Nowhere"), "root"),
        (("--queue", "Incidents"), "stranger"),
        (("--queue", "Incidents"), "selfie"),
        (("--queue", ""), "root"),
    ],
)
def test_a_failure_has_the_texts_and_the_status_of_the_program(
    command: Command,
    rt: Server,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    user: str,
) -> None:
    """2, and never the status that says that RT has changed."""
    ran = command("models", *arguments, "--output", tmp_path / "m.py", user=user)
    capsys.readouterr()
    status = program.main([rt.url, *arguments, "--output", str(tmp_path / "m.py")])
    said = capsys.readouterr().err
    assert (ran.status, status) == (2, 2)
    assert ran.err.removeprefix("rtorm: ") == said.removeprefix("rtorm.codegen: ")


def test_a_persons_file_is_left_alone(command: Command, tmp_path: Path) -> None:
    """One line says so."""
    file = tmp_path / "mine.py"
    file.write_text("mine = 1\n")
    ran = command("models", "--queue", "Incidents", "--output", file)
    assert (ran.status, ran.err.count("\n"), file.read_text()) == (2, 1, "mine = 1\n")


def test_a_check_needs_a_file(command: Command) -> None:
    """Nothing is asked of RT."""
    ran = command("models", "--queue", "Incidents", "--check")
    assert ran.status == 2
    assert "--check compares a file" in ran.err
