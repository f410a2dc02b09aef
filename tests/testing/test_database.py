"""Databases are made once for each version and initialdata, and copied from then on."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import rtorm.testing
from rtorm.testing import InsertError, RequestTracker, StartError, _database
from rtorm.testing._packages import Installation, Major, find
from tests.testing.talk import ask

pytestmark = pytest.mark.real_rt

INCIDENTS = {"Queues": [{"Name": "Incidents"}]}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RTORM_TESTING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def databases(cache: Path) -> list[str]:
    return sorted(file.name for file in cache.iterdir() if file.suffix != ".lock")


def forbid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError(f"{name} was called again")

    monkeypatch.setattr(_database, name, forbidden)


def test_the_second_start_makes_no_database(
    major: Major, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RequestTracker(major) as rt:
        rt.insert(Queues=[{"Name": "Only in the first"}])
    assert databases(cache) == [f"rt-{find(major).package_version.replace('~', '_')}.sqlite"]
    forbid("_set_up", monkeypatch)
    with RequestTracker(major) as rt:
        assert "No queue named" in ask(rt, "queue/Only in the first")


def test_initialdata_is_inserted_once(
    rt5: Major, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RequestTracker(rt5, initialdata=INCIDENTS):
        assert len(databases(cache)) == 2
    with monkeypatch.context() as patched:
        forbid("_insert", patched)
        with RequestTracker(rt5, initialdata=INCIDENTS, config="") as rt:
            assert "Name: Incidents" in ask(rt, "queue/Incidents")
        with pytest.raises(AssertionError, match="_insert"):
            RequestTracker(rt5, initialdata=INCIDENTS, config="1;").start()
        with pytest.raises(AssertionError, match="_insert"):
            RequestTracker(rt5, initialdata=INCIDENTS, time_zone="Asia/Tokyo").start()
    with RequestTracker(rt5, initialdata="push @Queues, { Name => 'Other' };") as rt:
        assert "No queue named" in ask(rt, "queue/Incidents")
        assert "Name: Other" in ask(rt, "queue/Other")


def test_refused_initialdata_is_not_kept(rt5: Major, cache: Path) -> None:
    for _ in range(2):
        with pytest.raises(InsertError, match="nosuch"):
            RequestTracker(rt5, initialdata={"ACL": [{"UserId": "nosuch", "Right": "x"}]}).start()
    assert len(databases(cache)) == 1


def test_a_failing_set_up_shows_its_output(
    rt5: Major, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "rt-setup-database-5"
    broken.write_text("#!/bin/sh\necho the disk is full\nexit 1\n")
    broken.chmod(0o755)
    installation = replace(find(rt5), setup_database=broken)

    def find_broken(_: Major) -> Installation:
        return installation

    monkeypatch.setattr("rtorm.testing._server.find", find_broken)
    with pytest.raises(StartError, match="the disk is full"):
        RequestTracker(rt5).start()
    assert databases(cache) == []


def test_several_processes_at_once(rt5: Major, cache: Path) -> None:
    script = f"""
from rtorm.testing import RequestTracker
with RequestTracker({rt5}, initialdata={INCIDENTS}) as rt:
    print(rt.version)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(rtorm.testing.__file__).parents[2])}
    command = [sys.executable, "-c", script]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert all(line.startswith("5.0.") for line in printed)
    assert len(databases(cache)) == 2
