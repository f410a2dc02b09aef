"""What answers tests: a real server of a version, or what was recorded of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from rtorm.testing import RequestTracker
from tests import recordings
from tests.seed import SEED
from tests.support import Server, installed

__all__ = ["VERSIONS", "fixture_of", "mode_of"]

VERSIONS = (4, 5)


def mode_of(config: pytest.Config, major: int) -> str:
    """Whether the tests with a version run live, record, or replay."""
    chosen = str(config.getoption("servers"))
    if chosen == "auto":
        return "live" if installed(major) else "replay"
    return chosen


def fixture_of(scope: Literal["session", "module"]) -> Any:
    """The fixture `rt`: a server of each version, with the suite's seed.

    Args:
        scope: `"session"`, or `"module"` for a file whose tests would find what others have made.
    """

    @pytest.fixture(scope=scope, params=VERSIONS, ids=["rt4", "rt5"], name="rt")
    def serve(request: pytest.FixtureRequest) -> Iterator[Server]:
        major: int = request.param
        mode = mode_of(request.config, major)
        if mode == "replay":
            yield recordings.recorded_server(major)
            return
        with RequestTracker(version=major, initialdata=SEED) as tracker:
            server = Server(tracker.url, tracker.version, major, tracker)
            if mode == "record":
                recordings.note_server(server)
            yield server

    return serve
