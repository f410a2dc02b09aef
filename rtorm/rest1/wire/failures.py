"""What it means when the network fails: nothing was sent, or nobody knows what became of it."""

from __future__ import annotations

import socket
import ssl
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import requests
import urllib3

from rtorm.errors import OutcomeUnknownError, RTError, TransportError

__all__ = ["LOOK_FIRST", "Failures"]

LOOK_FIRST = "look at the record before you send it again"

_CONNECTION = "urllib3.connection"
_NEVER_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
    urllib3.exceptions.LocationValueError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
)


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of requests to one RT.

    Attributes:
        url: RT's front page.
        timeout: Seconds for the connection, and for each piece of a request and of its reply.
    """

    url: str
    timeout: tuple[float, float]

    def without_reply(self, error: Exception, *, writes: bool) -> RTError:
        """What it means that a request, a write or not, brought no reply or a part of one."""
        causes = list(_causes(error))
        unsent = any(map(_before_sending, causes))
        said = self._reason(error, causes, unsent=unsent)
        if unsent:
            return TransportError(f"cannot reach RT at {self.url}, nothing was sent: {said}")
        if not writes:
            return TransportError(f"no reply from RT at {self.url}: {said}; a read may be repeated")
        return OutcomeUnknownError(
            f"the reply of RT at {self.url} was lost, {said}: it may or may not have carried out "
            f"the write; {LOOK_FIRST}"
        )

    def broken_off(self, error: Exception) -> RTError:
        """What it means that the reply to a read ended in the middle."""
        said = self._reason(error, list(_causes(error)), unsent=False)
        return TransportError(
            f"the reply of RT at {self.url} broke off: {said}; a read may be repeated"
        )

    def _reason(self, error: Exception, causes: Sequence[BaseException], *, unsent: bool) -> str:
        connecting, reading = self.timeout
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {connecting:g} s; check host and port"
        if _holds(causes, urllib3.exceptions.ReadTimeoutError):
            patience = connecting if unsent else reading
            return f"no answer within {patience:g} s (timeout= sets the limit)"
        if not unsent and any(map(_ran_out, causes)):
            return f"it took no more of the request for {reading:g} s (timeout= sets the limit)"
        told = f"{type(causes[-1]).__name__}: {causes[-1]}"
        advice = next((advice for kind, advice in _REMEDIES if _holds(causes, kind)), "")
        return f"{advice} ({told})" if advice and unsent else told


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


def _ran_out(error: BaseException) -> bool:
    """Whether our own limit ended it; one that the system set has a number."""
    return isinstance(error, TimeoutError) and error.errno is None


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
