"""Workers: two processes, each with an environment of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import distributed
import pytest

from tests.dask.workers import tell
from tests.support import Server

Cluster: Any = distributed.LocalCluster
Client: Any = distributed.Client


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Two worker processes; they know no server yet."""
    with (
        Cluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as made,
        Client(made) as client,
    ):
        yield client


@pytest.fixture
def workers(processes: Any, rt: Server) -> Any:
    """The same, told where RT is and who they are there."""
    settings = {"RTSERVER": rt.url, "RTUSER": "root", "RTPASSWD": "password"}
    processes.run(tell, settings)
    return processes


@pytest.fixture
def environment(rt: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same told to this process, for bags and frames that are computed here."""
    monkeypatch.setenv("RTSERVER", rt.url)
    monkeypatch.setenv("RTUSER", "root")
    monkeypatch.setenv("RTPASSWD", "password")
    monkeypatch.delenv("RTTOKEN", raising=False)
