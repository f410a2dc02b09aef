"""Networks may do what they like: nothing happens twice, and what is told is true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import rtorm
from tests.faults.expectations import NOT_DONE, expected
from tests.faults.observing import Observer, Seen
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.proxy import ANOTHER, FAULTS, Fault, cut_after, proxy_to
from tests.support import Server

pytestmark = pytest.mark.live

FOR_EVER = 99
OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)


@pytest.fixture(scope="module")
def observer(rt: Server) -> Iterator[Observer]:
    """Sees what comes of operations with the running server."""
    login = ("root", "password")
    with rtorm.connect(rt.url, auth=login, time_zone="UTC") as near, proxy_to(rt.url) as proxy:
        observer = Observer(near, proxy, pytest.MonkeyPatch())
        yield observer
        observer.close()


def assert_true(operation: Operation, seen: Seen) -> None:
    """Fail if something happened twice, or not as it was told."""
    happened = set(seen.counts)
    assert happened <= {0, 1}
    if seen.outcome in NOT_DONE:
        assert happened <= {0}
    if seen.outcome == "done":
        assert happened <= {1}
    if operation.repeatable and operation.count:
        # What may be done again is still there to be saved.
        assert seen.is_kept is (seen.outcome != "done")
    if seen.outcome == "OutcomeUnknownError" and not operation.repeatable:
        assert not seen.is_kept


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
@OPERATION
def test_faults(observer: Observer, operation: Operation, fault: Fault) -> None:
    """Each operation meets each fault: once, and for as long as it is tried."""
    for passes in [True, False] if operation.repeatable else [False]:
        if fault.is_slow and passes:
            # Its time has run out: it is not tried again.
            continue
        if fault is ANOTHER and not (operation.count and operation.repeatable):
            # Nothing in such a reply tells whose it is.
            continue
        seen = observer.see(operation, fault, times=1 if passes else FOR_EVER)
        assert seen.outcome == expected(operation, fault, passes=passes), seen.error
        assert_true(operation, seen)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.is_cut], ids=lambda each: each.name
)
def test_reply_cut_anywhere(rt: Server, observer: Observer, operation: Operation) -> None:
    """The reply may be cut after any tenth byte of it: it is never taken for a whole one.

    RT 4.4's replies differ from those of RT 5.0 by a few bytes, and are read by the same lines: of
    them each third of these places is tried, another third for each operation.
    """
    length = observer.length(operation)
    assert length > 100
    places = range(0, length, 10)
    if rt.major == 4:
        places = places[OPERATIONS.index(operation) % 3 :: 3]
    for count in places:
        fault = cut_after(count)
        seen = observer.see(operation, fault, times=FOR_EVER, retries=0)
        wanted = {expected(operation, fault, passes=False)}
        if not operation.count:
            # Cut in its head, the reply to a read looks like an empty one of no RT.
            wanted.add("ProtocolError")
        if observer.proxy.has_cut:
            assert seen.outcome in wanted, (count, seen.error)
        assert_true(operation, seen)
    fault = cut_after(length // 2)
    seen = observer.see(operation, fault, times=1)
    assert seen.outcome == expected(operation, fault, passes=True)
    assert_true(operation, seen)
