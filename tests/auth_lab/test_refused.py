"""Each way to be refused is an error of its own, which says what to do."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from rtorm import AuthenticationError, Client, ProtocolError, TransportError
from rtorm.auth import Basic, Kerberos, Password, Token
from rtorm.testing import AuthLab
from tests.auth_lab.access_log import AccessLog
from tests.auth_lab.conftest import Into
from tests.client.support import assert_told_without

pytestmark = pytest.mark.live

NEW = "id: ticket/new\nQueue: General\nSubject: hello\n"
UNSENT = "nothing was sent"
Clients = Callable[..., Client]


def refused(there: Client, *words: str) -> AuthenticationError:
    """A write is refused, in these words; gives the error."""
    with pytest.raises(AuthenticationError) as caught:
        there.post("ticket/new", NEW)
    assert [word for word in (there.url, *words) if word not in str(caught.value)] == []
    return caught.value


def test_no_ticket(lab: AuthLab, client: Clients, access: AccessLog) -> None:
    """Without a ticket kinit is called for."""
    refused(client(lab.negotiate), UNSENT, "run kinit", "No Kerberos credentials available")
    assert access.at(lab.negotiate) == []


def test_the_ticket_of_another(
    lab: AuthLab, enter: Into, client: Clients, access: AccessLog
) -> None:
    """A named principal's ticket is not replaced by another's."""
    enter(lab.kinit("bob"))
    refused(client(lab.negotiate, Kerberos("alice")), UNSENT, "'alice'", "run kinit for it")
    assert access.at(lab.negotiate) == []


def test_expired(lab: AuthLab, enter: Into, client: Clients, access: AccessLog) -> None:
    """An expired ticket is told apart from none."""
    enter(lab.kinit("alice", "1s"))
    time.sleep(2)
    refused(client(lab.negotiate), UNSENT, "has expired", "run kinit again")
    assert access.at(lab.negotiate) == []


@pytest.mark.parametrize("by_password", [False, True])
def test_kdc_down(
    lab: AuthLab, enter: Into, client: Clients, access: AccessLog, by_password: bool
) -> None:
    """A KDC that does not answer is told, whether it is asked for the first ticket or the next."""
    enter(lab.kinit("alice"))
    login = Kerberos("alice", password=lab.accounts["alice"].kerberos) if by_password else None
    with lab.kdc_down():
        refused(
            client(lab.negotiate, login), UNSENT, "KDC does not answer", "krb5.conf", "LAB.TEST"
        )
    assert access.at(lab.negotiate) == []


def test_unknown_principal(lab: AuthLab, client: Clients) -> None:
    """A principal that the KDC does not know is named."""
    login = Kerberos("nobody", password="s3cret-Word")
    error = refused(client(lab.negotiate, login), UNSENT, "'nobody@LAB.TEST'", "principal=")
    assert_told_without("s3cret-Word", error)


def test_unknown_realm(lab: AuthLab, client: Clients) -> None:
    """A realm without a KDC is named."""
    login = Kerberos("alice@OTHER.TEST", password="s3cret-Word")
    error = refused(client(lab.negotiate, login), UNSENT, '"OTHER.TEST"', "realm", "krb5.conf")
    assert_told_without("s3cret-Word", error)


def test_wrong_password(lab: AuthLab, client: Clients, access: AccessLog) -> None:
    """A wrong password is told as such, and shown nowhere."""
    login = Kerberos("alice", password="s3cret-Word")
    error = refused(client(lab.negotiate, login), UNSENT, "'alice'", "the password is wrong")
    assert_told_without("s3cret-Word", error)
    assert error.__cause__ is error.__context__ is None
    assert access.at(lab.negotiate) == []


def test_unknown_service(lab: AuthLab, enter: Into, client: Clients) -> None:
    """A host of which the KDC knows no web server is named, with what to check."""
    enter(lab.kinit("alice"))
    login = Kerberos(hostname="nowhere.lab.test")
    refused(
        client(lab.negotiate, login), UNSENT, "HTTP/nowhere.lab.test@LAB.TEST", "URL", "hostname="
    )


def test_service_with_another_key(
    lab: AuthLab, enter: Into, client: Clients, access: AccessLog
) -> None:
    """A ticket for a service whose key the web server lacks is told as such."""
    enter(lab.kinit("alice"))
    login = Kerberos(hostname="stranger.lab.test")
    refused(client(lab.negotiate, login), "401", "cannot read the ticket", "keytab", "clocks")
    assert [one.status for one in access.at(lab.negotiate)] == [401]


def test_unknown_to_rt(lab: AuthLab, enter: Into, client: Clients) -> None:
    """Whom the web server lets in and RT does not know is told apart from one without a ticket."""
    enter(lab.kinit("ghost"))
    error = refused(client(lab.negotiate), "accepts the login", "RT has no user of that name")
    assert "asks for" not in str(error)
    login = Kerberos("ghost", password=lab.accounts["ghost"].kerberos)
    refused(client(lab.negotiate, login), "'ghost'", "RT has no user of that name")


def test_not_let_in(lab: AuthLab, enter: Into, client: Clients, access: AccessLog) -> None:
    """Whom the web server knows and does not let in is told so, and asked for no other ticket."""
    enter(lab.kinit("alice"))
    refused(client(lab.forbidden), "401", "knows whose the ticket is", "does not let that account")
    assert [(one.status, one.user) for one in access.at(lab.forbidden)] == [(401, "alice")]
    enter(lab.kinit("bob"))
    assert client(lab.forbidden).post("ticket/new", NEW).status == 200


def test_basic_is_asked_for(lab: AuthLab, enter: Into, client: Clients) -> None:
    """A web server that wants a password is told with the login for it."""
    enter(lab.kinit("alice"))
    refused(client(lab.basic), "401", "asks for Basic", "auth.Basic")


def test_kerberos_is_asked_for(lab: AuthLab, client: Clients) -> None:
    """One that wants a ticket is told with the login for it, also where it would take either."""
    account = lab.accounts["alice"]
    for login in (Password("alice", account.rt), Token("1-14-abc"), Basic("alice", account.web)):
        refused(client(lab.negotiate, login), "401", "asks for Negotiate", "auth.Kerberos()")
    refused(client(lab.either, Token("1-14-abc")), "Negotiate or Basic", "auth.Basic(")


def test_basic(lab: AuthLab, client: Clients) -> None:
    """Wrong, unknown to the web server, and unknown to RT are told apart; absent is, too."""
    ghost, alice = lab.accounts["ghost"], lab.accounts["alice"]
    for login in (Basic("alice", alice.rt), Basic("bob", "x")):
        error = refused(client(lab.basic, login), f"'{login.user}'", "401", "asks for Basic")
        assert "use auth" not in str(error)
    refused(client(lab.basic, Basic("ghost", ghost.web)), "'ghost'", "RT has no user of that name")
    refused(client(lab.basic, Password("alice", alice.rt)), "asks for Basic", "use auth.Basic")


def test_basic_where_rt_asks(lab: AuthLab, client: Clients) -> None:
    """RT itself does not understand Basic."""
    login = Basic("alice", lab.accounts["alice"].rt)
    refused(client(lab.plain, login), "'alice'", "auth.Password")


@pytest.mark.parametrize("trusted", ["other", "system"])
def test_untrusted_certificate(
    lab: AuthLab, enter: Into, client: Clients, access: AccessLog, trusted: str
) -> None:
    """A certificate of an unknown authority is an error before anything is sent."""
    enter(lab.kinit("alice"))
    verify = lab.other_ca if trusted == "other" else True
    with pytest.raises(TransportError, match=r"nothing was sent: .* not trusted.* verify='ca"):
        client(lab.tls_negotiate, verify=verify).post("ticket/new", NEW)
    assert access.at(lab.tls_negotiate) == []


def test_certificate_of_another_host(lab: AuthLab, client: Clients) -> None:
    """A good certificate for another name is told apart from one that nobody knows."""
    url = lab.tls.replace("localhost", "127.1")
    login = ("alice", lab.accounts["alice"].rt)
    with pytest.raises(TransportError, match=r"nothing was sent: .* another name than") as caught:
        client(url, login, verify=lab.ca).post("ticket/new", NEW)
    assert "127.1" in str(caught.value)
    assert "not trusted" not in str(caught.value)


def test_https_where_there_is_none(lab: AuthLab, client: Clients) -> None:
    """The port is what to check."""
    url = lab.plain.replace("http:", "https:")
    with pytest.raises(TransportError, match=r"nothing was sent: check that this port .* https"):
        client(url, ("alice", "x"), verify=lab.ca).post("ticket/new", NEW)


def test_http_where_tls_is_spoken(lab: AuthLab, client: Clients) -> None:
    """The URL's scheme is what to change."""
    url = lab.tls.replace("https:", "http:")
    with pytest.raises(ProtocolError, match="speaks https: give a URL that begins with https://"):
        client(url, ("alice", "x")).post("ticket/new", NEW)
