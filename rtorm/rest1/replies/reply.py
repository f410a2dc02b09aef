"""What answers at a URL, told apart: RT's REST 1.0, RT's crashes, and everything else; pure.

RT answers HTTP 200 to almost everything, wrong passwords and crashes included, and its own
status line often misleads; what a reply means is told by its sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

from rtorm.errors import AuthenticationError, PermissionDenied, ProtocolError, RTError
from rtorm.rest1.alike import count_forms, each_form
from rtorm.rest1.forms import Form
from rtorm.texts import brief, in_line

__all__ = [
    "Reply",
    "body_of",
    "cut_short",
    "forms_in",
    "forms_of",
    "read_http",
    "read_text",
    "said_in",
]

# What is longer is no version of RT's.
_STATUS = re.compile(r"RT/(\S{1,100}) ([0-9]{3}) ([^\n]*)")
_VERSION = re.compile(r"\d+(?:\.\d+)*\w*")
_QUOTED = 200
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of REST 1.0.

    Attributes:
        version: The server's version (`5.0.3`), empty if the reply has no status line.
        status: RT's own status number, 200 for an empty reply.
        reason: The words behind it.
        body: What follows the status line and one empty line.
        empty: A reply of no bytes: RT's way to say "nothing to do" or "nothing to show".
        crash: The first line of a Perl error text that RT sent instead of a reply.
    """

    version: str = ""
    status: int = 200
    reason: str = ""
    body: str = ""
    empty: bool = False
    crash: str = ""

    def __repr__(self) -> str:
        said = brief(self.crash or self.body, _SHOWN)
        return f"<Reply {self.status} {in_line(self.reason, _SHOWN)} {said}>"

    @property
    def forms(self) -> list[Form]:
        """The forms in the body."""
        return list(each_form(self.body))


def read_http(status: int, content_type: str, location: str, content: bytes) -> Reply:
    """Tell a reply of RT's REST 1.0 from everything else that may answer at a URL.

    Args:
        status: The HTTP status.
        content_type: The `Content-Type` header, or an empty string.
        location: The `Location` header, or an empty string.
        content: The whole body.

    Raises:
        PermissionDenied: The account is not privileged, or the web server refuses it.
        ProtocolError: Anything else that is not REST 1.0; the message says what to check.
    """
    if status == HTTPStatus.OK and not content:
        return Reply(empty=True)
    if status != HTTPStatus.OK or "html" in content_type.lower() or content.lstrip()[:1] == b"<":
        raise _not_rest(status, location, content)
    return read_text(content.decode("utf-8", "replace"))


def read_text(text: str) -> Reply:
    """Read a plain-text reply: its status line and body, or the crash that it is.

    Raises:
        ProtocolError: Neither a status line nor a crash.
    """
    found = _STATUS.match(text)
    if found is None:
        if "Stack:" in text or re.search(r" at \S+ line \d+", text):
            return Reply(crash=text.split("\n", 1)[0][:_QUOTED])
        message = f"the reply is not RT's REST 1.0 (check the URL): it begins {_quote(text)}"
        raise ProtocolError(message)
    version = _VERSION.match(found.group(1))
    body = text[found.end() :].removeprefix("\n").removeprefix("\n")
    return Reply(
        version=version.group() if version else found.group(1),
        status=int(found.group(2)),
        reason=found.group(3),
        body=body,
    )


def forms_of(reply: Reply, most: int | None = None) -> list[Form]:
    """The forms of a reply.

    Args:
        reply: The reply.
        most: How many are read at most, of those in front, and one at least; None for all.

    Raises:
        ProtocolError: RT crashed, said nothing, or the reply was cut short.
    """
    return forms_in(body_of(reply), most)


def body_of(reply: Reply) -> str:
    """The body of a reply.

    Raises:
        ProtocolError: RT crashed, or said nothing.
    """
    if reply.crash:
        message = f"RT crashed: {reply.crash}"
        raise ProtocolError(message)
    if reply.empty:
        message = "RT answered with nothing at all"
        raise ProtocolError(message)
    return reply.body


