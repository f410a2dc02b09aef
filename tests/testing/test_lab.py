"""An `AuthLab`: there when it is asked, and gone without a trace, however its owner ends."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import rtorm.testing
from rtorm.testing import AuthLab, NotInstalledError, ServerError, StartError, _lab, _packages
from rtorm.testing.__main__ import main
from rtorm.testing._lab_process import LabProcess
from rtorm.testing._packages import Installation, Major, missing_packages
from tests.testing.talk import eventually, processes_in

OWNER = """
import sys, time
print(flush=True)
from rtorm.testing import AuthLab
with AuthLab({major}) as lab:
    print(lab.directory, lab.plain, flush=True)
    {body}
"""
DOORS = ("plain", "negotiate", "basic", "tls", "tls_negotiate", "forbidden", "either")

real = pytest.mark.real_rt


@pytest.fixture
def lab_major(request: pytest.FixtureRequest, major: Major) -> Major:
    """In a live run the packages must be there."""
    missing = missing_packages(major, lab=True)
    if missing and request.config.getoption("servers", "auto") != "live":
        pytest.skip(f"Debian's {', '.join(missing)} not installed")
    return major


class Owner:
    """A Python process that runs a lab; whatever that writes is in its temporary directory."""

    def __init__(self, major: Major, body: str, temporary: Path) -> None:
        self.temporary = temporary
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWNER.format(major=major, body=body)],
            env=os.environ
            | {
                "PYTHONPATH": str(Path(rtorm.testing.__file__).parents[2]),
                "TMPDIR": str(temporary),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told()

    def told(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def left_nothing(self) -> bool:
        return not [*self.temporary.iterdir(), *processes_in(self.temporary)]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Open to Apache's children, which pytest's own directories are not for long."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def owner(request: pytest.FixtureRequest, lab_major: Major, temporary: Path) -> Iterator[Owner]:
    running = Owner(lab_major, getattr(request, "param", "time.sleep(60)"), temporary)
    yield running
    running.close()


@real
def test_killed(owner: Owner) -> None:
    directory, url = owner.told()
    assert len(processes_in(Path(directory))) >= 5
    owner.process.kill()
    assert eventually(owner.left_nothing)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


@real
@pytest.mark.parametrize("after", [0.15, 0.4, 0.8])
def test_killed_while_it_starts(owner: Owner, after: float) -> None:
    time.sleep(after)
    owner.process.kill()
    assert eventually(owner.left_nothing)


@real
@pytest.mark.parametrize(
    "owner",
    ["with lab.kdc_down(): print(flush=True); time.sleep(60)"],
    indirect=True,
)
def test_killed_while_the_kdc_is_down(owner: Owner) -> None:
    owner.told()
    owner.told()
    owner.process.kill()
    assert eventually(owner.left_nothing)


@real
def test_interrupted(owner: Owner) -> None:
    owner.told()
    owner.process.send_signal(signal.SIGINT)
    owner.process.wait(20)
    assert owner.left_nothing()


@real
def test_terminated(owner: Owner) -> None:
    owner.told()
    owner.process.terminate()
    owner.process.wait(20)
    assert eventually(owner.left_nothing)


@real
@pytest.mark.parametrize("owner", ["lab = AuthLab(5).start(); sys.exit()"], indirect=True)
def test_never_stopped(owner: Owner) -> None:
    owner.process.wait(60)
    assert eventually(owner.left_nothing)


@pytest.fixture
def lab(lab_major: Major) -> Iterator[AuthLab]:
    with AuthLab(lab_major) as running:
        yield running


@real
def test_its_doors(lab: AuthLab) -> None:
    """Each is another port of localhost, and RT is behind them."""
    urls = [getattr(lab, door) for door in DOORS]
    assert len(set(urls)) == len(DOORS)
    assert [url.partition("://localhost:")[0] for url in urls] == [
        "https" if door.startswith("tls") else "http" for door in DOORS
    ]
    assert lab.version.startswith("4.4." if lab.major == 4 else "5.0.")
    login = f"{lab.plain}/REST/1.0/user/bob?user=bob&pass={lab.accounts['bob'].rt}"
    with urllib.request.urlopen(login) as reply:
        assert b"Name: bob" in reply.read()
    for file in (lab.ca, lab.other_ca, lab.krb5_config, lab.keytab, lab.error_log):
        assert file.is_file()


@real
def test_tickets(lab: AuthLab) -> None:
    """Each `kinit` has a cache of its own; the KDC tells who is unknown, and can be away."""
    one, other = lab.kinit("alice"), lab.kinit("bob", "5m")
    assert one["KRB5CCNAME"] != other["KRB5CCNAME"]
    for environment, user in ((one, "alice"), (other, "bob")):
        told = subprocess.check_output(["/usr/bin/klist"], env=environment, text=True)
        assert f"Default principal: {user}@LAB.TEST" in told
    with pytest.raises(ServerError, match=r"'nobody@LAB\.TEST' not found"):
        lab.kinit("nobody")
    with lab.kdc_down(), pytest.raises(ServerError, match="Cannot contact any KDC"):
        lab.kinit("alice")
    lab.kinit("alice")


@real
def test_a_forked_child_leaves_the_lab_alone(lab: AuthLab) -> None:
    child = os.fork()
    if not child:
        lab.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert lab.directory.exists()
    lab.kinit("alice")


def running_kdcs() -> set[Path]:
    """The folders of all KDCs, those of other labs among them."""
    folders = Path(tempfile.gettempdir()).glob("rtorm-kdc-*")
    return {folder for folder in folders if processes_in(folder)}


@real
def test_started_and_stopped_again(lab: AuthLab) -> None:
    directory, kdcs = lab.directory, running_kdcs()
    with pytest.raises(ServerError, match="running already"):
        lab.start()
    lab.stop()
    assert not processes_in(directory)
    assert not directory.exists()
    assert len(kdcs - running_kdcs()) == 1
    with pytest.raises(ServerError, match="not running"):
        lab.kinit("alice")
    assert "not running" in repr(lab)
    assert lab.start().plain in repr(lab)


@real
def test_where_apache_cannot_work(
    lab_major: Major, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A temporary directory with a long name, or closed to others, is left for another."""
    folder = tmp_path / ("x" * 80)
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with AuthLab(lab_major) as lab:
        directory = lab.directory
        assert folder not in directory.parents
    assert not directory.exists()


