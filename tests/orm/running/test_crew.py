"""Several requests at a time, and what is left of them when one fails or nobody waits."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest

from rtorm.errors import DetachedError
from rtorm.orm.running.crew import Crew

PATIENCE = 20


def until(happened: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def crew() -> Iterator[Crew]:
    four = Crew(4)
    yield four
    four.close()


def test_alone_each_is_done_as_it_is_asked_for() -> None:
    """Nobody gets threads who has not asked for them."""
    done: list[int] = []

    def work(item: int) -> threading.Thread:
        done.append(item)
        return threading.current_thread()

    results = Crew(1).each(work, [1, 2, 3])
    assert done == []
    assert next(results) is threading.current_thread()
    assert done == [1]


def test_so_many_are_under_way_and_no_more(crew: Crew) -> None:
    """Each request takes one of RT's processes."""
    together = threading.Barrier(4)
    under_way: list[int] = []
    most: list[int] = []

    def work(item: int) -> int:
        under_way.append(item)
        most.append(len(under_way))
        together.wait(PATIENCE)
        under_way.remove(item)
        together.wait(PATIENCE)
        return item

    assert list(crew.each(work, range(12))) == list(range(12))
    assert max(most) == 4


def test_results_come_in_the_order_of_the_items(crew: Crew) -> None:
    """Whichever is done first."""
    second = threading.Event()

    def work(item: int) -> int:
        if item == 1:
            assert second.wait(PATIENCE)
        else:
            second.set()
        return item

    assert list(crew.each(work, [1, 2])) == [1, 2]


def test_what_nobody_asks_for_is_not_piled_up(crew: Crew) -> None:
    """A slow reader of a long stream holds a bounded part of it."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = crew.each(str, items())
    assert taken == []
    assert next(results) == "0"
    assert len(taken) <= 9
    assert next(results) == "1"
    assert len(taken) <= 10


def test_an_exception_comes_at_its_turn_and_ends_it(crew: Crew) -> None:
    """What was before it is not lost, and what comes after it and is not begun never is."""
    begun: list[int] = []
    failed = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        if item == 2:
            failed.set()
            raise OSError(item)
        if item != 1:
            assert let_on.wait(PATIENCE)
        assert failed.wait(PATIENCE)
        return item

    let_on = threading.Event()
    results = crew.each(work, range(1, 100))
    assert next(results) == 1
    with pytest.raises(OSError, match="2"):
        next(results)
    let_on.set()
    crew.rest()
    assert len(begun) < 9


def test_a_handler_raises_between_two_looks_at_the_threads(crew: Crew) -> None:
    """Inside of Python's locks it would leave them in disorder, or raise another error."""
    came = threading.Event()

    class OwnTimeoutError(Exception):
        pass

    def come(*_: object) -> None:
        came.set()
        raise OwnTimeoutError

    def work(_: int) -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        came.wait(PATIENCE)

    theirs = signal.signal(signal.SIGALRM, come)
    try:
        with pytest.raises(OwnTimeoutError) as caught:
            next(crew.each(work, [1]))
    finally:
        signal.signal(signal.SIGALRM, theirs)
    inside = {str(entry.frame.f_globals["__name__"]) for entry in caught.traceback}
    assert inside.isdisjoint({"threading", "concurrent.futures._base"})


def test_who_asks_for_no_more_begins_no_more(crew: Crew) -> None:
    """A loop over a query that ends with `break` leaves RT in peace."""
    begun: list[int] = []
    let_on = threading.Event()

    def work(item: int) -> None:
        begun.append(item)
        if item:
            assert let_on.wait(PATIENCE)

    results = crew.each(work, range(100))
    next(results)
    until(lambda: len(begun) == 5)
    del results
    let_on.set()
    crew.rest()
    assert sorted(begun) == [0, 1, 2, 3, 4]


def test_threads_are_kept_and_as_few_as_will_do() -> None:
    """A login costs RT a quarter of a second."""
    crew = Crew(4)

    def work(_: int) -> threading.Thread:
        together.wait(PATIENCE)
        return threading.current_thread()

    together = threading.Barrier(2)
    two = set(crew.each(work, range(2)))
    again = set(crew.each(work, range(2)))
    assert len(two) == 2
    together = threading.Barrier(4)
    four = set(crew.each(work, range(40)))
    assert len(four) == 4
    assert two | again <= four
    crew.close()
    for thread in four:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_one_at_a_time_takes_one_thread(crew: Crew) -> None:
    """However often there is one thing to do."""
    threads = {next(crew.each(lambda _: threading.current_thread(), [0])) for _ in range(1000)}
    assert len(threads) == 1


