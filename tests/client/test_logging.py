"""What the log `rtorm.wire` tells, and what no log ever tells."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from rtorm import AuthenticationError, Client, OutcomeUnknownError, ProtocolError, RTError
from rtorm.auth import Auth, Basic, Login, Password, PerRequest, Token
from rtorm.rest1.forms import EncodeError, compose
from rtorm.rest1.wire.masking import masked
from tests.client.servers import (
    REFUSED,
    SHOWN,
    USER,
    WHO_AM_I,
    Answer,
    FakeRT,
    RawAnswer,
    Request,
    always,
    says,
)
from tests.client.support import Connect, Serve, WireLog
from tests.seed import password_of
from tests.support import Server

LINE = re.compile(r"(?:GET|POST) \S+: .*, \d+ ms\Z", re.DOTALL)


def test_debug_shows_a_write_as_it_is(rt: Server, client: Connect, log: WireLog) -> None:
    """At DEBUG stand the request, its form, RT's status line and RT's words."""
    there = client(rt.url, ("root", password_of("root")))
    there.identity()
    log.lines.clear()
    form = compose([("id", "ticket/new"), ("Queue", "Incidents"), ("Status", "bogus")])
    there.post("ticket/new", form)
    asked, answered = log.at(logging.DEBUG)
    assert asked == f"POST ticket/new\n{form}"
    assert re.match(rf"RT/{re.escape(rt.version)} 200 Ok\n\n# Could not create ticket\.", answered)


def test_debug_shows_a_read_as_it_is(serve: Serve, client: Connect, log: WireLog) -> None:
    """At DEBUG stand the query and the reply of a read."""
    there = client(serve(FakeRT()).url)
    there.identity()
    log.lines.clear()
    there.get("ticket/show", {"id": "1,2", "fields": "Subject"})
    assert log.at(logging.DEBUG) == [
        "GET ticket/show\nid=1,2\nfields=Subject",
        "RT/5.0.3 200 Ok\n\nid: ticket/1\nSubject: hello\n\n",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(SHOWN), "RT/5.0.3 200 Ok"),
        (Answer("RT/5.0.3 409 Syntax Error\n\n# x: y\n\n"), "RT/5.0.3 409 Syntax Error"),
        (Answer("Undefined at x line 3.\n\nStack:\n  [y]\n"), "crash: Undefined at x line 3."),
        (Answer("gone", 404), "ProtocolError"),
        (says(b""), "TransportError"),
    ],
    ids=["ok", "refused", "crash", "not RT", "lost"],
)
def test_info_has_one_line_a_request(
    serve: Serve, client: Connect, log: WireLog, answer: Answer, said: str
) -> None:
    """At INFO stands one line for each request: what RT said of it, and the milliseconds."""
    there = client(serve(FakeRT(answer)).url)
    there.identity()
    log.lines.clear()
    with suppress(RTError):
        there.get("ticket/1/show")
    (line,) = log.at(logging.INFO)
    assert LINE.match(line)
    assert line.startswith(f"GET ticket/1/show: {said}")


@pytest.fixture
def everything() -> Iterator[WireLog]:
    """All that all loggers say, at DEBUG."""
    handler, root = WireLog(), logging.getLogger()
    # The recorder of the suite shows what it records.
    handler.addFilter(lambda record: not record.name.startswith("vcr."))
    levels = {name: logging.getLogger(name).level for name in ("", "urllib3", "rtorm.wire")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


SECRET = "Gr8-s&cret=w%rd"
LOGINS = pytest.mark.parametrize(
    "login",
    [
        (USER, SECRET),
        Password(USER, SECRET),
        PerRequest(USER, SECRET),
        Basic(USER, SECRET),
        Token("1-14-0badc0ffee0ddf00d"),
    ],
    ids=["tuple", "Password", "PerRequest", "Basic", "Token"],
)


def hidden(login: Login) -> list[str]:
    """What must not be seen of a login."""
    auth = login if isinstance(login, Auth) else Password(USER, SECRET)
    return [*auth.secrets(), "pass=", "c00kie", "Authorization"]


COOKIE = {"Set-Cookie": "RT_SID_x=c00kie; path=/"}
ANSWERS: dict[str, Answer | RawAnswer] = {
    "accepted": Answer(WHO_AM_I, headers=COOKIE),
    "refused": Answer(REFUSED, headers=COOKIE),
    "lost": says(b""),
}


@LOGINS
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_no_secret_is_logged(
    serve: Serve, client: Connect, everything: WireLog, login: Login, answer: Answer | RawAnswer
) -> None:
    """No logger, that of urllib3 included, tells a password, a token or a cookie."""
    there = client(serve(always(answer)).url, login)
    for send in (there.identity, lambda: there.post("edit", "id: ticket/1\n")) * 2:
        with suppress(RTError):
            send()
    told = "\n".join(line for _, line in everything.lines)
    assert "ticket/" in told
    assert not [secret for secret in hidden(login) if secret in told]


def test_no_secret_is_logged_of_a_real_login(
    rt: Server, client: Connect, everything: WireLog
) -> None:
    """Neither a login that a real RT takes nor one that it refuses is logged."""
    client(rt.url, ("alice", password_of("alice"))).get("ticket/new")
    with pytest.raises(AuthenticationError):
        client(rt.url, ("alice", "wrong-word")).get("ticket/new")
    told = "\n".join(line for _, line in everything.lines)
    assert not [word for word in (password_of("alice"), "wrong-word", "pass=") if word in told]
    assert "RT_SID" not in told


@pytest.mark.live
def test_passwords_that_rt_repeats(rt: Server, client: Connect, log: WireLog) -> None:
    """A password in a form stays hidden when a real RT repeats the form in its refusal."""
    form = compose([("Password", "Hidden-1\n Hidden-2\n\nHidden-3"), ("RealName", "Shown")])
    reply = client(rt.url, ("root", password_of("root"))).post("user/nosuch", form)
    assert "Hidden-3" in reply.body
    told = "\n".join(line for _, line in log.lines)
    assert "Hidden" not in told
    assert told.count("RealName: Shown") == 2
    assert told.count("Password: ***") == 2


@given(st.text(min_size=1), st.sampled_from(["Password", "password", "PASSWORD"]))
def test_form_without_its_password(value: str, key: str) -> None:
    """Of a password, whatever it holds, nothing is left in a form; of the rest, everything."""
    before, after = compose([("id", "user/1")]), compose([("RealName", "x"), ("Lang", " y\nz")])
    try:
        form = before + compose([(key, value)]) + after
    except EncodeError:
        reject()
    assert masked(form) == f"{before}{key}: ***\n{after}"


@pytest.mark.parametrize(
    "form",
    [
        "Password: hidden",
        "id: user/1\nPassword: hidden",
        "Password:\n\n  hidden\n\n\thidden\n\nRealName: x",
        "Password:hidden\nRealName: x",
        "Password: hidden\nPassword: hidden\n",
        "id: user/1\nPassword: hidden\n--\nid: user/2\nPassword: hidden\n",
    ],
)
def test_forms_written_by_hand(form: str) -> None:
    """Every line that RT takes for a part of the password is hidden, and no other."""
    left = masked(form)
    assert "hidden" not in left
    assert ("RealName: x" in form) == ("RealName: x" in left)
    assert form.count("id: ") == left.count("id: ")


def test_secret_parameters(serve: Serve, client: Connect, log: WireLog) -> None:
    """Parameters that hold a login are hidden, too, or refused, should a program send its own."""
    there = client(serve(FakeRT()).url)
    there.get("ticket/1/show", {"Token": "hidden", "password": "hidden"})
    with pytest.raises(ValueError, match="auth="):
        there.get("ticket/1/show", {"user": USER, "pass": "hidden"})
    assert "hidden" not in "\n".join(line for _, line in log.lines)


def test_silent_logger(serve: Serve, client: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Above INFO the log says nothing, not even of a failure, which is an exception anyway."""
    caplog.set_level(logging.WARNING, "rtorm.wire")
    with pytest.raises(OutcomeUnknownError):
        client(serve(FakeRT(says(b""))).url).post("edit", "id: ticket/1\n")
    assert not [record for record in caplog.records if record.name == "rtorm.wire"]


def test_echoing_server(serve: Serve, everything: WireLog) -> None:
    """A server that sends back what it was sent does not bring a password to light."""

    def echo(request: Request) -> Answer:
        return Answer(request.body)

    with pytest.raises(ProtocolError, match=r"not RT's REST 1\.0") as caught:
        Client(serve(echo).url, auth=(USER, SECRET)).identity()
    told = "\n".join([str(caught.value), *(line for _, line in everything.lines)])
    assert "***" in told
    assert not [word for word in (SECRET, "Gr8", "%26cret") if word in told]
