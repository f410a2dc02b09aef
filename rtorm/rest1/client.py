"""HTTP: one requests session and one login cookie per thread, time limits, masking, logging."""

from __future__ import annotations

import http.cookiejar
import logging
import os
import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from os import PathLike
from pathlib import Path
from typing import NoReturn, Self
from urllib.parse import quote, quote_plus, urlsplit
from weakref import WeakSet

import requests
import urllib3

from rtorm.auth import Login, Token, login_from
from rtorm.errors import (
    AuthenticationError,
    ConfigurationError,
    OutcomeUnknownError,
    PermissionDenied,
    ProtocolError,
    RTError,
    TransportError,
)
from rtorm.gateway import Identity, Upload
from rtorm.rest1.forms import parse
from rtorm.rest1.replies import Reply, read_http

__all__ = ["Client", "Timeout"]

Timeout = float | tuple[float, float]
Parameters = Mapping[str, str]

_log = logging.getLogger("rtorm.wire")

_REST = "/REST/1.0"
# RT answers with nothing at all to some reads, and to an edit of one object that changes nothing.
_ALWAYS_ANSWERED = re.compile(r"(?:\w+/)?edit\Z|.+/(?:new|comment|take)\Z")
_REST_OF_URL = re.compile(r"/REST/[12]\.0\Z")
_OK = 200
_UNAUTHORIZED = 401
_SERVER_ERROR = 500
_LONGEST_QUERY = 1500
_QUARTER = timedelta(minutes=15)
_ROUNDING = timedelta(minutes=2)
_WIDEST_OFFSET = timedelta(hours=14)
# With the lines that RT takes for the value's own: empty ones, and those that begin with a blank.
_SECRET_LINE = re.compile(r"(?im)^(Password:).*(?:\n(?:[^\S\n].*)?(?=\n|\Z))*")
_SECRET_KEYS = frozenset({"pass", "password", "token"})
_NEVER_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.LocationValueError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
)
_CONNECTION = "urllib3.connection"
_LOOK_FIRST = "look at the record before you send it again"


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    parameters: Parameters
    content: str | None = field(default=None, repr=False)
    files: tuple[Upload, ...] = ()

    @property
    def writes(self) -> bool:
        return self.content is not None

    @property
    def form(self) -> Parameters:
        content = {} if self.content is None else {"content": self.content}
        return {**self.parameters, **content}

    @property
    def may_find_nothing(self) -> bool:
        """Whether RT may answer with nothing at all; a reply cut off in its head looks the same."""
        return not self.writes or _ALWAYS_ANSWERED.match(self.path) is None

    @property
    def in_body(self) -> bool:
        """Whether it is too long for a URL, or a write, which has no place in one."""
        size = sum(len(key) + len(value) for key, value in self.parameters.items())
        return self.writes or size > _LONGEST_QUERY


_WHO_AM_I = _Request("ticket/new", {})


class _Own(threading.local):
    """What each thread has of its own."""

    session: requests.Session | None = None
    process = 0
    logged_in = False


