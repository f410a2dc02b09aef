"""Reads of REST 2.0: with the same login and the same care, and without an answer no error."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest

from rtorm import AuthenticationError, TransportError
from rtorm.auth import Basic, Login, PerRequest, Token
from tests.client.servers import (
    PAGE,
    PASSWORD,
    USER,
    WHO_AM_I,
    Answer,
    FakeRT,
    RawAnswer,
    Request,
    html,
    says,
)
from tests.client.support import Connect, Serve, WireLog

LOGIN_PAGE = Answer("Login required", 302, {"Location": "/NoAuth/Login.html?next=x"})
UNKNOWN = Answer('{"message":"Unauthorized"}', 401, content_type="application/json")
FIELD = {"id": 30, "Name": "Größe", "Values": ["low", PASSWORD]}


def told(data: object, status: int = 200) -> Answer:
    """An answer of REST 2.0."""
    return Answer(json.dumps(data), status, content_type='application/json; charset="utf-8"')


class FakeRT5(FakeRT):
    """REST 1.0 as ever, and one answer to all that is asked of REST 2.0 with a session's cookie."""

    def __init__(self, answer: Answer | RawAnswer, *, version: str = "5.0.3") -> None:
        super().__init__()
        self.answer = answer
        self.guarded = False
        self.version = version

    def __call__(self, request: Request) -> Answer | RawAnswer:
        if not request.path.startswith("/REST/2.0/"):
            answer = super().__call__(request)
            assert isinstance(answer, Answer)
            return replace(answer, body=str(answer.body).replace("5.0.3", self.version))
        known = request.headers.get("cookie") in self.cookies
        if known and not self.guarded:
            return self.answer
        # Its cookie is that of a session in which nobody is logged in.
        return replace(LOGIN_PAGE, headers={"Set-Cookie": "RT_SID_x=anonymous; path=/"})


def paths(requests: list[Request]) -> list[str]:
    """What was asked for."""
    return [sent.path.removeprefix("/REST/") for sent in requests]


def test_the_json_of_the_answer(serve: Serve, client: Connect) -> None:
    """Asked of REST 2.0, with the cookie of REST 1.0's login, and with the query in the URL."""
    stub = serve(FakeRT5(told(FIELD)))
    there = client(stub.url)
    assert there.rest2("queue/5/customfields", {"fields": "Name,Type", "page": "2"}) == FIELD
    assert there.rest2("customfield/30") == FIELD
    assert paths(stub.requests) == [
        "1.0/ticket/new",
        "2.0/queue/5/customfields",
        "2.0/customfield/30",
    ]
    sent = stub.requests[1]
    assert (sent.method, sent.form, sent.body) == ("GET", {"fields": "Name,Type", "page": "2"}, b"")
    with pytest.raises(TypeError, match="no text"):
        there.rest2("customfield/30", {"page": 2})  # type: ignore[dict-item] # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "answer",
    [
        told({"message": "Forbidden"}, 403),
        told({"message": "Not Found"}, 404),
        told({"message": "Undefined at x line 3."}, 500),
        html(PAGE),
        Answer(WHO_AM_I),
        Answer("", 301, {"Location": "/elsewhere"}),
    ],
)
def test_what_is_not_told_is_none(serve: Serve, client: Connect, answer: Answer) -> None:
    """A right that is missing, a crash, a page of something else; no redirect is followed."""
    stub = serve(FakeRT5(answer))
    there = client(stub.url)
    assert there.rest2("customfield/30") is None
    assert paths(stub.requests) == ["1.0/ticket/new", "2.0/customfield/30"]
    assert there.rest2("customfield/31") is None
    assert len(stub.requests) == 3


@pytest.mark.parametrize(
    "answer",
    [
        html(PAGE, 429),
        html(PAGE, 503),
        Answer("", content_type="application/json"),
        Answer('{"id": 3', content_type="application/json"),
        Answer(b'{"id": "\xff"}', content_type="application/json"),
        Answer("[" * 100_000, content_type="application/json"),
        Answer("9" * 10_000, content_type="application/json"),
    ],
)
def test_a_broken_answer_is_an_error(serve: Serve, client: Connect, answer: Answer) -> None:
    """What cannot be read is not taken for what RT does not tell; it is asked for again."""
    stub = serve(FakeRT5(answer))
    with pytest.raises(TransportError, match=r"no JSON that is whole.*tried 2 times"):
        client(stub.url, retries=1).rest2("customfield/30")
    assert paths(stub.requests) == ["1.0/ticket/new", *["2.0/customfield/30"] * 2]


