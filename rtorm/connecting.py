"""`connect()`: a client and a session in one call."""

from __future__ import annotations

import warnings
from os import PathLike

from rtorm.auth import Login
from rtorm.config import Configuration
from rtorm.errors import ExposedPasswordWarning
from rtorm.orm.loading.clocks import TimeZone
from rtorm.orm.records.results import Verify
from rtorm.orm.session import Session
from rtorm.rest1.client import Client, Retries, Timeout

__all__ = ["connect"]

_READ_BACK: dict[str, Verify] = {"risky": "risky", "always": "always", "never": "never"}


def connect(
    url: str | None = None,
    *,
    auth: Login | None = None,
    time_zone: TimeZone | None = None,
    timeout: Timeout = (10.0, 120.0),
    verify: Verify | bool | str | PathLike[str] = "risky",
    batch: int = 50,
    parallel: int = 1,
    retries: Retries = 3,
) -> Session:
    """Open a session on an RT; nothing is sent before it is used.

    Args:
        url: RT's front page, such as `https://rt.example.com`; None takes `RTSERVER`, or the
            `server` of an `.rtrc` that RT's command line tool would read.
        auth: A login of `rtorm.auth`, a `(user, password)` tuple, any `requests.auth.AuthBase`;
            None takes `RTTOKEN`, or `RTUSER` and `RTPASSWD`, or what the file says.
        time_zone: The time zone of the account in RT, as an IANA name or a tzinfo; needed to
            write dates.
        timeout: Seconds to wait for the connection and for each piece of a reply.
        verify: What to read back after a write: `"risky"`, `"always"` or `"never"`, as in
            `Session`. Anything else says which certificates to trust, as in requests and
            `Client`: a file, a folder, or a bool.
        batch: How many forms one request carries at most.
        parallel: How many requests are under way at most, as in `Session`.
        retries: How often a read or an edit is tried again, as in `Client`.

    Returns:
        The session; closing it closes its connections, too.

    Raises:
        ConfigurationError: No server or login is given, or one of the settings is wrong.

    Warns:
        ExposedPasswordWarning: The file holds a password and others may read it.
    """
    found = Configuration()
    read_back = _READ_BACK.get(verify) if isinstance(verify, str) else None
    client = Client(
        found.url() if url is None else url,
        auth=found.login() if auth is None else auth,
        timeout=timeout,
        verify=True if read_back else verify,
        retries=retries,
    )
    if found.warning:
        warnings.warn(found.warning, ExposedPasswordWarning, stacklevel=2)
    return Session(
        client,
        time_zone=time_zone,
        verify=read_back or "risky",
        batch=batch,
        parallel=parallel,
        owns_client=True,
    )
