"""What a program does all day, through Kerberos."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from requests_gssapi import REQUIRED, HTTPSPNEGOAuth  # type: ignore[import-untyped]

from rtorm import Attachment, Client, PartialSaveError, Session, Ticket
from rtorm.auth import Basic, Kerberos, Login
from rtorm.testing import AuthLab
from tests.auth_lab.access_log import AccessLog, Request
from tests.auth_lab.conftest import Into

pytestmark = pytest.mark.live

NEW = "id: ticket/new\nQueue: General\nSubject: hello\n"


def work(session: Session) -> Ticket:
    """Create, edit with a refusal, comment with a large attachment, download it."""
    ticket = session.add(Ticket(queue="General", subject="First"))
    session.commit()
    ticket.subject, ticket.owner = "Second", "nobody-of-that-name"
    with pytest.raises(PartialSaveError) as caught:
        ticket.save()
    assert set(caught.value.applied) == {"subject"}
    assert set(caught.value.errors) == {"owner"}
    session.rollback()
    content = os.urandom(300_000)
    ticket.comment("See it.", attachments=[Attachment(filename="a.bin", content=content)])
    [file] = [file for file in ticket.attachments if file.filename]
    with file.open() as stream:
        assert stream.read() == content
    return ticket


def test_in_clear(lab: AuthLab, enter: Into, connect: Callable[..., Session]) -> None:
    """Creates, edits, comments and downloads go as whose the ticket is."""
    enter(lab.kinit("alice"))
    made = work(connect(lab.negotiate))
    enter(lab.kinit("bob"))
    found = connect(lab.negotiate).get(Ticket, made.id)
    assert (found.subject, found.creator) == ("Second", "alice")


def test_by_tls(lab: AuthLab, enter: Into, connect: Callable[..., Session]) -> None:
    """So they do where the web server speaks TLS, too."""
    enter(lab.kinit("bob"))
    session = connect(lab.tls_negotiate, verify=lab.ca)
    assert work(session).creator == "bob"


def test_one_request_for_each_call(
    lab: AuthLab, enter: Into, client: Callable[..., Client], access: AccessLog
) -> None:
    """The ticket goes with the first request at once: nothing is sent twice."""
    enter(lab.kinit("alice"))
    there = client(lab.negotiate)
    there.post("ticket/new", NEW)
    there.get("ticket/1/show")
    assert access.at(lab.negotiate) == [
        Request(200, "alice", "POST", "/REST/1.0/ticket/new"),
        Request(200, "alice", "GET", "/REST/1.0/ticket/1/show"),
    ]


def test_threads(
    lab: AuthLab, enter: Into, client: Callable[..., Client], access: AccessLog
) -> None:
    """Threads that share a client do not share what belongs to one request."""
    enter(lab.kinit("alice"))
    there = client(lab.negotiate)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(there.get, ["queue/1"] * 20))
    assert all("Name: General" in reply.body for reply in replies)
    assert [(one.status, one.user) for one in access.at(lab.negotiate)] == [(200, "alice")] * 20


@pytest.mark.parametrize("user", ["alice", "bob"])
@pytest.mark.parametrize("realm", ["", "@LAB.TEST"])
def test_a_password_without_kinit(
    lab: AuthLab, connect: Callable[..., Session], user: str, realm: str
) -> None:
    """Principal and password do without a ticket cache, and several accounts stand side by side."""
    login = Kerberos(user + realm, password=lab.accounts[user].kerberos)
    session = connect(lab.negotiate, login)
    ticket = session.add(Ticket(queue="General", subject="By password"))
    session.commit()
    assert session.get(Ticket, ticket.id).creator == user
    assert not os.path.exists(os.environ["KRB5CCNAME"].removeprefix("FILE:"))  # noqa: PTH110


def test_a_principal_chooses_among_tickets(
    lab: AuthLab, enter: Into, client: Callable[..., Client]
) -> None:
    """The ticket of the named principal is taken."""
    enter(lab.kinit("alice"))
    assert "Name: General" in client(lab.negotiate, Kerberos("alice")).get("queue/1").body


def test_a_keytab(lab: AuthLab, enter: Into, client: Callable[..., Client]) -> None:
    """A program that nobody watches logs in by its keytab, without kinit."""
    enter({"KRB5_CLIENT_KTNAME": str(lab.keytab)})
    assert client(lab.negotiate).identity().user == "alice"


def test_an_address_as_host(lab: AuthLab, enter: Into, client: Callable[..., Client]) -> None:
    """What stands in the URL is the service's name, an address, too."""
    enter(lab.kinit("alice"))
    url = lab.negotiate.replace("localhost", "127.0.0.1")
    assert "Name: General" in client(url).get("queue/1").body


def test_another_name_of_the_host(lab: AuthLab, enter: Into, client: Callable[..., Client]) -> None:
    """`hostname=` names the service where the URL has another name for its host."""
    enter(lab.kinit("alice"))
    login = Kerberos(hostname="rt.lab.test", delegate=True)
    assert "Name: General" in client(lab.negotiate, login).get("queue/1").body


def test_rest_2(lab: AuthLab, enter: Into, client: Callable[..., Client]) -> None:
    """RT 5's REST 2.0 takes the same ticket; RT 4.4 has none."""
    enter(lab.kinit("alice"))
    found = client(lab.negotiate).rest2("queue/1")
    assert (isinstance(found, dict) and found["Name"] == "General") == (lab.major == 5)


def test_a_service_ticket_outlives_the_kdc(
    lab: AuthLab, enter: Into, client: Callable[..., Client]
) -> None:
    """Who has been there before does not need the KDC."""
    enter(lab.kinit("alice"))
    there = client(lab.negotiate)
    there.get("queue/1")
    with lab.kdc_down():
        assert "Name: General" in there.get("queue/1").body


def test_where_basic_would_do(lab: AuthLab, enter: Into, client: Callable[..., Client]) -> None:
    """A web server that takes either gets the ticket, or the KDC's password."""
    enter(lab.kinit("alice"))
    basic = Basic("alice", lab.accounts["alice"].kerberos)
    for login in (Kerberos(), basic):
        assert "Name: General" in client(lab.either, login).get("queue/1").body


@pytest.mark.parametrize("opportunistic", [False, True])
def test_requests_gssapi(
    lab: AuthLab, enter: Into, connect: Callable[..., Session], opportunistic: bool
) -> None:
    """The auth object of another package creates and edits as well."""
    enter(lab.kinit("alice"))
    login: Login = HTTPSPNEGOAuth(mutual_authentication=REQUIRED, opportunistic_auth=opportunistic)
    assert work(connect(lab.negotiate, login)).creator == "alice"


def test_basic(lab: AuthLab, connect: Callable[..., Session]) -> None:
    """The web server's own passwords, for comparison."""
    login = Basic("alice", lab.accounts["alice"].web)
    assert work(connect(lab.basic, login)).creator == "alice"


def test_rt_itself(lab: AuthLab, connect: Callable[..., Session]) -> None:
    """RT's own login by TLS, where the web server leaves it to RT."""
    session = connect(lab.tls, ("alice", lab.accounts["alice"].rt), verify=lab.ca)
    assert work(session).creator == "alice"