@real
def test_a_port_that_somebody_takes(lab_major: Major, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other ports are tried, a few times."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        attempts: list[LabProcess] = []

        class Unlucky(LabProcess):
            def _make_ready(self, installation: Installation, database: Path) -> None:
                attempts.append(self)
                super()._make_ready(installation, database)
                config = self.directory / "httpd.conf"
                if len(attempts) <= unlucky:
                    port = f":{self.ports['basic']}"
                    text = config.read_text().replace(port, f":{taken.getsockname()[1]}")
                    config.write_text(text)

        monkeypatch.setattr(_lab, "LabProcess", Unlucky)
        unlucky = 1
        with AuthLab(lab_major) as lab:
            lab.kinit("alice")
        assert len(attempts) == 2
        assert not attempts[0].directory.exists()
        unlucky = 9
        with pytest.raises(OSError, match="Address already in use"):
            AuthLab(lab_major).start()
        assert not any(attempt.directory.exists() for attempt in attempts)


@real
def test_an_apache_that_dies_shows_its_log(
    lab_major: Major, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtorm.testing._lab_apache._MODULES", "no_such_module")
    with pytest.raises(StartError, match="apache2 ended by itself") as caught:
        AuthLab(lab_major).start()
    assert "mod_no_such_module" in str(caught.value)


@pytest.mark.parametrize("major", [4, 5])
def test_the_message_names_the_packages(
    major: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    with pytest.raises(NotInstalledError) as caught:
        AuthLab(major).start()
    for name in (f"request-tracker{major}", "krb5-kdc", "apache2-bin", "libapache2-mod-fcgid"):
        assert name in str(caught.value)
    assert f"python -m rtorm.testing install --version {major} --auth-lab" in str(caught.value)


def test_versions_that_cannot_be_started() -> None:
    with pytest.raises(ValueError, match=r"one of 4, 4\.4, 5, 5\.0"):
        AuthLab(6)


@real
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command(lab_major: Major, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "rtorm.testing", "lab", f"--version={lab_major}"],
        env=os.environ | {"PYTHONPATH": str(Path(rtorm.testing.__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        text = ""
        while "Ctrl-C" not in text:
            line = process.stdout.readline()
            assert line, text
            text += line
        process.send_signal(number)
        assert process.wait(20) == 130
    assert text.count("http://localhost:") == 5
    assert text.count("https://localhost:") == 2
    for told in ("alice-krb-password", "ghost-web-password", "KRB5_CONFIG=", "SPNEGO", "kinit"):
        assert told in text


def test_the_command_without_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    assert main(["lab", "--version", "4"]) == 3
    assert "--auth-lab" in capsys.readouterr().err


@pytest.fixture
def nobodys_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp())
    yield directory
    shutil.rmtree(directory)


@real
def test_an_ordinary_user(nobodys_directory: Path, lab_major: Major) -> None:
    python = "/usr/bin/python3"
    if os.geteuid() != 0:
        pytest.skip("all other tests are run as an ordinary user already")
    enough = "import sys; sys.exit(sys.version_info < (3, 11))"
    if subprocess.run([python, "-c", enough], check=False).returncode:
        pytest.skip("the Python that everyone may run is too old")
    # Debian's Python lacks rtorm's requirements, and nobody may not read ours; testing needs none.
    source = Path(rtorm.testing.__file__).parent
    shutil.copytree(source, nobodys_directory / "src/rtorm/testing")
    nobody = pwd.getpwnam("nobody")
    temporary = nobodys_directory / "tmp"
    temporary.mkdir()
    for file in (nobodys_directory, *nobodys_directory.rglob("*")):
        os.chown(file, nobody.pw_uid, nobody.pw_gid)
    body = "lab.kinit('alice')\n    assert lab.directory.owner() == 'nobody'"
    done = subprocess.run(
        ["runuser", "-u", "nobody", "--", python, "-c", OWNER.format(major=lab_major, body=body)],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "TMPDIR": str(temporary),
            "PYTHONPATH": str(nobodys_directory / "src"),
        },
        cwd=nobodys_directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [entry.name for entry in temporary.iterdir()] == [f"rtorm-cache-{nobody.pw_uid}"]
