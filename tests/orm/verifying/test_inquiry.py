"""What an error may say of a write without a reply, and for how long it looks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from rtorm import OutcomeUnknownError
from rtorm.gateway import Gateway
from rtorm.orm.verifying.inquiry import Finding, Moment, inquire, patiently

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Clock:
    """A server that answers after a while."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        time.sleep(self.seconds)
        return NOW


def test_a_moment_is_told_in_the_servers_time_and_never_too_late() -> None:
    """What was made after it must count as made after it, however long the answer takes."""
    began = Moment(steady=time.monotonic() - 60, wall=time.time() - 60)
    told = began.at_server(cast("Gateway", Clock(0.2)))
    assert told is not None
    assert NOW - timedelta(seconds=120) < told <= NOW - timedelta(seconds=62.2)


@pytest.mark.parametrize("stands_still", ["steady", "wall"])
def test_a_clock_that_stands_still_or_is_set_back_makes_it_no_later(stands_still: str) -> None:
    """A laptop that has slept: one of its clocks has not gone on meanwhile."""
    ago = {"steady": time.monotonic() - 3600, "wall": time.time() - 3600}
    ago[stands_still] += 3700
    told = Moment(**ago).at_server(cast("Gateway", Clock(0)))
    assert told is not None
    assert told <= NOW - timedelta(hours=1)


@pytest.mark.parametrize("answer", [(True, (1,)), (None, (1, 2)), (None, ())])
def test_what_is_known_is_told_at_once(answer: Finding) -> None:
    """Only where there is nothing RT may still be at work."""
    answers = iter([answer])
    assert patiently(lambda: next(answers), 60) == answer


def test_nothing_is_told_only_after_a_last_look() -> None:
    """It is looked for until the time is over, and once more then."""
    asked: list[float] = []

    def ask() -> Finding:
        asked.append(time.monotonic())
        return False, ()

    began = time.monotonic()
    assert patiently(ask, 1.0) == (False, ())
    assert asked[-1] >= began + 1.0
    assert len(asked) >= 3
    asked.clear()
    assert patiently(ask, 0) == (False, ())
    assert len(asked) == 1


def test_an_error_asks_when_it_is_asked_and_what_happened_stays_so() -> None:
    """Each call looks anew until it was carried out; then nothing is asked any more."""
    answers: Iterator[Finding] = iter([(None, (4, 5)), (False, ()), (True, (6,))])
    waits: list[float] = []

    def inquiry(began: Moment, wait: float) -> Finding:
        assert began.steady <= time.monotonic()
        waits.append(wait)
        return next(answers)

    with pytest.raises(OutcomeUnknownError) as caught, inquire(inquiry):
        raise OutcomeUnknownError
    error = caught.value
    assert waits == []
    assert (error.verify(), error.found) == (None, (4, 5))
    assert (error.verify(wait=3), error.found) == (False, ())
    assert (error.verify(), error.verify(), error.found) == (True, True, (6,))
    assert waits == [10.0, 3, 10.0]