def test_a_lost_answer_is_an_error(serve: Serve, client: Connect) -> None:
    """As of any read: nobody knows what RT would have told."""
    rt = FakeRT5(says(b""))
    there = client(serve(rt).url, timeout=(5, 0.3))
    with pytest.raises(TransportError, match="a read may be repeated"):
        there.rest2("customfield/30")
    stub = serve(rt)
    rt.answer = stub.keeps_silent
    with pytest.raises(TransportError, match=r"no answer within 0\.3 s"):
        client(stub.url, timeout=(5, 0.3)).rest2("customfield/30")


def test_an_expired_session_is_renewed(serve: Serve, client: Connect) -> None:
    """Once, as for REST 1.0; a password that is no longer right is an error."""
    rt = FakeRT5(told(FIELD))
    there = client(serve(rt).url)
    there.get("ticket/1/show")
    rt.cookies.clear()
    assert there.rest2("customfield/30") == FIELD
    assert rt.logins == 2
    rt.cookies.clear()
    rt.accepts_logins = False
    with pytest.raises(AuthenticationError, match="does not accept the login of user 'alice'"):
        there.rest2("customfield/30")


def test_a_guarded_rest2_is_asked_once(serve: Serve, client: Connect) -> None:
    """Where REST 2.0 does not know the login, it is left alone; REST 1.0 goes on."""
    rt = FakeRT5(told(FIELD))
    rt.guarded = True
    stub = serve(rt)
    there = client(stub.url)
    assert there.rest2("customfield/30") is None
    asked = len(stub.requests)
    assert there.rest2("customfield/30") is None
    assert len(stub.requests) == asked
    assert "Subject: hello" in there.get("ticket/1/show").body


@pytest.mark.parametrize(
    ("version", "login"),
    [("4.4.6", (USER, PASSWORD)), ("5.0.3", PerRequest(USER, PASSWORD))],
    ids=["RT 4", "PerRequest"],
)
def test_where_it_cannot_be_it_is_not_asked(
    serve: Serve, client: Connect, version: str, login: Login
) -> None:
    """RT 4 has none, and takes no login per request there."""
    stub = serve(FakeRT5(told(FIELD), version=version))
    assert client(stub.url, login).rest2("customfield/30") is None
    assert "2.0/customfield/30" not in paths(stub.requests)


@pytest.mark.parametrize("login", [Basic(USER, PASSWORD), Token("1-14-0badc0ffee")])
def test_logins_in_headers(serve: Serve, client: Connect, login: Login) -> None:
    """They go along; without an answer to them there is none."""

    def answer(request: Request) -> Answer:
        known = "authorization" in request.headers
        if request.path.startswith("/REST/2.0/"):
            return told(FIELD) if known and "30" in request.path else UNKNOWN
        return Answer(WHO_AM_I)

    there = client(serve(answer).url, login)
    assert there.rest2("customfield/30") == FIELD
    assert there.rest2("customfield/31") is None


def test_the_log(serve: Serve, client: Connect, log: WireLog) -> None:
    """A line for each request, its query and its answer, and no secret though a server tells it."""
    there = client(serve(FakeRT5(told(FIELD))).url)
    there.identity()
    log.lines.clear()
    there.rest2("customfield/30", {"fields": "Name"})
    asked, answered = log.at(logging.DEBUG)
    assert asked == "GET REST/2.0/customfield/30\nfields=Name"
    assert answered.startswith('HTTP 200\n\n{"id": 30')
    assert "***" in answered
    (line,) = log.at(logging.INFO)
    assert line.startswith("GET REST/2.0/customfield/30: HTTP 200, ")
    assert PASSWORD not in "\n".join(text for _, text in log.lines)
