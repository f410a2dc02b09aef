"""The installer, with an apt-get of our own."""

import os
from pathlib import Path

import pytest

from rtorm.testing import _apt, _packages
from rtorm.testing.__main__ import main
from rtorm.testing._apt import CannotInstallError, InstallFailedError, install

APT_GET = """#!/bin/sh
echo "$DEBIAN_FRONTEND: $@" >> "{log}"
test -x "{policy}" && {{ "{policy}"; echo "policy says $?" >> "{log}"; }}
echo "Reading package lists..."
echo "pmstatus:starman:50.0:Unpacking starman (all)"
case "$*" in *install*broken*) echo "E: Unable to locate package broken"; exit 100;; esac
"""


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "policy-rc.d"
    monkeypatch.setattr(_apt, "POLICY", str(file))
    return file


@pytest.fixture
def apt_log(tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    log, program = tmp_path / "apt.log", tmp_path / "bin/apt-get"
    program.parent.mkdir()
    program.write_text(APT_GET.format(log=log, policy=policy))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return log


def test_services_stay_down_and_nothing_is_left(apt_log: Path, policy: Path) -> None:
    install(["starman", "request-tracker5"])
    log = apt_log.read_text()
    assert "noninteractive" in log
    assert "install -y --no-install-recommends starman request-tracker5" in log
    assert log.count("policy says 101") == 2
    assert not policy.exists()


def test_a_policy_of_the_machine_is_kept(apt_log: Path, policy: Path) -> None:
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o755)
    install(["starman"])
    assert "policy says 104" in apt_log.read_text()
    assert policy.exists()


@pytest.mark.usefixtures("apt_log")
def test_a_failure_shows_what_apt_said(policy: Path) -> None:
    with pytest.raises(InstallFailedError, match="Unable to locate package broken") as caught:
        install(["broken"])
    assert "pmstatus" not in str(caught.value)
    assert not policy.exists()


def test_without_apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotInstallError, match="no apt-get"):
        install(["starman"])


def test_without_root(apt_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(apt_log.parent / "bin"))
    with pytest.raises(CannotInstallError, match="needs root"):
        install(["starman"])


def test_sudo_is_used(apt_log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    sudo = apt_log.parent / "bin/sudo"
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    sudo.chmod(0o755)
    install(["starman"])
    assert "install -y" in apt_log.read_text()


def test_exit_codes(
    apt_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    assert main(["install", "--version", "4", "--version", "5"]) == 0
    wanted = "request-tracker4 request-tracker5 rt4-db-sqlite rt4-standalone rt5-db-sqlite"
    assert wanted in apt_log.read_text()
    assert "ended after" in capsys.readouterr().err

    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["install", "--version", "4"]) == 3
    assert "there is no apt-get here" in capsys.readouterr().err


def test_nothing_is_done_when_all_is_there(
    apt_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    registry = tmp_path / "var/lib/dpkg/info"
    registry.mkdir(parents=True)
    for name in _packages.package_names(5):
        (registry / f"{name}.md5sums").touch()
    assert main(["install", "--version", "5"]) == 0
    assert not apt_log.exists()


def test_what_an_auth_lab_needs_only_when_it_is_asked_for(
    apt_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    assert main(["install", "--version", "5"]) == 0
    assert "krb5-kdc" not in apt_log.read_text()
    assert main(["install", "--version", "5", "--auth-lab"]) == 0
    installed = apt_log.read_text().splitlines()[-2].split()
    assert set(_packages.lab_package_names(5)) <= set(installed)
    assert {"krb5-kdc", "apache2-bin", "libapache2-mod-auth-gssapi"} <= set(installed)
    assert "request-tracker4" not in installed
