"""Makes RT's database once for each RT version and initialdata, and copies it from the cache."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from rtorm.testing._cache import cached
from rtorm.testing._config import DATABASE, environment, write_config
from rtorm.testing._control import Control
from rtorm.testing._errors import InsertError, StartError
from rtorm.testing._packages import Installation

_TIMEOUT = 300.0
_UNUSED_PORT = 9


def fresh_database(installation: Installation) -> Path:
    """Gives a database as RT's own set-up makes it.

    Raises:
        StartError: RT's set-up failed.
    """

    def make(scratch: Path) -> None:
        write_config(scratch, port=_UNUSED_PORT, time_zone="UTC", extra="")
        _set_up(installation, scratch)
        (scratch / DATABASE).rename(scratch / key)

    key = _key(installation)
    return cached(key, make)


def database_with(installation: Installation, text: str, *, time_zone: str, extra: str) -> Path:
    """Gives a database that holds this initialdata too.

    Args:
        installation: The RT that makes it.
        text: An initialdata file's text.
        time_zone: As for the server; RT reads dates without a zone in it.
        extra: Perl lines of configuration; lifecycles, say, decide which queues can be made.

    Raises:
        StartError: RT's set-up failed.
        InsertError: RT refused some of the data.
    """

    def make(scratch: Path) -> None:
        write_config(scratch, port=_UNUSED_PORT, time_zone=time_zone, extra=extra)
        shutil.copyfile(fresh_database(installation), scratch / DATABASE)
        _insert(installation, scratch, text)
        (scratch / DATABASE).rename(scratch / key)

    key = _key(installation, text, time_zone, extra)
    return cached(key, make)


def _key(installation: Installation, *parts: str) -> str:
    version = re.sub(r"[^\w.+-]", "_", installation.package_version)
    if not parts:
        return f"rt-{version}.sqlite"
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    return f"rt-{version}-{digest}.sqlite"


def _set_up(installation: Installation, scratch: Path) -> None:
    # --skip-create and a DBA are for other databases; without the latter it asks for a password.
    command = [installation.setup_database, "--action", "init", "--skip-create", "--dba", "root"]
    done = subprocess.run(  # noqa: S603
        command,
        env=environment(scratch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise StartError("RT could not make its database", done.stdout.decode(errors="replace"))


def _insert(installation: Installation, scratch: Path, text: str) -> None:
    file, log = scratch / "initialdata", scratch / "log"
    file.write_text(text, "utf-8")
    control = Control()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            control.command(installation),
            env=environment(scratch),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[control.descriptor],
        )
    try:
        control.started()
        complaints = control.insert(file, _TIMEOUT)
    except (EOFError, TimeoutError) as error:
        raise StartError(f"RT could not insert the data: {error}", log.read_text("utf-8")) from error
    finally:
        control.close()
        process.wait(_TIMEOUT)
    if complaints:
        raise InsertError("RT refused some of the initialdata: " + "; ".join(complaints))
