"""What is generated from real servers, and used on them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtorm import Session, Ticket, state_of
from rtorm.codegen import generate_models
from tests.codegen.support import built, classes
from tests.support import Server


def test_an_odd_queue(rt: Server, session: Session) -> None:
    """Hostile names, every kind of field; RT 5 tells numbers, values and maxima, RT 4 does not."""
    text = generate_models(session, "Odd")
    told = rt.major >= 5
    for line in [
        'with_space: CF[str | None] = cf("With Space", default=None)\n    """what: it (is)."""',
        'col_on: CF[str | None] = cf("Col: on", default=None)',
        "dq_uote: CF[str | None] = cf('Dq\"uote', default=None)",
        'back_slash: CF[str | None] = cf("Back\\\\slash", default=None)',
        'cf_owner: CF[str | None] = cf("Owner", default=None)',
        'cf_class: CF[str | None] = cf("class", default=None)',
        'day: CF[date | None] = cf("Day", default=None)',
        'instant: CF[AwareDatetime | None] = cf("Instant", default=None)',
        'picture: ReadOnly[str | None] = cf("Picture", default=None)',
        'pictures: ReadOnly[list[str]] = cf("Pictures", default_factory=list)',
    ]:
        assert f"    {line}\n" in text
    assert ('CF[Literal["yes", "no"] | None]' in text) is told
    assert ('CF[list[Literal["net", "db", "a, b"]]]' in text) is told
    assert ("RT suggests 'x', 'y'." in text) is told
    assert ("Must match `[Digits]`" in text) is not told
    assert "    dup: " not in text
    wrappers = re.findall(r"^    dup_\w+: (\w+)", text, re.MULTILINE)
    assert wrappers == (["CF", "CF"] if told else ["ReadOnly"])
    assert ("does not tell its number" in text) is not told


def test_generated_classes_load_and_save(rt: Server, session: Session) -> None:
    """Tickets of the queue load as the class, with typed custom fields."""
    module = built(generate_models(session, "Incidents"))
    [incidents] = classes(module)
    ticket = session.add(
        incidents(subject="Generated", severity="high", affected_hosts=["db1"], cf_owner="7")
    )
    session.commit()
    session.expire(ticket)
    seen: Any = session.get(Ticket, ticket.id)
    assert type(seen) is incidents
    assert (seen.severity, seen.affected_hosts, seen.cf_owner) == ("high", ["db1"], "7")
    assert state_of(seen).undecoded == {}


_OWN = """

class Incident(Incidents, queue="Incidents"):
    @property
    def is_grave(self) -> bool:
        return self.severity == "critical"
"""


def test_a_class_of_ones_own_takes_the_place_of_the_generated_one(
    session: Session, connect: Callable[..., Session]
) -> None:
    """It names the queue again, and has the generated fields."""
    incidents, incident = classes(built(generate_models(session, "Incidents") + _OWN))
    ticket = session.add(incident(subject="Own", severity="critical"))
    session.commit()
    seen: Any = connect().get(Ticket, ticket.id)
    assert type(seen) is incident
    assert seen.is_grave
    assert type(connect().get(incidents, ticket.id)) is incident


def _mypy(file: Path, _root: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(file)]
    return _said(command, file.parent)


def _pyright(file: Path, root: Path) -> str:
    settings = file.with_name("pyrightconfig.json")
    settings.write_text(json.dumps({"extraPaths": [str(root)], "typeCheckingMode": "strict"}))
    python = ("--pythonpath", sys.executable)
    said = _said([sys.executable, "-m", "pyright", *python, "-p", str(settings)], file.parent)
    return said.replace("0 errors, 0 warnings, 0 informations", "").strip()


def _said(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else done.stdout


@pytest.mark.live
@pytest.mark.parametrize("check", [_mypy, _pyright])
def test_type_checkers_and_ruff_accept_it(
    check: Callable[[Path, Path], str], session: Session, tmp_path: Path, root: Path
) -> None:
    """Both strict, with nothing to complain of; so a program that uses it can be strict, too."""
    file = tmp_path / "rt_models.py"
    file.write_text(generate_models(session, ["Odd", "Incidents"]), "utf-8")
    for arguments in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", str(file)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert check(file, root) == ""
