"""The server proves who it is, with each answer, or it is not listened to."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import requests
from requests_gssapi import REQUIRED, HTTPSPNEGOAuth  # type: ignore[import-untyped]

from rtorm import AuthenticationError, Client, OutcomeUnknownError, ProtocolError
from rtorm.auth import Kerberos
from rtorm.testing import AuthLab
from tests.auth_lab.conftest import Into
from tests.client.servers import SHOWN, Answer, Request, Stub, always, html, running
from tests.client.support import assert_told_without

pytestmark = pytest.mark.live

NEW = "id: ticket/new\nQueue: General\nSubject: hello\n"
CREATED = "RT/5.0.3 200 Ok\n\n# Ticket 1 created.\n\n"
Clients = Callable[..., Client]


@pytest.fixture
def stub(lab: AuthLab, enter: Into) -> Iterator[Stub]:
    """A server that holds no key of the realm, asked by one who has a ticket for its host."""
    enter(lab.kinit("alice"))
    with running(Stub(always(Answer(SHOWN)))) as server:
        yield server


PROOFS = {
    "none": {},
    "empty": {"WWW-Authenticate": "Negotiate"},
    "empty token": {"WWW-Authenticate": "Negotiate "},
    "no base64": {"WWW-Authenticate": "Negotiate YIG"},
    "no token": {"WWW-Authenticate": "Negotiate " + base64.b64encode(b"trust me").decode()},
    "begins well": {"WWW-Authenticate": "Negotiate YIGZBgkqhkiG9xIBAgICAG+BiTCB"},
    "another scheme": {"WWW-Authenticate": 'Basic realm="x"'},
}


@pytest.mark.parametrize("proof", PROOFS)
def test_a_server_that_proves_nothing(stub: Stub, client: Clients, proof: str) -> None:
    """No answer of it is taken, the first or a later one; a write may have been carried out."""
    there = client(stub.url)
    stub.behaviour = always(Answer(SHOWN, headers=PROOFS[proof]))
    for _ in range(3):
        with pytest.raises(AuthenticationError, match="did not prove who it is") as caught:
            there.get("ticket/1/show")
        assert stub.url in str(caught.value)
    stub.behaviour = always(Answer(CREATED, headers=PROOFS[proof]))
    with pytest.raises(OutcomeUnknownError, match=r"did not prove who it is.*may or may not"):
        there.post("ticket/new", NEW)
    assert [sent.method for sent in stub.requests] == ["GET", "GET", "GET", "POST"]


def test_a_download(stub: Stub, client: Clients) -> None:
    """Nor is the beginning of a content."""
    with (
        pytest.raises(AuthenticationError, match="did not prove"),
        client(stub.url).download("ticket/1/attachments/1/content"),
    ):
        pytest.fail("it was taken")


def test_only_the_first_answer_proven(lab: AuthLab, stub: Stub, client: Clients) -> None:
    """A proof holds for one answer: what comes next by the same client needs its own."""
    real = lab.negotiate.replace("localhost", "127.0.0.1")
    there = client(stub.url)
    stub.behaviour = partial(forwarded, real)
    assert "Name: General" in there.get("queue/1").body
    stub.behaviour = partial(forwarded, real, with_proof=False)
    with pytest.raises(AuthenticationError, match="did not prove"):
        there.get("queue/1")
    with pytest.raises(OutcomeUnknownError, match="did not prove"):
        there.post("ticket/new", NEW)


def test_the_proof_of_another_answer(lab: AuthLab, stub: Stub, client: Clients) -> None:
    """What once proved something proves nothing when it is said again."""
    real = lab.negotiate.replace("localhost", "127.0.0.1")
    there, said = client(stub.url), list[Answer]()

    def listening(request: Request) -> Answer:
        said.append(forwarded(real, request))
        return said[-1]

    stub.behaviour = listening
    there.get("queue/1")
    stub.behaviour = always(said[0])
    with pytest.raises(AuthenticationError, match="did not prove"):
        there.get("queue/1")


def forwarded(real: str, request: Request, *, with_proof: bool = True) -> Answer:
    """What the real server answers, perhaps without its proof."""
    headers = {
        name: request.headers[name]
        for name in ("authorization", "content-type")
        if name in request.headers
    }
    url = f"{real}{request.target}"
    answer = requests.request(request.method, url, headers=headers, data=request.body, timeout=60)
    proof = {"WWW-Authenticate": answer.headers["WWW-Authenticate"]} if with_proof else {}
    return Answer(answer.content, answer.status_code, proof)


def test_a_refusal_needs_no_proof(stub: Stub, client: Clients) -> None:
    """An error or a redirect is told as what it is: nothing in it is believed."""
    there = client(stub.url)
    stub.behaviour = always(Answer("", 301, {"Location": "https://rt.example.com/"}))
    with pytest.raises(ProtocolError, match="redirects to"):
        there.post("ticket/new", NEW)
    stub.behaviour = always(html("<h1>gone</h1>", 404))
    with pytest.raises(ProtocolError, match=r"no REST 1\.0 at this address"):
        there.get("ticket/1/show")


def test_requests_gssapi(stub: Stub, client: Clients) -> None:
    """Another package's refusal of a server says the same."""
    there = client(stub.url, HTTPSPNEGOAuth(mutual_authentication=REQUIRED))
    with pytest.raises(AuthenticationError, match="did not prove who it is"):
        there.get("ticket/1/show")
    with pytest.raises(OutcomeUnknownError, match="did not prove who it is"):
        there.post("ticket/new", NEW)


def test_secrets(
    lab: AuthLab, stub: Stub, client: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither password nor ticket is in a log, at any level, or in an exception."""
    caplog.set_level(logging.DEBUG)
    password = lab.accounts["alice"].kerberos
    login = Kerberos("alice", password=password)
    client(lab.negotiate, login).get("queue/1")
    there = client(stub.url, login)
    with pytest.raises(AuthenticationError) as caught:
        there.get("ticket/1/show")
    ticket = stub.requests[0].headers["authorization"].split()[1]
    assert ticket.startswith("YII")
    for secret in (password, ticket):
        assert_told_without(secret, caught.value)
    assert "queue/1" in caplog.text
    assert password not in caplog.text
    assert "Negotiate YI" not in caplog.text
