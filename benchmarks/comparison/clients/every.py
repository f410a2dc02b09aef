"""All clients; importing them takes what the extra `bench` installs."""

from __future__ import annotations

from benchmarks.comparison.clients.client import Client
from benchmarks.comparison.clients.command_line import CommandLine
from benchmarks.comparison.clients.orm import Rtorm
from benchmarks.comparison.clients.perl import PerlClient
from benchmarks.comparison.clients.python_rt1 import PythonRt1
from benchmarks.comparison.clients.python_rt2 import PythonRt2
from benchmarks.comparison.clients.rtkit import Rtkit

__all__ = ["CLIENTS"]

CLIENTS: tuple[type[Client], ...] = (Rtorm, PythonRt1, PythonRt2, Rtkit, PerlClient, CommandLine)
"""In the order of the table's columns."""
