"""The laws of chance and time, as weir's scenario and sources pages state them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Z99 = 2.3263478740408408


@dataclass(frozen=True)
class Lognormal:
    """A lognormal time in seconds."""

    median: float
    sigma: float

    @classmethod
    def through(cls, median: float, p99: float) -> Lognormal:
        return cls(median, math.log(p99 / median) / Z99)

    @classmethod
    def of_mean(cls, mean: float, cv: float) -> Lognormal:
        variance = math.log(1 + cv * cv)
        return cls(mean * math.exp(-variance / 2), math.sqrt(variance))

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        return np.asarray(self.median * np.exp(self.sigma * rng.standard_normal(size)))


class Tap:
    """One number after the other of a law, drawn in blocks: the event loops ask for single ones."""

    def __init__(self, law: Lognormal, rng: np.random.Generator) -> None:
        self._law, self._rng = law, rng
        self._block: list[float] = []

    def __call__(self) -> float:
        if not self._block:
            self._block = self._law.draw(self._rng, 4096).tolist()
        return self._block.pop()


PUT = Lognormal.through(0.0073, 0.0117)
"""Request to answer of a put: p50 7.3 ms, p99 11.7 ms (docs/sources.md, Service times)."""

GET_RECORDS = Lognormal(0.0632, 0.402)
"""Request to answer of GetRecords (docs/validation.md, Calibrated service times)."""

GATHERING = 0.010
PUSH = Lognormal.of_mean(0.060, 0.25)
"""Fan-out: 10 ms of gathering, then a lognormal of mean 60 ms and coefficient of variation 0.25 (decision 0010)."""


def poisson_arrivals(rng: np.random.Generator, rate: float, duration: float) -> np.ndarray:
    """Instants of a Poisson process: a Poisson number of them, uniform and in order."""
    return np.sort(rng.uniform(0.0, duration, rng.poisson(rate * duration)))


def zipf(cardinality: int, s: float) -> np.ndarray:
    """The probability of each key, the most frequent first: the n-th has weight 1 / n^s."""
    weights = np.arange(1, cardinality + 1, dtype=float) ** -s
    return np.asarray(weights / weights.sum())
