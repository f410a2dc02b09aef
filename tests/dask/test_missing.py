"""Without the extra."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("missing", ["dask", "dask.dataframe", "pandas", "pyarrow"])
def test_what_is_missing_is_told_with_the_remedy(missing: str) -> None:
    """Importing `rtorm.dask` without Dask says what to install."""
    told = _run(
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from rtorm import ConfigurationError\n"
        "try:\n    import rtorm.dask\n"
        "except ConfigurationError as error:\n    print(error)"
    )
    assert 'pip install "rtorm[dask]"' in told


def test_rtorm_does_without() -> None:
    """Whoever has no use for Dask does not wait for it."""
    heavy = ("dask", "distributed", "pandas", "numpy", "pyarrow")
    assert _run(f"import sys, rtorm; print([m for m in {heavy} if m in sys.modules])") == "[]"
