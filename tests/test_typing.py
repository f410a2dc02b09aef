"""What type checkers say of the public face: mypy --strict and pyright strict, no plugin."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

HOME = Path(__file__).parent / "typing"
Checker = Callable[[Path], set[int]]


def mypy(path: Path) -> set[int]:
    """The lines that mypy refuses."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return {int(line) for line in re.findall(r"\.py:(\d+): error:", shown)}


def pyright(path: Path) -> set[int]:
    """The lines that pyright refuses."""
    with tempfile.TemporaryDirectory() as folder:
        # The project's own settings leave out the file of errors.
        (Path(folder) / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
        (Path(folder) / path.name).write_text(path.read_text())
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
        shown = subprocess.run(
            [*command, "--outputjson", "--project", folder],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    report = json.loads(shown)
    assert report["summary"]["filesAnalyzed"] == 1
    return {row["range"]["start"]["line"] + 1 for row in report["generalDiagnostics"]}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_the_face_has_the_promised_types(checker: Checker) -> None:
    """Every `assert_type` of the face holds."""
    assert checker(HOME / "face.py") == set()


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_mistakes_are_found_in_the_editor(checker: Checker) -> None:
    """Each marked line is an error, and nothing else is."""
    path = HOME / "errors.py"
    marked = {
        number
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.endswith("# error")
    }
    assert checker(path) == marked
