"""`python -m rtorm.testing up` and `prepare`."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import rtorm.testing
from rtorm.testing import _packages
from rtorm.testing.__main__ import main
from rtorm.testing._packages import Major


@pytest.fixture
def up(rt5: Major, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    data = tmp_path / "data.pl"
    data.write_text("push @Queues, { Name => 'Incidents' };")
    process = subprocess.Popen(
        [sys.executable, "-m", "rtorm.testing", "up", f"--version={rt5}", f"--initialdata={data}"],
        env=os.environ | {"PYTHONPATH": str(Path(rtorm.testing.__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.real_rt
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up(up: subprocess.Popen[str], number: signal.Signals) -> None:
    assert up.stdout is not None
    text = "".join(up.stdout.readline() for _ in range(3))
    url = re.search(r"Request Tracker 5\.0\.\d+ on (http://127\.0\.0\.1:\d+)\n", text)
    assert url is not None
    assert "Log in as root with the password password" in text
    assert "Ctrl-C" in text
    login = f"{url[1]}/REST/1.0/queue/Incidents?user=root&pass=password"
    with urllib.request.urlopen(login) as reply:
        assert b"Name: Incidents" in reply.read()
    log = re.search(r"the log is (.+)/server\.log\n", text)
    assert log is not None
    up.send_signal(number)
    assert up.wait(20) == 130
    assert not Path(log[1]).exists()


@pytest.mark.real_rt
def test_prepare(
    major: Major,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RTORM_TESTING_CACHE", str(tmp_path))
    assert main(["prepare", "--version", str(major)]) == 0
    assert Path(capsys.readouterr().out.strip()).read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("command", ["up", "prepare"])
def test_without_the_packages(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    assert main([command, "--version", "4"]) == 3
    assert "apt-get install" in capsys.readouterr().err


def test_a_file_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--initialdata", "/no/such/file"]) == 1
    assert "/no/such/file" in capsys.readouterr().err
