"""The transcripts of docs/exports.md are what the command prints."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rtorm import Session, Ticket
from rtorm.exports.tickets import Piece, Tickets
from rtorm.models.ticket import _CLASSES  # pyright: ignore[reportPrivateUsage]
from tests.cli.conftest import Command
from tests.cli.test_page import steps
from tests.serving import fixture_of

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_PRESSED = "^C"
_MERGED = "later.jsonl --resume"

# The page searches, and would find what other tests have made.
rt = fixture_of("module")


def test_the_page_does_what_it_says(
    command: Command,
    session: Session,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every command prints what stands below it, but for dates and numbers of tickets."""
    # As in a process of its own, where nothing declares classes of tickets.
    _CLASSES.clear()
    page = (root / "docs" / "exports.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = _tickets(session)
    numbers, status = [ticket.id or 0 for ticket in made], 0
    for line, expected in steps(page):
        here = _here(line, numbers)
        if line.endswith(_MERGED):
            made[2].merge_into(made[1])
        if line == "echo $?":
            printed = f"{status}\n"
        elif line == "ls":
            printed = "".join(f"{path.name}\n" for path in sorted(tmp_path.iterdir()))
        elif line.startswith("cat "):
            printed = (tmp_path / here.removeprefix("cat ")).read_text(encoding="utf-8")
        else:
            with monkeypatch.context() as patch:
                if expected.startswith(_PRESSED):
                    _press_after_a_piece(patch)
                ran = command(*shlex.split(here)[1:])
            status, printed = ran.status, ran.out + ran.err
        wanted = _here(expected.removeprefix(_PRESSED), numbers)
        assert _DATE.sub("DATE", printed) == _DATE.sub("DATE", wanted), line


def _tickets(session: Session) -> list[Ticket]:
    """Those that the page speaks of."""
    subjects = ("Disk full on db3", "A keyboard that types by itself", "Größe: 100 %")
    made = [session.add(Ticket(queue="Incidents", subject=subject)) for subject in subjects]
    session.commit()
    for ticket, severity in zip(made, ("high", None, "low"), strict=True):
        ticket.cf["Severity"] = severity
    session.commit()
    return made


def _press_after_a_piece(patch: pytest.MonkeyPatch) -> None:
    original, pieces = Tickets.piece, 0

    def piece(*given: Any) -> Piece:
        nonlocal pieces
        pieces += 1
        if pieces == 2:
            raise KeyboardInterrupt
        return original(*given)

    patch.setattr(Tickets, "piece", piece)


def _here(text: str, numbers: Sequence[int]) -> str:
    """A text of the page with the numbers that tickets have here."""
    return re.sub(r"\b4[2-4]\b", lambda found: str(numbers[int(found[0]) - 42]), text)
