"""The clients that are compared, one a file, each used the fastest way that it documents."""

from __future__ import annotations

from benchmarks.peers.by_hand import ByHand
from benchmarks.peers.command_line import CommandLine
from benchmarks.peers.orm import Rtorm, RtormParallel
from benchmarks.peers.peer import Login, Peer
from benchmarks.peers.perl import PerlClient
from benchmarks.peers.python_rt1 import PythonRt1
from benchmarks.peers.python_rt2 import PythonRt2

__all__ = ["BY_NAME", "OTHERS", "PEERS", "ByHand", "Login", "Peer", "Rtorm"]

PEERS: tuple[type[Peer], ...] = (
    Rtorm,
    RtormParallel,
    ByHand,
    PythonRt1,
    PythonRt2,
    PerlClient,
    CommandLine,
)
"""In the order of the table's columns."""

OTHERS = tuple(peer.name for peer in (PythonRt1, PythonRt2, PerlClient, CommandLine))
"""The names of the clients that people could use instead."""

BY_NAME = {peer.name: peer for peer in PEERS}
