"""A Kerberos realm, and a Request Tracker behind an Apache that asks for its tickets."""

import contextlib
import errno
import os
from collections.abc import Generator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rtorm.testing._database import database_with
from rtorm.testing._errors import ServerError
from rtorm.testing._lab_accounts import ACCOUNTS, Account, initialdata
from rtorm.testing._lab_apache import DOORS, SETTINGS
from rtorm.testing._lab_process import LabProcess
from rtorm.testing._packages import Major, find, major_of

_ATTEMPTS = 3


class AuthLab:
    """A real KDC, Apache and Request Tracker on this machine, for tests of logins.

    All of it listens on the loopback interface only, and is gone without a trace at the end. Each
    URL is another way in; `accounts` has the users and their passwords.

    Args:
        version: RT's, 4 or "4.4", 5 or "5.0".
        start_timeout: Seconds to wait for the KDC's first ticket, and for RT's first answer.
        stop_timeout: Seconds to wait for the end of each program.

    Attributes:
        accounts: Who can log in, by name: alice and bob, and ghost, whom RT does not know.

    Raises:
        ValueError: No such version.
    """

    accounts: Mapping[str, Account] = ACCOUNTS

    def __init__(
        self, version: int | str = 5, *, start_timeout: float = 60.0, stop_timeout: float = 15.0
    ) -> None:
        self._major: Major = major_of(version)
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._process: LabProcess | None = None
        self._owner = 0

    def __repr__(self) -> str:
        state = self.plain if self._process else "not running"
        return f"<AuthLab with RT {self._major}, {state}>"

    @property
    def major(self) -> Major:
        """RT's major version, 4 or 5."""
        return self._major

    @property
    def version(self) -> str:
        """RT's exact version as the server gives it, such as "5.0.3"."""
        return self._running().version

    @property
    def plain(self) -> str:
        """No login by the web server: RT's own is asked for."""
        return self._url("plain")

    @property
    def negotiate(self) -> str:
        """SPNEGO: whoever has a ticket is let in."""
        return self._url("negotiate")

    @property
    def basic(self) -> str:
        """HTTP Basic, with the passwords that the web server knows."""
        return self._url("basic")

    @property
    def tls(self) -> str:
        """As `plain`, by TLS."""
        return self._url("tls")

    @property
    def tls_negotiate(self) -> str:
        """As `negotiate`, by TLS."""
        return self._url("tls_negotiate")

    @property
    def forbidden(self) -> str:
        """SPNEGO where only bob is let in: HTTP 401 for all others, whatever they send."""
        return self._url("forbidden")

    @property
    def either(self) -> str:
        """SPNEGO or HTTP Basic, the latter with the passwords that the KDC knows."""
        return self._url("either")

    @property
    def ca(self) -> Path:
        """The certificate of the authority that signed the server's."""
        return self.directory / "tls/ca.pem"

    @property
    def other_ca(self) -> Path:
        """The certificate of one that did not."""
        return self.directory / "tls/otherca.pem"

    @property
    def krb5_config(self) -> Path:
        """The realm's `krb5.conf`; `KRB5_CONFIG` names it to Kerberos."""
        return self._running().kdc.config

    @property
    def keytab(self) -> Path:
        """Alice's keytab; `KRB5_CLIENT_KTNAME` names it to Kerberos."""
        return self._running().kdc.keytab

    @property
    def access_log(self) -> Path:
        """Apache's log: port, status, user, method and path of each request."""
        return self.directory / "access.log"

    @property
    def error_log(self) -> Path:
        """Apache's and RT's complaints."""
        return self.directory / "error.log"

    @property
    def directory(self) -> Path:
        """Holds what the lab writes; removed when it stops.

        Raises:
            ServerError: It is not running.
        """
        return self._running().directory

    def environment(self) -> dict[str, str]:
        """The environment of one who has no ticket: `KRB5_CONFIG`, `KRB5CCNAME`, an empty cache.

        Raises:
            ServerError: The lab is not running.
        """
        return self._running().kdc.environment()

    def kinit(self, user: str, lifetime: str | None = None) -> dict[str, str]:
        """Logs in to the KDC.

        Args:
            user: Name of an account.
            lifetime: Of the ticket, as kinit takes it: `"1s"`, `"5m"`; ten minutes if None.

        Returns:
            The environment in which Kerberos finds the ticket: `KRB5_CONFIG` and `KRB5CCNAME`,
            with a cache that is new each time.

        Raises:
            ServerError: The lab is not running, or the KDC gives no ticket.
        """
        return self._running().kdc.kinit(user, lifetime)

    @contextlib.contextmanager
    def kdc_down(self) -> Generator[None]:
        """Stops the KDC for as long as the block lasts; tickets stay good.

        Raises:
            ServerError: The lab is not running, or the KDC did not come up again.
        """
        kdc = self._running().kdc
        kdc.stop(self._stop_timeout)
        try:
            yield
        finally:
            kdc.start(self._start_timeout)

    def start(self) -> Self:
        """Starts all, and waits until the KDC gives a ticket and RT answers.

        Raises:
            NotInstalledError: Debian's packages are missing; the message names them.
            StartError: One of the servers did not come up in time.
            ServerError: It is running already.
            OSError: A file cannot be written.
        """
        if self._process is not None:
            raise ServerError("this lab is running already")
        self._owner = os.getpid()
        installation = find(self._major, lab=True)
        database = database_with(installation, initialdata(self._major), SETTINGS)
        for left in reversed(range(_ATTEMPTS)):
            try:
                self._process = LabProcess(installation, database)
                self._process.wait_until_ready(self._start_timeout)
                break
            except BaseException as error:
                self.stop()
                # Someone took a port between our choice and the program's start.
                taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
                if not (taken and left):
                    raise
        return self

    def stop(self) -> None:
        """Stops all and removes the directory; does nothing if it is not running."""
        process, self._process = self._process, None
        # In a forked child this is a copy, and the lab is still the parent's.
        if process is not None and os.getpid() == self._owner:
            process.stop(self._stop_timeout)

    def wait(self) -> None:
        """Waits until Apache ends by itself, or for Ctrl-C; then the lab still is to be stopped.

        Raises:
            ServerError: It is not running.
        """
        self._running().wait()

    def __enter__(self) -> Self:
        """Starts the lab."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the lab."""
        self.stop()

    def _url(self, door: str) -> str:
        scheme = "https" if DOORS[door].tls else "http"
        return f"{scheme}://localhost:{self._running().ports[door]}"

    def _running(self) -> LabProcess:
        if self._process is None:
            raise ServerError("this lab is not running; use `with`, or call start()")
        return self._process
