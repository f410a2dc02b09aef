"""What type checkers know of rtorm: mypy and pyright, both strict, no plugin."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FACE, ERRORS = "tests/typing/face.py", "tests/typing/errors.py"

_Reported = dict[str, dict[int, str]]
"""By file, the lines that a checker reports, and what it says of them."""


def _run(root: Path, module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def _mypy(root: Path, _folder: Path) -> _Reported:
    reported: _Reported = {FACE: {}, ERRORS: {}}
    for line in _run(root, "mypy", "--strict", "--no-error-summary", FACE, ERRORS).splitlines():
        found = re.match(r"(.+?):(\d+): error: (.*)", line)
        if found and found[1] in reported:
            reported[found[1]][int(found[2])] = found[3]
    return reported


def _pyright(root: Path, folder: Path) -> _Reported:
    # Copies, since the project's settings leave out the file of errors even when it is named.
    copies = {str(shutil.copy(root / file, folder)): file for file in (FACE, ERRORS)}
    settings = folder / "pyrightconfig.json"
    settings.write_text(json.dumps({"extraPaths": [str(root)], "typeCheckingMode": "strict"}))
    python = ("--pythonpath", sys.executable)
    told = json.loads(_run(root, "pyright", "--outputjson", *python, "-p", str(settings)))
    assert told["summary"]["filesAnalyzed"] == len(copies)
    reported: _Reported = {FACE: {}, ERRORS: {}}
    for row in told["generalDiagnostics"]:
        reported[copies[row["file"]]][row["range"]["start"]["line"] + 1] = row["message"]
    return reported


@pytest.fixture(scope="module", params=[_mypy, _pyright], ids=["mypy", "pyright"])
def reported(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> _Reported:
    """What each checker reports."""
    checker: Callable[[Path, Path], _Reported] = request.param
    return checker(root, tmp_path_factory.mktemp("typing"))


def test_the_public_face(reported: _Reported) -> None:
    """Every `assert_type` of the public face holds, and nothing in it is an error."""
    assert reported[FACE] == {}


def test_errors(reported: _Reported, root: Path) -> None:
    """The lines that are marked are errors, all of them, and no other is."""
    lines = (root / ERRORS).read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# error")}
    assert len(marked) > 50
    found = reported[ERRORS]
    assert {number: lines[number - 1] for number in marked - found.keys()} == {}
    assert {number: why for number, why in found.items() if number not in marked} == {}
