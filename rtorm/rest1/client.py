"""HTTP: one requests session and one login cookie per thread, time limits, masking, logging."""

from __future__ import annotations

import http.cookiejar
import logging
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from os import PathLike
from typing import NoReturn, Self
from urllib.parse import urlsplit

import requests
import urllib3

from rtorm.auth import Auth, Login, login_from
from rtorm.errors import (
    AuthenticationError,
    ConfigurationError,
    OutcomeUnknownError,
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
_OK = 200
_LONGEST_QUERY = 1500
_QUARTER = timedelta(minutes=15)
_ROUNDING = timedelta(minutes=2)
_WIDEST_OFFSET = timedelta(hours=14)
_SECRET_LINE = re.compile(r"(?im)^(Password:)(?:.*)(?:\n[ \t].*)*")
_UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.ProxyError,
)


@dataclass(frozen=True, slots=True)
class _Request:
    path: str
    parameters: Parameters
    content: str | None = None
    files: tuple[Upload, ...] = ()

    @property
    def writes(self) -> bool:
        return self.content is not None

    @property
    def form(self) -> Parameters:
        content = {} if self.content is None else {"content": self.content}
        return {**self.parameters, **content}

    @property
    def in_body(self) -> bool:
        """Whether it is too long for a URL, or a write, which has no place in one."""
        size = sum(len(key) + len(value) for key, value in self.parameters.items())
        return self.writes or size > _LONGEST_QUERY


