"""Servers of both versions, started once for all tests that only read or add."""

from collections.abc import Iterator

import pytest

from rtorm.testing import RequestTracker
from rtorm.testing._packages import Major, missing_packages


def _or_skip(major: Major) -> Major:
    if missing := missing_packages(major):
        pytest.skip(f"Debian's {', '.join(missing)} not installed")
    return major


@pytest.fixture(params=[4, 5], ids=["rt4", "rt5"])
def major(request: pytest.FixtureRequest) -> Major:
    return _or_skip(request.param)


@pytest.fixture(scope="session", params=[4, 5], ids=["rt4", "rt5"])
def server(request: pytest.FixtureRequest) -> Iterator[RequestTracker]:
    with RequestTracker(_or_skip(request.param)) as rt:
        yield rt


@pytest.fixture
def rt5() -> Major:
    return _or_skip(5)
