"""Logging in to a real RT, and again when the session has ended."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from rtorm import AuthenticationError, Client
from rtorm.auth import Basic, Login, Password, PerRequest, Token
from rtorm.rest1.forms import compose
from rtorm.testing import RequestTracker
from rtorm.testing._config import environment
from tests.client.support import LOGIN, Connect, Traffic
from tests.seed import password_of
from tests.support import Server

ROOT = ("root", password_of("root"))
ALICE = ("alice", password_of("alice"))


def create(client: Client, subject: str) -> str:
    """The id of a new ticket."""
    form = compose([("id", "ticket/new"), ("Queue", "Incidents"), ("Subject", subject)])
    words = client.post("ticket/new", form).body.split()
    return words[2]


def ids(client: Client, subject: str) -> list[str]:
    """The tickets of this subject."""
    query = {"query": f"Subject = '{subject}'", "format": "i"}
    return client.get("search/ticket", query).body.split()


@pytest.mark.parametrize("login", [ALICE, Password(*ALICE)], ids=["tuple", "Password"])
def test_password(rt: Server, client: Connect, traffic: Traffic, login: Login) -> None:
    """A password logs in once; then the session cookie does."""
    there = client(rt.url, login)
    there.get("ticket/new")
    there.get("queue/Incidents")
    assert traffic.since() == [LOGIN, "ticket/new 200", "queue/Incidents 200"]
    assert there.identity().user == "alice"
    assert traffic.since() == []


def test_per_request(rt: Server, client: Connect, traffic: Traffic) -> None:
    """A login with every request needs no other, and may write."""
    there = client(rt.url, PerRequest(*ALICE))
    number = create(there, "by a login per request")
    assert "Creator: alice" in there.get(f"ticket/{number}/show").body
    assert traffic.since() == ["ticket/new 200", f"ticket/{number}/show 200"]


def test_expired_before_a_read(rt: Server, client: Connect, traffic: Traffic) -> None:
    """When the session has ended, a read logs in again and is repeated."""
    there = client(rt.url, ALICE)
    there.get("logout")
    traffic.since()
    assert "Name: Incidents" in there.get("queue/Incidents").body
    assert traffic.since() == ["queue/Incidents 401", LOGIN, "queue/Incidents 200"]


def test_expired_before_a_write(rt: Server, client: Connect, traffic: Traffic) -> None:
    """When the session has ended, a write logs in again and is done exactly once."""
    there = client(rt.url, ALICE)
    there.get("logout")
    traffic.since()
    number = create(there, "written after the session had ended")
    assert traffic.since() == ["ticket/new 401", LOGIN, "ticket/new 200"]
    assert ids(there, "written after the session had ended") == [f"ticket/{number}"]


def test_expired_twice(rt: Server, client: Connect, traffic: Traffic) -> None:
    """Every end of a session is mended, not only the first."""
    there = client(rt.url, ALICE)
    for _ in range(2):
        there.get("logout")
        traffic.since()
        there.get("queue/Incidents")
        assert traffic.since() == ["queue/Incidents 401", LOGIN, "queue/Incidents 200"]


def test_first_request_after_login_is_not_repeated(
    rt: Server, client: Connect, traffic: Traffic
) -> None:
    """A wrong password is tried once per request, and never in a loop."""
    there = client(rt.url, ("alice", "wrong"))
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            there.get("queue/Incidents")
        assert traffic.since() == ["ticket/new 401"]


@pytest.mark.live
def test_session_file_removed(rt: Server, client: Connect, traffic: Traffic) -> None:
    """A session that the server has lost is made again, and the write is done exactly once."""
    there = client(rt.url, ALICE)
    there.identity()
    for file in (_tracker(rt).directory / "sessions").iterdir():
        file.unlink()
    traffic.since()
    number = create(there, "written after the session was lost")
    assert traffic.since() == ["ticket/new 401", LOGIN, "ticket/new 200"]
    assert ids(there, "written after the session was lost") == [f"ticket/{number}"]


@pytest.mark.live
def test_password_changed_meanwhile(rt: Server, client: Connect, traffic: Traffic) -> None:
    """A login that is refused when the session has ended raises, and is not tried for ever."""
    administrator = client(rt.url, ROOT)
    new = compose([("Name", "leaver"), ("Privileged", "1"), ("Password", "before-it")])
    administrator.post("user/new", new)
    there = client(rt.url, ("leaver", "before-it"))
    there.get("logout")
    administrator.post("user/leaver", compose([("Password", "after-it")]))
    traffic.since()
    with pytest.raises(AuthenticationError, match="'leaver'"):
        there.post("ticket/new", compose([("Queue", "Incidents"), ("Subject", "refused")]))
    assert traffic.since() == ["ticket/new 401", "ticket/new 401"]
    assert ids(administrator, "refused") == []


def test_basic_means_nothing_to_rt(rt: Server, client: Connect) -> None:
    """RT itself takes no HTTP Basic login, and the error names the login that it takes."""
    with pytest.raises(AuthenticationError, match=r"auth\.Password"):
        client(rt.url, Basic(*ROOT)).get("ticket/new")


def test_wrong_token(rt: Server, client: Connect, traffic: Traffic) -> None:
    """A token that RT does not take is tried once; an RT before 5 is named as the reason."""
    remedy = "knows no tokens" if rt.major == 4 else "whole and not revoked"
    with pytest.raises(AuthenticationError, match=remedy):
        client(rt.url, Token("1-14-0123456789abcdef")).get("ticket/new")
    assert traffic.since() == ["ticket/new 401"]


@pytest.mark.live
class TestToken:
    """A token of RT 5."""

    @pytest.fixture
    def token(self, rt: Server) -> str:
        if rt.major < 5:
            pytest.skip("tokens came with RT 5")
        return minted(_tracker(rt), "alice")

    def test_reads_and_writes(
        self, rt: Server, client: Connect, traffic: Traffic, token: str
    ) -> None:
        """A token needs no login of its own."""
        there = client(rt.url, Token(token))
        number = create(there, "by a token")
        assert "Creator: alice" in there.get(f"ticket/{number}/show").body
        assert traffic.since() == ["ticket/new 200", f"ticket/{number}/show 200"]
        assert there.identity().user == "alice"
        assert traffic.since() == ["ticket/new 200"]

    def test_session_ended(self, rt: Server, client: Connect, traffic: Traffic, token: str) -> None:
        """RT makes a new session of the token when the cookie's own has ended."""
        there = client(rt.url, Token(token))
        there.get("logout")
        traffic.since()
        number = create(there, "by a token, after its session")
        assert traffic.since() == ["ticket/new 200"]
        assert ids(there, "by a token, after its session") == [f"ticket/{number}"]


def minted(tracker: RequestTracker, user: str) -> str:
    """A new token, which RT gives to Perl only."""
    perl = shutil.which("perl") or "perl"
    made = subprocess.run(
        [perl, "-I", "/usr/share/request-tracker5/lib", "-e", MINT, user],
        env=environment(tracker.directory),
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


MINT = """
use RT; RT::LoadConfig(); RT::Init(); require RT::AuthToken;
my $user = RT::User->new(RT->SystemUser); $user->Load($ARGV[0]);
my ($id, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id);
die "$message\\n" unless $id;
print "$token\\n";
"""


def _tracker(rt: Server) -> RequestTracker:
    assert rt.tracker is not None
    return rt.tracker
