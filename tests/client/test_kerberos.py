"""What a Kerberos login is without a KDC; `tests/auth_lab` has it with one."""

from __future__ import annotations

import pickle
import sys

import pytest
import requests
from requests.auth import AuthBase

from rtorm import AuthenticationError, Client, ConfigurationError, negotiate
from rtorm.auth import Auth, Basic, Kerberos, Password, Token
from rtorm.rest1.wire.challenges import what_it_wants
from tests.client.servers import SHOWN, Answer, always
from tests.client.support import Connect, Serve

SECRET = "Sesame-0pen"


def test_shown_without_its_password() -> None:
    """Whose login it is shows, the password does not, and neither is pickled."""
    login = Kerberos("alice@EXAMPLE.COM", password=SECRET, hostname="rt.example.com")
    there = Client("https://rt.example.com", auth=login)
    for shown in (repr(login), str(login), repr(there), repr(vars(there))):
        assert SECRET not in shown
    assert "'alice@EXAMPLE.COM'" in repr(login)
    assert login.secrets() == [SECRET]
    assert Kerberos().secrets() == []
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(login)


def test_each_request_is_signed_by_its_own() -> None:
    """What has proven one answer is never asked about the next."""
    login = Kerberos()
    assert login.request_auth() is not login.request_auth()


@pytest.mark.parametrize(
    "settings",
    [
        {"password": SECRET},
        {"principal": ""},
        {"principal": "alice", "password": ""},
        {"principal": "alice", "password": SECRET.encode()},
        {"principal": b"alice"},
        {"hostname": ""},
    ],
)
def test_no_login(settings: dict[str, str]) -> None:
    """What is no login is refused at once, and not shown."""
    with pytest.raises(ConfigurationError) as caught:
        Kerberos(**settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert SECRET not in str(caught.value)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is told where the login is made, with the command that installs it."""
    vars(negotiate)["_library"].cache_clear()
    monkeypatch.setitem(sys.modules, "requests_kerberos", None)
    with pytest.raises(ConfigurationError, match=r'pip install "rtorm\[kerberos\]"'):
        Kerberos()


SAID_BY_KERBEROS = [
    ("Minor (1): Ticket expired, Context: Processing security token", "run kinit again"),
    ("Password has expired -1765328361", "kpasswd"),
    ("Client's credentials have been revoked -1765328366", "locked"),
    ("Minor (1): Clock skew too great", "clocks"),
    ("Configuration file does not specify default realm -1765328160", "alice@EXAMPLE.COM"),
    ("something that nobody foresaw", "something that nobody foresaw"),
]


@pytest.mark.parametrize(("said", "told"), SAID_BY_KERBEROS)
def test_what_cannot_be_signed(serve: Serve, client: Connect, said: str, told: str) -> None:
    """What keeps a login from being made is told with a remedy where one is known."""

    class Failing(AuthBase):
        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            raise requests.RequestException(said)

    server = serve(always(Answer(SHOWN)))
    with pytest.raises(AuthenticationError, match="nothing was sent") as caught:
        client(server.url, Failing()).post("edit", "id: ticket/1\n")
    assert told in str(caught.value)
    assert "-1765" not in str(caught.value)
    assert "Context:" not in str(caught.value)
    assert server.requests == []


CHALLENGES: list[tuple[Auth, str, str]] = [
    (Basic("a", "b"), "", ""),
    (Basic("a", "b"), 'Basic realm="x"', " (the web server asks for Basic)"),
    (Password("a", "b"), 'basic realm="x, y"', "use auth.Basic(user, password)"),
    (Token("1-2"), "Negotiate, Basic realm=x", "use auth.Kerberos() or auth.Basic("),
    (Kerberos(), "NEGOTIATE", " (the web server asks for NEGOTIATE)"),
    (Kerberos(), "Negotiate YIG", " (the web server asks for Negotiate)"),
    (Kerberos(), "Negotiate c29tZXRoaW5n", " (the web server asks for Negotiate)"),
    (Token("1-2"), 'Digest realm="rt", nonce="1", qop="auth"', "asks for Digest)"),
    (Token("1-2"), 'Bearer realm="rt", Basic realm="x"', "asks for Bearer or Basic"),
]


@pytest.mark.parametrize(("login", "header", "told"), CHALLENGES)
def test_what_a_web_server_wants(login: Auth, header: str, told: str) -> None:
    """The schemes are named, and the login of ours that would fit where another was refused."""
    said = what_it_wants(login, header)
    assert said.endswith(told) if told.startswith(" ") or not told else told in said