def test_a_crew_that_is_forgotten_lets_its_threads_go() -> None:
    """A program that drops a session without closing it keeps nothing of it."""
    crew = Crew(2)
    threads = set(crew.each(lambda _: threading.current_thread(), range(4)))
    del crew
    gc.collect()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_what_is_done_is_let_go(crew: Crew) -> None:
    """A thread that waits for work holds nothing of what it has done, neither do its errors."""

    class Work:
        def __call__(self, item: int) -> int:
            return 1 // item

    work = Work()
    gone = weakref.ref(work)
    assert list(crew.each(work, [1, 1])) == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(crew.each(work, [0, 0]))
    del work
    until(lambda: gone() is None)


def test_after_giving_up_there_are_new_threads(crew: Crew) -> None:
    """Those that hang in a lost request are left to themselves."""
    hang = threading.Event()
    begun = threading.Event()

    def work(_: int) -> None:
        begun.set()
        assert hang.wait(PATIENCE)

    results = crew.each(work, [1, 2])
    waiting = threading.Thread(target=lambda: next(results))
    waiting.start()
    assert begun.wait(PATIENCE)
    crew.give_up()
    crew.rest()
    assert list(crew.each(str, range(8))) == list(map(str, range(8)))
    hang.set()
    waiting.join()


def run(program: str) -> str:
    """What another Python prints."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    ).stdout


def test_a_request_that_hangs_keeps_no_program_from_ending() -> None:
    """Also where the session was not closed."""
    program = """
import threading
from rtorm.orm.running.crew import Crew

begun = threading.Event()
def hang(item):
    if item:
        begun.set()
        threading.Event().wait()
crew = Crew(4)
results = crew.each(hang, range(8))
next(results)
begun.wait()
print("end")
"""
    assert run(program) == "end\n"


def test_a_forked_child_has_threads_of_its_own() -> None:
    """Its parent's are not there."""
    program = """
import os
from rtorm.orm.running.crew import Crew

crew = Crew(2)
print(list(crew.each(abs, [-1, -2])), flush=True)
child = os.fork()
if child:
    os.waitpid(child, 0)
else:
    print(list(crew.each(abs, [-3, -4])), flush=True)
"""
    assert run(program) == "[1, 2]\n[3, 4]\n"


def test_a_child_forked_meanwhile_does_not_wait_for_its_parents_threads() -> None:
    """What was begun there is the parent's: the child is told so, and works on by itself."""
    program = """
import os, threading
from rtorm.errors import WrongThreadError
from rtorm.orm.running.crew import Crew

go_on = threading.Event()
def work(item):
    if item > 1:
        go_on.wait()
    return item
crew = Crew(2)
results = crew.each(work, range(6))
print(next(results), next(results), flush=True)
child = os.fork()
if child:
    os.waitpid(child, 0)
    go_on.set()
    print(list(results), flush=True)
else:
    crew.rest()
    try:
        next(results)
    except WrongThreadError as error:
        print(error, flush=True)
    print(list(crew.each(abs, [-3, -4])), flush=True)
    os._exit(0)
"""
    first, told, own, rest = run(program).splitlines()
    assert first == "0 1"
    assert "forked" in told
    assert (own, rest) == ("[3, 4]", "[2, 3, 4, 5]")


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_closed_crew_begins_nothing_any_more(parallel: int) -> None:
    """Neither what waits for a thread nor what is asked for later; who asks is told why."""
    crew = Crew(parallel)
    begun: list[int] = []
    let_on = threading.Event()

    def work(item: int) -> int:
        begun.append(item)
        if item:
            assert let_on.wait(PATIENCE)
        return item

    results = crew.each(work, range(20))
    assert next(results) == 0
    if parallel > 1:
        until(lambda: len(begun) == 1 + parallel)
    so_far = len(begun)
    crew.close()
    let_on.set()
    time.sleep(0.1)
    with pytest.raises(DetachedError, match="the session is closed"):
        next(results)
    with pytest.raises(DetachedError, match="the session is closed"):
        next(crew.each(work, [7]))
    assert len(begun) == so_far
