"""Makes RT's database once for each RT version and initialdata, and copies it from the cache."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from rtorm.testing._cache import cached
from rtorm.testing._config import DATABASE, Settings, environment, write_config
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
        write_config(scratch, Settings(), _UNUSED_PORT)
        _set_up(installation, scratch)
        (scratch / DATABASE).rename(scratch / key)

    key = _key(installation)
    return cached(key, make)


def database_with(installation: Installation, text: str, settings: Settings) -> Path:
    """Gives a database that holds this initialdata too.

    Args:
        installation: The RT that makes it.
        text: An initialdata file's text.
        settings: As for the server: lifecycles decide which queues can be made, for example.

    Raises:
        StartError: RT's set-up failed.
        InsertError: RT refused some of the data.
    """

    def make(scratch: Path) -> None:
        write_config(scratch, settings, _UNUSED_PORT)
        shutil.copyfile(fresh_database(installation), scratch / DATABASE)
        _insert(installation, scratch, text)
        (scratch / DATABASE).rename(scratch / key)

    key = _key(installation, text, settings.time_zone, settings.lines)
    return cached(key, make)


def _key(installation: Installation, *parts: str) -> str:
    version = re.sub(r"[^\w.+-]", "_", installation.package_version)
    if not parts:
        return f"rt-{version}.sqlite"
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
    return f"rt-{version}-{digest}.sqlite"


def _set_up(installation: Installation, scratch: Path) -> None:
    # --skip-create and a DBA are for other databases; without the latter it asks for a password.
    options = ("--action", "init", "--skip-create", "--dba", "root")
    done = subprocess.run(  # noqa: S603
        [str(installation.setup_database), *options],
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
        reason = f"RT could not insert the initialdata: {error}"
        raise StartError(reason, log.read_text("utf-8", "replace")) from error
    finally:
        control.close()
        process.wait(_TIMEOUT)
    if complaints:
        raise InsertError("RT refused some of the initialdata: " + "; ".join(complaints))
