"""pytest fixtures: `rt`, a throwaway Request Tracker, and `rt_session`, a session with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rtorm
    from rtorm.testing import RequestTracker


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --rt-version and the ini option rt_version."""
    purpose = "version of the Request Tracker that the fixture rt starts: 4 or 5"
    parser.addini("rt_version", purpose, default="5")
    parser.getgroup("rtorm").addoption("--rt-version", metavar="VERSION", help=purpose)


@pytest.fixture(scope="session")
def rt(pytestconfig: pytest.Config) -> Iterator[RequestTracker]:
    """A started `RequestTracker`, one for the whole test run."""
    # Here, because pytest loads this plugin in each run, also in those that want no server.
    from rtorm.testing import RequestTracker  # noqa: PLC0415

    version = str(pytestconfig.getoption("rt_version") or pytestconfig.getini("rt_version"))
    with RequestTracker(version) as server:
        yield server


@pytest.fixture
def rt_session(rt: RequestTracker) -> Iterator[rtorm.Session]:
    """An `rtorm.Session` of the administrator, new for each test."""
    import rtorm  # noqa: PLC0415

    with rtorm.connect(rt.url, auth=rt.admin, time_zone="UTC") as session:
        yield session
