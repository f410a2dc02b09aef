"""Measures peers side by side: turn by turn, over repeats, in one run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from random import Random

__all__ = ["Sample", "seconds_of", "side_by_side"]

Run = Callable[[], float]

_LEAST = 3
# How much slower than the quickest a peer is to be if few runs are enough to tell.
_CLEARLY = 2.5
# Seconds: what takes longer differs little from one run to the next.
_LONG = 10.0
# Seconds that a peer may take in all: one clearly slower than the quickest, and one near it.
_FAR = 4.0
_NEAR = 10.0


@dataclass(slots=True)
class Sample:
    """What one peer took for one piece of work.

    Attributes:
        seconds: Of each repeat.
    """

    seconds: list[float] = field(default_factory=list[float])

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


def side_by_side(runs: Mapping[str, Run], *, repeats: int) -> dict[str, Sample]:
    """Each peer's times.

    The order of the peers is another one with each repeat, by lot, so that none always comes after
    the same other one. Those that come near the quickest are measured for ten seconds and at least
    three times, unless they take that long, since one run differs from the next by a tenth. The
    others are measured for four seconds, at least once.

    Args:
        runs: By the name of the peer, what does the work once, and gives the seconds that it took.
        repeats: How often at most.
    """
    samples, lots = {name: Sample() for name in runs}, Random(0)
    for repeat in range(repeats):
        near = _near(samples) if repeat else runs
        for name in lots.sample(list(runs), len(runs)):
            taken = sum(samples[name].seconds)
            least = _LEAST if name in near else 1
            if repeat < least or taken < (_NEAR if name in near else _FAR):
                samples[name].seconds.append(runs[name]())
    return samples


def _near(samples: Mapping[str, Sample]) -> Collection[str]:
    least = min(sample.median for sample in samples.values())
    most = min(least * _CLEARLY, _LONG)
    return {name for name, sample in samples.items() if sample.median < most}


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes, without the rubbish of what ran before."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
