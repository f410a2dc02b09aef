"""Logins that are the web server's business, and cookies that do not come back."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
import requests
from requests.auth import AuthBase, HTTPDigestAuth

from rtorm import AuthenticationError, Client, ConfigurationError, ProtocolError
from rtorm.auth import Basic, Password, PerRequest, Token
from tests.client.servers import (
    PASSWORD,
    REFUSED,
    SHOWN,
    USER,
    WHO_AM_I,
    Answer,
    FakeRT,
    RawAnswer,
    Request,
    always,
    html,
)
from tests.client.support import Connect, Serve


def test_basic(serve: Serve, client: Connect) -> None:
    """Basic sends its header with every request, in UTF-8, and nothing else."""
    server = serve(always(Answer(SHOWN)))
    client(server.url, Basic("émile", "clé")).get("ticket/1/show")
    (sent,) = server.requests
    assert sent.headers["authorization"] == "Basic " + b64encode("émile:clé".encode()).decode()
    assert sent.form == {}


def test_basic_user_with_a_colon() -> None:
    """Its end would be sent as the beginning of the password."""
    with pytest.raises(ConfigurationError, match="colon"):
        Basic("alice:x", PASSWORD)


def test_basic_refused(serve: Serve, client: Connect) -> None:
    """A web server that refuses the login is an AuthenticationError that names what it asks for."""
    asks = {"WWW-Authenticate": 'Negotiate realm="x"'}
    server = serve(always(Answer(html("<h1>401</h1>").body, 401, asks, "text/html")))
    with pytest.raises(AuthenticationError, match="asks for Negotiate") as caught:
        client(server.url, Basic(USER, PASSWORD)).get("ticket/1/show")
    assert server.url in str(caught.value)
    assert "'alice'" in str(caught.value)
    assert len(server.requests) == 1


def test_user_unknown_to_rt(serve: Serve, client: Connect) -> None:
    """A user whom the web server knows and RT does not is an AuthenticationError that says so."""
    page = "<html><!-- WebRemoteUserAuth error: NoInternalUser --></html>"
    server = serve(always(html(page, 403)))
    with pytest.raises(AuthenticationError, match="RT has no user of that name"):
        client(server.url, Basic(USER, PASSWORD)).get("ticket/1/show")


class _Header(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Remote-User"] = "alice"
        return request


def test_any_auth_of_requests(serve: Serve, client: Connect) -> None:
    """Any auth object of requests signs each request, and there is no login before it."""
    server = serve(always(Answer(SHOWN)))
    there = client(server.url, _Header())
    there.get("ticket/1/show")
    there.post("edit", "id: ticket/1\nSubject: new\n")
    assert [sent.headers["x-remote-user"] for sent in server.requests] == ["alice"] * 2
    assert server.paths == ["ticket/1/show", "edit"]


def test_challenge_sends_the_form_again(serve: Serve, client: Connect) -> None:
    """A login that answers a challenge sends the whole write with its answer."""

    def challenge(request: Request) -> Answer:
        if "authorization" in request.headers:
            return Answer("RT/5.0.3 200 Ok\n\n# Ticket 1 updated.\n\n")
        asked = {"WWW-Authenticate": 'Digest realm="rt", nonce="1", qop="auth"'}
        return Answer(html("<h1>401</h1>").body, 401, asked, "text/html")

    server = serve(challenge)
    form = "id: ticket/1\nSubject: new\n"
    there = client(server.url, HTTPDigestAuth(USER, PASSWORD))
    assert there.post("edit", form).body == "# Ticket 1 updated.\n\n"
    assert [sent.form for sent in server.requests] == [{"content": form}] * 2


class _Failing(AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        message = "no ticket in the cache"
        raise requests.RequestException(message)


def test_auth_that_fails(serve: Serve, client: Connect) -> None:
    """A login that cannot be made is an AuthenticationError, also for a write: nothing was sent."""
    server = serve(always(Answer(SHOWN)))
    with pytest.raises(AuthenticationError, match="no ticket in the cache"):
        client(server.url, _Failing()).post("edit", "id: ticket/1\n")
    assert server.requests == []


def test_per_request_sends_no_cookie(serve: Serve, client: Connect) -> None:
    """A login with every request goes in the body, and the cookies that RT gives stay unused."""
    server = serve(FakeRT())
    there = client(server.url, PerRequest(USER, PASSWORD))
    there.get("ticket/1/show", {"fields": "Subject"})
    there.get("ticket/1/show")
    assert [sent.method for sent in server.requests] == ["POST", "POST"]
    assert all("cookie" not in sent.headers for sent in server.requests)
    assert server.requests[0].form == {"user": USER, "pass": PASSWORD, "fields": "Subject"}
    assert PASSWORD not in server.requests[0].target


@pytest.mark.parametrize(
    "login",
    [Password(USER, PASSWORD), Token("1-14-abc"), _Header()],
    ids=["Password", "Token", "x"],
)
def test_netrc_is_not_read(
    serve: Serve,
    client: Connect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    login: Password | Token | AuthBase,
) -> None:
    """A login in `~/.netrc` is never sent."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password leaked\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server = serve(always(Answer(WHO_AM_I)))
    client(server.url, login).get("ticket/1/show")
    sent = [request.headers.get("authorization", "") for request in server.requests]
    assert not any(header.startswith("Basic") for header in sent)


