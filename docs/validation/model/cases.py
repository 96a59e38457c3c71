"""The scenarios that are held against weir: how the model runs each, and which of weir's figures are the same thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import fanout, reading, writing
from .comparison import Figure
from .laws import zipf
from .ring import Ring
from .sdk import JAVA, STANDARD, Retries

Values = dict[str, float]
KEY_BYTES = 36
FOLDER = Path(__file__).resolve().parent.parent
HISTOGRAM_GRAIN = 0.001
"""weir's histograms keep three significant digits (docs/metrics.md)."""


@dataclass(frozen=True)
class Plant:
    """Faults put into the model on purpose, each of which has to be found."""

    depth_s: float = 1.0
    retries: Retries = STANDARD
    children_wait: bool = True
    calls_per_s: float = reading.CALLS_PER_S
    late: float = reading.LATE
    fan_out_bytes: float = fanout.BYTES_PER_S
    step_s: float = 30.0


PLANTS: dict[str, tuple[str, Plant]] = {
    "depth": ("producers", Plant(depth_s=1.5)),
    "no-jitter": ("producers", Plant(retries=Retries(jitter=False))),
    "attempts": ("producers", Plant(retries=Retries(attempts=5))),
    "children-first": ("reshard", Plant(children_wait=False)),
    "step": ("reshard", Plant(step_s=27.0)),
    "calls": ("contending", Plant(calls_per_s=5.25)),
    "reader-no-jitter": ("contending", Plant(retries=Retries(jitter=False))),
    "in-step": ("contending", Plant(late=0.0)),
    "fan-out-bytes": ("fanout", Plant(fan_out_bytes=0.95 * fanout.BYTES_PER_S)),
}


@dataclass(frozen=True)
class Measure:
    """A figure, where weir has it in run.json, and how narrowly it is to be known.

    `resolution` is the half-width of the interval, as a share of the figure, beyond which agreement would say nothing.
    `rounded` is for percentiles out of weir's histograms, which keep three digits. `exact` figures have to be equal.
    """

    name: str
    unit: str
    weir: Callable[[dict[str, Any]], float]
    resolution: float = 0.05
    rounded: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Case:
    """A scenario beside this package, the model's way to run it, and what is compared."""

    name: str
    run: Callable[[Values, int, Plant], Values]
    measures: tuple[Measure, ...]
    short: Values = field(default_factory=dict)
    """What the short form sets instead of the scenario's own values."""

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.yaml"

    def values(self, short: bool) -> Values:
        """The scenario's `vars`, which both sides run with."""
        block = re.search(r"^vars:\n((?:  .*\n)+)", self.path.read_text(), re.MULTILINE)
        assert block is not None, f"{self.path} has no vars"
        values = {name: float(value) for name, value in re.findall(r"^  (\w+): (\S+)$", block[1], re.MULTILINE)}
        return values | (self.short if short else {})

    def figures(self, model: list[Values], weir: list[Values]) -> list[Figure]:
        """What is compared by means over seeds."""
        return [
            Figure(
                f"{self.name}: {measure.name}", measure.unit, np.array([run[measure.name] for run in model]),
                np.array([run[measure.name] for run in weir]), measure.resolution,
                HISTOGRAM_GRAIN if measure.rounded else 0.0,
            )
            for measure in self.measures if not measure.exact
        ]

    def unequal(self, model: list[Values], weir: list[Values]) -> list[str]:
        """Of what has to be equal in every run, what is not."""
        exact = [measure for measure in self.measures if measure.exact]
        return [
            f"{self.name}: {measure.name} is {theirs[measure.name]:g} {measure.unit}, the model says {ours[measure.name]:g}"
            for measure in exact
            for ours, theirs in list(zip(model, weir))[:1]
            if any(a[measure.name] != b[measure.name] for a, b in zip(model, weir))
        ]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _at(*path: str, scale: float = 1.0) -> Callable[[dict[str, Any]], float]:
    def value(document: dict[str, Any]) -> float:
        found: Any = document
        for name in path:
            found = found[name]
        return float(found) * scale

    return value


