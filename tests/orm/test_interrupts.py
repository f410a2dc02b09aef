"""Ctrl-C comes where it is let in, and nowhere else; none is lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from rtorm.orm.interrupts import Interrupts


@pytest.fixture(autouse=True)
def chosen() -> Iterator[object]:
    """What the program has chosen for Ctrl-C is there again, whatever happens."""
    before = signal.getsignal(signal.SIGINT)
    yield before
    assert signal.getsignal(signal.SIGINT) == before


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_it_waits_until_it_is_let_in() -> None:
    """And then nothing is begun before it."""
    done: list[str] = []
    with Interrupts() as interrupts:
        press()
        done.append("accounts")
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_in(lambda: done.append("request"))
    assert done == ["accounts"]


def test_the_next_one_does_not_come_into_what_one_ends() -> None:
    """Whoever presses twice does not disturb the accounts of the first time."""
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_in(press)
        press()
        with pytest.raises(KeyboardInterrupt):
            interrupts.let_in(lambda: None)
    assert interrupts.missed() is None


def test_one_that_was_never_let_in_is_not_lost() -> None:
    """It is given to whoever asks, or raised where something else is."""
    with Interrupts() as interrupts:
        press()
    assert isinstance(interrupts.missed(), KeyboardInterrupt)
    assert interrupts.missed() is None

    def fail() -> None:
        with Interrupts():
            press()
            raise ZeroDivisionError

    with pytest.raises(KeyboardInterrupt) as caught:
        fail()
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_it_does_what_the_program_has_chosen() -> None:
    """One that raises nothing ends nothing, and may come again."""
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)

    before = signal.signal(signal.SIGINT, note)
    with Interrupts() as interrupts:
        press()
        assert came == []
        interrupts.let_in(press)
        interrupts.let_in(press)
    assert came == [signal.SIGINT] * 3
    assert signal.getsignal(signal.SIGINT) == note
    signal.signal(signal.SIGINT, before)


def test_in_another_thread_there_is_nothing_to_hold_back(chosen: object) -> None:
    """Python lets it choose nothing."""
    seen: list[object] = []

    def work() -> None:
        with Interrupts() as interrupts:
            seen.append(interrupts.let_in(lambda: signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [chosen]
