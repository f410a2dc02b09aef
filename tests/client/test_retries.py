"""What does no harm twice is tried again, after growing pauses; nothing else ever is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import urllib3

from rtorm import Client, ConfigurationError, OutcomeUnknownError, ProtocolError, TransportError
from tests.client.contents import content_of
from tests.client.servers import (
    PAGE,
    SHOWN,
    Answer,
    FakeRT,
    RawAnswer,
    Request,
    Stub,
    always,
    html,
    says,
)
from tests.client.support import Connect, Serve

FORM = "id: ticket/1\nSubject: new\n"
FAULTS: dict[str, Answer | RawAnswer] = {
    "closed": says(b""),
    "garbage": says(b"\x00\x01\x02 not HTTP at all\r\n\r\n"),
    "cut": says(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nRT/5.0.3 200"),
    "cut unseen": Answer("RT/5.0.3 2"),
    "nothing": Answer(""),
    "429": html(PAGE, 429),
    "502": html(PAGE, 502),
    "503": html(PAGE, 503),
    "504": html(PAGE, 504),
}
# A write that has outlasted a gateway's patience is none of those.
PASSING_WRITES = pytest.mark.parametrize(
    "fault", [fault for name, fault in FAULTS.items() if name != "504"], ids=[*FAULTS][:-1]
)
PASSING = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


class Failing(FakeRT):
    """An RT that fails so many times first."""

    def __init__(self, fault: Answer | RawAnswer, times: int = 1) -> None:
        super().__init__()
        self.fault, self.times = fault, times

    def __call__(self, request: Request) -> Answer | RawAnswer:
        if request.path.endswith("ticket/new") or not self.times:
            return super().__call__(request)
        self.times -= 1
        return self.fault


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which are not made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def edit(client: Client) -> None:
    """An edit, which sets values."""
    client.post("edit", FORM, idempotent=True)


def read(client: Client) -> None:
    """A read."""
    client.get("ticket/1/links/x")


def tried(server: Stub) -> int:
    """How often something was tried after the login."""
    return len([path for path in server.paths if path != "ticket/new"])


@PASSING_WRITES
@pytest.mark.parametrize("send", [read, edit, content_of])
def test_what_passes_is_not_noticed(
    serve: Serve,
    client: Connect,
    pauses: list[float],
    fault: Answer | RawAnswer,
    send: Callable[[Client], object],
) -> None:
    """A read, an edit and the beginning of a download are tried again, the first time at once."""
    if send is not edit and fault is FAULTS["nothing"]:
        # A read may find nothing.
        fault = says(b"")
    server = serve(Failing(fault))
    send(client(server.url, retries=3))
    assert tried(server) == 2
    assert pauses == [0.0]


@PASSING_WRITES
def test_what_stays_is_told(
    serve: Serve, client: Connect, pauses: list[float], fault: Answer | RawAnswer
) -> None:
    """After the last attempt the error says how many there were; the pauses grow."""
    server = serve(Failing(fault, times=99))
    with pytest.raises(OutcomeUnknownError if fault != FAULTS["429"] else ProtocolError) as caught:
        edit(client(server.url, retries=3))
    assert "(tried 4 times)" in str(caught.value)
    assert caught.value.retry_after == 0
    assert tried(server) == 4
    assert pauses[0] == 0
    assert 1 <= pauses[1] <= 1.5
    assert 2 <= pauses[2] <= 2.5


@pytest.mark.parametrize(
    ("status", "tries"), [(407, 1), (403, 1), (502, 3)], ids=["login", "forbidden", "passes"]
)
def test_a_proxy_that_makes_no_tunnel(
    serve: Serve,
    client: Connect,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    tries: int,
) -> None:
    """What it does not let through it never will: a wrong login shuts an account out soon."""
    proxy = serve(always(html(PAGE, status)))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(TransportError, match=rf"check the proxy .*{status}") as caught:
        read(client("https://rt.example.com", retries=2))
    assert [sent.method for sent in proxy.requests] == ["CONNECT"] * tries
    assert (caught.value.retry_after is None) == (tries == 1)
    assert len(pauses) == tries - 1


@PASSING
@pytest.mark.parametrize("path", ["ticket/new", "ticket/1/comment", "ticket/1/merge/2", "edit"])
def test_other_writes_are_sent_once(
    serve: Serve, client: Connect, pauses: list[float], fault: Answer | RawAnswer, path: str
) -> None:
    """What is not said to be idempotent is never sent twice, whatever happened to it."""
    rt = Failing(fault, times=99)
    server = serve(lambda sent: rt.fault if "content" in sent.form else rt(sent))
    with pytest.raises((OutcomeUnknownError, ProtocolError)) as caught:
        client(server.url, retries=3).post(path, FORM)
    assert server.paths == ["ticket/new", path]
    assert pauses == []
    unknown = isinstance(caught.value, OutcomeUnknownError)
    assert unknown is (fault is not FAULTS["429"])
    assert caught.value.retry_after == (None if unknown else 0)


def test_a_write_that_outlasts_a_gateway(
    serve: Serve, client: Connect, pauses: list[float]
) -> None:
    """RT may still be at work with it: it is not sent again; a read is."""
    server = serve(Failing(FAULTS["504"], times=99))
    with pytest.raises(OutcomeUnknownError) as caught:
        edit(client(server.url, retries=3))
    assert caught.value.retry_after is None
    assert tried(server) == 1
    server = serve(Failing(FAULTS["504"]))
    read(client(server.url, retries=3))
    assert tried(server) == 2


def test_login_is_tried_again(serve: Serve, client: Connect, pauses: list[float]) -> None:
    """The login before a create is a read, so that the create is sent once in the end."""
    rt, failures = FakeRT(), [FAULTS["503"], FAULTS["closed"]]
    server = serve(lambda sent: failures.pop() if failures else rt(sent))
    client(server.url, retries=3).post("ticket/new", FORM)
    assert server.paths == ["ticket/new"] * 4
    assert ["content" in sent.form for sent in server.requests] == [False, False, False, True]
    assert len(pauses) == 2


@pytest.mark.parametrize("send", [read, edit])
def test_time_that_has_run_out_is_not_spent_again(
    serve: Serve, client: Connect, send: Callable[[Client], None]
) -> None:
    """A reply that does not come within the time limit ends the matter."""
    server = serve(rt := FakeRT())
    rt.reply = server.keeps_silent
    with pytest.raises((TransportError, OutcomeUnknownError), match=r"within 0\.2 s") as caught:
        send(client(server.url, timeout=(5, 0.2), retries=3))
    assert caught.value.retry_after is None
    assert tried(server) == 1


@pytest.mark.parametrize(
    "answer",
    [
        html(PAGE),
        html(PAGE, 404),
        html(PAGE, 500),
        html(PAGE, 501),
        Answer("", 302, {"Location": "/x"}),
    ],
)
def test_what_would_be_the_same_is_not_tried_again(
    serve: Serve, client: Connect, pauses: list[float], answer: Answer
) -> None:
    """A wrong URL stays wrong."""
    server = serve(Failing(answer, times=99))
    with pytest.raises(ProtocolError) as caught:
        read(client(server.url, retries=3))
    assert caught.value.retry_after is None
    assert tried(server) == 1
    assert pauses == []


def test_a_server_that_comes_back(
    serve: Serve, client: Connect, closed_port: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody listens for a moment, as when RT is started anew, it is tried again."""
    url = closed_port()
    back: list[Stub] = []

    def start(seconds: float) -> None:
        if seconds >= 1:
            port = int(url.rpartition(":")[2])
            back.append(serve(FakeRT(), port=port))

    monkeypatch.setattr(time, "sleep", start)
    read(client(url, retries=2))
    assert back[0].paths == ["ticket/new", "ticket/1/links/x"]


