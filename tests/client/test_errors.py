"""What a stranger is told when the first request fails."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rtorm import (
    AuthenticationError,
    ConfigurationError,
    PermissionDenied,
    ProtocolError,
    TransportError,
)
from rtorm.auth import Password, PerRequest
from tests.client.servers import PAGE, SHOWN, Answer, FakeRT, always, html
from tests.client.support import Certified, Connect, Serve
from tests.seed import password_of
from tests.support import Server

WRONG = "not-the-password"
UNTRUSTED = r"give that of its authority as verify='ca\.pem'"


def test_wrong_password(rt: Server, client: Connect) -> None:
    """A wrong password: RT's own words, the URL, the user, and what to check."""
    with pytest.raises(AuthenticationError) as caught:
        client(rt.url, ("alice", WRONG)).get("ticket/1/show")
    assert str(caught.value) == (
        f"RT at {rt.url} does not accept the login of user 'alice'; it said: 'Your username or "
        "password is incorrect'. Check both name and password; an e-mail address does not count "
        "as a name"
    )


@pytest.mark.parametrize("path", ["/rt", "/REST/1.1", "/index.html"])
@pytest.mark.parametrize("make", [Password, PerRequest])
def test_wrong_url(
    rt: Server, client: Connect, path: str, make: type[Password | PerRequest]
) -> None:
    """A wrong path on a real RT: a ProtocolError with the URL, which asks for the front page."""
    login = make("alice", password_of("alice"))
    with pytest.raises(ProtocolError, match="give the URL of RT's front page") as caught:
        client(rt.url + path, login).get("ticket/1/show")
    assert str(caught.value).startswith(f"{rt.url}{path}: ")


def test_unprivileged(rt: Server, client: Connect) -> None:
    """An unprivileged account: a PermissionDenied that names it and the box to tick."""
    there = client(rt.url, ("selfie", password_of("selfie")))
    with pytest.raises(PermissionDenied, match="Let this user be granted rights") as caught:
        there.get("ticket/1/show")
    assert str(caught.value).startswith(f"{rt.url} does not serve the login of user 'selfie': ")


def test_closed_port(closed_port: Callable[[], str], client: Connect) -> None:
    """A closed port: a TransportError that says that nothing listens there."""
    url = closed_port()
    with pytest.raises(TransportError, match="nothing listens there") as caught:
        client(url).get("ticket/1/show")
    assert str(caught.value).startswith(f"cannot reach RT at {url}, nothing was sent: ")


def test_html_page(serve: Serve, client: Connect) -> None:
    """An HTML page: a ProtocolError with its title, which asks for the URL of RT."""
    server = serve(always(html(PAGE)))
    with pytest.raises(ProtocolError, match=r"give the URL of RT itself.*'Welcome'") as caught:
        client(server.url).get("ticket/1/show")
    assert str(caught.value).startswith(f"{server.url}: ")


def test_name_that_does_not_resolve(client: Connect) -> None:
    """A host that is not known: a TransportError that points at its name."""
    with pytest.raises(TransportError, match="check the name of the host") as caught:
        client("https://no-such-host.invalid").get("ticket/1/show")
    assert "https://no-such-host.invalid" in str(caught.value)


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example.com"])
def test_name_that_cannot_be(client: Connect, host: str) -> None:
    """A host that no name server could know is a TransportError, too."""
    with pytest.raises(TransportError, match="nothing was sent"):
        client(f"http://{host}").get("ticket/1/show")


