"""Enhanced fan-out: what is pushed to a registered consumer, and when it gets there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .laws import GATHERING, PUSH, Tap
from .writing import ShardLog

BYTES_PER_S, RECORDS_PER_EVENT = float(2 << 20), 10_000


@dataclass(frozen=True)
class Subscriber:
    """A consumer with fan-out that subscribes to every shard at an instant, from the oldest record on."""

    begins: float = 0.0
    bytes_per_s: float = BYTES_PER_S


def pushed(rng: np.random.Generator, subscriber: Subscriber, log: ShardLog, duration: float) -> np.ndarray:
    """When each record of a shard reaches the consumer, infinite where it does not.

    A push gathers for 10 ms behind the first record it can take, and takes what a bucket of 2 MiB/s, one second deep, has.
    It travels for a time of its own, but no event overtakes another.
    """
    arrivals = np.array(log.arrivals)
    totals = np.concatenate([[0.0], np.cumsum(log.sizes)])
    handed = np.full(len(arrivals), np.inf)
    travel = Tap(PUSH, rng)
    level, level_at, first, instant, last = subscriber.bytes_per_s, subscriber.begins, 0, subscriber.begins, 0.0
    while first < len(arrivals):
        instant = max(instant, arrivals[first], subscriber.begins) + GATHERING
        level, level_at = min(subscriber.bytes_per_s, level + subscriber.bytes_per_s * (instant - level_at)), instant
        missing = log.sizes[first] - level
        if missing > 0:  # wait until the next record fits
            instant += missing / subscriber.bytes_per_s
            level, level_at = log.sizes[first], instant
        if instant >= duration:
            break
        tip = int(np.searchsorted(arrivals, instant, side="right"))
        fits = int(np.searchsorted(totals, totals[first] + level + 1e-6, side="right")) - 1
        end = min(tip, fits, first + RECORDS_PER_EVENT)
        level -= totals[end] - totals[first]
        last = max(last, instant + travel())
        handed[first:end] = last
        first = end
    return handed