_WHO_AM_I = _Request("ticket/new", {})


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
            ConfigurationError: The URL is none, or `auth` is no login.
        """
        self.url = _front_page(url)
        self._auth = login_from(auth)
        self._timeout = timeout
        self._verify = verify if isinstance(verify, bool) else str(verify)
        self._threads = threading.local()
        self._sessions: list[requests.Session] = []
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
            sessions, self._sessions = self._sessions, []
            self._threads = threading.local()
        for session in sessions:
            session.close()

    def get(self, path: str, parameters: Parameters | None = None) -> Reply:
        """Read something of RT, such as `get("ticket/1/show")`.

        Args:
            path: What follows `/REST/1.0/`.
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
            path: What follows `/REST/1.0/`.
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
        if self._identity is None and not self._login_if_needed():
            reply, date = self._exchange(_WHO_AM_I)
            self._identify(self._accepted(reply), date)
        if self._identity is None:
            message = f"RT at {self.url} does not say who is logged in"
            raise ProtocolError(message)
        return self._identity

    def _logged_in(self, request: _Request) -> Reply:
        fresh = self._login_if_needed()
        reply, _ = self._exchange(request)
        if reply.status == requests.codes.unauthorized and self._auth.login_form() and not fresh:
            # The session had expired, and RT did not carry out the request.
            self._login()
            reply, _ = self._exchange(request)
        return self._accepted(reply)

    def _login_if_needed(self) -> bool:
        if not self._auth.login_form() or getattr(self._threads, "logged_in", False):
            return False
        self._login()
        return True

    def _login(self) -> None:
        self._threads.logged_in = False
        session = self._session()
        session.cookies.clear()
        reply, date = self._exchange(_WHO_AM_I, self._auth.login_form())
        self._accepted(reply)
        if self.url.startswith("http://") and any(cookie.secure for cookie in session.cookies):
            message = (
                f"RT at {self.url} marks its session cookie Secure ($WebSecureCookies), so it is "
                "never sent back over http: use https, or auth.PerRequest, or a token"
            )
            raise AuthenticationError(message)
        self._threads.logged_in = True
        self._identify(reply, date)

    def _accepted(self, reply: Reply) -> Reply:
        if reply.status != requests.codes.unauthorized:
            return reply
        said = " ".join(reply.body.split()) or reply.reason
        user = getattr(self._auth, "user", "")
        whom = f"user {user!r}" if user else repr(self._auth)
        message = f"RT at {self.url} does not accept the login of {whom}. RT said: {said}"
        raise AuthenticationError(message)

    def _identify(self, reply: Reply, date: str) -> None:
        fields = parse(reply.body).fields
        now = _http_date(date)
        if self._identity is None and "Requestor" in fields:
            offset = _offset(fields.get("Starts", ""), now)
            self._identity = Identity(fields["Requestor"], offset, now, reply.version)

    def _exchange(self, request: _Request, login: Parameters | None = None) -> tuple[Reply, str]:
        """Send one request and read its reply; gives the reply's date, too."""
        secret = {**self._auth.request_form(), **(login or {})}
        method = "POST" if secret or request.in_body else "GET"
        _log.debug("%s %s\n%s", method, request.path, _told(request.form))
        began = time.monotonic()
        response = self._send(method, request, secret)
        milliseconds = (time.monotonic() - began) * 1000
        reply = self._read(response, writes=request.writes)
        said = f"RT/{reply.version} {reply.status} {reply.reason}" if reply.version else "no reply"
        _log.info("%s %s: %s, %.0f ms", method, request.path, said, milliseconds)
        _log.debug("%s\n\n%s", said, _masked(reply.body or reply.crash))
        return reply, response.headers.get("Date", "")

    def _send(self, method: str, request: _Request, secret: Parameters) -> requests.Response:
        failure: RTError
        try:
            return self._session().request(
                method,
                f"{self.url}{_REST}/{request.path}",
                params=request.form if method == "GET" else None,
                data={**request.form, **secret} if method == "POST" else None,
                files=_parts(request.files) or None,
                auth=self._auth.request_auth(),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            failure = self._failure(error, writes=request.writes)
        except OSError as error:
            failure = ConfigurationError(f"cannot talk to {self.url}: {error}")
        # Raised outside the handler: the exception of requests holds the request and its password.
        _log.info("%s %s: %s", method, request.path, failure)
        raise failure

    def _failure(self, error: requests.RequestException, *, writes: bool) -> RTError:
        cause = _innermost(error)
        said = f"{type(cause).__name__}: {cause}"
        if isinstance(error, requests.ConnectTimeout) or _never_sent(error):
            return TransportError(f"cannot reach RT at {self.url}, nothing was sent ({said})")
        if not writes:
            return TransportError(f"no reply from RT at {self.url} ({said})")
        return OutcomeUnknownError(
            f"the reply of RT at {self.url} was lost ({said}): it may or may not have carried out "
            "the write; look at the record before you send it again"
        )

    def _read(self, response: requests.Response, *, writes: bool) -> Reply:
        if writes and response.status_code >= requests.codes.server_error:
            message = (
                f"the web server of {self.url} answered HTTP {response.status_code} to a write: "
                "RT may or may not have carried it out"
            )
            raise OutcomeUnknownError(message)
        headers = response.headers
        try:
            return read_http(
                response.status_code,
                headers.get("Content-Type", ""),
                headers.get("Location", ""),
                response.content,
            )
        except RTError as error:
            lost = writes and isinstance(error, ProtocolError) and response.status_code == _OK
            message = f"{self.url}: {error}"
            if lost:
                message += "; RT may or may not have carried out the write"
            raise (OutcomeUnknownError if lost else type(error))(message) from None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.verify = self._verify
            # RT's own sentences follow this header unless the account has a language.
            session.headers["Accept-Language"] = "en"
            session.headers["User-Agent"] = "rtorm"
            if not self._auth.keeps_cookie:
                refuse_all = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
                session.cookies.set_policy(refuse_all)
            with self._lock:
                self._sessions.append(session)
        return session


def _front_page(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"not the URL of an RT: {parts._replace(netloc=parts.hostname or '').geturl()!r}"
        raise ConfigurationError(message)
    if parts.username or parts.password:
        message = "the URL holds a login: give it as auth=(user, password)"
        raise ConfigurationError(message)
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path.removesuffix(_REST)}".rstrip("/")


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


def _innermost(error: BaseException) -> BaseException:
    for inner in (getattr(error, "reason", None), *error.args):
        if isinstance(inner, BaseException):
            return _innermost(inner)
    return error


def _never_sent(error: BaseException) -> bool:
    if isinstance(error, _UNSENT):
        return True
    inner = (getattr(error, "reason", None), *error.args)
    return any(isinstance(cause, BaseException) and _never_sent(cause) for cause in inner)


def _masked(text: str) -> str:
    return _SECRET_LINE.sub(r"\1 ***", text)


def _told(form: Parameters) -> str:
    return "\n".join(
        _masked(value) if key == "content" else f"{key}={value}" for key, value in form.items()
    )
