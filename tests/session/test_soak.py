"""Threads that share a client do not get into each other's way."""

from __future__ import annotations

import pytest

from tests.soak import THREADS, soak
from tests.support import Server


@pytest.mark.live
def test_threads_share_a_client(rt: Server) -> None:
    """Each reads what it wrote; none uses another's session, cookie or connection."""
    tally = soak(rt.url, seconds=0.5)
    assert tally.wrong == []
    assert tally.deeds["edit"] >= THREADS
    assert tally.deeds["trespass"]
    assert len(tally.cookies) == THREADS
    assert tally.files[-1] <= tally.files[0]
