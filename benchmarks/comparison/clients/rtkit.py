"""python-rtkit, which no Python 3 can import, under Jython 2.7."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import ClassVar

from benchmarks.comparison.clients.piped import Piped

__all__ = ["Rtkit"]

_SCRIPT = Path(__file__).with_name("rtkit.py2")
_RELEASE = "python-rtkit==0.7.2"


class Rtkit(Piped):
    """`RTResource` with the dicts of its README."""

    name: ClassVar = "python-rtkit"
    _library: tempfile.TemporaryDirectory[str] | None = None

    @property
    def version(self) -> str:
        done = subprocess.run(["jython", "--version"], check=True, capture_output=True, text=True)
        told = re.search(r"\d[\d.]*", done.stdout + done.stderr)
        return f"{_RELEASE.partition('==')[2]}, Jython {told[0] if told else ''}"

    @property
    def _command(self) -> list[str]:
        self._library = tempfile.TemporaryDirectory(prefix="rtorm-rtkit-")
        folder = Path(self._library.name)
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
        subprocess.run([*fetch, ":all:", "--dest", str(folder), _RELEASE], check=True)
        [archive] = folder.glob("*.tar.gz")
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        return ["jython", str(_SCRIPT), str(folder / archive.name.removesuffix(".tar.gz"))]

    def close(self) -> None:
        super().close()
        if self._library is not None:
            self._library.cleanup()
