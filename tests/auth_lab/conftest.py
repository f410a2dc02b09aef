"""A realm, and an RT behind Apache, for all tests of logins; one for each version of RT."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

import rtorm
from rtorm import Client, Session
from rtorm.auth import Kerberos, Login
from rtorm.testing import AuthLab
from rtorm.testing._packages import missing_packages
from tests.auth_lab.access_log import AccessLog

Into = Callable[[dict[str, str]], None]


@pytest.fixture(scope="session", params=[4, 5], ids=["rt4", "rt5"])
def lab(request: pytest.FixtureRequest) -> Iterator[AuthLab]:
    """The lab; in a live run it must be there."""
    major = request.param
    missing = missing_packages(major, lab=True)
    if missing and request.config.getoption("servers") != "live":
        pytest.skip(f"Debian's {', '.join(missing)} not installed")
    with AuthLab(major) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_ticket(lab: AuthLab, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """No test sees the ticket of another, or the machine's Kerberos."""
    for name in [name for name in os.environ if name.startswith("KRB5")]:
        monkeypatch.delenv(name)
    for name, value in lab.environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Into:
    """Makes an environment of the lab this process's own: `enter(lab.kinit("alice"))`."""

    def set_all(environment: dict[str, str]) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    return set_all


@pytest.fixture
def connect() -> Iterator[Callable[..., Session]]:
    """Opens sessions, by Kerberos where nothing else is said."""
    opened: list[Session] = []

    def open_session(url: str, auth: Login | None = None, **settings: object) -> Session:
        given: dict[str, object] = {"time_zone": "UTC", **settings}
        session = rtorm.connect(url, auth=auth or Kerberos(), **given)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Makes clients, by Kerberos where nothing else is said."""
    made: list[Client] = []

    def make(url: str, auth: Login | None = None, **settings: object) -> Client:
        there = Client(url, auth=auth or Kerberos(), **settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        made.append(there)
        return there

    yield make
    for there in made:
        there.close()


@pytest.fixture
def access(lab: AuthLab) -> AccessLog:
    """What Apache was asked since the test began."""
    return AccessLog(lab)
