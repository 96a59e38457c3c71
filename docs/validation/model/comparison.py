"""Do two samples of seeds have the same mean? Welch's interval of the difference, all of a family together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]

CONFIDENCE = 0.99
"""Of the whole family: with both models equal, a check finds any difference at all in one of a hundred choices of seeds."""


@dataclass(frozen=True)
class Figure:
    """One figure of both sides, a value for each seed."""

    name: str
    unit: str
    model: np.ndarray
    weir: np.ndarray
    resolution: float
    """The half-width, as a share of the value (of a share: in percentage points / 100), beyond which agreeing says nothing."""
    grain: float = 0.0
    """The share of the value that weir's own rounding may move it by: histograms keep three digits."""


@dataclass(frozen=True)
class Verdict:
    """A figure's difference of means, weir less the model, with its simultaneous interval."""

    figure: Figure
    difference: float
    half_width: float

    @property
    def value(self) -> float:
        return float(np.mean(self.figure.model))

    @property
    def agrees(self) -> bool:
        return abs(self.difference) <= self.half_width

    @property
    def decides(self) -> bool:
        """Whether the interval is narrow enough to mean something."""
        return self.half_width <= self.figure.resolution * max(abs(self.value), 1e-12)


def compare(figures: list[Figure], confidence: float = CONFIDENCE) -> list[Verdict]:
    """Welch's t interval of each difference, at a level such that all hold together (Bonferroni)."""
    level = 1 - (1 - confidence) / len(figures)
    return [_verdict(figure, level) for figure in figures]


def _verdict(figure: Figure, level: float) -> Verdict:
    a, b = figure.model, figure.weir
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    difference, variance = float(np.mean(b) - np.mean(a)), float(va + vb)
    grain = figure.grain * abs(float(np.mean(a)))
    if variance == 0:
        return Verdict(figure, difference, grain)
    freedom = variance**2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    quantile = float(stdtrit(freedom, 1 - (1 - level) / 2))
    return Verdict(figure, difference, quantile * math.sqrt(variance) + grain)
