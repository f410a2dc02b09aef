"""The fixtures that a user's own tests get."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

import rtorm.testing
from rtorm.testing._packages import Major

pytest_plugins = ["pytester"]

USING_BOTH = """
import rtorm

used = []

def test_one(rt, rt_session):
    used.append(rt)
    ticket = rt_session.add(rtorm.Ticket(queue="General", subject="Disk full"))
    rt_session.commit()
    assert rt_session.get(rtorm.Ticket, ticket.id).subject == "Disk full"

def test_two(rt, rt_session):
    assert used == [rt]
    print("version", rt.version)
"""


@pytest.fixture
def users_tests(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(Path(rtorm.testing.__file__).parents[2]))
    if not entry_points(group="pytest11", name="rtorm"):
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p rtorm.testing.plugin")
    return pytester


@pytest.mark.real_rt
def test_the_fixtures(users_tests: pytest.Pytester, major: Major) -> None:
    (users_tests.path / "test_it.py").write_text(USING_BOTH)
    result = users_tests.runpytest_subprocess("-s", f"--rt-version={major}")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"*version {major}.*"])


@pytest.mark.real_rt
def test_the_ini_option(users_tests: pytest.Pytester, major: Major) -> None:
    (users_tests.path / "pytest.ini").write_text(f"[pytest]\nrt_version = {major}\n")
    (users_tests.path / "test_it.py").write_text("def test_it(rt): print('version', rt.version)")
    result = users_tests.runpytest_subprocess("-s")
    result.stdout.fnmatch_lines([f"*version {major}.*"])


def test_the_options_are_explained(users_tests: pytest.Pytester) -> None:
    result = users_tests.runpytest_subprocess("--help")
    result.stdout.fnmatch_lines(["*--rt-version=VERSION*", "*rt_version (string)*"])


def test_a_wrong_version(users_tests: pytest.Pytester) -> None:
    (users_tests.path / "test_it.py").write_text("def test_it(rt): pass")
    result = users_tests.runpytest_subprocess("--rt-version=3")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*version must be one of 4, 4.4, 5, 5.0, not '3'*"])
