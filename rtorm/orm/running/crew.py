"""Several requests at a time: a few threads, each with its own login at RT.

RT works through requests with one cookie one after the other, and a login costs it about 275 ms
(RT 4.4-5.0). So the threads are kept, and there are never more than requests to send.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, wait
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from rtorm.errors import DetachedError, WrongThreadError
from rtorm.orm.running.interrupts import held_back

__all__ = ["Crew", "Progress"]

T = TypeVar("T")
S = TypeVar("S")

Progress = Callable[[int, int], None]
"""Is told how many are done, and how many there are in all."""

# It calls what it is given when its thread is about to be free.
Task = Callable[[Callable[[], object]], None]
Tasks = SimpleQueue[Task | None]

# A request that takes long is not to keep the threads of the others idle.
_AHEAD = 2
# Seconds after which Ctrl-C is let in at the latest.
_BLINK = 0.2


class Crew:
    """Threads that send requests for the one thread that a session belongs to.

    What they are given must not touch records. They end with the crew, and never keep a program
    from ending.

    Attributes:
        parallel: How many requests are under way at most.
    """

    def __init__(self, parallel: int) -> None:
        self.parallel = parallel
        self._team: _Team | None = None
        self._is_closed = False

    def each(self, work: Callable[[T], S], items: Iterable[T]) -> Iterator[S]:
        """What `work` gives of each item, in the order of the items.

        Nothing is done before the first result is asked for. With `parallel` 1 each is made in
        the caller's own thread as it is asked for. Otherwise the items ahead are worked on
        meanwhile, twice `parallel` of them at most with those that are done and not asked for.

        What `work` raises is raised at that item's turn. If the caller stops there, or asks for
        no more, what has not been begun never is.

        Raises:
            DetachedError: The crew was closed meanwhile.
            WrongThreadError: A forked child asks for what its parent has begun, with threads that
                the child does not have: to begin it again might send a write twice.
        """
        return self._alone(work, items) if self.parallel == 1 else self._together(work, items)

    def rest(self) -> None:
        """Wait until nothing is under way any more."""
        if (team := self._team) is not None and team.is_here:
            _wait_for(team.under_way)

    def give_up(self) -> None:
        """Let the threads go: each ends once it has done what there is, which is not waited for."""
        team, self._team = self._team, None
        if team is not None:
            team.dismiss()

    def close(self) -> None:
        """Let the threads go for good: nothing is begun any more."""
        self._is_closed = True
        if self._team is not None:
            self._team.begin_no_more()
        self.give_up()

    def _alone(self, work: Callable[[T], S], items: Iterable[T]) -> Iterator[S]:
        for item in items:
            self._check(os.getpid())
            yield work(item)

    def _together(self, work: Callable[[T], S], items: Iterable[T]) -> Iterator[S]:
        process = os.getpid()
        begun: deque[Future[S]] = deque()
        try:
            for item in items:
                self._check(process)
                if len(begun) == _AHEAD * self.parallel:
                    yield _result(begun.popleft())
                    self._check(process)
                begun.append(self._begin(partial(work, item)))
            while begun:
                self._check(process)
                yield _result(begun.popleft())
        finally:
            if process == os.getpid():
                for future in begun:
                    future.cancel()

    def _check(self, process: int) -> None:
        if self._is_closed:
            message = "the session is closed: open another one with rtorm.connect()"
            raise DetachedError(message)
        if process != os.getpid():
            message = (
                "this was begun before the process was forked, with threads that the child does "
                "not have: begin it anew there"
            )
            raise WrongThreadError(message)

    def _begin(self, task: Callable[[], S]) -> Future[S]:
        if self._team is None or not self._team.is_here:
            # A forked child has none of its parent's threads.
            self._team = _Team(self.parallel)
        return self._team.take(task)


class _Team:
    """Threads that work through one queue.

    Attributes:
        under_way: What they are at.
    """

    def __init__(self, most: int) -> None:
        self.under_way: set[Future[Any]] = set()
        self._waiting: set[Future[Any]] = set()
        self._process = os.getpid()
        self._most = most
        self._threads = 0
        # No semaphore: Ctrl-C in the wrong moment would leave it locked.
        self._idle: SimpleQueue[None] = SimpleQueue()
        self._tasks: Tasks = SimpleQueue()
        # They do not know the crew, so that one that nobody holds any more lets them go.
        self._end = weakref.finalize(self, _end, self._tasks)
        self._end.atexit = False

    @property
    def is_here(self) -> bool:
        """Whether they are threads of this process."""
        return self._process == os.getpid()

    def take(self, work: Callable[[], S]) -> Future[S]:
        """Do it as soon as there is a thread for it."""
        future: Future[S] = Future()
        self._waiting.add(future)
        try:
            self._idle.get_nowait()
        except Empty:
            if self._threads < self._most:
                self._begin()
        self._tasks.put(partial(_carry_out, future, work, self._waiting, self.under_way))
        return future

    def begin_no_more(self) -> None:
        """Forget what waits for a thread."""
        if self.is_here:
            for future in list(self._waiting):
                future.cancel()

    def _begin(self) -> None:
        arguments = (self._tasks, partial(self._idle.put, None))
        # It waits for the thread, as `_wait_for` does.
        with held_back():
            threading.Thread(target=_serve, args=arguments, name="rtorm-crew", daemon=True).start()
            self._threads += 1

    def dismiss(self) -> None:
        """Have the threads end once the queue is empty."""
        self._end()


def _result(future: Future[S]) -> S:
    _wait_for([future])
    try:
        return future.result()
    finally:
        # What it raises holds this frame.
        del future


def _wait_for(futures: Collection[Future[Any]]) -> None:
    # What a handler raises inside of it would leave locks in disorder (Python 3.11-3.14).
    with held_back() as interrupts:
        while wait(list(futures), _BLINK).not_done:
            interrupts.check()


def _serve(tasks: Tasks, free: Callable[[], object]) -> None:
    while (task := tasks.get()) is not None:
        task(free)
        # Not held until there is another one.
        del task
    _end(tasks)


def _end(tasks: Tasks) -> None:
    """Tell one thread to end, which tells the next."""
    tasks.put(None)


def _carry_out(
    future: Future[S],
    work: Callable[[], S],
    waiting: set[Future[Any]],
    under_way: set[Future[Any]],
    free: Callable[[], object],
) -> None:
    # Ctrl-C may come between whatever the other thread does, so all of this is done here.
    is_wanted = future.set_running_or_notify_cancel()
    waiting.discard(future)
    if not is_wanted:
        free()
        return
    under_way.add(future)
    try:
        outcome = work()
    except BaseException as error:  # noqa: BLE001 - the caller gets it
        free()
        future.set_exception(error)
    else:
        # Before the caller has it, and with it the next task.
        free()
        future.set_result(outcome)
    under_way.discard(future)
    # What was raised holds this frame.
    del future, work
