"""HTTP: one requests session and one login cookie per thread, time limits, masking, logging."""

from __future__ import annotations

import http.cookiejar
import logging
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
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
_LONGEST_GET = 1500
_QUARTER = timedelta(minutes=15)
_WIDEST_OFFSET = timedelta(hours=14)
_SECRET_LINE = re.compile(r"(?im)^(Password:)(?:.*)(?:\n[ \t].*)*")
_UNSENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.ProxyError,
)


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
        return self._logged_in(path, dict(parameters or {}), None, ())

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
        return self._logged_in(path, {}, content, files)

    def identity(self) -> Identity:
        """Who RT takes us for, its version, and the account's present distance from UTC."""
        if self._identity is None:
            # The template of a new ticket names the account and tells its local time; it needs
            # no right (RT 4.2.9-6.0).
            self._logged_in("ticket/new", {}, None, ())
            if self._identity is None:
                reply, date = self._exchange("ticket/new", {}, None, ())
                self._identify(reply, date)
        if self._identity is None:
            message = "RT does not say who is logged in"
            raise ProtocolError(message)
        return self._identity

    def _logged_in(
        self, path: str, parameters: Parameters, content: str | None, files: Sequence[Upload]
    ) -> Reply:
        credentials = self._auth.login_form()
        fresh = bool(credentials) and not getattr(self._threads, "logged_in", False)
        if fresh:
            self._login(credentials)
        reply, date = self._exchange(path, parameters, content, files)
        if reply.status == requests.codes.unauthorized and credentials and not fresh:
            # The session had expired, and RT did not carry out the request.
            self._login(credentials)
            reply, date = self._exchange(path, parameters, content, files)
        if reply.status == requests.codes.unauthorized:
            raise AuthenticationError(self._refusal(reply))
        if path == "ticket/new" and content is None:
            self._identify(reply, date)
        return reply

    def _login(self, credentials: Parameters) -> None:
        self._threads.logged_in = False
        session = self._session()
        session.cookies.clear()
        reply, date = self._exchange("ticket/new", {}, None, (), extra=credentials)
        if reply.status == requests.codes.unauthorized:
            raise AuthenticationError(self._refusal(reply))
        if self.url.startswith("http://") and any(cookie.secure for cookie in session.cookies):
            message = (
                f"RT at {self.url} marks its session cookie Secure ($WebSecureCookies), so it is "
                "never sent back over http: use https, or auth.PerRequest, or a token"
            )
            raise AuthenticationError(message)
        self._threads.logged_in = True
        self._identify(reply, date)

    def _refusal(self, reply: Reply) -> str:
        said = " ".join(reply.body.split()) or reply.reason
        user = getattr(self._auth, "user", "")
        whom = f"user {user!r}" if user else repr(self._auth)
        return f"RT at {self.url} does not accept the login of {whom}. RT said: {said}"

    def _identify(self, reply: Reply, date: str) -> None:
        fields = parse(reply.body).fields
        if self._identity is None and "Requestor" in fields:
            offset = _offset(fields.get("Starts", ""), date)
            self._identity = Identity(fields["Requestor"], offset, reply.version)

    def _exchange(
        self,
        path: str,
        parameters: Parameters,
        content: str | None,
        files: Sequence[Upload],
        *,
        extra: Parameters | None = None,
    ) -> tuple[Reply, str]:
        secret = {**self._auth.request_form(), **(extra or {})}
        size = sum(len(key) + len(value) + 2 for key, value in parameters.items())
        method = "POST" if content is not None or secret or size > _LONGEST_GET else "GET"
        form = {**parameters, **({} if content is None else {"content": content})}
        _log.debug("%s %s\n%s", method, path, _told(form))
        began = time.monotonic()
        response = self._send(method, path, form, secret, files, write=content is not None)
        milliseconds = (time.monotonic() - began) * 1000
        _log.info("%s %s: HTTP %d, %.0f ms", method, path, response.status_code, milliseconds)
        reply = self._read(response, write=content is not None)
        _log.debug("RT/%s %d %s\n\n%s", reply.version, reply.status, reply.reason, _masked(reply.body))
        return reply, response.headers.get("Date", "")

    def _send(
        self,
        method: str,
        path: str,
        form: Parameters,
        secret: Parameters,
        files: Sequence[Upload],
        *,
        write: bool,
    ) -> requests.Response:
        failure: RTError | None = None
        try:
            return self._session().request(
                method,
                f"{self.url}{_REST}/{path}",
                params=form if method == "GET" else None,
                data={**form, **secret} if method == "POST" else None,
                files=_parts(files) or None,
                auth=self._auth.request_auth(),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            failure = self._failure(error, write=write)
        except OSError as error:
            failure = ConfigurationError(f"cannot talk to {self.url}: {error}")
        # Raised outside the handler: the exception of requests holds the request and its password.
        raise failure

    def _failure(self, error: requests.RequestException, *, write: bool) -> RTError:
        cause = _innermost(error)
        said = f"{type(cause).__name__}: {cause}"
        if isinstance(error, requests.ConnectTimeout) or _never_sent(error):
            return TransportError(f"cannot reach RT at {self.url}, nothing was sent ({said})")
        if not write:
            return TransportError(f"no reply from RT at {self.url} ({said})")
        return OutcomeUnknownError(
            f"the reply of RT at {self.url} was lost ({said}): it may or may not have carried out "
            "the write; look at the record before you send it again"
        )

    def _read(self, response: requests.Response, *, write: bool) -> Reply:
        if write and response.status_code >= requests.codes.server_error:
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
            message = f"{self.url}: {error}"
            raise type(error)(message) from None

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


def _offset(local: str, date: str) -> timedelta | None:
    """The account's distance from UTC: its local time against the reply's own date."""
    try:
        there = datetime.fromisoformat(local).replace(tzinfo=UTC)
        distance = there - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    rounded = round(distance / _QUARTER) * _QUARTER
    # A queue's default start date, shown instead of the time, seldom lies near a quarter hour.
    plausible = abs(rounded) <= _WIDEST_OFFSET and abs(distance - rounded) < timedelta(minutes=2)
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
