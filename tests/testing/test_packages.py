"""What is installed is found, and what is not is named."""

from pathlib import Path

import pytest

from rtorm.testing import NotInstalledError, RequestTracker, _packages
from rtorm.testing._packages import find, major_of, missing_packages


def test_the_message_names_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    with pytest.raises(NotInstalledError) as caught:
        RequestTracker(version=4).start()
    for name in ("request-tracker4", "rt4-db-sqlite", "rt4-standalone", "starman"):
        assert name in str(caught.value)
    assert "python -m rtorm.testing install --version 4" in str(caught.value)
    assert isinstance(caught.value, RuntimeError)


def test_only_the_missing_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_packages, "ROOT", tmp_path)
    registry = tmp_path / "var/lib/dpkg/info"
    registry.mkdir(parents=True)
    (registry / "request-tracker5.md5sums").touch()
    (registry / "starman.list").touch()
    assert missing_packages(5) == ["rt5-db-sqlite", "rt5-standalone", "starman"]


@pytest.mark.real_rt
def test_an_installed_one_is_found(major: _packages.Major) -> None:
    found = find(major)
    assert found.rt_server.exists()
    assert found.setup_database.exists()
    assert found.package_version.startswith("4.4." if major == 4 else "5.0.")


@pytest.mark.parametrize(("version", "major"), [(4, 4), ("4.4", 4), ("5", 5), ("5.0", 5)])
def test_versions(version: int | str, major: int) -> None:
    assert major_of(version) == major
    assert RequestTracker(version).major == major


@pytest.mark.parametrize("version", [3, 6, "4.2", "five", "", True])
def test_versions_that_cannot_be_started(version: int | str) -> None:
    with pytest.raises(ValueError, match=r"one of 4, 4\.4, 5, 5\.0"):
        RequestTracker(version)
