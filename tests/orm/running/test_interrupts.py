"""Ctrl-C, and what else signals raise, comes where it is let in, and nowhere else; none is lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from rtorm.orm.running.interrupts import Interrupts


@pytest.fixture(autouse=True)
def chosen() -> Iterator[object]:
    """What the program has chosen for Ctrl-C is there again, whatever happens."""
    before = signal.getsignal(signal.SIGINT)
    yield before
    assert signal.getsignal(signal.SIGINT) == before


@contextmanager
def chosen_for(
    handlers: Mapping[int, Callable[[int, FrameType | None], object]],
) -> Generator[None]:
    """What the program does at these signals."""
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, theirs in before.items():
            signal.signal(number, theirs)


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1])
def test_any_signal_with_a_handler_waits(number: signal.Signals) -> None:
    """A timeout or the end of the program is held back as Ctrl-C is, and told its own frame."""
    frames: list[FrameType | None] = []

    def end(_: int, frame: FrameType | None) -> None:
        frames.append(frame)
        raise SystemExit

    with chosen_for({number: end}):
        with Interrupts() as interrupts:
            signal.raise_signal(number)
            assert frames == []
            with pytest.raises(SystemExit):
                interrupts.let_in(lambda: pytest.fail("begun"))
        assert isinstance(frames[0], FrameType)
        assert signal.getsignal(number) == end


def test_none_of_several_is_lost() -> None:
    """Each handler does its work once, though each raises; and whoever asks gets the last."""
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)
        raise TimeoutError(number)

    numbers = [signal.SIGTERM, signal.SIGALRM]
    with chosen_for(dict.fromkeys(numbers, note)):
        with Interrupts() as interrupts:
            for number in numbers:
                signal.raise_signal(number)
        missed = interrupts.missed()
        assert isinstance(missed, TimeoutError)
        assert sorted(came) == sorted(numbers)
        assert missed.args == (came[-1],)

        def fail() -> None:
            with Interrupts():
                for number in numbers:
                    signal.raise_signal(number)
                raise ZeroDivisionError

        with pytest.raises(TimeoutError):
            fail()
        assert sorted(came) == sorted(numbers * 2)


@pytest.mark.parametrize("moment", ["begins", "ends"])
def test_one_that_comes_while_it_begins_or_ends(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is held back for ever, and what was held back meanwhile is not lost."""
    really = signal.signal

    def choose(number: int, handler: Any) -> object:
        before = really(number, handler)
        monkeypatch.undo()
        # Python's numbers: Ctrl-C is the first to be held, and to be released.
        signal.raise_signal(signal.SIGTERM)
        press()
        return before

    def end(*_: object) -> None:
        raise SystemExit

    with chosen_for({signal.SIGTERM: end}):
        interrupts = Interrupts()
        if moment == "ends":
            interrupts.__enter__()
        monkeypatch.setattr(signal, "signal", choose)
        with pytest.raises(SystemExit):
            interrupts.__exit__(None) if moment == "ends" else interrupts.__enter__()
        assert interrupts.missed() is None
        assert signal.getsignal(signal.SIGTERM) == end


def test_a_handler_that_is_chosen_again_afterwards() -> None:
    """What the program found there meanwhile, and put there again, does what it has chosen."""

    def end(*_: object) -> None:
        raise SystemExit

    with chosen_for({signal.SIGTERM: end}):
        with Interrupts():
            found = signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, found)
        with pytest.raises(SystemExit):
            signal.raise_signal(signal.SIGTERM)


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