def test_secure_cookie_over_http(serve: Serve, client: Connect) -> None:
    """A session cookie that cannot come back over http is told at the login, with the remedies."""
    server = serve(FakeRT(attributes="; Secure; SameSite=Lax"))
    with pytest.raises(AuthenticationError, match=r"\$WebSecureCookies.*https.*PerRequest"):
        client(server.url).post("edit", "id: ticket/1\n")
    assert server.paths == ["ticket/new"]


def test_secure_cookie_of_another(serve: Serve, client: Connect) -> None:
    """A Secure cookie that is not RT's own does no harm."""
    rt = FakeRT()

    def with_balancer(request: Request) -> Answer | RawAnswer:
        answer = rt(request)
        if request.path.endswith("ticket/new") and isinstance(answer, Answer):
            both = answer.headers["Set-Cookie"] + "\r\nSet-Cookie: BALANCE=1; Secure"
            return Answer(answer.body, headers={"Set-Cookie": both})
        return answer

    assert client(serve(with_balancer).url).get("ticket/1/show").body == SHOWN.partition("\n\n")[2]


def test_cookie_that_is_lost(serve: Serve, client: Connect) -> None:
    """A session that does not last to the next request is told as such, and not retried."""
    rt = FakeRT()

    def forgetful(request: Request) -> Answer | RawAnswer:
        answer = rt(request)
        rt.cookies.clear()
        return answer

    server = serve(forgetful)
    with pytest.raises(AuthenticationError, match="not the session cookie"):
        client(server.url).get("ticket/1/show")
    assert server.paths == ["ticket/new", "ticket/1/show"]


def test_new_login_without_the_old_cookie(serve: Serve, client: Connect) -> None:
    """A login never goes with an older cookie: were its session alive, RT would not look at it."""
    rt = FakeRT()
    server = serve(rt)
    there = client(server.url)
    there.get("ticket/1/show")
    rt.cookies.clear()
    there.get("ticket/1/show")
    logins = [sent for sent in server.requests if "user" in sent.form]
    assert [sent.headers.get("cookie") for sent in logins] == [None, None]


def test_session_that_ends_again_at_once(serve: Serve, client: Connect) -> None:
    """After one new login a request is repeated once, whatever comes of it."""
    rt = FakeRT()
    server = serve(rt)
    there = client(server.url)
    there.identity()
    rt.cookies = set()

    def only_logins(request: Request) -> Answer | RawAnswer:
        return rt(request) if "user" in request.form else Answer(REFUSED)

    server.behaviour = only_logins
    with pytest.raises(AuthenticationError, match="not the session cookie"):
        there.post("edit", "id: ticket/1\n")
    assert server.paths == ["ticket/new", "edit", "ticket/new", "edit"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(""),
        Answer("RT/5.0.3 200 Ok\n\n# Unknown object type: REST\n\nid: REST/1.0/ticket/new\n\n"),
        Answer('Can\'t call method "id" at /rt/lib/RT.pm line 3.\n\nStack:\n  [x]\n'),
    ],
    ids=["empty", "other", "crash"],
)
def test_login_must_name_the_user(serve: Serve, client: Connect, answer: Answer) -> None:
    """What answers a login without saying who is logged in is not taken for an RT."""
    server = serve(always(answer))
    with pytest.raises(ProtocolError, match="does not say who is logged in") as caught:
        client(server.url).post("edit", "id: ticket/1\n")
    assert server.url in str(caught.value)
    assert server.paths == ["ticket/new"]


def test_redirects_are_not_followed(serve: Serve, client: Connect) -> None:
    """A redirect is an error that names its target without the query, and nothing follows it."""
    away = {"Location": "/elsewhere/REST/1.0/ticket/new?key=hidden"}
    server = serve(always(Answer("", 302, away)))
    with pytest.raises(ProtocolError, match=r"redirects to '/elsewhere/REST/1\.0/ticket/new'"):
        client(server.url).get("ticket/1/show")
    assert server.paths == ["ticket/new"]


def test_english_is_asked_for(serve: Serve, client: Connect) -> None:
    """Every request asks for English, the login included."""
    server = serve(FakeRT())
    client(server.url).get("ticket/1/show")
    assert [sent.headers["accept-language"] for sent in server.requests] == ["en", "en"]


@pytest.mark.parametrize(
    "login",
    [
        "alice",
        ("alice",),
        ("alice", "secret", "more"),
        ("alice", None),
        ("alice", ""),
        ("", "secret"),
        (None, "secret"),
        ("alice", b"secret"),
        ("alice", "sec\udcffret"),
        None,
    ],
)
def test_no_login(login: object) -> None:
    """What is no login is refused at once, and not shown."""
    with pytest.raises(ConfigurationError) as caught:
        Client("https://rt.example.com", auth=login)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert "secret" not in str(caught.value)
    assert "\udcff" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "1-14-abc\n", "token 1-14-abc", "1-14-ä"])
def test_no_token(text: str) -> None:
    """A token that cannot be one is refused, and not shown."""
    with pytest.raises(ConfigurationError) as caught:
        Token(text)
    assert "1-14" not in str(caught.value)
