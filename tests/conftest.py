"""The suite's servers: real ones, or what was recorded of them.

Every test that asks for `rt` runs once for RT 4.4 and once for RT 5.0. `--servers` says how:
`live` starts them, `replay` answers from `cassettes/` with the network blocked, `record` starts
them and writes `cassettes/`, `auto` is live where RT is installed and replay where it is not.

`-n 2 --no-loadscope-reorder` runs two workers, each with servers of its own; to record is for one
process alone.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

import rtorm
from rtorm import Session, Ticket
from rtorm.models.ticket import _CLASSES  # pyright: ignore[reportPrivateUsage]
from rtorm.testing.cassettes import record, replay
from tests import recordings
from tests.seed import password_of
from tests.serving import fixture_of, mode_of
from tests.support import Incident, Server, Wire

settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        # Otherwise what is drawn for one server hangs on whether another has been tested before.
        HealthCheck.differing_executors,
    ],
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("rtorm").addoption(
        "--servers",
        choices=("auto", "live", "replay", "record"),
        default="auto",
        help="what answers the tests that need Request Tracker",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Coverage follows into the workers alone; what is generated is the same in each process."""
    if not config.getoption("numprocesses", None):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    if config.getoption("servers") != "live":
        # What is generated would hang on which modules are loaded by then, and differ in a replay.
        setattr(providers, "_get_local_constants", Constants)  # noqa: B010


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """How several processes share the suite."""
    # Where it is missing, nobody asks.
    from tests.scheduling import ByFileAndVersion  # noqa: PLC0415

    return ByFileAndVersion(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "rt" in getattr(item, "fixturenames", ()):
            item.add_marker("rt")
    if config.getoption("servers") in ("replay", "record"):
        # Only what a recording can stand for.
        kept = [
            item
            for item in items
            if item.get_closest_marker("rt") and not item.get_closest_marker("live")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


rt = fixture_of("session")


@pytest.fixture(autouse=True)
def _recording(request: pytest.FixtureRequest) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Record or replay each test that asks for a server."""
    if "rt" not in request.fixturenames:
        yield
        return
    server: Server = request.getfixturevalue("rt")
    mode = mode_of(request.config, server.major)
    if mode == "live":
        yield
        return
    path = recordings.path_of(request.node, server.major)
    if mode == "record":
        with record(path):
            yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        with replay(path):
            yield
    finally:
        pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _classes(request: pytest.FixtureRequest) -> None:  # pyright: ignore[reportUnusedFunction]
    """Tickets load as the suite's class and those of the test's own file, whatever ran before."""
    _CLASSES.clear()
    module: ModuleType = request.module  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for each in (Incident, *vars(module).values()):
        if isinstance(each, type) and issubclass(each, Ticket):
            each.__rt_declared__()


@pytest.fixture
def connect(rt: Server) -> Iterator[Callable[..., Session]]:
    """Opens sessions: `connect("alice")`, with all that `rtorm.connect` takes."""
    opened: list[Session] = []

    def open_session(user: str = "root", **settings: object) -> Session:
        given: dict[str, object] = {"auth": (user, password_of(user)), "time_zone": "UTC"}
        session = rtorm.connect(rt.url, **(given | settings))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture
def session(connect: Callable[..., Session]) -> Session:
    """A session of the administrator."""
    return connect()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """What the test sends, as the log shows it."""
    logger, handler = logging.getLogger("rtorm.wire"), Wire()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return Path(__file__).parent.parent
