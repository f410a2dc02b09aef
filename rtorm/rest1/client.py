"""The client: requests to one RT, with a login before the first and after each expired session."""

from __future__ import annotations

import http.cookiejar
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from http import HTTPStatus
from os import PathLike
from typing import NoReturn, Self, TypeVar

from rtorm.auth import Login, login_from
from rtorm.errors import ProtocolError
from rtorm.gateway import Identity, Upload
from rtorm.rest1.downloads import Download
from rtorm.rest1.replies.reply import Reply
from rtorm.rest1.versions import REST2, version_of
from rtorm.rest1.wire.harmless import check_files, check_place, check_read
from rtorm.rest1.wire.identity import read_identity, read_time
from rtorm.rest1.wire.log import status_line
from rtorm.rest1.wire.refusals import cookie_never_sent, cookie_refused, is_refusal, login_refused
from rtorm.rest1.wire.request import (
    LOGOUT,
    WHO_AM_I,
    Parameters,
    Request,
    check_parameters,
    form_text,
)
from rtorm.rest1.wire.settings import (
    Retries,
    Timeout,
    certificates,
    checked_timeout,
    front_page,
    retry_policy,
)
from rtorm.rest1.wire.transport import Transport

__all__ = ["Client", "Retries", "Timeout"]

_T = TypeVar("_T")


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
        retries: Retries = 3,
    ) -> None:
        """Take note of where and as whom to log in.

        Args:
            url: RT's front page (`https://rt.example.com`, `https://example.com/rt`) or its
                REST address (`…/REST/1.0/`).
            auth: A login of `rtorm.auth`, a `(user, password)` tuple, or any
                `requests.auth.AuthBase`.
            timeout: Seconds to wait for the connection, and for each piece of a request or for
                each kilobyte of a reply; one number for both, or a tuple of the two.
            verify: Whether to verify the server's certificate, or a file or folder of
                certificates to trust, as in requests.
            retries: How often a read or an edit is tried again, with growing pauses, when it failed
                by what may pass: a connection refused or cut, a gateway's 502 or 503, a 429, of a
                read also a 504.
                0 for never; a `urllib3.Retry` for other pauses. What ran out of its time limit is
                not tried again, and neither is any create, comment, reply, take or merge.

        Raises:
            ConfigurationError: The URL is none, `auth` is no login, `timeout` no time limit,
                `retries` no number, or there are no such certificates.
        """
        self.url = front_page(url)
        self._auth = login_from(auth)
        limits = checked_timeout(timeout)
        self._transport = Transport(
            self.url, self._auth, limits, certificates(verify), retry_policy(retries)
        )
        self._identity: Identity | None = None
        self._has_rest2 = True

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
        self._transport.sessions.close()

    def logout(self) -> None:
        """End the calling thread's session at RT; its next request logs in again.

        Without such a session nothing is sent: before the first request, and with a login that
        makes none (`Token`, `PerRequest`, the web server's).

        Raises:
            TransportError: The network failed; RT ends the session by itself some day.
            ProtocolError: What answers is not REST 1.0, or RT crashed.
        """
        session = self._transport.sessions.existing()
        if session is None or not session.logged_in:
            return
        try:
            reply, _ = self._transport.exchange(LOGOUT)
        finally:
            session.forget_login()
        if reply.crash or not (reply.status == HTTPStatus.OK or is_refusal(reply)):
            message = f"RT at {self.url} did not end the session: {status_line(reply)}"
            raise ProtocolError(message)

    def get(self, path: str, parameters: Parameters | None = None) -> Reply:
        """Read something of RT that nothing else here reads.

            reply = client.get("ticket/1/history", {"format": "l"})
            print(reply.status, reply.body)

        Args:
            path: What follows `/REST/1.0/`, as it is: nothing in it needs an escape.
            parameters: The query, a name with one value or several; it travels in the body if it
                is long.

        Returns:
            RT's reply, whatever its own status says.

        Raises:
            TransportError: The network failed.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers is not REST 1.0.
            TypeError: A parameter is no text.
            ValueError: RT would change something, or the path leads out of its REST.
        """
        check_parameters(parameters or {})
        check_read(path, parameters or {})
        return self._reply(Request(path, parameters or {}))

    def rest2(self, path: str, parameters: Parameters | None = None) -> object:
        """Read something that RT tells over REST 2.0 and not over REST 1.0 (RT 5 and later).

            field = client.rest2("customfield/3")

        RT before 5 is not asked, and neither is one that did not know the login there: the web
        server may guard REST 2.0 in another way. `PerRequest` is a login of REST 1.0 alone.

        Args:
            path: What follows `/REST/2.0/`, as it is: nothing in it needs an escape.
            parameters: The query, a name with one value or several; it travels in the URL.

        Returns:
            The JSON of the answer, decoded; None where RT does not tell it.

        Raises:
            TransportError: The network failed.
            AuthenticationError: RT does not accept the login any more.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers a login is not REST 1.0.
            TypeError: A parameter is no text.
            ValueError: RT would change something, or the path leads out of its REST.
        """
        check_parameters(parameters or {})
        check_read(path, parameters or {})
        if not self._speaks_rest2():
            return None
        request = Request(path, parameters or {}, rest="2.0")
        fresh = self._login_if_needed()
        answer = self._transport.read_json(request)
        if answer.wants_login and self._auth.login_form() and not fresh:
            self._login()
            answer = self._transport.read_json(request)
        self._has_rest2 = not answer.wants_login
        return answer.data

    def post(
        self, path: str, content: str, files: Sequence[Upload] = (), *, idempotent: bool = False
    ) -> Reply:
        """Write a form to RT; sent once, and once more after an expired login.

            fields = [("Action", "comment"), ("Text", "See it."), ("Attachment", "a.log")]
            reply = client.post("ticket/1/comment", compose(fields), [Upload("a.log", content)])
            print(reply.status, reply.body)

        Args:
            path: What follows `/REST/1.0/`, as it is: nothing in it needs an escape.
            content: The form, as `rtorm.rest1.forms.compose` writes it.
            files: Files that the form's `Attachment:` lines name, in their order; each is an
                `Upload`.
            idempotent: Whether it may be sent again, as `retries` says, when its reply is lost: for
                forms that set values. Never for those that create, comment, reply or merge.

        Returns:
            RT's reply, whatever its own status says.

        Raises:
            OutcomeUnknownError: The reply was lost.
            TransportError: Nothing was sent.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers is not REST 1.0.
            TypeError: `content` is no text.
            ValueError: The path leads out of RT's REST, or a file's `content_type` is none.
        """
        form = form_text(content)
        check_place(path)
        check_files(files)
        return self._reply(Request(path, {}, form, tuple(files), idempotent=idempotent))

    @contextmanager
    def download(self, path: str) -> Generator[Download]:
        """Read the content of an attachment by pieces; the connection is open meanwhile.

            with client.download("ticket/1/attachments/7/content") as download:
                for chunk in download.chunks():
                    file.write(chunk)

        Args:
            path: What follows `/REST/1.0/`, as it is: nothing in it needs an escape.

        Yields:
            The content, whatever RT's own status says.

        Raises:
            TransportError: The network failed, here or in `chunks()`.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: What answers is not REST 1.0.
            ValueError: RT would change something, or the path leads out of its REST.
        """
        check_read(path, {})
        request = Request(path, {})
        with ExitStack() as stack:
            _, download = self._with_login(lambda: self._transport.open(request, stack))
            yield download

    def identity(self) -> Identity:
        """Who RT takes us for, its version, its time, and the account's distance from UTC.

        RT is asked once; later calls send nothing.

        Raises:
            TransportError: The network failed.
            AuthenticationError: RT does not accept the login.
            PermissionDenied: The account is not privileged.
            ProtocolError: RT does not say it, or what answers is not REST 1.0.
        """
        if self._identity is not None:
            return self._identity
        if self._auth.login_form():
            return self._login()
        reply, date = self._transport.exchange(WHO_AM_I)
        return self._identify(reply, date)

    def now(self) -> datetime | None:
        """RT's own time, in UTC, to the second; RT is asked each time.

        None where it does not tell it: a default start date of the first queue stands in the place
        of it. The time of the reply may be that of a proxy.

        Raises:
            RTError: As `identity`.
        """
        reply, date = self._with_login(lambda: self._transport.exchange(WHO_AM_I))
        return read_time(reply, date)

    def _speaks_rest2(self) -> bool:
        if not self._has_rest2 or self._auth.request_form():
            return False
        return version_of(self).has(REST2)

    def _reply(self, request: Request) -> Reply:
        return self._with_login(lambda: self._transport.exchange(request))[0]

    def _with_login(self, send: Callable[[], tuple[Reply, _T]]) -> tuple[Reply, _T]:
        fresh = self._login_if_needed()
        reply, more = send()
        if is_refusal(reply) and self._auth.login_form() and not fresh:
            # The session had expired, and RT did not carry out the request.
            self._login()
            fresh = True
            reply, more = send()
        if fresh and is_refusal(reply):
            raise cookie_refused(self.url, self._auth)
        return self._accepted(reply), more

    def _login_if_needed(self) -> bool:
        if not self._auth.login_form() or self._transport.sessions.mine().logged_in:
            return False
        self._login()
        return True

    def _login(self) -> Identity:
        session = self._transport.sessions.mine()
        session.forget_login()
        reply, date = self._transport.exchange(WHO_AM_I, login=True)
        identity = self._identify(reply, date)
        over_http = self.url.startswith("http://")
        if over_http and any(_is_secure_session(cookie) for cookie in session.http.cookies):
            raise cookie_never_sent(self.url)
        session.logged_in = True
        return identity

    def _identify(self, reply: Reply, date: str) -> Identity:
        identity = read_identity(self.url, self._accepted(reply), date)
        self._identity = self._identity or identity
        return self._identity

    def _accepted(self, reply: Reply) -> Reply:
        if is_refusal(reply):
            raise login_refused(self.url, self._auth, reply)
        return reply


def _is_secure_session(cookie: http.cookiejar.Cookie) -> bool:
    return cookie.secure and cookie.name.startswith("RT_SID")
