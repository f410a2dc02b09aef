"""The certificates of an `AuthLab`, and the authority that signed them."""

import subprocess
from pathlib import Path

_NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
_AUTHORITY = (
    "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign"
)
_EXTENSIONS = """\
subjectAltName=DNS:localhost,IP:127.0.0.1
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
authorityKeyIdentifier=keyid
"""
_DAYS = 7


def make_certificates(directory: Path) -> None:
    """Makes two authorities, and the server's certificate, which the first has signed.

    Args:
        directory: Where `ca.pem`, `otherca.pem`, `server.pem` and `server.key` shall be.
    """
    for name in ("ca", "otherca"):
        subject = f"/CN=rtorm-auth-lab-{name}"
        _openssl(
            f"req -x509 {_NEW_KEY} {_AUTHORITY} -days {_DAYS} -subj {subject}"
            f" -keyout {name}.key -out {name}.pem",
            directory,
        )
    (directory / "server.ext").write_text(_EXTENSIONS, "utf-8")
    request = "-subj /CN=localhost -keyout server.key -out server.csr"
    _openssl(f"req -new {_NEW_KEY} {request}", directory)
    _openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        f" -days {_DAYS} -extfile server.ext -out server.pem",
        directory,
    )


def password_line(user: str, password: str) -> str:
    """Gives a line of an htpasswd file."""
    done = subprocess.run(
        ["/usr/bin/openssl", "passwd", "-apr1", "-stdin"],
        input=password,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return f"{user}:{done.stdout}"


def _openssl(arguments: str, directory: Path) -> None:
    subprocess.run(  # noqa: S603
        ["/usr/bin/openssl", *arguments.split()],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
