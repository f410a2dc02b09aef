"""What the figures were measured with."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["described"]

_LIBRARIES = ("pydantic", "requests", "rt")


def described() -> dict[str, str]:
    """The machine, the versions and the day."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": f"{os.cpu_count()} × {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}, {libraries}",
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.*)", told, re.MULTILINE)
    return found[1] if found else platform.machine()
