"""HTTP: sends requests, each thread by its own session, and reads what answers."""

from __future__ import annotations

import http.cookiejar
from contextlib import ExitStack
from functools import partial
from urllib.parse import quote

import requests
import urllib3

from rtorm.auth import Auth
from rtorm.errors import ConfigurationError, RTError
from rtorm.rest1.downloads import Download
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.wire.answers import read_answer
from rtorm.rest1.wire.contents import begun
from rtorm.rest1.wire.failures import Failures
from rtorm.rest1.wire.framing import is_cut
from rtorm.rest1.wire.handlers import raised_by_handler
from rtorm.rest1.wire.json_answers import JsonAnswer, read_json
from rtorm.rest1.wire.log import Line, log_json, log_words, logged, status_line
from rtorm.rest1.wire.masking import without
from rtorm.rest1.wire.refusals import is_refusal
from rtorm.rest1.wire.request import Parameters, Request
from rtorm.rest1.wire.retrying import Retrying
from rtorm.rest1.wire.sending import PatientAdapter
from rtorm.rest1.wire.sessions import Sessions
from rtorm.rest1.wire.unsigned import unsigned

__all__ = ["Transport"]

_NOT_READ = b"-"


class Transport:
    """The way to one RT.

    Attributes:
        sessions: The sessions of the threads.
    """

    def __init__(
        self,
        url: str,
        auth: Auth,
        timeout: tuple[float, float],
        verify: bool | str,
        retries: urllib3.Retry,
    ) -> None:
        self.sessions = Sessions(self._new_session)
        self._url = url
        self._auth = auth
        self._timeout = timeout
        self._verify = verify
        self._failures = Failures(url, timeout)
        self._retrying = Retrying(retries)

    def exchange(self, request: Request, *, login: bool = False) -> tuple[Reply, str]:
        """Send a request and read its reply; gives the reply's date, too."""
        attempt = partial(self._exchange, request, login=login)
        return self._retrying.run(attempt, repeatable=request.repeatable)

    def read_json(self, request: Request) -> JsonAnswer:
        """Send a request of REST 2.0 and read what answers."""
        return self._retrying.run(partial(self._read_json, request), repeatable=True)

    def open(self, request: Request, stack: ExitStack) -> tuple[Reply, Download]:
        """Send a request and read its reply's beginning; the stack's end ends the download."""
        return self._retrying.run(partial(self._open, request, stack), repeatable=True)

    def _exchange(self, request: Request, *, login: bool) -> tuple[Reply, str]:
        method = self._method(request, login=login)
        with logged(method, request) as line:
            response = self._send(method, request, login=login)
            reply = self._read(request, response, response.content)
            if is_cut(response):
                raise self._failures.cut_off(writes=request.writes)
            line.said = status_line(reply)
        log_words(reply)
        return reply, response.headers.get("Date", "")

    def _read_json(self, request: Request) -> JsonAnswer:
        with logged("GET", request) as line:
            response = self._send("GET", request)
            answer = read_json(response)
            line.said = f"HTTP {answer.status}"
            wait = (
                0.0 if answer.is_broken else self._retrying.after(response, _NOT_READ, writes=False)
            )
            if wait is not None:
                raise self._failures.no_json(answer.status, wait)
        log_json(line.said, without(self._auth.secrets(), response.content))
        return answer

    def _open(self, request: Request, stack: ExitStack) -> tuple[Reply, Download]:
        method = self._method(request)
        with ExitStack() as own:
            line = own.enter_context(logged(method, request))
            response = own.enter_context(self._send(method, request, stream=True))
            read = partial(self._read, request, response)
            reply, download = begun(self._url, response, self._failures.broken_off, read)
            line.said = status_line(reply)
            if not is_refusal(reply):
                own.callback(_end, download, line)
                # A call, since what the caller raises meanwhile is no failure of the download.
                stack.callback(own.pop_all().close)
        return reply, download

    def _read(self, request: Request, response: requests.Response, content: bytes) -> Reply:
        try:
            return read_answer(self._url, self._auth, request, response, content)
        except RTError as error:
            error.retry_after = self._retrying.after(response, content, writes=request.writes)
            # It may hold the secrets, and the traceback holds this frame.
            del content
            if error.retry_after is not None:
                # What comes next through this connection may belong to something else.
                self.sessions.mine().http.close()
            raise

    def _method(self, request: Request, *, login: bool = False) -> str:
        in_body = login or request.in_body or bool(self._auth.request_form())
        return "POST" if in_body else "GET"

    def _send(
        self, method: str, request: Request, *, login: bool = False, stream: bool = False
    ) -> requests.Response:
        # Both failures are raised outside their handlers: the exceptions of requests hold the
        # request, and with it the password. (They are OSErrors.)
        session = self.sessions.mine().http
        prepared = self._prepared(session, method, request, login=login)
        if stream:
            # A compressed content that was cut off inflates to a shorter one without an error.
            prepared.headers["Accept-Encoding"] = "identity"
        try:
            # Given here, since requests prefers $REQUESTS_CA_BUNDLE to a session's own setting.
            settings = session.merge_environment_settings(
                self._url, {}, stream=stream, verify=self._verify, cert=None
            )
            return session.send(prepared, timeout=self._timeout, allow_redirects=False, **settings)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = raised_by_handler(error) or self._failure(error, writes=request.writes)
        raise failure

    def _failure(self, error: Exception, *, writes: bool) -> RTError:
        if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError):
            return self._failures.without_reply(error, writes=writes)
        if isinstance(error, OSError):
            return ConfigurationError(f"cannot talk to {self._url}: {error}")
        # Its text shows the header.
        name = type(error).__name__
        return ConfigurationError(f"{self._auth!r} makes headers that are none ({name})")

    def _prepared(
        self, session: requests.Session, method: str, request: Request, *, login: bool
    ) -> requests.PreparedRequest:
        try:
            return session.prepare_request(
                requests.Request(
                    method,
                    f"{self._url}/{quote(request.place)}",
                    params=request.form if method == "GET" else None,
                    data=self._body(request, login=login) if method == "POST" else None,
                    files=request.parts or None,
                    auth=self._auth.request_auth(),
                )
            )
        except requests.RequestException as error:
            failure = unsigned(self._url, self._auth, error)
        raise failure

    def _body(self, request: Request, *, login: bool) -> Parameters:
        form = {**request.form, **self._auth.request_form()}
        return {**form, **self._auth.login_form()} if login else form

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # RT's own sentences follow this header unless the account has a language.
        session.headers["Accept-Language"] = "en"
        session.headers["User-Agent"] = "rtorm"
        for scheme in ("http://", "https://"):
            session.mount(scheme, PatientAdapter(self._timeout))
        if not self._auth.keeps_cookie:
            refuse_all = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
            session.cookies.set_policy(refuse_all)
        return session


def _end(download: Download, line: Line) -> None:
    download.close()
    line.said += f", {download.progress}"
