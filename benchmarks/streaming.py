"""How much memory a stream of tickets takes, whatever their number.

python -m benchmarks.streaming URL TICKETS
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from benchmarks.figures import keep
from benchmarks.memory import peak
from benchmarks.peers import Login, Rtorm
from benchmarks.recorded import record, served
from benchmarks.server import serving

__all__ = ["measure"]

_SIZES = 1_000, 50_000
_MB = 1 << 20


def measure() -> None:
    """Measure and keep."""
    with serving(5) as (_, login):
        recorded = record(login)
    figures: dict[str, dict[str, float]] = {}
    for size in _SIZES:
        with served(recorded, size) as url:
            command = [sys.executable, "-m", "benchmarks.streaming", url, str(size)]
            figures[str(size)] = told = json.loads(subprocess.check_output(command))
        print(f"  {size:,} tickets: {told['megabytes']:.1f} MB, {told['seconds']:.1f} s")
    keep("streaming", {"sizes": figures})


def _main(url: str, count: int) -> None:
    peer = Rtorm(Login(url, "root", "password", 5))
    peer.log_in()
    began = time.perf_counter()
    assert sum(1 for ticket in peer.stream(count) if ticket.subject) == count
    took = time.perf_counter() - began
    print(json.dumps({"megabytes": peak() / _MB, "seconds": took}))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
