"""Edits and loads of more and more tickets."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.figures import keep
from benchmarks.harness import Run, Sample, seconds_of, side_by_side
from benchmarks.network import peers_at, told
from benchmarks.peers import Peer
from benchmarks.server import serving
from benchmarks.work import EDIT, LOAD, Row

__all__ = ["measure"]

_SIZES = 10, 100, 1000
_REPEATS = 5
# Seconds that a peer may be expected to take, as it took for the size before.
_PATIENCE = 60.0


def measure() -> None:
    """Measure and keep."""
    cells: list[dict[str, Any]] = []
    with serving(5) as (server, login), peers_at(login) as peers:
        version = server.version
        for row in (EDIT, LOAD):
            before: dict[str, Sample] = {}
            for at, size in enumerate(_SIZES):
                more = size / _SIZES[at - 1] if at else 1
                runs = _runs(row.of(size), peers, before, more)
                before = side_by_side(runs, repeats=_REPEATS)
                print(told(str(row.of(size)), before), flush=True)
                seconds = {name: sample.seconds for name, sample in before.items()}
                cells.append({"row": row.name, "size": size, "seconds": seconds})
    keep("growth", {"version": version, "cells": cells})


def _runs(row: Row, peers: list[Peer], before: dict[str, Sample], more: float) -> dict[str, Run]:
    """Those who may be expected to be done in time."""
    known = {name: sample.median * more for name, sample in before.items()}
    in_time = [peer for peer in peers if known.get(peer.name, 0.0) < _PATIENCE]
    return {
        peer.name: partial(_run, row, peer) for peer in in_time if peer.name in known or not known
    }


def _run(row: Row, peer: Peer) -> float:
    return seconds_of(row.job(peer))
