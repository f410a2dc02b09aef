"""Kerberos over HTTP (SPNEGO): a ticket with each request, the server's proof with each answer.

requests-kerberos does it, with three precautions. One of its objects checks the proof of the first
answer alone, so each request has an object of its own. It sends the ticket at once, so that a
request is sent once, and so that it says what is wrong with the ticket. And whatever its libraries
raise comes out as an exception of requests (requests-kerberos 0.15, pyspnego 0.12).
"""

from __future__ import annotations

import functools
import logging
from http import HTTPStatus
from typing import Any

import requests
import requests.auth
import urllib3

from rtorm.errors import ConfigurationError

__all__ = ["MutualAuthenticationError", "Negotiate", "check_installed"]


class MutualAuthenticationError(requests.RequestException):
    """The server did not prove who it is; of the name that the libraries give to this."""


class Negotiate(requests.auth.AuthBase):
    """Signs one request.

    Args:
        settings: What `requests_kerberos.HTTPKerberosAuth` takes.
    """

    def __init__(self, **settings: object) -> None:
        library = _library()
        self._signer: Any = library.HTTPKerberosAuth(
            mutual_authentication=library.REQUIRED,
            force_preemptive=True,
            # What a web server says when it refuses is worth reading.
            sanitize_mutual_error_response=False,
            **settings,
        )

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the ticket.

        Raises:
            RequestException: There is none; nothing of its cause hangs on it, which holds the
                password.
        """
        try:
            self._signer(request)
        except Exception as error:  # noqa: BLE001 - those of three libraries, some without a base
            said = str(error) or type(error).__name__
        else:
            hooks: list[Any] = request.hooks["response"]
            hooks[hooks.index(self._signer.handle_response)] = self._checked
            return request
        raise requests.RequestException(said)

    def _checked(self, response: requests.Response, **settings: Any) -> requests.Response:
        """What a request brought, if it is the server's; the request may be sent once more."""
        if _is_last_word(response):
            return response
        try:
            answer: requests.Response = self._signer.handle_response(response, **settings)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a proof that is none leads to
            said = type(error).__name__
        else:
            return answer
        message = f"the server's proof cannot be read ({said})"
        raise MutualAuthenticationError(message)


def check_installed() -> None:
    """See to it that requests-kerberos is there.

    Raises:
        ConfigurationError: It is not.
    """
    try:
        _library()
    except ImportError as error:
        said = str(error)
    else:
        return
    message = f'Kerberos needs requests-kerberos: pip install "rtorm[kerberos]" ({said})'
    raise ConfigurationError(message)


@functools.cache
def _library() -> Any:
    import requests_kerberos  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    # At this level it shows the tickets.
    log = logging.getLogger("requests_kerberos.kerberos_")
    log.addFilter(lambda record: record.levelno > logging.DEBUG)
    return requests_kerberos


def _is_last_word(response: requests.Response) -> bool:
    """Whether there is nothing to prove, and another request would change nothing.

    A redirect is not followed. A 401 with a token comes from a server that has looked at the
    ticket and does not let its owner in, or cannot read it (mod_auth_gssapi 1.6).
    """
    if HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        return True
    scheme, _, token = response.headers.get("WWW-Authenticate", "").partition(" ")
    refused = response.status_code == HTTPStatus.UNAUTHORIZED
    return refused and scheme.lower() == "negotiate" and bool(token)
