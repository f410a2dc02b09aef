"""One run of an `AuthLab`: its directory, its two programs, its ports."""

import contextlib
import http.client
import os
import re
import shutil
import tempfile
from pathlib import Path

from rtorm.testing import _lab_apache
from rtorm.testing._lab_kdc import Kdc
from rtorm.testing._lab_ports import free_ports
from rtorm.testing._packages import Installation

_PATIENCE = 15.0
# Of 107 bytes for the path of a socket, what is left beside "/rtorm-lab-12345678/ipc/1234567.999".
_LONGEST = 72


class LabProcess:
    """A lab that was launched, perhaps not yet answering.

    Args:
        installation: The RT to run.
        database: Copied, not used itself.

    Attributes:
        directory: Holds everything but the run of the KDC.
        ports: One for each door.
        kdc: Its KDC.
        version: RT's, once it has answered.

    Raises:
        StartError: The realm could not be made.
        OSError: A port was taken at that moment (`errno.EADDRINUSE`), or the disk is full.
    """

    def __init__(self, installation: Installation, database: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="rtorm-lab-", dir=_reachable()))
        self.version = ""
        try:
            self._apache = _lab_apache.held(self.directory)
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        try:
            self._make_ready(installation, database)
        except BaseException:
            self._apache.stop(_PATIENCE)
            raise
        self._apache.release()

    def _make_ready(self, installation: Installation, database: Path) -> None:
        doors = list(_lab_apache.DOORS)
        with free_ports(len(doors) + 1) as ports:
            self.kdc = Kdc(self.directory, ports[-1])
            self.ports = dict(zip(doors, ports, strict=False))
            services = self.kdc.services
            _lab_apache.prepare(self.directory, installation, database, services, self.ports)

    def wait_until_ready(self, timeout: float) -> None:
        """Starts the KDC, and waits for its first ticket and RT's first answer.

        Raises:
            StartError: One of them did not come up in time.
            OSError: A port was taken (`errno.EADDRINUSE`).
        """
        self.kdc.start(timeout)
        self._apache.wait_until(lambda: self._answers(timeout), timeout)

    def wait(self) -> None:
        """Waits until Apache ends by itself."""
        self._apache.wait()

    def stop(self, timeout: float) -> None:
        """Ends the programs and removes their directories."""
        self.kdc.stop(timeout)
        self._apache.stop(timeout)

    def _answers(self, timeout: float) -> bool:
        """Whether RT does; Apache takes the request while RT still starts."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["plain"], timeout)
        failures = (OSError, http.client.HTTPException)
        with contextlib.closing(connection), contextlib.suppress(*failures):
            connection.request("GET", "/REST/1.0/")
            text = connection.getresponse().read().decode(errors="replace")
            if found := re.match(r"RT/(\d+(?:\.\d+)*)", text):
                self.version = found[1]
        return bool(self.version)


def _reachable() -> str:
    """Where temporary files are, if Apache can work there.

    It speaks to RT through sockets, whose paths are short, and that of root as another user.
    """
    usual = Path(tempfile.gettempdir()).resolve()
    is_short = len(os.fsencode(usual)) <= _LONGEST
    is_open = all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    fits = is_short and (is_open or os.geteuid() != 0)
    return str(usual) if fits else "/tmp"  # noqa: S108 - for a new folder in it
