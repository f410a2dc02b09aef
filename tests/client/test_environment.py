"""`connect()` with settings from the environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import rtorm
from rtorm import AuthenticationError, ConfigurationError, rtrc
from tests.client.servers import PASSWORD, SHOWN, USER, Answer, FakeRT, Stub, always
from tests.client.support import Serve

NAMES = ("RTSERVER", "RTUSER", "RTPASSWD", "RTTOKEN", "RTAUTH", "RTEXTERNALAUTH")
Set = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets these variables, and none of the others; there is no file of settings."""
    monkeypatch.setenv("RTCONFIG", "no-such-file-of-settings")
    monkeypatch.setattr(rtrc, "SYSTEM_FILES", ())

    def put(**variables: str) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


def authorization(server: Stub) -> str:
    """What the last request was signed with."""
    return server.requests[-1].headers.get("authorization", "")


def test_password(serve: Serve, environment: Set) -> None:
    """RTSERVER, RTUSER and RTPASSWD are enough."""
    server = serve(FakeRT())
    environment(RTSERVER=server.url, RTUSER=USER, RTPASSWD=PASSWORD)
    with rtorm.connect() as session:
        assert session.client.identity().user == USER


def test_token(serve: Serve, environment: Set) -> None:
    """A token goes before a password."""
    server = serve(always(Answer(SHOWN)))
    environment(RTSERVER=server.url, RTTOKEN="1-14-abc", RTUSER=USER, RTPASSWD=PASSWORD)
    with rtorm.connect() as session:
        session.client.get("ticket/1/show")
    assert authorization(server) == "token 1-14-abc"


def test_url_is_given(serve: Serve, environment: Set) -> None:
    """A URL that is given goes before RTSERVER; the login still comes from the environment."""
    server = serve(FakeRT())
    environment(RTSERVER="https://other.example.com", RTUSER=USER, RTPASSWD=PASSWORD)
    with rtorm.connect(server.url) as session:
        assert session.client.identity().user == USER


def test_login_is_given(serve: Serve, environment: Set) -> None:
    """A login that is given needs none in the environment, and goes before it."""
    server = serve(FakeRT())
    environment(RTSERVER=server.url)
    with rtorm.connect(auth=(USER, PASSWORD)) as session:
        assert session.client.identity().user == USER
    environment(RTSERVER=server.url, RTTOKEN="1-14-abc")
    with rtorm.connect(auth=(USER, PASSWORD)) as session:
        session.client.identity()
    assert authorization(server) == ""


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({}, "RTSERVER"),
        ({"RTUSER": "u", "RTPASSWD": "hidden"}, "RTSERVER"),
        ({"RTSERVER": ""}, "RTSERVER"),
        ({"RTSERVER": "https://rt.example.com"}, "RTUSER and RTPASSWD, or RTTOKEN"),
        ({"RTSERVER": "https://rt.example.com", "RTUSER": "u"}, "RTPASSWD is not"),
        ({"RTSERVER": "https://rt.example.com", "RTPASSWD": "hidden"}, "RTUSER is not"),
        ({"RTSERVER": "rt.example.com", "RTTOKEN": "hidden"}, "not the URL"),
        ({"RTSERVER": "https://rt.example.com", "RTTOKEN": "hid den"}, "token"),
    ],
)
def test_missing(environment: Set, variables: dict[str, str], missing: str) -> None:
    """What is missing is named, and nothing that is there is shown."""
    environment(**variables)
    with pytest.raises(ConfigurationError, match=missing) as caught:
        rtorm.connect()
    assert "hid" not in str(caught.value)


def test_nothing_is_sent(serve: Serve, environment: Set) -> None:
    """Connecting sends nothing."""
    server = serve(FakeRT())
    environment(RTSERVER=server.url, RTUSER=USER, RTPASSWD=PASSWORD)
    rtorm.connect(time_zone="Europe/Rome").close()
    assert server.requests == []


def test_wrong_password(serve: Serve, environment: Set) -> None:
    """A login of the environment that RT refuses is an AuthenticationError like any other."""
    environment(RTSERVER=serve(FakeRT()).url, RTUSER=USER, RTPASSWD="hidden")
    with rtorm.connect() as session, pytest.raises(AuthenticationError, match="'alice'") as caught:
        session.client.identity()
    assert "hidden" not in str(caught.value)
