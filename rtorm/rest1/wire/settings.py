"""The settings of a client, checked when they are given: URL, time limits, certificates."""

from __future__ import annotations

import re
import ssl
import threading
from os import PathLike
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3

from rtorm.errors import ConfigurationError

__all__ = ["Retries", "Timeout", "certificates", "checked_timeout", "front_page", "retry_policy"]

Timeout = float | tuple[float, float]
Retries = int | urllib3.Retry

_REST_OF_URL = re.compile(r"/REST/[12]\.0\Z")
_PAIR = 2
_LONGEST_PAUSE = 30


def front_page(url: str) -> str:
    """The URL of RT's front page, given that or RT's REST address.

    Raises:
        ConfigurationError: It is no URL, or holds a login.
    """
    page = _parsed_front_page(_text(url).strip())
    if page is None:
        # Neither what may be a login nor a query.
        shown = url.rpartition("@")[2].split("?", 1)[0]
        message = (
            f"not the URL of an RT: {shown!r}; give that of its front page, such as "
            "https://rt.example.com or https://example.com/rt"
        )
        raise ConfigurationError(message)
    return page


def checked_timeout(timeout: Timeout) -> tuple[float, float]:
    """Seconds to wait for the connection and for each piece of a reply.

    Raises:
        ConfigurationError: It is neither a number above zero nor two of them.
    """
    both = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    if len(both) != _PAIR or not all(map(_is_limit, both)):
        message = (
            f"timeout={timeout!r} limits nothing: give a number of seconds above zero, or a tuple "
            "of two, for the connection and for each piece of a reply"
        )
        raise ConfigurationError(message)
    return both


def retry_policy(retries: Retries) -> urllib3.Retry:
    """How often to try again, and after which pauses.

    The first time at once, then after 1, 2, 4 … seconds and up to half a second more, so that many
    programs do not come back together.

    Raises:
        ConfigurationError: It is neither a whole number from 0 nor a `urllib3.Retry`.
    """
    if isinstance(retries, urllib3.Retry):
        return retries
    if type(retries) is not int or retries < 0:
        message = (
            f"retries={retries!r}: give a whole number from 0, which is never to try again, or a "
            "urllib3.Retry"
        )
        raise ConfigurationError(message)
    return urllib3.Retry(
        retries, backoff_factor=0.5, backoff_jitter=0.5, backoff_max=_LONGEST_PAUSE
    )


def _is_limit(seconds: object) -> bool:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return False
    return 0 < seconds < threading.TIMEOUT_MAX


def certificates(verify: bool | str | PathLike[str]) -> bool | str:
    """What requests takes as `verify`; a path is known to hold certificates.

    Raises:
        ConfigurationError: It is no path, or the file cannot be read or holds none.
    """
    if isinstance(verify, bool):
        return verify
    # Here, since requests would tell only with the first request.
    file = _path(verify)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if not Path(file).is_dir():
            context.load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:
        message = f"verify={file!r} cannot be read as a file of certificates (PEM): {error}"
        raise ConfigurationError(message) from None
    return file


def _path(verify: str | PathLike[str]) -> str:
    try:
        # With an empty path, requests would verify nothing.
        file = str(Path(verify)) if verify else ""
    except TypeError:
        file = ""
    if not file:
        message = (
            f"verify={verify!r} names no certificates: give True, False, or the path of a file "
            "(PEM) or folder of those to trust"
        )
        raise ConfigurationError(message)
    return file


def _text(url: object) -> str:
    if not isinstance(url, str):
        message = f"the URL of an RT is text, not {type(url).__name__}"
        raise ConfigurationError(message)
    return url


def _parsed_front_page(url: str) -> str | None:
    # Python itself leaves line breaks and tabs out.
    if not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        host, port, login = parts.hostname, parts.port, parts.username or parts.password
        requests.Request("GET", url).prepare()
    except ValueError:
        return None
    # Older versions of requests ask DNS for a name with a blank in it.
    if parts.scheme not in ("http", "https") or not host or " " in host:
        return None
    if login:
        message = f"the URL of {host} holds a login: give it as auth=(user, password)"
        raise ConfigurationError(message)
    name = f"[{host}]" if ":" in host else host
    path = _REST_OF_URL.sub("", parts.path.rstrip("/")).rstrip("/")
    return f"{parts.scheme}://{name}{'' if port is None else f':{port}'}{path}"
