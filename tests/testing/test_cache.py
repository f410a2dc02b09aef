"""What is dear to make is made once, and appears whole or not at all."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rtorm.testing._cache import cache_directory, cached

KEY = "rt-1.sqlite"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RTORM_TESTING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write(scratch: Path) -> None:
    (scratch / KEY).write_text("made")


def fail(_scratch: Path) -> None:
    raise RuntimeError("made again")


def test_it_is_made_once() -> None:
    assert cached(KEY, write).read_text() == "made"
    assert cached(KEY, fail).read_text() == "made"


def test_several_at_once_make_it_once() -> None:
    made: list[Path] = []

    def slowly(scratch: Path) -> None:
        made.append(scratch)
        time.sleep(0.2)
        write(scratch)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(cached, [KEY] * 8, [slowly] * 8))
    assert len(made) == 1
    assert {file.read_text() for file in found} == {"made"}


def test_a_failure_leaves_nothing(cache: Path) -> None:
    with pytest.raises(RuntimeError, match="made again"):
        cached(KEY, fail)
    assert [file.name for file in cache.iterdir()] == [f"{KEY}.lock"]
    assert cached(KEY, write).exists()


def test_old_leavings_are_swept(cache: Path) -> None:
    cache.mkdir()
    killed, busy, unused = cache / "making-1", cache / "making-2", cache / "rt-0.sqlite"
    killed.mkdir()
    busy.mkdir()
    unused.touch()
    os.utime(killed, (0, 0))
    os.utime(unused, (0, 0))
    cached(KEY, write)
    assert not killed.exists()
    assert not unused.exists()
    assert busy.exists()


def test_a_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTORM_TESTING_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no-such")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    directory = cache_directory()
    assert directory.parent == tmp_path
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_planted_cache_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RTORM_TESTING_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no-such")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"rtorm-cache-{os.getuid()}").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="RTORM_TESTING_CACHE"):
        cache_directory()