@pytest.fixture
def full_port() -> Iterator[str]:
    """The URL of a port that takes no more connections."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_no_connection(full_port: str, client: Connect) -> None:
    """A server that does not take the connection: a TransportError with the time limit."""
    with pytest.raises(TransportError, match=r"no connection within 0\.2 s"):
        client(full_port, timeout=(0.2, 5)).get("ticket/1/show")


def test_slow_reply(serve: Serve, client: Connect) -> None:
    """A reply that does not come: a TransportError with the time limit and its setting."""
    server = serve(FakeRT())
    server.behaviour = always(server.keeps_silent)
    with pytest.raises(TransportError, match=r"no answer within 0\.2 s \(timeout="):
        client(server.url, timeout=(5, 0.2)).get("ticket/1/show")


def test_https_to_a_plain_port(serve: Serve, client: Connect) -> None:
    """TLS to a port that speaks none: a TransportError that points at the port."""
    url = serve(FakeRT()).url.replace("http:", "https:")
    with pytest.raises(TransportError, match=r"check that this port .* speaks https") as caught:
        client(url).get("ticket/1/show")
    assert url in str(caught.value)


def test_http_to_a_tls_port(serve: Serve, client: Connect, tls: ssl.SSLContext) -> None:
    """No TLS to a port that speaks it is an error of the library, too."""
    url = serve(FakeRT(), tls).url.replace("https:", "http:")
    with pytest.raises(TransportError) as caught:
        client(url).get("ticket/1/show")
    assert url in str(caught.value)


def test_certificate_not_trusted(serve: Serve, client: Connect, tls: ssl.SSLContext) -> None:
    """A certificate of an unknown authority: a TransportError that names the setting."""
    with pytest.raises(TransportError, match=UNTRUSTED):
        client(serve(FakeRT(), tls).url).get("ticket/1/show")


def test_certificate_of_another_host(
    serve: Serve, client: Connect, tls: ssl.SSLContext, authority: Path
) -> None:
    """A certificate for another name: a TransportError that says so."""
    url = serve(FakeRT(), tls).url.replace("127.0.0.1", "localhost")
    with pytest.raises(TransportError, match="not valid for 'localhost'"):
        client(url, verify=authority).get("ticket/1/show")


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        ("20200101000000Z", "20200201000000Z", "has expired: the server needs a new one"),
        ("20900101000000Z", "20900201000000Z", "is not valid yet: check the clocks"),
    ],
)
def test_certificate_of_another_time(
    serve: Serve, client: Connect, certified: Certified, begins: str, ends: str, said: str
) -> None:
    """Of a known authority, but old or early: trusting another one would not help."""
    tls, authority = certified(begins, ends)
    with pytest.raises(TransportError, match=f"nothing was sent: the certificate {said}") as caught:
        client(serve(FakeRT(), tls).url, verify=authority).get("ticket/1/show")
    assert "trusted" not in str(caught.value)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_own_authority(
    serve: Serve,
    client: Connect,
    tls: ssl.SSLContext,
    authority: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """The certificates that a program names are trusted, whatever the environment names."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, ssl.get_default_verify_paths().cafile or __file__)
    reply = client(serve(FakeRT(), tls).url, verify=authority).get("ticket/1/show")
    assert SHOWN.endswith(reply.body)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_no_verification(
    serve: Serve, client: Connect, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Certificates are not looked at when the program says so, whatever the environment names."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", __file__)
    reply = client(serve(FakeRT(), tls).url, verify=False).get("ticket/1/show")
    assert SHOWN.endswith(reply.body)


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "not one"])
def test_no_certificates(client: Connect, tmp_path: Path, content: str | None) -> None:
    """A file of certificates that is none is a ConfigurationError at once, with its path."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match="verify=") as caught:
        client("https://rt.example.com", verify=file)
    assert str(file) in str(caught.value)


def test_no_certificates_in_the_environment(
    client: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file that the environment names is a ConfigurationError, with its path."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))
    with pytest.raises(ConfigurationError, match=r"gone\.pem"):
        client("https://127.0.0.1:9").post("edit", "id: ticket/1\n")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_gateway_errors(serve: Serve, client: Connect, status: int) -> None:
    """What a proxy answers for a server that is away is a ProtocolError with its HTTP status."""
    server = serve(always(html(f"<h1>{status}</h1>", status)))
    with pytest.raises(ProtocolError, match=f"HTTP {status}") as caught:
        client(server.url).get("ticket/1/show")
    assert server.url in str(caught.value)


def test_not_found_by_another_server(serve: Serve, client: Connect) -> None:
    """HTTP 404 is a ProtocolError that asks for RT's front page."""
    server = serve(always(Answer("nothing here", 404)))
    with pytest.raises(ProtocolError, match="give the URL of RT's front page"):
        client(server.url).get("ticket/1/show")
