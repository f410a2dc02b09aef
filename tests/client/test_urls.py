"""Which URLs are understood, and what is asked for below them."""

from __future__ import annotations

import pytest

from rtorm import Client, ConfigurationError
from tests.client.servers import PASSWORD, USER, FakeRT
from tests.client.support import Connect, Serve
from tests.seed import password_of
from tests.support import Server

LOGIN = (USER, PASSWORD)


@pytest.mark.parametrize(
    ("given", "front_page"),
    [
        ("https://rt.example.com", "https://rt.example.com"),
        ("https://rt.example.com/", "https://rt.example.com"),
        (" https://rt.example.com//\n", "https://rt.example.com"),
        ("HTTPS://RT.example.com", "https://rt.example.com"),
        ("https://example.com/rt", "https://example.com/rt"),
        ("https://example.com/rt/", "https://example.com/rt"),
        ("https://example.com/rt/REST/1.0", "https://example.com/rt"),
        ("https://example.com/rt/REST/1.0/", "https://example.com/rt"),
        ("https://example.com/rt//REST/1.0//", "https://example.com/rt"),
        ("https://example.com/REST/2.0/", "https://example.com"),
        ("http://rt.example.com:8080/REST/1.0/", "http://rt.example.com:8080"),
        ("http://[::1]:8080/rt", "http://[::1]:8080/rt"),
        ("https://rt.example.com/?user=me&pass=secret#top", "https://rt.example.com"),
    ],
)
def test_front_page(given: str, front_page: str) -> None:
    """RT's front page and its REST address mean the same, with and without slashes."""
    assert Client(given, auth=LOGIN).url == front_page


@pytest.mark.parametrize(
    "given",
    [
        "",
        "rt.example.com",
        "rt.example.com/rt",
        "ftp://rt.example.com",
        "https://",
        "https:///rt",
        "https://rt example.com",
        "https://[rt.example.com",
        "https://rt.example.com:eighty",
        "https://rt.example.com:99999",
        "https://.example.com",
        "https://rt.example.com/a\nb",
        "https://rt.example.com/a\tb",
        "/REST/1.0/",
    ],
)
def test_not_a_url(given: str) -> None:
    """What is no URL of http or https is refused at once, with an example of one that is."""
    with pytest.raises(ConfigurationError, match=r"https://rt\.example\.com") as caught:
        Client(given, auth=LOGIN)
    assert repr(given) in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        "https://root:sesame@rt.example.com",
        "https://sesame@rt.example.com",
        "root:sesame@rt.example.com",
        "https://root:ses ame@rt.example.com:x",
        "https://root:sesame@[rt.example.com",
        "rt.example.com?user=root&pass=sesame",
    ],
)
def test_login_in_the_url(given: str) -> None:
    """A URL that holds a login is refused, and the login is not shown."""
    with pytest.raises(ConfigurationError) as caught:
        Client(given, auth=LOGIN)
    error: BaseException | None = caught.value
    while error is not None:
        assert "same" not in str(error)
        error = error.__context__


def test_below_the_front_page(serve: Serve, client: Connect) -> None:
    """An RT in a folder is asked in that folder."""
    server = serve(FakeRT())
    client(f"{server.url}/rt/REST/1.0/").get("ticket/1/show")
    assert [sent.path for sent in server.requests] == [
        "/rt/REST/1.0/ticket/new",
        "/rt/REST/1.0/ticket/1/show",
    ]


def test_constructing_sends_nothing(serve: Serve, client: Connect) -> None:
    """A client that is made and closed sends nothing."""
    server = serve(FakeRT())
    client(server.url).close()
    assert server.requests == []


def test_names_in_a_path(serve: Serve, client: Connect) -> None:
    """No character of a name ends the path or becomes another escape."""
    server = serve(FakeRT())
    client(server.url).get("queue/50%41 off? #1 é")
    assert server.requests[-1].target == "/REST/1.0/queue/50%2541%20off%3F%20%231%20%C3%A9"


def test_long_queries_go_into_the_body(serve: Serve, client: Connect) -> None:
    """A query that is too long for a URL is posted."""
    server = serve(FakeRT())
    query = " OR ".join(f"id = {number}" for number in range(500))
    client(server.url).get("search/ticket", {"query": query})
    assert server.requests[-1].method == "POST"
    assert server.requests[-1].form == {"query": query}


def test_rest_address_of_a_real_rt(rt: Server, client: Connect) -> None:
    """The REST address does as well as the front page."""
    there = client(f"{rt.url}/REST/1.0/", ("root", password_of("root")))
    assert there.identity().user == "root"


def test_queue_name_with_a_space(rt: Server, client: Connect) -> None:
    """A real RT finds a queue whose name has a space."""
    reply = client(rt.url, ("root", password_of("root"))).get("queue/Two Words")
    assert "\nName: Two Words\n" in reply.body
