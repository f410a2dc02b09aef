"""A Request Tracker that lives as long as a test run."""

import contextlib
import http.client
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rtorm.testing._config import Settings
from rtorm.testing._database import database_with, fresh_database
from rtorm.testing._errors import InsertError, ServerError, StartError
from rtorm.testing._packages import Major, find, major_of
from rtorm.testing._perl import InitialData, initialdata_text
from rtorm.testing._process import ServerProcess

_LOG_TAIL = 4000


class RequestTracker:
    """A real Request Tracker on this machine, started for tests and gone without a trace.

    It runs from Debian's packages on a SQLite database of its own, listens on the loopback
    interface only, sends no mail, and touches nothing of an RT that is installed for use.

    Args:
        version: 4 or "4.4", 5 or "5.0".
        initialdata: What the database holds beside RT's own: Perl text in RT's initialdata format,
            or records by section, such as `{"Queues": [{"Name": "Incidents"}]}`.
        config: Perl lines for RT_SiteConfig.pm, after our own.
        time_zone: IANA name of the server's time zone.
        workers: How many requests are served at once.
        port: TCP port on 127.0.0.1; 0 lets the system choose a free one.
        start_timeout: Seconds to wait for the server's first answer.
        insert_timeout: Seconds to wait for one `insert`.
        stop_timeout: Seconds to wait for the end of its processes.

    Attributes:
        user: Name of RT's administrator.
        password: The administrator's password.

    Raises:
        ValueError: No such version, or `initialdata` names an unknown section.
        TypeError: `initialdata` holds a value that has no Perl literal.
    """

    user = "root"
    password = "password"  # noqa: S105

    def __init__(  # noqa: PLR0913
        self,
        version: int | str = 5,
        *,
        initialdata: InitialData | None = None,
        config: str = "",
        time_zone: str = "UTC",
        workers: int = 2,
        port: int = 0,
        start_timeout: float = 60.0,
        insert_timeout: float = 60.0,
        stop_timeout: float = 15.0,
    ) -> None:
        self._major: Major = major_of(version)
        self._initialdata = None if initialdata is None else initialdata_text(initialdata)
        self._settings = Settings(time_zone, config)
        self._workers = workers
        self._wanted_port = port
        self._start_timeout = start_timeout
        self._insert_timeout = insert_timeout
        self._stop_timeout = stop_timeout
        self._process: ServerProcess | None = None
        self._owner = 0
        self._version = ""
        self._inserts = 0

    def __repr__(self) -> str:
        state = self.url if self._process else "not running"
        return f"<RequestTracker {self._version or self._major}, {state}>"

    @property
    def major(self) -> Major:
        """RT's major version, 4 or 5."""
        return self._major

    @property
    def version(self) -> str:
        """RT's exact version as the server gives it, such as "5.0.3".

        Raises:
            ServerError: It is not running.
        """
        self._running()
        return self._version

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end.

        Raises:
            ServerError: It is not running.
        """
        return f"http://127.0.0.1:{self._running().port}"

    @property
    def admin(self) -> tuple[str, str]:
        """The administrator's name and password."""
        return self.user, self.password

    @property
    def directory(self) -> Path:
        """Holds everything that this server writes; removed when it stops.

        Raises:
            ServerError: It is not running.
        """
        return self._running().directory

    @property
    def log(self) -> Path:
        """The server's log file; removed when it stops.

        Raises:
            ServerError: It is not running.
        """
        return self._running().log

    def start(self) -> Self:
        """Starts the server and waits until it answers.

        Returns:
            This object.

        Raises:
            NotInstalledError: Debian's packages are missing; the message names them.
            InsertError: RT refused some of the initialdata.
            StartError: RT could not make its database, or the server did not come up in time; the
                message ends with its log.
            ServerError: It is running already.
            OSError: The port is taken, or a file cannot be written.
        """
        if self._process is not None:
            raise ServerError("this server is running already")
        self._owner = os.getpid()
        self._process = self._launched()
        try:
            self._version = self._first_answer(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stops the server and removes its directory; does nothing if it is not running."""
        process, self._process = self._process, None
        # In a forked child this is a copy, and the server is still the parent's.
        if process is not None and os.getpid() == self._owner:
            process.stop(self._stop_timeout)

    def wait(self) -> None:
        """Waits until the server ends by itself, or for Ctrl-C; then it still is to be stopped.

        Raises:
            ServerError: It is not running.
        """
        self._running().control.wait()

    def __enter__(self) -> Self:
        """Starts the server."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self.stop()

    def insert(self, perl: str = "", /, **sections: Sequence[Mapping[str, object]]) -> None:
        r"""Inserts initialdata; the next request sees it.

        The format is that of RT's own initialdata files, for which see RT's documentation:

            rt.insert(
                Queues=[{"Name": "Incidents"}],
                CustomFields=[{"Name": "Severity", "Type": "SelectSingle", "Queue": ["Incidents"],
                               "Values": [{"Name": "low"}, {"Name": "high"}]}],
            )
            rt.insert("push @Final, sub { RT->Logger->info('inserted') };")

        Args:
            perl: Perl text, for what plain data cannot say.
            sections: Records by section: lists of dicts whose values are str, int, bool, None,
                and lists and dicts of them.

        Raises:
            InsertError: RT refused some of it; what it did not refuse is in the database.
            ServerError: The server is not running, or gave no answer in time and was stopped.
            ValueError: RT has no such section, or a string holds a lone surrogate.
            TypeError: A value has no Perl literal, or both forms were given.
        """
        if bool(perl) == bool(sections):
            raise TypeError("give either Perl text or sections")
        process = self._running()
        self._inserts += 1
        file = process.directory / f"initialdata-{self._inserts}"
        file.write_text(initialdata_text(perl or sections), "utf-8")
        complaints = self._answer(process, file)
        if complaints:
            raise InsertError("RT refused some of the initialdata: " + "; ".join(complaints))

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise ServerError("this server is not running; use `with`, or call start()")
        return self._process

    def _launched(self) -> ServerProcess:
        installation = find(self._major)
        if self._initialdata is None:
            database = fresh_database(installation)
        else:
            database = database_with(installation, self._initialdata, self._settings)
        return ServerProcess(
            installation, database, self._settings, port=self._wanted_port, workers=self._workers
        )

    def _first_answer(self, process: ServerProcess) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", process.port, self._start_timeout)
        try:
            with contextlib.closing(connection):
                # Starman would keep a worker for this connection if it were not told to close it.
                connection.request("GET", "/REST/1.0/", headers={"Connection": "close"})
                text = connection.getresponse().read().decode(errors="replace")
        except TimeoutError:
            reason = f"RT gave no answer within {self._start_timeout:g} s"
            raise StartError(reason, _tail(process.log)) from None
        except (OSError, http.client.HTTPException) as error:
            raise StartError(f"RT did not start: {error}", _tail(process.log)) from error
        status = re.match(r"RT/(\d+(?:\.\d+)*)", text)
        if status is None:
            raise StartError(f"not an answer of RT: {text[:200]!r}", _tail(process.log))
        return status[1]

    def _answer(self, process: ServerProcess, file: Path) -> list[str]:
        try:
            return process.control.insert(file, self._insert_timeout)
        except TimeoutError:
            reason = f"RT did not insert the data within {self._insert_timeout:g} s; it was stopped"
        except EOFError:
            reason = "RT has ended by itself"
        log = _tail(process.log)
        self.stop()
        raise ServerError(reason, log)


def _tail(log: Path) -> str:
    try:
        return log.read_text("utf-8", errors="replace")[-_LOG_TAIL:]
    except FileNotFoundError:
        return ""