def _percentiles(values: np.ndarray | list[float], prefix: str) -> Values:
    """p50, p90, p99 and mean in milliseconds; a percentile is the smallest value that so many lie at or below."""
    if len(values) == 0:
        return {f"{prefix} {name}": float("nan") for name in ("p50", "p90", "p99", "mean")}
    quantiles = np.quantile(np.asarray(values), [0.5, 0.9, 0.99], method="inverted_cdf")
    named = dict(zip(("p50", "p90", "p99", "mean"), [*quantiles, np.mean(values)]))
    return {f"{prefix} {name}": float(value) * 1000 for name, value in named.items()}


# Producers ------------------------------------------------------------------------------------------------------------


def _producers(values: Values, seed: int, plant: Plant) -> Values:
    rng = np.random.default_rng([1, seed])
    duration, warmup = values["duration_s"], values["warmup_s"]
    ring = Ring.even(int(values["shards"]))
    web = writing.Producers(
        values["web_rate"], int(values["web_processes"]), (300 + KEY_BYTES, 20 * 1024 + KEY_BYTES), (0.85, 0.15),
        zipf(int(values["web_keys"]), values["web_zipf"]),
    )
    hot = writing.Producers(
        values["hot_rate"], int(values["hot_processes"]), (100 + KEY_BYTES,), (1.0,), np.array([1.0])
    )
    written = writing.write(rng, [web, hot], ring, duration, warmup, plant.retries, plant.depth_s)
    result = reading.read(rng, reading.Pollers(), ring, written.logs, duration)[0]
    waits = reading.propagation(result, written.logs, warmup, duration)
    return {
        "put throttle rate": _share(written.refused, written.attempts),
        "first attempts refused": _share(written.first_refused, written.first_attempts),
        "web lost": float(written.lost[0]),
        "hot lost": float(written.lost[1]),
        **_percentiles(written.latencies[0], "web put"),
        **_percentiles(written.latencies[1], "hot put"),
        **_percentiles(waits, "propagation"),
        "iterator age max": float(np.max(reading.ages(result, written.logs, warmup, duration))) * 1000,
    }


PRODUCERS = Case(
    "producers",
    _producers,
    (
        Measure("put throttle rate", "share", _at("streams", "s", "put_throttle_rate"), 0.05),
        Measure("first attempts refused", "share", _at("streams", "s", "first_attempt_throttle_rate"), 0.05),
        Measure("web lost", "records", _at("producers", "web", "lost"), 0.25),
        Measure("hot lost", "records", _at("producers", "hot", "lost"), 0.1),
        Measure("web put p50", "ms", _at("producers", "web", "put_latency_ms", "p50"), 0.01, rounded=True),
        Measure("web put p99", "ms", _at("producers", "web", "put_latency_ms", "p99"), 0.15, rounded=True),
        Measure("web put mean", "ms", _at("producers", "web", "put_latency_ms", "mean"), 0.1),
        Measure("hot put p50", "ms", _at("producers", "hot", "put_latency_ms", "p50"), 0.05, rounded=True),
        Measure("hot put p99", "ms", _at("producers", "hot", "put_latency_ms", "p99"), 0.1, rounded=True),
        Measure("propagation p50", "ms", _at("consumers", "app", "propagation_ms", "p50"), 0.05, rounded=True),
        Measure("propagation p99", "ms", _at("consumers", "app", "propagation_ms", "p99"), 0.05, rounded=True),
        Measure("iterator age max", "ms", _at("consumers", "app", "iterator_age_ms", "max"), 0.15),
    ),
    short={"duration_s": 45},
)


# Reshard --------------------------------------------------------------------------------------------------------------


