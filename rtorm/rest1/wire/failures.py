"""What it means when the network fails: nothing was sent, or nobody knows what became of it."""

from __future__ import annotations

import re
import socket
import ssl
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import requests
import urllib3

from rtorm.errors import AuthenticationError, OutcomeUnknownError, RTError, TransportError

__all__ = ["LOOK_FIRST", "Failures", "causes_of"]

LOOK_FIRST = "look at the record before you send it again"

_CONNECTION = "urllib3.connection"
# How http.client says that a proxy wants a login, or lets nobody there.
_REFUSED_TUNNEL = re.compile(r"Tunnel connection failed: 40[37]\b")
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
        causes = list(causes_of(error))
        if any(map(_is_unproven, causes)):
            return self._unproven(writes=writes)
        unsent = any(map(_before_sending, causes))
        said = self._reason(error, causes, unsent=unsent)
        failure: RTError
        if unsent:
            failure = TransportError(f"cannot reach RT at {self.url}, nothing was sent: {said}")
        elif not writes:
            failure = TransportError(
                f"no reply from RT at {self.url}: {said}; a read may be repeated"
            )
        else:
            failure = OutcomeUnknownError(
                f"the reply of RT at {self.url} was lost, {said}: it may or may not have carried "
                f"out the write; {LOOK_FIRST}"
            )
        failure.retry_after = _wait(causes)
        return failure

    def cut_off(self, *, writes: bool) -> RTError:
        """What it means that a reply ends in the middle of a line."""
        said = f"the reply of RT at {self.url} ends in the middle of a line"
        failure: RTError = TransportError(f"{said}; a read may be repeated")
        if writes:
            failure = OutcomeUnknownError(
                f"{said}: it may or may not have carried out the write; {LOOK_FIRST}"
            )
        failure.retry_after = 0.0
        return failure

    def no_json(self, status: int, wait: float) -> RTError:
        """What it means that REST 2.0 answered with a broken reply, or a gateway in its stead."""
        failure = TransportError(
            f"no answer of REST 2.0 from RT at {self.url}: HTTP {status}, and no JSON that is "
            "whole; a read may be repeated"
        )
        failure.retry_after = wait
        return failure

    def broken_off(self, error: Exception) -> RTError:
        """What it means that the reply to a read ended in the middle."""
        causes = list(causes_of(error))
        said = self._reason(error, causes, unsent=False)
        failure = TransportError(
            f"the reply of RT at {self.url} broke off: {said}; a read may be repeated"
        )
        failure.retry_after = _wait(causes)
        return failure

    def _unproven(self, *, writes: bool) -> RTError:
        """The answer may be anybody's."""
        said = f"what answers at {self.url} did not prove who it is (Kerberos)"
        if writes:
            return OutcomeUnknownError(
                f"{said}: RT may or may not have carried out the write; {LOOK_FIRST}"
            )
        return AuthenticationError(
            f"{said}, so its answer is not used: check the URL, and that its web server asks for "
            "Kerberos there"
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
        for cause in causes:
            advice = _of_certificate(cause) or advice
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


_OTHER_NAME = "the certificate is for another name than the URL has: check the host in it"
# What OpenSSL finds at a certificate whose authority may well be known, by its X509_V_ERR_ numbers.
_CERTIFICATES: Mapping[int, str] = {
    9: "the certificate is not valid yet: check the clocks of the server and of this machine",
    10: "the certificate has expired: the server needs a new one, or this machine's clock is wrong",
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}


# Failures that a second attempt would meet again, or that have taken all the time there was.
_STAYING = (
    TimeoutError,
    ssl.SSLCertVerificationError,
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.ReadTimeoutError,
    urllib3.exceptions.LocationValueError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
)


def _wait(causes: Iterable[BaseException]) -> float | None:
    return None if any(map(_stays, causes)) else 0.0


def _stays(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_AGAIN
    if type(error) is OSError and _REFUSED_TUNNEL.match(str(error)):
        return True
    # Of TLS that the other end does not speak.
    handshake = isinstance(error, ssl.SSLError) and _before_sending(error)
    return handshake or isinstance(error, _STAYING)


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """An exception and those inside it; not its context, which may be the program's own."""
    yield error
    for inner in (getattr(error, "reason", None), *error.args, error.__cause__):
        if isinstance(inner, BaseException):
            yield from causes_of(inner)
            return


def _holds(causes: Iterable[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _is_unproven(error: BaseException) -> bool:
    """Whether a server failed to prove who it is; requests-kerberos and -gssapi name it alike."""
    return type(error).__name__ == "MutualAuthenticationError"


def _of_certificate(error: BaseException) -> str:
    """What is wrong with a certificate, if more can be said than that it is not trusted."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return ""
    return _CERTIFICATES.get(error.verify_code, "")


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
