"""Producers, their SDK, and the two buckets of every shard they write to."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from .laws import PUT, Tap, poisson_arrivals
from .ring import Ring, hash_key
from .sdk import Quota, Retries

RECORDS_PER_S, BYTES_PER_S = 1000.0, float(1 << 20)


class WriteGate:
    """1,000 records and 1 MiB a second, a second of each deep: a record needs both, and a refused one costs nothing."""

    def __init__(self, now: float, depth_s: float) -> None:
        self._deepest_records, self._deepest_bytes = RECORDS_PER_S * depth_s, BYTES_PER_S * depth_s
        self._records, self._bytes, self._at = self._deepest_records, self._deepest_bytes, now

    def takes(self, size: float, now: float) -> bool:
        passed = now - self._at
        self._at = now
        self._records = min(self._deepest_records, self._records + RECORDS_PER_S * passed)
        self._bytes = min(self._deepest_bytes, self._bytes + BYTES_PER_S * passed)
        if self._records < 1.0 or self._bytes < size:
            return False
        self._records -= 1.0
        self._bytes -= size
        return True


@dataclass(frozen=True)
class Producers:
    """A fleet of equal processes that put one record a call."""

    rate: float
    processes: int
    sizes: tuple[float, ...]  # key included
    size_weights: tuple[float, ...]
    keys: np.ndarray  # probability of key-0, key-1, …


@dataclass
class ShardLog:
    """What a shard stored: arrivals in order, and sizes."""

    arrivals: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)


@dataclass
class Written:
    """What became of all puts: losses of the whole run, all else from the end of the warm-up on."""

    logs: list[ShardLog]
    attempts: int = 0
    refused: int = 0
    first_attempts: int = 0
    first_refused: int = 0
    lost: list[int] = field(default_factory=list)  # of each fleet
    latencies: list[list[float]] = field(default_factory=list)  # of each fleet: birth to acknowledgement


@dataclass
class _Traffic:
    """All records of a run, fleet after fleet."""

    births: np.ndarray
    shards: np.ndarray  # of each epoch and record
    sizes: np.ndarray
    processes: np.ndarray
    fleets: np.ndarray


# What the event loop keeps of an attempt: the instant, the record, which attempt it is (negative: the answer that refused it
# reaches the client), and how long the call takes.
_Attempt = tuple[float, int, int, float]


class _Writing:
    """The producers of a run, with their shards and quotas."""

    def __init__(
        self, rng: np.random.Generator, traffic: _Traffic, fleets: list[Producers], ring: Ring, retries: Retries | None,
        depth_s: float,
    ) -> None:
        self._rng, self._retries, self._took = rng, retries, Tap(PUT, rng)
        self._births, self._sizes = traffic.births.tolist(), traffic.sizes.tolist()
        self._processes, self._fleets = traffic.processes.tolist(), traffic.fleets.tolist()
        self._shards_of, self._switches = traffic.shards, [instant for instant, _ in ring.epochs[1:]]
        self._gates = [WriteGate(shard.opened, depth_s) for shard in ring.shards]
        self._quotas = [Quota() for _ in range(sum(fleet.processes for fleet in fleets))]
        self._later: list[_Attempt] = []
        self.written = Written([ShardLog() for _ in ring.shards], lost=[0] * len(fleets), latencies=[[] for _ in fleets])

    def run(self, duration: float, warmup: float) -> None:
        """First attempts come from an array, in order; answers that refuse and further attempts from a heap."""
        calls = PUT.draw(self._rng, len(self._births))
        reach = np.array(self._births) + calls / 2  # a record reaches its shard half-way through its call
        order = np.argsort(reach, kind="stable")
        firsts = zip(reach[order].tolist(), order.tolist(), [1] * len(order), calls[order].tolist())
        nowhere: _Attempt = (float("inf"), 0, 0, 0.0)
        first, epoch = next(firsts, nowhere), 0
        shard_of = self._shards_of[0].tolist()
        while True:
            if self._later and self._later[0][0] < first[0]:
                attempt = heapq.heappop(self._later)
            else:
                attempt, first = first, next(firsts, nowhere)
            if attempt[0] >= duration:
                return
            while epoch < len(self._switches) and attempt[0] >= self._switches[epoch]:
                epoch += 1
                shard_of = self._shards_of[epoch].tolist()
            if attempt[2] > 0:
                self._try(attempt, shard_of[attempt[1]], attempt[0] >= warmup)
            else:
                self._refused(attempt)

    def _try(self, attempt: _Attempt, shard: int, is_measured: bool) -> None:
        now, record, number, time = attempt
        written, answered = self.written, now + time / 2
        accepted = self._gates[shard].takes(self._sizes[record], now)
        if accepted:
            written.logs[shard].arrivals.append(now)
            written.logs[shard].sizes.append(self._sizes[record])
            self._quotas[self._processes[record]].succeeded(answered, number - 1)
        else:
            heapq.heappush(self._later, (answered, record, -number, 0.0))
        if is_measured:
            written.attempts += 1
            written.refused += not accepted
            written.first_attempts += number == 1
            written.first_refused += number == 1 and not accepted
            if accepted:
                written.latencies[self._fleets[record]].append(answered - self._births[record])

    def _refused(self, attempt: _Attempt) -> None:
        """The SDK tries again after a pause, or gives the call up; nobody else tries again."""
        now, record, number, _ = attempt
        retries, tried = self._retries, -number
        if retries is None or tried >= retries.attempts or not self._quotas[self._processes[record]].takes(now, retries.cost):
            self.written.lost[self._fleets[record]] += 1
            return
        time = self._took()
        pause = retries.pause(tried - 1, self._rng.random())
        heapq.heappush(self._later, (now + pause + time / 2, record, tried + 1, time))


def write(
    rng: np.random.Generator,
    fleets: list[Producers],
    ring: Ring,
    duration: float,
    warmup: float,
    retries: Retries | None = Retries(),
    depth_s: float = 1.0,
) -> Written:
    """Runs the producers. Without `retries` a refused record is lost at once."""
    writing = _Writing(rng, _traffic(rng, fleets, ring, duration), fleets, ring, retries, depth_s)
    writing.run(duration, warmup)
    return writing.written


def _traffic(rng: np.random.Generator, fleets: list[Producers], ring: Ring, duration: float) -> _Traffic:
    parts, before = [], 0
    for number, fleet in enumerate(fleets):
        births = poisson_arrivals(rng, fleet.rate, duration)
        hashes = [hash_key(f"key-{i}") for i in range(len(fleet.keys))]
        owners = np.array([[ring.owner(key, epoch) for key in hashes] for epoch in range(len(ring.epochs))])
        keys = rng.choice(len(fleet.keys), len(births), p=fleet.keys)
        sizes = rng.choice(np.array(fleet.sizes), len(births), p=np.array(fleet.size_weights))
        processes = before + rng.integers(0, fleet.processes, len(births))
        parts.append((births, owners[:, keys], sizes, processes, np.full(len(births), number)))
        before += fleet.processes
    return _Traffic(*(np.concatenate(column, axis=-1) for column in zip(*parts)))