def _reshard(values: Values, seed: int, plant: Plant) -> Values:
    rng = np.random.default_rng([2, seed])
    duration, warmup = values["duration_s"], values["warmup_s"]
    ring = Ring.even(int(values["shards"]))
    steps = ring.update_shard_count(int(values["target"]), values["asked_s"], plant.step_s)
    web = writing.Producers(
        values["rate"], int(values["processes"]), (4 * 1024 + KEY_BYTES, 12 * 1024 + KEY_BYTES), (0.5, 0.5),
        zipf(int(values["keys"]), values["zipf"]),
    )
    written = writing.write(rng, [web], ring, duration, warmup, plant.retries, plant.depth_s)
    stopped = (values["stop_s"], values["stop_s"] + values["stopped_s"])
    pollers = reading.Pollers(retries=plant.retries, stopped=stopped)
    result = reading.read(
        rng, pollers, ring, written.logs, duration, children_wait=plant.children_wait
    )[0]
    ages = reading.ages(result, written.logs, warmup, duration)
    waits = reading.propagation(result, written.logs, warmup, duration)
    return {
        "steps": steps * plant.step_s,
        "shards at the peak": max(len(shards) for _, shards in ring.epochs),
        "shards at the end": len(ring.open),
        "put throttle rate": _share(written.refused, written.attempts),
        **_percentiles(written.latencies[0], "put"),
        **_percentiles(waits, "propagation"),
        "iterator age max": float(np.max(ages)) * 1000,
        "reads refused": _share(result.refused, result.calls),
    }


RESHARD = Case(
    "reshard",
    _reshard,
    (
        Measure("steps", "s", lambda d: float(d["streams"]["s"]["reshards"][0]["duration_s"]), exact=True),
        Measure("shards at the peak", "shards", _at("streams", "s", "shards_peak"), exact=True),
        Measure("shards at the end", "shards", _at("streams", "s", "shards_end"), exact=True),
        Measure("put throttle rate", "share", _at("streams", "s", "put_throttle_rate"), 0.2),
        Measure("put p50", "ms", _at("producers", "web", "put_latency_ms", "p50"), 0.01, rounded=True),
        Measure("put p99", "ms", _at("producers", "web", "put_latency_ms", "p99"), 0.2, rounded=True),
        Measure("propagation p50", "ms", _at("consumers", "app", "propagation_ms", "p50"), 0.1, rounded=True),
        Measure("propagation p99", "ms", _at("consumers", "app", "propagation_ms", "p99"), 0.05, rounded=True),
        Measure("propagation mean", "ms", _at("consumers", "app", "propagation_ms", "mean"), 0.05),
        Measure("iterator age max", "ms", _at("consumers", "app", "iterator_age_ms", "max"), 0.05),
        Measure(
            "reads refused", "share",
            lambda d: _share(d["consumers"]["app"]["throttled_calls"], d["consumers"]["app"]["calls"]), 0.1,
        ),
    ),
)


# Contending readers ---------------------------------------------------------------------------------------------------


def _contending(retries: Retries) -> Callable[[Values, int, Plant], Values]:
    """Readers of one shard whose SDK tries again in this form; a plant of retries takes its jitter away."""

    def run(values: Values, seed: int, plant: Plant) -> Values:
        rng = np.random.default_rng([3, retries.attempts, seed])
        duration, warmup = values["duration_s"], values["warmup_s"]
        ring = Ring.even(1)
        web = writing.Producers(values["rate"], 1, (1024 + KEY_BYTES,), (1.0,), zipf(1000, 0))
        written = writing.write(rng, [web], ring, duration, warmup, None, plant.depth_s)
        form = replace(retries, jitter=plant.retries.jitter)
        pollers = reading.Pollers(int(values["readers"]), retries=form, late=plant.late)
        results = reading.read(rng, pollers, ring, written.logs, duration, calls_per_s=plant.calls_per_s)
        waits = [
            _percentiles(reading.propagation(result, written.logs, warmup, duration), "propagation")
            for result in results
        ]
        ages = [float(np.max(reading.ages(result, written.logs, warmup, duration))) for result in results]
        refused = [result.refused for result in results]
        return {
            "attempts": sum(result.calls for result in results) / duration,
            "reads refused": _share(sum(refused), sum(result.calls for result in results)),
            "worst reader's refusals": _share(max(refused), float(np.mean(refused))),
            **{name: float(np.mean([wait[name] for wait in waits])) for name in ("propagation p50", "propagation p99")},
            "iterator age max": float(np.mean(ages)) * 1000,
        }

    return run