def test_refused_certificate_is_not_tried_again(pauses: list[float], client: Connect) -> None:
    """Neither is a host that does not exist."""
    with pytest.raises(TransportError) as caught:
        read(client("https://no-such-host.invalid", retries=3))
    assert caught.value.retry_after is None
    assert pauses == []


@pytest.mark.parametrize(
    ("said", "pause"), [("2", 2.0), ("0", 0.0), ("soon", 0.0), ("-1", 0.0), ("", 0.0)]
)
def test_retry_after(
    serve: Serve, client: Connect, pauses: list[float], said: str, pause: float
) -> None:
    """The server says how long to wait; what cannot be understood says nothing."""
    server = serve(Failing(Answer(PAGE, 429, {"Retry-After": said})))
    read(client(server.url, retries=3))
    assert pauses == [pause]


def test_retry_after_a_long_time(serve: Serve, client: Connect, pauses: list[float]) -> None:
    """Longer than half a minute is for the program to wait, which is told how long."""
    server = serve(Failing(Answer(PAGE, 503, {"Retry-After": "3600"})))
    with pytest.raises(ProtocolError) as caught:
        read(client(server.url, retries=3))
    assert caught.value.retry_after == 3600
    assert pauses == []


def test_switched_off(serve: Serve, client: Connect, pauses: list[float]) -> None:
    """`retries=0` tries once."""
    server = serve(Failing(FAULTS["503"]))
    with pytest.raises(ProtocolError) as caught:
        read(client(server.url, retries=0))
    assert "tried" not in str(caught.value)
    assert pauses == []


def test_policy_of_the_program(serve: Serve, client: Connect, pauses: list[float]) -> None:
    """A `urllib3.Retry` says how often, after which pauses, and for which HTTP statuses."""
    policy = urllib3.Retry(5, backoff_factor=3, backoff_max=7, status_forcelist={418})
    server = serve(Failing(html(PAGE, 418), times=4))
    read(client(server.url, retries=policy))
    assert pauses == [0, 6, 7, 7]
    server = serve(Failing(FAULTS["503"]))
    with pytest.raises(ProtocolError):
        read(client(server.url, retries=policy))


def test_unknown_stays_unknown(
    serve: Serve, client: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit that may have been carried out is not told as unsent since the second one was."""
    server = serve(Failing(FAULTS["closed"], times=99))
    there = client(server.url, retries=1)
    there.identity()

    def gone(seconds: float) -> None:
        server.shutdown()
        server.server_close()

    monkeypatch.setattr(time, "sleep", gone)
    with pytest.raises(OutcomeUnknownError) as caught:
        edit(there)
    assert "tried 2 times, at last: cannot reach RT" in str(caught.value)


def test_a_fresh_connection(serve: Serve, client: Connect, pauses: list[float]) -> None:
    """What follows a broken answer comes through another connection: it may be out of step."""
    server = serve(Failing(Answer("RT/5.0.3 2")))
    read(client(server.url, retries=1))
    first, second = [sent.connection for sent in server.requests[1:]]
    assert first != second


@pytest.mark.parametrize("retries", [-1, 1.5, True, None, "3"])
def test_no_number(retries: object) -> None:
    """What says nothing of how often is refused."""
    with pytest.raises(ConfigurationError, match="retries="):
        Client("https://rt.example.com", auth=("me", "x"), retries=retries)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_a_healthy_server_is_asked_once(serve: Serve, client: Connect) -> None:
    """Where nothing fails, nothing is repeated."""
    server = serve(FakeRT(Answer(SHOWN)))
    there = client(server.url, retries=3)
    read(there)
    edit(there)
    assert server.paths == ["ticket/new", "ticket/1/links/x", "edit"]
