"""Applications that call GetRecords on every shard of a stream, once a period, and what a shard answers them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from .laws import GET_RECORDS, Tap
from .ring import Ring
from .sdk import Quota, Retries
from .writing import ShardLog

CALLS_PER_S, READ_BYTES_PER_S = 5.0, float(2 << 20)
RECORDS_PER_CALL, BYTES_PER_CALL = 10_000, float(10 << 20)
LATE = 0.05
"""The share of its period by which a poll is late at most, assumed: no two loops keep step (docs/sources.md, reader.poll_late_permille)."""


class ReadGate:
    """Five calls and 2 MiB a second of one shard, shared by all who poll it.

    A call is answered when the bytes are not in debt; an answer beyond what is left leaves a debt of all of it, so that a
    full one is followed by five seconds of refusals (decision 0004). A refused call costs nothing.
    """

    def __init__(self, calls_per_s: float = CALLS_PER_S) -> None:
        self._rate = calls_per_s
        self._calls, self._bytes, self._at = calls_per_s, READ_BYTES_PER_S, 0.0

    def admits(self, now: float) -> bool:
        passed = now - self._at
        self._at = now
        self._calls = min(self._rate, self._calls + self._rate * passed)
        self._bytes = min(READ_BYTES_PER_S, self._bytes + READ_BYTES_PER_S * passed)
        if self._calls < 1.0 or self._bytes < 0.0:
            return False
        self._calls -= 1.0
        return True

    def answered(self, size: float) -> None:
        self._bytes = self._bytes - size if size <= self._bytes else -size


@dataclass(frozen=True)
class Pollers:
    """Equal applications, each of which polls every shard."""

    count: int = 1
    period: float = 1.0
    retries: Retries | None = None  # what their SDK does inside a refused call, with a quota for each reader
    late: float = LATE
    stopped: tuple[float, float] = (float("inf"), float("inf"))  # none of them reads from the first instant to the second


@dataclass
class Read:
    """What one application was handed, and when."""

    handed: list[np.ndarray]  # of each shard, the instant of each of its records, infinite when it was not
    calls: int = 0
    refused: int = 0


@dataclass
class _Reader:
    """One application's reading of one shard."""

    application: int
    shard: int
    next: int = 0
    refusals: int = 0  # of the call under way, which the SDK tries again
    quota: Quota = field(default_factory=Quota)


