"""What answers at a URL: RT's REST 1.0, its crashes, and what is neither."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtorm.errors import AuthenticationError, PermissionDenied, ProtocolError, RTError
from rtorm.gateway import Edit
from rtorm.rest1.replies.creates import read_created
from rtorm.rest1.replies.edits import read_edits
from rtorm.rest1.replies.reply import Reply, forms_of, read_http, read_text
from rtorm.rest1.replies.shows import read_shows
from tests.rest1.support import CRASHES, RT4, RT5, plain


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (f"{RT4} 200 Ok", "4.4.6"),
        (f"{RT5} 200 Ok", "5.0.3"),
        ("RT/3.8.10 200 Ok", "3.8.10"),
        ("RT/6.0.0~rc1 200 Ok", "6.0.0"),
        ("RT/5.0.0rc1 200 Ok", "5.0.0rc1"),
        ("RT/trunk 200 Ok", "trunk"),
    ],
)
def test_the_version_is_told_without_the_packagers_suffix(line: str, version: str) -> None:
    """Distributions add to RT's version."""
    assert read_text(f"{line}\n\nbody\n").version == version


def test_a_reply_has_a_status_and_a_body() -> None:
    """The body begins after one empty line, and is otherwise left alone."""
    got = plain(f"{RT5} 409 Syntax Error\n\n\n# x\n\n".encode())
    assert (got.status, got.reason, got.body) == (409, "Syntax Error", "\n# x\n\n")
    assert not got.empty
    assert not got.crash


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (f"{RT5} 401 Credentials required\n", ""),
        (
            f"{RT5} 401 Credentials required\n\nYour username or password is incorrect\n",
            "Your username or password is incorrect\n",
        ),
        ("RT/3.8.10 401 Credentials required\n\n", ""),
    ],
)
def test_a_refused_login_is_a_reply(text: str, body: str) -> None:
    """RT's own 401 comes under HTTP 200, with or without a reason."""
    got = plain(text.encode())
    assert (got.status, got.body) == (401, body)


def test_a_reply_without_a_body_is_a_reply() -> None:
    """A logout is answered by a status line alone."""
    assert plain(f"{RT5} 200 Ok\n".encode()) == Reply("5.0.3", 200, "Ok")


def test_a_reply_of_no_bytes_is_empty() -> None:
    """RT says nothing where there is nothing to do or to show."""
    assert plain(b"") == Reply(empty=True)


@pytest.mark.parametrize("text", CRASHES)
def test_a_crash_is_told_by_its_first_line(text: str) -> None:
    """A Perl error under HTTP 200 is a crash, whatever was done before it."""
    got = plain(text.encode())
    assert got.crash == text.split("\n", 1)[0]
    with pytest.raises(ProtocolError, match="crashed"):
        read_shows(got, [1])
    assert read_edits(got, [Edit("ticket", 1, {})])[0].unclear
    assert read_created(got, {}).unclear


@pytest.mark.parametrize(
    "text", ["hello", "RT/5.0.3", "RT/5.0.3 20", "\n", '{"a": 1}', "RT 200 Ok"]
)
def test_other_text_is_no_reply(text: str) -> None:
    """What has no status line says so, with the remedy."""
    with pytest.raises(ProtocolError, match="check the URL"):
        plain(text.encode())


@pytest.mark.parametrize(
    ("status", "content_type", "location", "content", "error", "says"),
    [
        (302, "text/html", "http://rt/SelfService/", b"", PermissionDenied, "not privileged"),
        (302, "text/html", "http://rt/NoAuth/Login.html?next=a", b"", ProtocolError, "front page"),
        (301, "", "https://rt/?token=secret", b"", ProtocolError, "'https://rt/'"),
        (303, "", "", b"", ProtocolError, "redirect"),
        (
            404,
            "text/html",
            "",
            b"<!DOCTYPE html><title>Page not found</title>",
            ProtocolError,
            "404",
        ),
        (
            401,
            "application/json",
            "",
            b'{"message":"Unauthorized"}',
            AuthenticationError,
            "REST 2.0",
        ),
        (401, "text/html", "", b"<h1>Authorization Required</h1>", AuthenticationError, "login"),
        (403, "text/html", "", b"<h1>Forbidden</h1>", AuthenticationError, "login"),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: NoRemoteUser -->",
            AuthenticationError,
            "web server",
        ),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: NoInternalUser -->",
            AuthenticationError,
            "no user of that name",
        ),
        (
            403,
            "text/html",
            "",
            b"<!-- WebRemoteUserAuth error: Deauthorized -->",
            AuthenticationError,
            "web server",
        ),
        (413, "text/html", "", b"<h1>Too large</h1>", ProtocolError, "size"),
        (500, "text/html", "", b"<h1>Internal</h1>", ProtocolError, "500"),
        (502, "", "", b"", ProtocolError, "502"),
        (418, "text/plain", "", b"RT/5.0.3 200 Ok\n\n", ProtocolError, "418"),
        (200, "text/html", "", b"<title> Login </title>", ProtocolError, "'Login'"),
        (200, "text/plain", "", b"  <!DOCTYPE html>", ProtocolError, "no title"),
        (200, "text/html", "", b"x", ProtocolError, "HTML page"),
        (
            200,
            "text/html",
            "",
            b"<html>Possible cross-site request forgery</html>",
            AuthenticationError,
            "web login",
        ),
    ],
)
def test_what_is_not_rest_says_what_to_check(
    status: int,
    content_type: str,
    location: str,
    content: bytes,
    error: type[RTError],
    says: str,
) -> None:
    """Pages, redirects and the web server's own refusals are told apart, and hide queries."""
    with pytest.raises(error, match=says) as raised:
        read_http(status, content_type, location, content)
    assert "secret" not in str(raised.value)


@given(
    st.sampled_from([200, 200, 200, 302, 401, 403, 404, 500]) | st.integers(100, 599),
    st.sampled_from(["text/plain; charset=utf-8", "text/html", ""]) | st.text(),
    st.text(),
    st.one_of(
        st.binary(),
        st.binary().map(b"RT/5.0.3 200 Ok\n\n".__add__),
        st.text().map(lambda text: f"RT/4.4.6 409 Syntax Error\n\n# {text}\n\n".encode()),
    ),
)
def test_any_bytes_are_a_reply_or_an_error_of_ours(
    status: int, content_type: str, location: str, content: bytes
) -> None:
    """Nothing that may come over the wire raises anything but an RTError."""
    try:
        got = read_http(status, content_type, location, content)
    except RTError:
        return
    read_edits(got, [Edit("ticket", 1, {"Subject": "x"}), Edit("queue", 2, {"Name": "x"})])
    read_created(got, {"Subject": "x", "CF.{a}": "b"})
    with contextlib.suppress(RTError):
        read_shows(got, [1, 2])


def test_a_cut_reply_shows_no_password() -> None:
    """What is quoted of a reply that was cut short is nothing of a user's form."""
    cut = plain(
        f"{RT5} 409 Syntax Error\n\n# foo: Unknown field.\n\nid: user/5\nPassword: s3cr3t".encode()
    )
    with pytest.raises(ProtocolError) as caught:
        forms_of(cut)
    assert "cut short" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
