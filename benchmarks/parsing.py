"""What loading a ticket costs on the client's side: processor time and memory.

python -m benchmarks.parsing PEER URL TICKETS cpu|memory
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
import tracemalloc

from benchmarks.figures import keep
from benchmarks.peers import BY_NAME, PEERS, Login, Peer
from benchmarks.peers.orm import RtormParallel
from benchmarks.recorded import record, served
from benchmarks.server import serving

__all__ = ["measure"]

_TICKETS = 10_000
_REPEATS = 7


def measure() -> None:
    """Measure and keep."""
    with serving(5) as (_, login):
        recorded = record(login)
    figures: dict[str, dict[str, float]] = {}
    with served(recorded, _TICKETS) as url:
        for peer in PEERS:
            if peer.in_process and peer is not RtormParallel:
                measured = {**_fresh(peer, url, "cpu"), **_fresh(peer, url, "memory")}
                figures[peer.name] = measured
                print(f"  {peer.name}: " + ", ".join(f"{k} {v:,.1f}" for k, v in measured.items()))
    keep("parsing", {"tickets": _TICKETS, "peers": figures})


def _fresh(peer: type[Peer], url: str, what: str) -> dict[str, float]:
    """What a process of its own says."""
    command = [sys.executable, "-m", "benchmarks.parsing", peer.name, url, str(_TICKETS), what]
    told: dict[str, float] = json.loads(subprocess.check_output(command))
    return told


def _processor(peer: Peer, count: int) -> dict[str, float]:
    """Microseconds of the processor's time for each ticket, what receiving takes among them."""
    runs: list[float] = []
    for _ in range(_REPEATS):
        gc.collect()
        began = time.process_time()
        held = peer.load(1, count)
        runs.append(time.process_time() - began)
        assert len(held) == count
        del held
    return {"microseconds": statistics.median(runs) / count * 1e6}


def _memory(peer: Peer, count: int) -> dict[str, float]:
    """Bytes for each ticket: of what is held in the end, and of the most meanwhile."""
    gc.collect()
    tracemalloc.start()
    held = peer.load(1, count)
    gc.collect()
    now, most = tracemalloc.get_traced_memory()
    assert len(held) == count
    return {"bytes held": now / count, "bytes at most": most / count}


_WAYS = {"cpu": _processor, "memory": _memory}


def _main(name: str, url: str, count: int, what: str) -> None:
    peer = BY_NAME[name](Login(url, "root", "password", 5))
    peer.log_in()
    # What the first call of all loads stays.
    peer.load(1, count)
    print(json.dumps(_WAYS[what](peer, count)))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
