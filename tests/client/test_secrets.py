"""A login is in no repr, no pickle and no exception."""

from __future__ import annotations

import copy
import pickle
import socket
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import requests
from requests.auth import AuthBase, HTTPBasicAuth

from rtorm import Client, RTError
from rtorm.auth import Auth, Basic, Login, Password, PerRequest, Token
from tests.client.contents import content_of
from tests.client.servers import PAGE, REFUSED, Answer, FakeRT, Request, always, html, says
from tests.client.support import Connect, Serve, assert_told_without

SECRET = "Sesame-0pen"
LOGINS: list[Auth] = [
    Password("alice", SECRET),
    PerRequest("alice", SECRET),
    Basic("alice", SECRET),
    Token(SECRET),
]
NAMES = [type(login).__name__ for login in LOGINS]
EACH = pytest.mark.parametrize("login", LOGINS, ids=NAMES)


@EACH
def test_repr(login: Auth) -> None:
    """A login and its client show no secret."""
    there = Client("https://rt.example.com", auth=login)
    for shown in (repr(login), str(login), f"{login}", repr(there), str(there), repr(vars(there))):
        assert SECRET not in shown


def test_repr_of_a_foreign_login() -> None:
    """An auth object of requests is shown by its class."""
    there = Client("https://rt.example.com", auth=HTTPBasicAuth("alice", SECRET))
    assert "HTTPBasicAuth" in repr(vars(there))
    assert SECRET not in repr(vars(there))


@EACH
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_logins_are_not_pickled(login: Auth, protocol: int) -> None:
    """A login refuses to be pickled and says why."""
    with pytest.raises(TypeError, match="it holds a secret"):
        pickle.dumps(login, protocol)


@EACH
def test_clients_are_not_pickled(login: Auth) -> None:
    """A client refuses to be pickled or copied, and says why."""
    there = Client("https://rt.example.com", auth=login)
    for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            duplicate(there)


FAILURES: dict[str, Answer | Callable[[socket.socket], None]] = {
    "refused": Answer(REFUSED),
    "page": html(PAGE),
    "404": html(PAGE, 404),
    "401": html(PAGE, 401),
    "502": html(PAGE, 502),
    "302": Answer("", 302, {"Location": "/elsewhere"}),
    "self-service": Answer("", 302, {"Location": "/SelfService/"}),
    "closed": says(b""),
    "garbage": says(b"\x00\x01"),
    "cut": says(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nRT/5"),
    "empty": says(b"HTTP/1.1 200 OK\r\n\r\n"),
}
SENDS: dict[str, Callable[[Client], object]] = {
    "read": Client.identity,
    "write": partial(Client.post, path="edit", content="id: ticket/1\n"),
    "download": content_of,
}


@EACH
@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES.keys())
@pytest.mark.parametrize("send", SENDS.values(), ids=SENDS.keys())
def test_failures(
    serve: Serve,
    client: Connect,
    login: Auth,
    answer: Answer | Callable[[socket.socket], None],
    send: Callable[[Client], object],
) -> None:
    """No exception holds the login: not in its text, its chain, its requests or its frames."""
    there = client(serve(always(answer)).url, login)
    with pytest.raises(RTError) as caught:
        send(there)
    _assert_hidden(login, caught.value)


@EACH
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_connection(
    client: Connect, closed_port: Callable[[], str], login: Auth, scheme: str
) -> None:
    """An exception of a connection that was never made holds no login."""
    with pytest.raises(RTError) as caught:
        client(closed_port().replace("http", scheme), login).post("edit", "id: ticket/1\n")
    _assert_hidden(login, caught.value)


@EACH
def test_refused_certificate(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path, login: Auth
) -> None:
    """An exception of a refused certificate holds no login."""
    url = serve(FakeRT(), tls).url.replace("127.0.0.1", "localhost")
    with pytest.raises(RTError) as caught:
        client(url, login, verify=authority).get("ticket/1/show")
    _assert_hidden(login, caught.value)


@EACH
def test_echo(serve: Serve, client: Connect, login: Auth) -> None:
    """An error that quotes a reply leaves out the login that a server has sent back."""

    def echo(request: Request) -> Answer:
        return Answer(request.body + request.headers.get("authorization", "").encode())

    with pytest.raises(RTError, match=r"\*\*\*") as caught:
        client(serve(echo).url, login).identity()
    _assert_hidden(login, caught.value)


class _BadHeader(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Key"] = f"{SECRET}\r\n\r\n"
        return request


def test_header_that_is_none(serve: Serve, client: Connect) -> None:
    """A login whose header cannot be sent is an error of the library that does not show it."""
    server = serve(FakeRT())
    with pytest.raises(RTError) as caught:
        client(server.url, _BadHeader()).post("edit", "id: ticket/1\n")
    assert_told_without(SECRET, caught.value)
    assert server.requests == []


def test_login_in_a_url_is_not_kept() -> None:
    """The exception of a URL that holds a login does not hold it."""
    for url in (f"https://alice:{SECRET}@rt.example.com", f"https://alice:{SECRET}@rt .org:x"):
        with pytest.raises(RTError) as caught:
            Client(url, auth=("alice", "other"))
        chain: BaseException | None = caught.value
        while chain is not None:
            assert SECRET not in str(chain)
            chain = chain.__cause__ or chain.__context__


def _assert_hidden(login: Login, error: RTError) -> None:
    assert isinstance(login, Auth)
    for secret in login.secrets():
        assert_told_without(secret, error)
