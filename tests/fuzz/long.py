"""One target under libFuzzer, in a process of its own, which it ends.

python -m tests.fuzz.long TARGET FOLDER [libFuzzer's options]
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import Any


def main(name: str, folder: str, options: list[str]) -> None:
    """Look for an input that raises what it should not, or takes for ever."""
    # Not imported by name, since it is no part of what the suite needs.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["rtorm"]):
        targets: Any = importlib.import_module("tests.fuzz.targets")
    errors: Any = importlib.import_module("rtorm.errors")
    target = targets.TARGETS[name]
    allowed = (errors.RTError, *target.may_raise)

    def read(data: bytes) -> None:
        with contextlib.suppress(*allowed):
            target.read(data)

    atheris.Setup([sys.argv[0], folder, *options], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
