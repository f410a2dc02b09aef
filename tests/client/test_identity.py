"""Who the account is, and how far from UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import requests

from rtorm.auth import Login, Password, PerRequest, Token
from tests.client.servers import PASSWORD, USER, WHO_AM_I, Answer, FakeRT, always
from tests.client.support import LOGIN, Connect, Serve, Traffic
from tests.seed import password_of
from tests.support import Server


@pytest.mark.parametrize(("user", "zone"), [("roman", "Europe/Rome"), ("alice", "UTC")])
def test_real_account(rt: Server, client: Connect, user: str, zone: str) -> None:
    """A real RT tells the user, the version, and the offset of the account's own time zone."""
    identity = client(rt.url, (user, password_of(user))).identity()
    assert identity.user == user
    assert identity.version == rt.version
    assert identity.time.tzinfo is UTC
    assert identity.offset == identity.time.astimezone(ZoneInfo(zone)).utcoffset()


def test_account_in_another_language(rt: Server, client: Connect) -> None:
    """An account with a language of its own is known as well."""
    identity = client(rt.url, ("french", password_of("french"))).identity()
    assert (identity.user, identity.offset) == ("french", timedelta(0))


@pytest.mark.parametrize("make", [Password, PerRequest])
def test_costs_one_request(
    rt: Server, client: Connect, traffic: Traffic, make: type[Password | PerRequest]
) -> None:
    """Asked first and asked again, it is one request."""
    there = client(rt.url, make("alice", password_of("alice")))
    assert there.identity() is there.identity()
    assert traffic.since() == [LOGIN]


@pytest.mark.parametrize(
    ("login", "requests_before", "requests_after"),
    [(Password(USER, PASSWORD), 2, 2), (Token("1-14-abc"), 1, 2)],
    ids=["Password", "Token"],
)
def test_after_another_request(
    serve: Serve, client: Connect, login: Login, requests_before: int, requests_after: int
) -> None:
    """The login by password has told it; other logins ask once."""
    server = serve(always(Answer(WHO_AM_I)))
    there = client(server.url, login)
    there.get("ticket/1/show")
    assert len(server.requests) == requests_before
    there.identity()
    there.identity()
    assert len(server.requests) == requests_after


DATE = "Mon, 05 Jan 2026 10:00:01 GMT"
CASES = {
    "2026-01-05 10:00:00": timedelta(0),
    "2026-01-05 15:45:01": timedelta(hours=5, minutes=45),
    "2026-01-05 06:30:00": -timedelta(hours=3, minutes=30),
    "2026-01-06 00:00:00": timedelta(hours=14),
    "2026-01-04 22:00:02": -timedelta(hours=12),
    "2026-01-05 10:07:00": None,
    "2026-02-05 10:00:00": None,
    "Not set": None,
    "": None,
}


@pytest.mark.parametrize(("starts", "offset"), CASES.items())
def test_offset(serve: Serve, client: Connect, starts: str, offset: timedelta | None) -> None:
    """The offset is the distance of RT's time from the header; what cannot be one is not one.

    The time is RT's own where it tells it: the header may be of a proxy with another clock.
    """
    page = WHO_AM_I.replace("2026-01-05 10:00:00", starts)

    server = serve(always(says_at(page, DATE)))
    identity = client(server.url, PerRequest(USER, PASSWORD)).identity()
    assert identity.offset == offset
    told = datetime(2026, 1, 5, 10, 0, 1, tzinfo=UTC)
    if offset is not None:
        told = datetime.fromisoformat(starts).replace(tzinfo=timezone(offset))
    assert identity.time == told
    assert identity.time.tzinfo is UTC
    own = client(server.url, PerRequest(USER, PASSWORD)).now()
    assert own == (None if offset is None else told)


def test_the_present_time_is_asked_each_time(rt: Server, client: Connect, traffic: Traffic) -> None:
    """The identity that is known already does not tell it; RT's clock goes on."""
    there = client(rt.url, ("roman", password_of("roman")))
    known = there.identity()
    traffic.since()
    now = there.now()
    assert now is not None
    assert traffic.since() == [LOGIN]
    assert timedelta(0) <= now - known.time < timedelta(minutes=5)
    assert there.identity() is known


def says_at(page: str, date: str) -> Answer:
    """A reply at a time of its own."""
    return Answer(page, headers={"Date": date})


def test_time_limits_are_always_given(
    serve: Serve, client: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request has both limits, the login included; one number stands for both."""
    given: list[object] = []
    send = requests.Session.send

    def noting(
        self: requests.Session, request: requests.PreparedRequest, **settings: object
    ) -> requests.Response:
        given.append(settings["timeout"])
        return send(self, request, **settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(requests.Session, "send", noting)
    url = serve(FakeRT()).url
    for timeout in (3, (2, 30)):
        client(url, timeout=timeout).get("ticket/1/show")
    client(url).get("ticket/1/show")
    assert given == [(3, 3)] * 2 + [(2, 30)] * 2 + [(10, 120)] * 2
