"""One run of the server: its directory, its processes, its port."""

import shutil
import socket
import tempfile
from pathlib import Path

from rtorm.testing._config import DATABASE, Settings, environment, write_config
from rtorm.testing._control import Control
from rtorm.testing._packages import Installation
from rtorm.testing._supervised import Supervised

_BACKLOG = 1024


class ServerProcess:
    """A server that was launched, perhaps not yet answering.

    Args:
        installation: The RT to run.
        database: Copied, not used itself.
        settings: Its configuration.
        port: TCP port on 127.0.0.1; 0 for any free one.
        workers: How many requests are served at once.

    Raises:
        OSError: The port is taken, or the disk is full.
    """

    def __init__(
        self,
        installation: Installation,
        database: Path,
        settings: Settings,
        *,
        port: int,
        workers: int,
    ) -> None:
        # The socket is bound here and handed down: no other process can take the port meanwhile,
        # and requests that come before RT is ready wait in its queue.
        with socket.create_server(("127.0.0.1", port), backlog=_BACKLOG) as listener:
            self.port: int = listener.getsockname()[1]
            self.directory = Path(tempfile.mkdtemp(prefix="rtorm-"))
            self.log = self.directory / "server.log"
            self.control = Control()
            try:
                write_config(self.directory, settings, self.port)
                shutil.copyfile(database, self.directory / DATABASE)
                serve = self.control.command(installation)
                serve += [str(listener.fileno()), str(workers)]
                descriptors = (self.control.descriptor, listener.fileno())
                self._supervised = Supervised(
                    serve, self.directory, environment(self.directory), descriptors
                )
            except BaseException:
                self.control.close()
                shutil.rmtree(self.directory, ignore_errors=True)
                raise
            self.control.started()

    def stop(self, timeout: float) -> None:
        """Ends the processes and removes the directory.

        Args:
            timeout: Seconds to wait for the supervisor, before it is killed.
        """
        self.control.close()
        self._supervised.stop(timeout)
