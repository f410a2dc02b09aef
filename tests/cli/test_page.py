"""The transcripts of docs/command-line.md are what the command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from rtorm import Session, Ticket
from rtorm.models.ticket import _CLASSES  # pyright: ignore[reportPrivateUsage]
from tests.cli.conftest import Command, Ran
from tests.serving import fixture_of
from tests.support import Server

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CREATED = re.compile(r"ticket (\d+) created")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_BLANKS = re.compile(r" +")
# Of it the page shows what RT 5 is told, and a recording has the time of another day.
_ONLY_5 = "rtorm check"
_CLOCK = re.compile(r"^\w+ +clock .*\n", re.MULTILINE)

# The page searches, and would find what other tests have made.
rt = fixture_of("module")


def steps(page: str) -> list[tuple[str, str]]:
    """Each command of the page, and what is printed below it."""
    found: list[tuple[str, str]] = []
    for block in _BLOCK.findall(page):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = step.partition("\n")
            found.append((line, printed))
    return found


def test_the_page_does_what_it_says(
    command: Command, rt: Server, session: Session, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command prints what stands below it, but for dates, numbers of tickets and widths."""
    # As in a process of its own, where nothing declares classes of tickets.
    _CLASSES.clear()
    monkeypatch.setenv("RTTIMEZONE", "UTC")
    page = (root / "docs" / "command-line.md").read_text(encoding="utf-8")
    made = [
        Ticket(queue="Incidents", subject="Disk full on db3", requestors=["ann@example.com"]),
        Ticket(queue="Incidents", subject="A printer that eats every page"),
    ]
    for each in made:
        session.add(each)
    made[0].cf["Affected hosts"] = ["db3"]
    session.commit()
    numbers = {"42": str(made[0].id), "43": str(made[1].id)}
    ran = Ran(0, "", "")
    for line, expected in steps(page):
        if line == "echo $?":
            assert expected == f"{ran.status}\n"
            continue
        _, *arguments = shlex.split(line)
        ran = command(*(_here(each, numbers) for each in arguments))
        told = ran.out + ran.err
        if (new := _CREATED.search(told)) and (shown := _CREATED.search(expected)):
            numbers[shown[1]] = new[1]
        if line != _ONLY_5 or rt.major == 5:
            assert _plain(told, rt) == _plain(_here(expected, numbers), rt), line


def _here(text: str, numbers: dict[str, str]) -> str:
    """A text of the page with the numbers that tickets have here."""
    return re.sub(r"\b4[2-9]\b", lambda found: numbers.get(found[0], found[0]), text)


def _plain(text: str, rt: Server) -> str:
    text = text.replace(rt.url, "https://rt.example.com").replace(rt.version, "5.0.3")
    return _BLANKS.sub(" ", _DATE.sub("DATE", _CLOCK.sub("", text)))
