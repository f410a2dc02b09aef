"""The Apache of an `AuthLab`: its configuration, and RT behind it."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtorm.testing._config import DATABASE, Settings, environment, write_config
from rtorm.testing._lab_accounts import ACCOUNTS
from rtorm.testing._lab_certificates import make_certificates, password_line
from rtorm.testing._lab_program import Program
from rtorm.testing._lab_template import write_from_template
from rtorm.testing._packages import Installation

_MODULES = """
    mpm_event authn_core authn_file authz_core authz_user auth_basic auth_gssapi alias fcgid ssl
"""
_LIBRARY = "/usr/lib/apache2/modules"

SETTINGS = Settings(
    lines="""\
Set($WebDomain, 'localhost');
Set($WebRemoteUserAuth, 1);
Set($WebRemoteUserContinuous, 1);
Set($WebFallbackToRTLogin, 1);
"""
)
"""RT believes the web server who it is, and asks for a password where that says nothing."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in, on a port of its own.

    Attributes:
        login: Apache's directives for who may come in; none leaves it to RT.
        tls: Whether it speaks TLS.
    """

    login: Sequence[str] = ()
    tls: bool = False


_SPNEGO = (
    "AuthType GSSAPI",
    "AuthName authlab",
    "GssapiCredStore keytab:{directory}/http.keytab",
    "GssapiAllowedMech krb5",
    "GssapiLocalName On",
)
_BASIC = (
    "AuthType Basic",
    "AuthName authlab",
    "AuthBasicProvider file",
    "AuthUserFile {directory}/htpasswd",
)
_ANYONE = "Require valid-user"
_TLS = (
    "SSLEngine on",
    "SSLCertificateFile {directory}/tls/server.pem",
    "SSLCertificateKeyFile {directory}/tls/server.key",
)

DOORS: Mapping[str, Door] = {
    "plain": Door(),
    "negotiate": Door((*_SPNEGO, _ANYONE)),
    "basic": Door((*_BASIC, _ANYONE)),
    "tls": Door(tls=True),
    "tls_negotiate": Door((*_SPNEGO, _ANYONE), tls=True),
    "forbidden": Door((*_SPNEGO, "Require user bob")),
    "either": Door((*_SPNEGO, "GssapiBasicAuth On", _ANYONE)),
}


def prepare(
    directory: Path,
    installation: Installation,
    database: Path,
    services: Path,
    ports: Mapping[str, int],
) -> None:
    """Writes all that Apache and RT read.

    Args:
        directory: The lab's.
        installation: The RT to run.
        database: Copied, not used itself.
        services: The keytab with the keys of the web server.
        ports: One for each of the doors.
    """
    for name in ("apache/tmp", "apache/htdocs", "ipc", "rt", "tls"):
        (directory / name).mkdir(parents=True)
    make_certificates(directory / "tls")
    known = (account for account in ACCOUNTS.values() if account.web)
    (directory / "htpasswd").write_text("".join(password_line(a.name, a.web) for a in known))
    shutil.copyfile(services, directory / "http.keytab")
    shutil.copyfile(database, directory / "rt" / DATABASE)
    write_config(directory / "rt", SETTINGS, ports["plain"])
    user, group = _give_to_web_server(directory)
    write_from_template(
        directory / "httpd.conf",
        directory=directory,
        user=f"#{user}",
        group=f"#{group}",
        modules=_lines(f"LoadModule {m}_module {_LIBRARY}/mod_{m}.so" for m in _MODULES.split()),
        listen=_lines(f"Listen 127.0.0.1:{port}" for port in ports.values()),
        environment=_lines(
            f'FcgidInitialEnv {name} "{value}"'
            for name, value in environment(directory / "rt").items()
        ),
        program=installation.rt_fcgi,
        program_directory=installation.rt_fcgi.parent,
        doors=_lines(_virtual_host(directory, door, ports[name]) for name, door in DOORS.items()),
    )


def held(directory: Path) -> Program:
    """Gives Apache, to be released when all is prepared; it starts RT with the first request.

    Args:
        directory: The lab's.
    """
    command = ["/usr/sbin/apache2", "-f", str(directory / "httpd.conf"), "-D", "FOREGROUND"]
    # Its replay cache would be in /var/tmp.
    kerberos = {
        "KRB5_CONFIG": str(directory / "krb5.conf"),
        "KRB5RCACHENAME": f"file2:{directory}/apache/tmp/rcache",
    }
    return Program(command, directory, environment(directory / "rt") | kerberos)


def _virtual_host(directory: Path, door: Door, port: int) -> str:
    location = [
        '    <Location "/">',
        *(f"        {line}" for line in door.login),
        "    </Location>",
    ]
    lines = [
        f"<VirtualHost 127.0.0.1:{port}>",
        *(f"    {line}" for line in (_TLS if door.tls else ())),
        *(location if door.login else ()),
        "</VirtualHost>",
    ]
    return _lines(lines).replace("{directory}", str(directory))


def _give_to_web_server(directory: Path) -> tuple[int, int]:
    """Apache of root works as www-data, anyone else's as who started it; gives user and group."""
    # Imported here because Windows lacks it, where the package must still load.
    import pwd  # noqa: PLC0415

    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    user = pwd.getpwnam("www-data")
    directory.chmod(0o755)
    trees = [directory / name for name in ("apache", "ipc", "rt")]
    files = [directory / name for name in ("http.keytab", "htpasswd", "krb5.conf")]
    for path in (*files, *trees, *(inner for tree in trees for inner in tree.rglob("*"))):
        os.chown(path, user.pw_uid, user.pw_gid)
    return user.pw_uid, user.pw_gid


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)
