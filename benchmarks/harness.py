"""Measures peers side by side: turn by turn, over repeats, in one run."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

__all__ = ["Sample", "seconds_of", "side_by_side"]

Run = Callable[[], float]

_LEAST = 3
# How much slower than the quickest a peer is to be if one run is enough to tell.
_CLEARLY = 2.0
# Seconds: what takes longer differs little from one run to the next.
_LONG = 10.0


@dataclass(slots=True)
class Sample:
    """What one peer took for one piece of work.

    Attributes:
        seconds: Of each repeat.
        requests: How many requests it sent, where they were counted.
    """

    seconds: list[float] = field(default_factory=list[float])
    requests: int | None = None

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


def side_by_side(runs: Mapping[str, Run], *, repeats: int, budget: float) -> dict[str, Sample]:
    """Each peer's times.

    The order of the peers is turned about with each repeat, so that none always comes first or
    after the same other one.

    Args:
        runs: By the name of the peer, what does the work once, and gives the seconds that it took.
        repeats: How often.
        budget: Seconds after which a peer is not measured again, so that a slow one, which
            differs little from one repeat to the next, takes no time from the others. All that
            come near the quickest, and take less than ten seconds, are measured three times.
    """
    samples = {name: Sample() for name in runs}
    for repeat in range(repeats):
        near = _near(samples) if 0 < repeat < _LEAST else ()
        for name in _in_turn(list(runs), repeat):
            seconds = samples[name].seconds
            if sum(seconds) < budget or name in near:
                seconds.append(runs[name]())
    return samples


def _near(samples: Mapping[str, Sample]) -> Collection[str]:
    least = min(sample.median for sample in samples.values())
    most = min(least * _CLEARLY, _LONG)
    return {name for name, sample in samples.items() if sample.median < most}


def _in_turn(names: list[str], repeat: int) -> list[str]:
    at = repeat % len(names)
    turned = names[at:] + names[:at]
    return turned[::-1] if repeat % 2 else turned


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes, without the rubbish of what ran before."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
