"""The KDC of an `AuthLab`: MIT's, with a realm of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rtorm.testing._errors import ServerError, StartError
from rtorm.testing._lab_accounts import ACCOUNTS
from rtorm.testing._lab_program import Program
from rtorm.testing._lab_template import write_from_template

_REALM = "LAB.TEST"
_SERVED = ("HTTP/localhost", "HTTP/127.0.0.1", "HTTP/rt.lab.test")
# The KDC knows it, and the web server does not hold its key.
_STRANGER = "HTTP/stranger.lab.test"
_PATIENCE = 30.0
_PATIENCE_WITH_KINIT = 5.0
_LOCALE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Kdc:
    """A realm, and the KDC that serves it or is down.

    Args:
        directory: The lab's.
        port: The KDC's, on 127.0.0.1.

    Attributes:
        config: The `krb5.conf` for all who ask this KDC.
        services: The web server's keytab.
        keytab: Alice's.

    Raises:
        StartError: The realm could not be made.
    """

    def __init__(self, directory: Path, port: int) -> None:
        self._directory = directory / "kdc"
        self._tickets = directory / "tickets"
        self.config = directory / "krb5.conf"
        self.services = self._directory / "http.keytab"
        self.keytab = self._directory / "alice.keytab"
        self._port = port
        self._program: Program | None = None
        self._caches = 0
        self._directory.mkdir(mode=0o700)
        self._tickets.mkdir(mode=0o700)
        write_from_template(self.config, port=port)
        self._make_realm()

    def _make_realm(self) -> None:
        write_from_template(
            self._directory / "kdc.conf", port=self._port, directory=self._directory
        )
        create = ["kdb5_util", "create", "-s", "-P", "master-password", "-r", _REALM]
        self._administer(create, "")
        people = [f"addprinc -pw {who.kerberos} {who.name}" for who in ACCOUNTS.values()]
        services = [f"addprinc -randkey {name}" for name in (*_SERVED, _STRANGER)]
        keys = [
            f"ktadd -k {self.services} {' '.join(_SERVED)}",
            f"ktadd -norandkey -k {self.keytab} alice",
        ]
        commands = "\n".join((*people, *services, *keys, ""))
        self._administer(["kadmin.local", "-r", _REALM], commands)

    def _administer(self, command: Sequence[str], text: str) -> None:
        done = _run(command, self._environment(self._directory), text)
        if done.returncode or not (self._directory / "principal").exists():
            raise StartError(f"{command[0]} failed", done.stdout)

    def start(self, timeout: float = _PATIENCE) -> None:
        """Starts the KDC, and waits until it gives a ticket; what it knows is as at first.

        Raises:
            StartError: It did not come up in time.
            OSError: Its port is taken.
        """
        # A copy, since the directory of a program goes with it; beside the lab's own, since two
        # programs that end at once would stand in each other's way as they clear up.
        run = Path(tempfile.mkdtemp(prefix="rtorm-kdc-"))
        command = ["/usr/sbin/krb5kdc", "-n", "-r", _REALM]
        try:
            self._program = Program(command, run, self._environment(run))
        except BaseException:
            shutil.rmtree(run, ignore_errors=True)
            raise
        shutil.copytree(self._directory, run, dirs_exist_ok=True)
        write_from_template(run / "kdc.conf", port=self._port, directory=run)
        self._program.release()
        self._program.wait_until(self._gives_tickets, timeout)

    def stop(self, timeout: float) -> None:
        """Stops the KDC; does nothing if it is down."""
        program, self._program = self._program, None
        if program is not None:
            program.stop(timeout)

    def environment(self) -> dict[str, str]:
        """The environment of one who has no ticket: the realm, and a new cache."""
        self._caches += 1
        cache = self._tickets / f"cache-{self._caches}"
        return {"KRB5_CONFIG": str(self.config), "KRB5CCNAME": f"FILE:{cache}"}

    def kinit(self, user: str, lifetime: str | None) -> dict[str, str]:
        """The environment of one who has a ticket.

        Raises:
            ServerError: The KDC gives none; the message ends with kinit's words.
        """
        own = self.environment()
        options = ["-l", lifetime] if lifetime else []
        known = ACCOUNTS.get(user)
        password = known.kerberos if known else "none"
        done = _run(["kinit", *options, user], _LOCALE | own, f"{password}\n")
        if done.returncode:
            raise ServerError(f"{user} got no ticket: {done.stdout}")
        return own

    def _gives_tickets(self) -> bool:
        cache = f"FILE:{self._tickets / 'probe'}"
        environment = self._environment(self._directory) | {"KRB5CCNAME": cache}
        command = ["kinit", "-k", "-t", str(self.keytab), "alice"]
        return _run(command, environment, "", _PATIENCE_WITH_KINIT).returncode == 0

    def _environment(self, directory: Path) -> dict[str, str]:
        profile = {"KRB5_KDC_PROFILE": str(directory / "kdc.conf")}
        return _LOCALE | {"KRB5_CONFIG": str(self.config), "TMPDIR": str(directory)} | profile


def _run(
    command: Sequence[str], environment: dict[str, str], text: str, patience: float = _PATIENCE
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603
            ["/usr/bin/env", *command],
            env=environment,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, f"no end within {patience:g} s")