def forms_in(body: str, most: int | None = None) -> list[Form]:
    """The forms of a body; as `forms_of`.

    Raises:
        ProtocolError: It was cut short.
    """
    forms = list(islice(each_form(body), most))
    if cut := cut_short(body, forms[0]):
        raise ProtocolError(cut)
    return forms


def said_in(form: Form) -> str:
    """What RT says in a form beside its fields."""
    return " ".join(form.comments + form.loose).strip()


def cut_short(body: str, first: Form) -> str:
    """Why a reply with this body, and this form in front, cannot be whole; empty if it can."""
    if body.endswith("\n\n"):
        return ""
    # RT ends forms with two newlines, and bare sentences with one at least.
    if body.endswith("\n") and not (first.fields or first.comments) and count_forms(body) == 1:
        return ""
    # Of a user's form that it refuses, RT repeats the password, too.
    told = "" if "Password:" in body else f": it ends {body[-40:]!r}"
    return f"the reply was cut short{told}"


def _not_rest(status: int, location: str, content: bytes) -> RTError:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirect(location)
    page = content.decode("utf-8", "replace")
    for sign, error, message in _PAGES:
        if sign in page:
            return error(message)
    if status in _HTTP_ERRORS:
        error, message = _HTTP_ERRORS[status]
        return error(f"HTTP {status}: {message}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProtocolError(f"the web server answered HTTP {status}: {_quote(page)}")
    if status != HTTPStatus.OK:
        said = f"the web server answered HTTP {status}, which is not RT: {_quote(page)}"
        return ProtocolError(said)
    return ProtocolError(
        "the reply is an HTML page, not REST 1.0: give the URL of RT itself, such as "
        f"https://rt.example.com or https://example.com/rt ({_title(page)})"
    )


def _redirect(location: str) -> RTError:
    if "/SelfService" in location:
        return PermissionDenied(
            "the account may log in but is not privileged, so RT sends it to the self-service "
            "pages: tick 'Let this user be granted rights' for it"
        )
    if "/NoAuth/Login" in location:
        return ProtocolError(
            "there is no REST 1.0 here, RT sends this address to its login page: give the URL of "
            "RT's front page"
        )
    return ProtocolError(
        f"the server redirects to {_without_query(location)!r}, and redirects are not followed: "
        "give the URL that it leads to"
    )


_PAGES: tuple[tuple[str, type[RTError], str], ...] = (
    (
        "Possible cross-site request forgery",
        AuthenticationError,
        "RT did nothing, taking it for cross-site forgery: the session cookie is of a web login",
    ),
    (
        "WebRemoteUserAuth error: NoInternalUser",
        AuthenticationError,
        "the web server accepts the login, but RT has no user of that name",
    ),
    (
        "WebRemoteUserAuth error",
        AuthenticationError,
        "RT expects the web server to log users in, and it did not",
    ),
    # With HTTP 200, before a page of REST 1.0 has begun; so it is where one of RT's processes reads
    # what another is just compiling (HTML::Mason 1.59).
    (
        "An internal RT error has occurred",
        ProtocolError,
        "RT crashed, and only its log says why; soon after its start it may be fine the next time",
    ),
    # Apache's words, and nginx's
    (
        "speaking plain HTTP to an SSL-enabled server port",
        ProtocolError,
        "this port speaks https: give a URL that begins with https://",
    ),
    (
        "plain HTTP request was sent to HTTPS port",
        ProtocolError,
        "this port speaks https: give a URL that begins with https://",
    ),
)


_HTTP_ERRORS: dict[int, tuple[type[RTError], str]] = {
    401: (
        AuthenticationError,
        "the web server does not accept the login, or this is the address of REST 2.0",
    ),
    403: (AuthenticationError, "the web server refuses the login"),
    404: (
        ProtocolError,
        "there is no REST 1.0 at this address: give the URL of RT's front page",
    ),
    413: (ProtocolError, "the web server refuses a request of this size; nothing was carried out"),
}


def _title(page: str) -> str:
    found = re.search(r"<title>\s*([^<]{1,80})", page)
    return f"its title: {found.group(1).strip()!r}" if found else "it has no title"


def _quote(text: str) -> str:
    return repr(" ".join(text[:_QUOTED].split())[:80])


def _without_query(location: str) -> str:
    return location.split("?", 1)[0]