def _readers(value: Callable[[list[dict[str, Any]], float], float]) -> Callable[[dict[str, Any]], float]:
    return lambda document: value(list(document["consumers"].values()), float(document["simulated_s"]))


def _mean(readers: list[dict[str, Any]], figure: str, statistic: str) -> float:
    """The mean over all readers; not a number when one of them was never handed anything."""
    values = [reader[figure][statistic] for reader in readers]
    return float("nan") if None in values else float(np.mean(values))


def _calls(readers: list[dict[str, Any]], name: str) -> list[float]:
    return [float(reader[name]) for reader in readers]


CONTENTION = (
    Measure("attempts", "calls/s", _readers(lambda r, seconds: sum(_calls(r, "calls")) / seconds), 0.05),
    Measure(
        "reads refused", "share", _readers(lambda r, _: _share(sum(_calls(r, "throttled_calls")), sum(_calls(r, "calls")))), 0.05
    ),
    Measure(
        "worst reader's refusals", "of the mean",
        _readers(lambda r, _: _share(max(_calls(r, "throttled_calls")), float(np.mean(_calls(r, "throttled_calls"))))), 0.2,
    ),
    Measure("propagation p50", "ms", _readers(lambda r, _: _mean(r, "propagation_ms", "p50")), 0.05, rounded=True),
    Measure("propagation p99", "ms", _readers(lambda r, _: _mean(r, "propagation_ms", "p99")), 0.25, rounded=True),
    Measure("iterator age max", "ms", _readers(lambda r, _: _mean(r, "iterator_age_ms", "max")), 0.25),
)

CONTENDING = Case("contending", _contending(STANDARD), CONTENTION)
CONTENDING_KCL = Case("contending-kcl", _contending(JAVA), CONTENTION)


# Fan-out --------------------------------------------------------------------------------------------------------------


def _fanout(values: Values, seed: int, plant: Plant) -> Values:
    rng = np.random.default_rng([4, seed])
    duration, warmup = values["duration_s"], values["warmup_s"]
    ring = Ring.even(int(values["shards"]))
    web = writing.Producers(
        values["rate"], 1, (4 * 1024 + KEY_BYTES, 12 * 1024 + KEY_BYTES), (0.5, 0.5), zipf(int(values["keys"]), 0)
    )
    written = writing.write(rng, [web], ring, duration, warmup, None, plant.depth_s)
    figures: Values = {}
    for name, begins in (("steady", 0.0), ("late", values["late_s"])):
        subscriber = fanout.Subscriber(begins, plant.fan_out_bytes)
        result = reading.Read([fanout.pushed(rng, subscriber, log, duration) for log in written.logs])
        waits = reading.propagation(result, written.logs, warmup, duration)
        figures |= _percentiles(waits, f"{name} propagation")
    figures["records of late"] = sum(float(np.count_nonzero(handed < duration)) for handed in result.handed)
    return figures


FANOUT = Case(
    "fanout",
    _fanout,
    (
        *(
            Measure(f"{name} propagation {statistic}", "ms",
                    _at("consumers", name, "propagation_ms", statistic), 0.05, rounded=statistic != "mean")
            for name, statistics in (("steady", ("p50", "p99", "mean")), ("late", ("p90", "p99", "mean")))
            for statistic in statistics
        ),
        Measure("records of late", "records", _at("consumers", "late", "records"), 0.05),
    ),
)

CASES = (PRODUCERS, RESHARD, CONTENDING, CONTENDING_KCL, FANOUT)