class Client:
    """A connection to one RT, which threads may share.

    Each thread has its own HTTP connections and its own session cookie, since RT works through
    requests with one cookie one after the other. Nothing is sent before it is needed.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Login,
        timeout: Timeout = (10.0, 120.0),
        verify: bool | str | PathLike[str] = True,
    ) -> None:
        """Take note of where and as whom to log in.

        Args:
            url: RT's front page (`https://rt.example.com`, `https://example.com/rt`) or its
                REST address (`…/REST/1.0/`).
            auth: A login of `rtorm.auth`, a `(user, password)` tuple, or any
                `requests.auth.AuthBase`.
            timeout: Seconds to wait for the connection and for each piece of a reply; one number
                for both, or a tuple of the two.
            verify: Whether to verify the server's certificate, or a file or folder of
                certificates to trust, as in requests.

        Raises:
            ConfigurationError: The URL is none, `auth` is no login, or there are no such
                certificates.
        """
        self.url = _front_page(url)
        self._auth = login_from(auth)
        self._timeout = _checked_timeout(timeout)
        self._verify = verify if isinstance(verify, bool) else _certificates(verify)
        self._own = _Own()
        # Weak, so that the connections of a thread end with it.
        self._sessions: WeakSet[requests.Session] = WeakSet()
        self._identity: Identity | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Client {self.url}>"

    def __getstate__(self) -> NoReturn:
        message = "a Client is not pickled: it holds a login; make one where it is needed"
        raise TypeError(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the client may be used again and then opens new ones."""
        with self._lock:
            sessions, self._sessions = list(self._sessions), WeakSet()
            self._own = _Own()
        for session in sessions:
            session.close()

    def get(self, path: str, parameters: Parameters | None = None) -> Reply:
        """Read something of RT, such as `get("ticket/1/show")`.

        Args:
            path: What follows `/REST/1.0/`, as it is: nothing in it needs an escape.
            parameters: The query; it travels in the body if it is long.

        Returns:
            RT's reply, whatever its own status says.

        Raises:
            TransportError: The network failed.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers is not REST 1.0.
        """
        return self._logged_in(_Request(path, parameters or {}))

    def post(self, path: str, content: str, files: Sequence[Upload] = ()) -> Reply:
        """Write a form to RT; sent once, and once more only after an expired login.

        Args:
            path: What follows `/REST/1.0/`, as it is: nothing in it needs an escape.
            content: The form, as `rtorm.rest1.forms.compose` writes it.
            files: Files that the form's `Attachment:` lines name, in their order.

        Returns:
            RT's reply, whatever its own status says.

        Raises:
            OutcomeUnknownError: The reply was lost.
            TransportError: Nothing was sent.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers is not REST 1.0.
        """
        return self._logged_in(_Request(path, {}, content, tuple(files)))

    def identity(self) -> Identity:
        """Who RT takes us for, its version, its time, and the account's distance from UTC.

        Raises:
            AuthenticationError: RT does not accept the login.
            ProtocolError: RT does not say it.
        """
        if self._identity is not None:
            return self._identity
        if self._auth.login_form():
            return self._login()
        reply, date = self._exchange(_WHO_AM_I)
        return self._identify(self._accepted(reply), date)

    def _logged_in(self, request: _Request) -> Reply:
        fresh = self._login_if_needed()
        reply, _ = self._exchange(request)
        if _is_refusal(reply) and self._auth.login_form() and not fresh:
            # The session had expired, and RT did not carry out the request.
            self._login()
            fresh = True
            reply, _ = self._exchange(request)
        if fresh and _is_refusal(reply):
            message = (
                f"RT at {self.url} accepted {self._whose()}, but not the session cookie that it "
                "gave for it: is the cookie lost on the way, or are there several servers that do "
                "not share their sessions? auth.PerRequest does without the cookie"
            )
            raise AuthenticationError(message)
        return self._accepted(reply)

    def _login_if_needed(self) -> bool:
        self._session()  # in a forked child, a new one that is not logged in
        if not self._auth.login_form() or self._own.logged_in:
            return False
        self._login()
        return True

    def _login(self) -> Identity:
        self._own.logged_in = False
        session = self._session()
        session.cookies.clear()
        reply, date = self._exchange(_WHO_AM_I, login=True)
        identity = self._identify(self._accepted(reply), date)
        over_http = self.url.startswith("http://")
        if over_http and any(_is_secure_session(cookie) for cookie in session.cookies):
            message = (
                f"RT at {self.url} marks its session cookie Secure ($WebSecureCookies), so it is "
                "never sent back over http: use https, or auth.PerRequest, or a token"
            )
            raise AuthenticationError(message)
        self._own.logged_in = True
        return identity

    def _accepted(self, reply: Reply) -> Reply:
        if not _is_refusal(reply):
            return reply
        said = " ".join(reply.body.split()) or reply.reason
        message = (
            f"RT at {self.url} does not accept {self._whose()}; it said: {said!r}. "
            f"{self._remedy(reply)}"
        )
        raise AuthenticationError(message)

    def _whose(self) -> str:
        if isinstance(self._auth, Token):
            return "the token"
        user = getattr(self._auth, "user", "")
        return f"the login of user {user!r}" if user else f"the login {self._auth!r}"

    def _remedy(self, reply: Reply) -> str:
        if isinstance(self._auth, Token):
            if reply.version.startswith(("3.", "4.")):
                return f"This is RT {reply.version}; tokens need RT 5: use auth.Password"
            return "Check that the token is whole and not revoked"
        if self._auth.login_form() or self._auth.request_form():
            return "Check both name and password; an e-mail address does not count as a name"
        return (
            "RT got no user from the web server ($WebRemoteUserAuth): if RT itself asks for the "
            "password, use auth.Password"
        )

    def _identify(self, reply: Reply, date: str) -> Identity:
        fields = parse(reply.body).fields
        user = fields.get("Requestor", "")
        if not user:
            said = f"RT crashed: {reply.crash}" if reply.crash else "is that REST 1.0 of an RT?"
            message = f"what answers at {self.url} does not say who is logged in: {said}"
            raise ProtocolError(message)
        if self._identity is None:
            now = _http_date(date)
            offset = _offset(fields.get("Starts", ""), now)
            self._identity = Identity(user, offset, now, reply.version)
        return self._identity

    def _exchange(self, request: _Request, *, login: bool = False) -> tuple[Reply, str]:
        """Send one request and read its reply; gives the reply's date, too."""
        in_body = login or request.in_body or bool(self._auth.request_form())
        method = "POST" if in_body else "GET"
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s %s\n%s", method, request.path, _told(request.form))
        said, began = "no reply", time.monotonic()
        try:
            response = self._send(method, request, login=login)
            reply = self._read(response, request)
            said = _status_line(reply)
        except RTError as error:
            said = f"{type(error).__name__}: {error}"
            raise
        finally:
            milliseconds = (time.monotonic() - began) * 1000
            _log.info("%s %s: %s, %.0f ms", method, request.path, said, milliseconds)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s\n\n%s", said, masked(reply.body))
        return reply, response.headers.get("Date", "")

    def _send(self, method: str, request: _Request, *, login: bool) -> requests.Response:
        # Both failures are raised outside their handlers: the exceptions of requests hold the
        # request, and with it the password.
        failure: RTError
        prepared = self._prepared(method, request, login=login)
        session = self._session()
        try:
            # Given here, since requests prefers $REQUESTS_CA_BUNDLE to a session's own setting.
            settings = session.merge_environment_settings(
                self.url, {}, stream=False, verify=self._verify, cert=None
            )
            return session.send(prepared, timeout=self._timeout, allow_redirects=False, **settings)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            failure = self._failure(error, writes=request.writes)
        except OSError as error:
            failure = ConfigurationError(f"cannot talk to {self.url}: {error}")
        except ValueError as error:
            # Its text shows the header.
            name = type(error).__name__
            failure = ConfigurationError(f"{self._auth!r} makes headers that are none ({name})")
        raise failure

    def _prepared(self, method: str, request: _Request, *, login: bool) -> requests.PreparedRequest:
        try:
            return self._session().prepare_request(
                requests.Request(
                    method,
                    f"{self.url}{_REST}/{quote(request.path)}",
                    params=request.form if method == "GET" else None,
                    data=self._body(request, login=login) if method == "POST" else None,
                    files=_parts(request.files) or None,
                    auth=self._auth.request_auth(),
                )
            )
        except requests.RequestException as error:
            message = f"{self._auth!r} cannot log in to {self.url}: {error}"
        raise AuthenticationError(message)

    def _body(self, request: _Request, *, login: bool) -> Parameters:
        form = {**request.form, **self._auth.request_form()}
        return {**form, **self._auth.login_form()} if login else form

    def _failure(self, error: Exception, *, writes: bool) -> RTError:
        causes = list(_causes(error))
        unsent = any(map(_before_sending, causes))
        said = self._reason(error, causes, unsent=unsent)
        if unsent:
            return TransportError(f"cannot reach RT at {self.url}, nothing was sent: {said}")
        if not writes:
            return TransportError(f"no reply from RT at {self.url}: {said}; a read may be repeated")
        return OutcomeUnknownError(
            f"the reply of RT at {self.url} was lost, {said}: it may or may not have carried out "
            f"the write; {_LOOK_FIRST}"
        )

    def _reason(self, error: Exception, causes: Sequence[BaseException], *, unsent: bool) -> str:
        connecting, reading = self._timeout
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {connecting:g} s; check host and port"
        if isinstance(error, requests.ReadTimeout):
            patience = connecting if unsent else reading
            return f"no answer within {patience:g} s (timeout= sets the limit)"
        told = f"{type(causes[-1]).__name__}: {causes[-1]}"
        advice = next((advice for kind, advice in _REMEDIES if _holds(causes, kind)), "")
        return f"{advice} ({told})" if advice and unsent else told

    def _read(self, response: requests.Response, request: _Request) -> Reply:
        status, headers = response.status_code, response.headers
        if request.writes and status >= _SERVER_ERROR:
            message = (
                f"the web server of {self.url} answered HTTP {status} to a write: RT may or may "
                f"not have carried it out; {_LOOK_FIRST}"
            )
            raise OutcomeUnknownError(message)
        content_type = headers.get("Content-Type", "")
        location, content = headers.get("Location", ""), self._without_secrets(response.content)
        try:
            reply = read_http(status, content_type, location, content)
            if not reply.empty or (content_type and request.may_find_nothing):
                return reply
            failure: RTError = ProtocolError("the reply is empty: it was cut off, or this is no RT")
        except RTError as error:
            failure = error
        lost = request.writes and isinstance(failure, ProtocolError) and status == _OK
        message = f"{self.url}: {failure}"
        if isinstance(failure, PermissionDenied | AuthenticationError):
            message = f"{self.url} does not serve {self._whose()}: {failure}"
        if asked := headers.get("WWW-Authenticate", ""):
            message += f" (the web server asks for {asked.split()[0]})"
        if lost:
            message += f"; RT may or may not have carried out the write: {_LOOK_FIRST}"
        raise (OutcomeUnknownError if lost else type(failure))(message)

    def _without_secrets(self, content: bytes) -> bytes:
        """What an error may quote: a server that is no RT may send back what it was sent."""
        if content.startswith(b"RT/"):
            return content
        for secret in self._auth.secrets():
            for form in (secret, quote_plus(secret), quote(secret)):
                content = content.replace(form.encode(), b"***")
        return content

    def _session(self) -> requests.Session:
        own = self._own
        if own.session is None or own.process != os.getpid():
            # A forked child must not speak through its parent's connection.
            own.session, own.process, own.logged_in = self._new_session(), os.getpid(), False
        return own.session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # RT's own sentences follow this header unless the account has a language.
        session.headers["Accept-Language"] = "en"
        session.headers["User-Agent"] = "rtorm"
        if not self._auth.keeps_cookie:
            refuse_all = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
            session.cookies.set_policy(refuse_all)
        with self._lock:
            self._sessions.add(session)
        return session


