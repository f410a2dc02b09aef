"""Whatever ends the process that started a server, the server ends too, and leaves nothing."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import rtorm.testing
from rtorm.testing import RequestTracker, ServerError
from rtorm.testing._packages import Major
from tests.testing.talk import ask, eventually, processes_in

pytestmark = pytest.mark.real_rt

OWNER = """
import sys, time
from rtorm.testing import RequestTracker
with RequestTracker({major}) as rt:
    print(rt.directory, rt.url, flush=True)
    {body}
"""
FORKED_CHILD = """
    import os
    if os.fork():
        time.sleep(60)
    else:
        os.closerange(1, 3)
        time.sleep(8)
        sys.exit()
"""


class Owner:
    """A Python process that runs a server."""

    def __init__(self, major: Major, body: str) -> None:
        script = OWNER.format(major=major, body=body.strip())
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONPATH": str(Path(rtorm.testing.__file__).parents[2])},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        directory, self.url = self.process.stdout.readline().split()
        self.directory = Path(directory)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def left_nothing(self) -> bool:
        port = int(self.url.rpartition(":")[2])
        with socket.socket() as probe:
            refused = probe.connect_ex(("127.0.0.1", port)) != 0
        return refused and not self.directory.exists() and not processes_in(self.directory)


@pytest.fixture
def owner(request: pytest.FixtureRequest, rt5: Major) -> Iterator[Owner]:
    running = Owner(rt5, getattr(request, "param", "time.sleep(60)"))
    yield running
    running.close()


def test_killed(owner: Owner) -> None:
    assert len(processes_in(owner.directory)) >= 4
    owner.process.kill()
    assert eventually(owner.left_nothing)


def test_interrupted(owner: Owner) -> None:
    owner.process.send_signal(signal.SIGINT)
    owner.process.wait(20)
    assert owner.left_nothing()


def test_terminated(owner: Owner) -> None:
    owner.process.terminate()
    owner.process.wait(20)
    assert eventually(owner.left_nothing)


@pytest.mark.parametrize("owner", ["rt = RequestTracker(5).start(); sys.exit()"], indirect=True)
def test_never_stopped(owner: Owner) -> None:
    owner.process.wait(20)
    assert eventually(owner.left_nothing)


@pytest.mark.parametrize("owner", [FORKED_CHILD], indirect=True)
def test_killed_while_a_forked_child_lives_on(owner: Owner) -> None:
    # The child inherits the pipe whose end should tell of the owner's end.
    owner.process.kill()
    assert eventually(owner.left_nothing, seconds=5)


def test_a_forked_child_leaves_the_server_alone(rt5: Major) -> None:
    with RequestTracker(rt5) as rt:
        child = os.fork()
        if not child:
            rt.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert rt.directory.exists()
        assert "RT/5" in ask(rt, "queue/1")


def test_a_killed_supervisor(rt5: Major) -> None:
    with RequestTracker(rt5) as rt:
        directory = rt.directory
        for pid in processes_in(directory):
            if b"_supervisor.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        assert "RT/5" in ask(rt, "queue/1")
    assert not directory.exists()
    assert eventually(lambda: not processes_in(directory))


def test_a_killed_server(rt5: Major) -> None:
    with RequestTracker(rt5) as rt:
        directory = rt.directory
        for pid in processes_in(directory):
            if Path(f"/proc/{pid}/comm").read_text().startswith("starman mas"):
                os.kill(pid, signal.SIGKILL)
        rt.wait()
        with pytest.raises(ServerError, match="ended by itself"):
            rt.insert(Queues=[{"Name": "x"}])
    assert not directory.exists()
    assert not processes_in(directory)


@pytest.fixture
def nobodys_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp())
    yield directory
    shutil.rmtree(directory)


def test_an_ordinary_user(nobodys_directory: Path, major: Major) -> None:
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
    for file in (nobodys_directory, *nobodys_directory.rglob("*")):
        os.chown(file, nobody.pw_uid, nobody.pw_gid)
    temporary = nobodys_directory / "tmp"
    temporary.mkdir(mode=0o777)
    os.chown(temporary, nobody.pw_uid, nobody.pw_gid)

    body = "rt.insert(Queues=[{'Name': 'Q'}])\n    assert rt.directory.owner() == 'nobody'"
    done = subprocess.run(
        ["runuser", "-u", "nobody", "--", python, "-c", OWNER.format(major=major, body=body)],
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
