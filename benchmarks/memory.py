"""What a process has had of the machine's memory."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak"]


def peak() -> int:
    """The most memory that this process has had so far, in bytes."""
    # Not getrusage(), which begins with what the process had from which this one was started.
    [line] = [
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    ]
    return int(line.split()[1]) * 1024