def _front_page(url: str) -> str:
    page = _parsed_front_page(url.strip())
    if page is None:
        # Neither what may be a login nor a query.
        shown = url.rpartition("@")[2].split("?", 1)[0]
        message = (
            f"not the URL of an RT: {shown!r}; give that of its front page, such as "
            "https://rt.example.com or https://example.com/rt"
        )
        raise ConfigurationError(message)
    return page


def _parsed_front_page(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, port, login = parts.hostname, parts.port, parts.username or parts.password
        requests.Request("GET", url).prepare()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if login:
        message = f"the URL of {host} holds a login: give it as auth=(user, password)"
        raise ConfigurationError(message)
    name = f"[{host}]" if ":" in host else host
    path = _REST_OF_URL.sub("", parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{name}{'' if port is None else f':{port}'}{path}"


def _checked_timeout(timeout: Timeout) -> tuple[float, float]:
    both = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    for seconds in both:
        if not 0 < seconds < threading.TIMEOUT_MAX:
            message = f"a timeout is a number of seconds above zero, not {seconds!r}"
            raise ConfigurationError(message)
    return both


def _certificates(path: str | PathLike[str]) -> str:
    """The path, once it is known to hold certificates: requests would tell only later."""
    file = os.fspath(path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if not Path(file).is_dir():
            context.load_verify_locations(cafile=file)
    except OSError as error:
        message = f"verify={file!r} cannot be read as a file of certificates (PEM): {error}"
        raise ConfigurationError(message) from None
    return file


def _is_refusal(reply: Reply) -> bool:
    return reply.status == _UNAUTHORIZED


def _is_secure_session(cookie: http.cookiejar.Cookie) -> bool:
    return cookie.secure and cookie.name.startswith("RT_SID")


def _status_line(reply: Reply) -> str:
    if reply.crash:
        return f"crash: {reply.crash}"
    return f"RT/{reply.version} {reply.status} {reply.reason}" if reply.version else "empty reply"


def _parts(files: Iterable[Upload]) -> list[tuple[str, tuple[str, bytes, str]]]:
    # RT takes the names from the form's own lines; the parts' file names do not matter.
    return [
        (f"attachment_{number}", (f"attachment_{number}", file.content, file.content_type))
        for number, file in enumerate(files, 1)
    ]


def _http_date(date: str) -> datetime:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, TypeError):
        return datetime.now(UTC)


def _offset(local: str, now: datetime) -> timedelta | None:
    """The account's distance from UTC: its local time against the server's own."""
    try:
        distance = datetime.fromisoformat(local).replace(tzinfo=UTC) - now
    except ValueError:
        return None
    rounded = round(distance / _QUARTER) * _QUARTER
    # A queue's default start date, shown instead of the time, seldom lies near a quarter hour.
    plausible = abs(rounded) <= _WIDEST_OFFSET and abs(distance - rounded) < _ROUNDING
    return rounded if plausible else None


# What may be the matter, the particular first.
_REMEDIES: tuple[tuple[type[BaseException], str], ...] = (
    (urllib3.exceptions.ProxyError, "check the proxy ($HTTPS_PROXY, $HTTP_PROXY, $NO_PROXY)"),
    (socket.gaierror, "check the name of the host in the URL"),
    (ConnectionRefusedError, "nothing listens there: check host and port, and that RT runs"),
    (
        ssl.SSLCertVerificationError,
        "the certificate is not trusted: give that of its authority as verify='ca.pem'",
    ),
    (ssl.SSLError, "check that this port of the server speaks https"),
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and those inside it; not its context, which may be the program's own."""
    yield error
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
            return


def _holds(causes: Iterable[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _before_sending(error: BaseException) -> bool:
    """Whether it came before a request was sent: while the connection or its TLS was made.

    The type does not tell: TLS that breaks in the middle of a reply raises what a failed
    handshake raises.
    """
    if isinstance(error, _NEVER_CONNECTED):
        return True
    return any(
        frame.f_code.co_name == "connect" and str(frame.f_globals.get("__name__")) == _CONNECTION
        for frame, _ in traceback.walk_tb(error.__traceback__)
    )


def masked(text: str) -> str:
    """Forms without what stands in them as a password."""
    return _SECRET_LINE.sub(r"\1 ***", text)


def _told(form: Parameters) -> str:
    return "\n".join(
        masked(value) if key == "content" else f"{key}={_hidden(key, value)}"
        for key, value in form.items()
    )


def _hidden(key: str, value: str) -> str:
    return "***" if key.lower() in _SECRET_KEYS else value
