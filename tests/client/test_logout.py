"""Ending a session at RT."""

from __future__ import annotations

import threading

import pytest

from rtorm import ProtocolError, TransportError
from rtorm.auth import Basic, Login, PerRequest, Token
from tests.client.servers import PASSWORD, SHOWN, USER, Answer, FakeRT, always, says
from tests.client.support import LOGIN, Connect, Serve, Traffic
from tests.seed import password_of
from tests.support import Server

ALICE = ("alice", password_of("alice"))


def test_next_request_logs_in(rt: Server, client: Connect, traffic: Traffic) -> None:
    """After a logout the next request logs in again, and is sent once."""
    there = client(rt.url, ALICE)
    there.get("queue/Incidents")
    there.logout()
    there.get("queue/Incidents")
    asked = [LOGIN, "queue/Incidents 200"]
    assert traffic.since() == [*asked, "logout 200", *asked]


@pytest.mark.live
def test_session_is_gone(rt: Server, client: Connect) -> None:
    """Of a session that was ended, RT keeps nothing."""
    assert rt.tracker is not None
    folder = rt.tracker.directory / "sessions"
    before = set(folder.iterdir())
    there = client(rt.url, ALICE)
    there.get("queue/Incidents")
    (mine,) = {file for file in folder.iterdir() if len(file.name) == 32} - before
    there.logout()
    assert not mine.exists()


def test_nothing_to_end(rt: Server, client: Connect, traffic: Traffic) -> None:
    """Nobody logs in to log out, and nobody logs out twice."""
    there = client(rt.url, ALICE)
    there.logout()
    assert traffic.since() == []
    there.identity()
    there.logout()
    there.logout()
    assert traffic.since() == [LOGIN, "logout 200"]


def test_session_has_ended(rt: Server, client: Connect, traffic: Traffic) -> None:
    """A session that RT has ended before is no error."""
    there = client(rt.url, ALICE)
    there.get("logout")
    traffic.since()
    there.logout()
    assert traffic.since() == ["logout 401"]


@pytest.mark.parametrize(
    "login",
    [Token("1-14-abc"), PerRequest(USER, PASSWORD), Basic(USER, PASSWORD)],
    ids=["Token", "PerRequest", "Basic"],
)
def test_logins_without_a_session(serve: Serve, client: Connect, login: Login) -> None:
    """A login that makes no session of its own has none to end."""
    server = serve(always(Answer(SHOWN)))
    there = client(server.url, login)
    there.get("ticket/1/show")
    there.logout()
    assert server.paths == ["ticket/1/show"]


def test_one_thread(serve: Serve, client: Connect) -> None:
    """A thread ends its own session and leaves those of the others alone."""
    server = serve(rt := FakeRT(Answer("RT/5.0.3 200 Ok\n")))
    there = client(server.url)
    there.get("ticket/1/show")

    def work() -> None:
        there.get("ticket/2/show")
        there.logout()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    there.get("ticket/1/show")
    cookies = {
        sent.path.rpartition("1.0/")[2]: sent.headers.get("cookie") for sent in server.requests
    }
    assert cookies["ticket/1/show"] == "RT_SID_x=1"
    assert cookies["logout"] == "RT_SID_x=2"
    assert rt.logins == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(b""), TransportError),
        (Answer("<html></html>"), ProtocolError),
        (Answer("Undefined at x line 3.\n\nStack:\n  [y]\n"), ProtocolError),
        (Answer("RT/5.0.3 500 Server Error\n\n"), ProtocolError),
    ],
    ids=["lost", "page", "crash", "refused"],
)
def test_failure(
    serve: Serve, client: Connect, answer: Answer, error: type[TransportError | ProtocolError]
) -> None:
    """A logout of which RT does not say that it was done is an error; the cookie is forgotten."""
    rt = FakeRT()
    server = serve(lambda sent: answer if sent.path.endswith("logout") else rt(sent))
    there = client(server.url)
    there.get("ticket/1/show")
    with pytest.raises(error):
        there.logout()
    there.get("ticket/1/show")
    assert rt.logins == 2
