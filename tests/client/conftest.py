"""Clients and loopback servers that are gone after the test."""

from __future__ import annotations

import logging
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rtorm import Client
from rtorm.auth import Login
from tests.client.servers import PASSWORD, USER, Behaviour, Relay, Stub, running
from tests.client.support import Certified, Connect, Serve, Traffic, WireLog
from tests.support import Server

_REQUEST = (
    "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem "
    "-out request.pem -subj /CN=localhost"
)
_SIGN = (
    "openssl ca -batch -selfsign -config ca.cnf -in request.pem -keyfile key.pem -notext "
    "-out server.pem -create_serial"
)
_SIGNING = """
[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts loopback servers: `serve(behaviour)`."""
    with ExitStack() as stack:

        def start(behaviour: Behaviour, tls: ssl.SSLContext | None = None, port: int = 0) -> Stub:
            return stack.enter_context(running(Stub(behaviour, tls, port)))

        yield start


@pytest.fixture
def client() -> Iterator[Connect]:
    """Makes clients: `client(url, auth)`; without a login, that of the loopback servers.

    They try once, unless `retries` says otherwise.
    """
    with ExitStack() as stack:

        def make(url: str, auth: Login = (USER, PASSWORD), **settings: object) -> Client:
            given = {"retries": 0, **settings}
            made = Client(url, auth=auth, **given)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            return stack.enter_context(made)

        yield make


@pytest.fixture
def log() -> Iterator[WireLog]:
    """What the wire's log says, at all levels."""
    logger, handler = logging.getLogger("rtorm.wire"), WireLog()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def traffic(log: WireLog) -> Traffic:
    """One short line for each request that was answered: its path and RT's status."""
    return Traffic(log)


@pytest.fixture
def relay(rt: Server) -> Iterator[Relay]:
    """A proxy before the real RT."""
    made = Relay(rt.url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the TLS servers, and its authority, in one file; the key is beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout key.pem -out ca.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    )
    try:
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return folder / "ca.pem"


@pytest.fixture
def certified(tmp_path: Path, authority: Path) -> Certified:
    """Makes certificates, where openssl is installed."""
    assert authority.exists()

    def made(begins: str, ends: str) -> tuple[ssl.SSLContext, Path]:
        (tmp_path / "ca.cnf").write_text(_SIGNING)
        (tmp_path / "index").touch()
        for command in (_REQUEST, f"{_SIGN} -startdate {begins} -enddate {ends}"):
            subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "server.pem", tmp_path / "key.pem")
        return context, tmp_path / "server.pem"

    return made


@pytest.fixture
def tls(authority: Path) -> ssl.SSLContext:
    """What makes a loopback server speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, authority.with_name("key.pem"))
    return context


@pytest.fixture
def closed_port() -> Callable[[], str]:
    """Gives the URL of a port where nothing listens."""

    def url() -> str:
        with running(Stub(lambda _: pytest.fail("nobody should come here"))) as gone:
            return gone.url

    return url
