"""What answered: RT, or else an error that says what it was and what became of a write."""

from __future__ import annotations

from http import HTTPStatus

import requests

from rtorm.auth import Auth
from rtorm.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    PermissionDenied,
    ProtocolError,
    RTError,
)
from rtorm.rest1.replies.reply import Reply, read_http
from rtorm.rest1.wire.challenges import what_it_wants
from rtorm.rest1.wire.failures import LOOK_FIRST
from rtorm.rest1.wire.framing import head_is_whole
from rtorm.rest1.wire.masking import without
from rtorm.rest1.wire.refusals import whose
from rtorm.rest1.wire.request import Request

__all__ = ["read_answer"]


def read_answer(
    url: str, auth: Auth, request: Request, response: requests.Response, content: bytes
) -> Reply:
    """Read a reply of RT.

    Args:
        url: RT's front page, for errors.
        auth: Whose request it was.
        request: What was asked.
        response: What answered.
        content: Its body, or so much of it as an error may quote.

    Raises:
        OutcomeUnknownError: Something else answered a write that may have reached RT.
        AuthenticationError: The web server does not accept the login.
        PermissionDenied: The account is not privileged.
        ProtocolError: Something else answered.
    """
    # Under the same name, so that no frame of a traceback holds the secrets.
    content = _without_secrets(auth, content)
    status, headers = response.status_code, response.headers
    if request.writes and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = (
            f"the web server of {url} answered HTTP {status} to a write: RT may or may "
            f"not have carried it out; {LOOK_FIRST}"
        )
        raise OutcomeUnknownError(message)
    try:
        return _reply(request, response, content)
    except RTError as error:
        failure = error
    lost = request.writes and isinstance(failure, ProtocolError) and status == HTTPStatus.OK
    message = f"{url}: {failure}"
    if isinstance(failure, PermissionDenied | AuthenticationError):
        message = f"{url} does not serve {whose(auth)}: {failure}"
    if status == HTTPStatus.UNAUTHORIZED:
        message += what_it_wants(auth, headers.get("WWW-Authenticate", ""))
    if lost:
        message += f"; RT may or may not have carried out the write: {LOOK_FIRST}"
    raise (OutcomeUnknownError if lost else type(failure))(message)


def _reply(request: Request, response: requests.Response, content: bytes) -> Reply:
    content_type = response.headers.get("Content-Type", "")
    location = response.headers.get("Location", "")
    reply = read_http(response.status_code, content_type, location, content)
    may_be_empty = content_type and request.may_find_nothing and head_is_whole(response)
    if reply.empty and not may_be_empty:
        message = "the reply is empty: it was cut off, or this is no RT"
        raise ProtocolError(message)
    return reply


def _without_secrets(auth: Auth, content: bytes) -> bytes:
    return content if content.startswith(b"RT/") else without(auth.secrets(), content)