class _Polling:
    """All applications and the gates they share."""

    def __init__(
        self, rng: np.random.Generator, pollers: Pollers, ring: Ring, logs: list[ShardLog], calls_per_s: float,
        children_wait: bool,
    ) -> None:
        self._rng, self._pollers, self._ring, self._children_wait = rng, pollers, ring, children_wait
        self._arrivals = [np.array(log.arrivals) for log in logs]
        self._totals = [np.concatenate([[0.0], np.cumsum(log.sizes)]) for log in logs]
        self._gates = [ReadGate(calls_per_s) for _ in logs]
        self._took = Tap(GET_RECORDS, rng)
        self._finished: list[set[int]] = [set() for _ in range(pollers.count)]
        self._events: list[tuple[float, int, _Reader]] = []
        self._serial = 0
        self.results = [Read([np.full(len(a), np.inf) for a in self._arrivals]) for _ in range(pollers.count)]

    def run(self, duration: float, warmup: float) -> None:
        for application in range(self._pollers.count):
            for shard in self._ring.shards:
                if not shard.parents or not self._children_wait:
                    phase = float(self._rng.uniform(0.0, self._pollers.period))
                    self._call_at(shard.opened + phase, _Reader(application, shard.number))
        while self._events and self._events[0][0] < duration:
            now, _, reader = heapq.heappop(self._events)
            admitted = self._gates[reader.shard].admits(now)
            if now >= warmup:
                self.results[reader.application].calls += 1
                self.results[reader.application].refused += not admitted
            if admitted:
                self._answer(reader, now)
            else:
                self._call_at(self._after_refusal(reader, now), reader)

    def _call_at(self, instant: float, reader: _Reader) -> None:
        self._serial += 1
        heapq.heappush(self._events, (self._unless_stopped(instant), self._serial, reader))

    def _unless_stopped(self, instant: float) -> float:
        """The instant, or when the application starts again if it stands still then."""
        stop, start = self._pollers.stopped
        return start if stop <= instant < start else instant

    def _answer(self, reader: _Reader, now: float) -> None:
        shard, first = reader.shard, reader.next
        tip = int(np.searchsorted(self._arrivals[shard], now, side="right"))
        end = self._end(shard, first, tip)
        self._gates[shard].answered(float(self._totals[shard][end] - self._totals[shard][first]))
        arrives = self._unless_stopped(now + self._took())
        self.results[reader.application].handed[shard][first:end] = arrives
        reader.quota.succeeded(now, reader.refusals)
        reader.next, reader.refusals = end, 0
        if now < self._ring.shards[shard].closed or end < tip:
            self._call_at(max(arrives, now + self._period()), reader)
        elif self._children_wait:
            self._pass_on(reader, arrives)

    def _end(self, shard: int, first: int, tip: int) -> int:
        """Behind the last record of an answer: at most 10,000 and 10 MiB, and at least one if there is one."""
        full = self._totals[shard][first] + BYTES_PER_CALL
        fits = int(np.searchsorted(self._totals[shard], full, side="right")) - 1
        return max(first, min(tip, max(fits, first + 1), first + RECORDS_PER_CALL))

    def _pass_on(self, reader: _Reader, now: float) -> None:
        """A shard is read to its end: its children whose parents all are come next."""
        finished = self._finished[reader.application]
        finished.add(reader.shard)
        for child in self._ring.shards:
            if reader.shard in child.parents and set(child.parents) <= finished:
                self._call_at(now, _Reader(reader.application, child.number))

    def _after_refusal(self, reader: _Reader, now: float) -> float:
        """When a refused reader calls again: what its SDK does, and a whole period once that has given up."""
        retries = self._pollers.retries
        reader.refusals += 1
        if retries is not None and reader.refusals < retries.attempts and reader.quota.takes(now, retries.cost):
            return now + retries.pause(reader.refusals - 1, self._rng.random())
        reader.refusals = 0
        return now + self._period()

    def _period(self) -> float:
        return self._pollers.period * (1 + self._pollers.late * self._rng.random())


def read(
    rng: np.random.Generator, pollers: Pollers, ring: Ring, logs: list[ShardLog], duration: float,
    warmup: float = 0.0, calls_per_s: float = CALLS_PER_S, children_wait: bool = True,
) -> list[Read]:
    """Runs the applications. Children of a shard are read once all its parents were read to their ends, if they wait."""
    polling = _Polling(rng, pollers, ring, logs, calls_per_s, children_wait)
    polling.run(duration, warmup)
    return polling.results


def propagation(result: Read, logs: list[ShardLog], warmup: float, duration: float) -> np.ndarray:
    """Seconds from arrival to hand-over of every record handed over in the window."""
    waits = []
    for handed, log in zip(result.handed, logs):
        inside = (handed >= warmup) & (handed < duration)
        waits.append(handed[inside] - np.array(log.arrivals)[inside])
    return np.concatenate(waits)


def ages(result: Read, logs: list[ShardLog], warmup: float, duration: float) -> np.ndarray:
    """At each whole second, the age of the oldest record of any shard that was not handed over; 0 when there is none."""
    seconds = np.arange(np.ceil(warmup), np.floor(duration) + 1)
    oldest = np.zeros(len(seconds))
    for handed, log in zip(result.handed, logs):
        arrivals = np.append(log.arrivals, np.inf)
        first = np.searchsorted(handed, seconds, side="right")  # hand-overs are in order
        oldest = np.maximum(oldest, seconds - arrivals[first])
    return oldest
