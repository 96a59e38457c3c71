"""Facts about the model, and that it would notice: `python3 -m unittest discover -s docs/validation -t docs/validation`."""

from __future__ import annotations

import unittest
from functools import cache

import numpy as np

from model import comparison, laws, ring, sdk
from model.cases import CASES, PLANTS, Case, Plant, Values
from model.reading import ReadGate
from model.writing import WriteGate


class RingTests(unittest.TestCase):
    def test_four_to_three_leaves_shards_6_9_and_10(self) -> None:
        stream = ring.Ring.even(4)
        self.assertEqual(stream.update_shard_count(3, 0.0, 30.0), 5)
        self.assertEqual([shard.number for shard in stream.open], [6, 9, 10])

    def test_steps_are_the_boundaries_that_are_not_in_common(self) -> None:
        for count in range(1, 26):
            for target in range((count + 1) // 2, 2 * count + 1):
                stream = ring.Ring.even(count)
                old = {i * target for i in range(count)}
                common = len(old & {i * count for i in range(target)})
                self.assertEqual(stream.update_shard_count(target, 0.0, 30.0), count + target - 2 * common)
                self.assertEqual(len(stream.open), target)

    def test_every_key_has_one_owner(self) -> None:
        stream = ring.Ring.even(3)
        stream.update_shard_count(5, 0.0, 30.0)
        for i in range(1000):
            key = ring.hash_key(f"key-{i}")
            owner = stream.shards[stream.owner(key)]
            self.assertTrue(owner.start <= key < owner.end and owner.closed == float("inf"))


class BucketTests(unittest.TestCase):
    def test_the_1001st_record_of_an_instant_is_refused_and_costs_nothing(self) -> None:
        gate = WriteGate(0.0, 1.0)
        self.assertEqual(sum(gate.takes(1.0, 0.0) for _ in range(1001)), 1000)
        self.assertTrue(gate.takes(1.0, 0.001))

    def test_both_buckets_must_hold(self) -> None:
        gate = WriteGate(0.0, 1.0)
        self.assertTrue(gate.takes(float(1 << 20), 0.0))
        self.assertFalse(gate.takes(1.0, 0.0))

    def test_a_full_answer_is_followed_by_five_seconds_of_refusals(self) -> None:
        gate = ReadGate()
        self.assertTrue(gate.admits(0.0))
        gate.answered(float(10 << 20))
        self.assertFalse(gate.admits(4.999))
        self.assertTrue(gate.admits(5.0))

    def test_a_sixth_call_of_an_instant_is_refused(self) -> None:
        gate = ReadGate()
        self.assertEqual([gate.admits(0.0) for _ in range(6)], [True] * 5 + [False])


class RetryTests(unittest.TestCase):
    def test_pauses_are_uniform_up_to_one_and_two_seconds(self) -> None:
        retries = sdk.Retries()
        self.assertEqual([retries.pause(i, 1.0) for i in range(6)], [1, 2, 4, 8, 16, 20])
        self.assertEqual(retries.pause(1, 0.25), 0.5)

    def test_a_hundred_retries_without_success_spend_the_quota(self) -> None:
        quota = sdk.Quota()
        self.assertEqual(sum(quota.takes(1.0) for _ in range(200)), 100)
        quota.succeeded(2.0, retries=1)
        self.assertFalse(quota.takes(1.5))
        self.assertTrue(quota.takes(2.0))
        self.assertFalse(quota.takes(2.0))


class LawTests(unittest.TestCase):
    def test_puts_go_through_their_percentiles(self) -> None:
        drawn = laws.PUT.draw(np.random.default_rng(1), 400_000)
        p50, p99 = np.quantile(drawn, [0.5, 0.99])
        self.assertAlmostEqual(p50, 0.0073, delta=0.00002)
        self.assertAlmostEqual(p99, 0.0117, delta=0.0001)

    def test_pushes_have_a_mean_of_60_ms_and_a_quarter_of_it_as_deviation(self) -> None:
        drawn = laws.PUSH.draw(np.random.default_rng(1), 400_000)
        self.assertAlmostEqual(float(np.mean(drawn)), 0.060, delta=0.0002)
        self.assertAlmostEqual(float(np.std(drawn)), 0.015, delta=0.0002)


class ComparisonTests(unittest.TestCase):
    def test_a_family_of_equal_figures_is_wrong_once_in_a_hundred(self) -> None:
        rng = np.random.default_rng(1)
        wrong = 0
        for _ in range(400):
            family = [
                comparison.Figure("x", "", rng.normal(5, 1, 10), rng.normal(5, 3, 10), 9.0) for _ in range(30)
            ]
            wrong += any(not verdict.agrees for verdict in comparison.compare(family))
        self.assertLessEqual(wrong, 12)  # 4 are expected; 13 and more have a chance of one in five thousand

    def test_an_interval_too_wide_to_tell_decides_nothing(self) -> None:
        wide = comparison.Figure("x", "", np.array([1.0, 9.0, 5.0]), np.array([2.0, 8.0, 5.0]), 0.05)
        (verdict,) = comparison.compare([wide])
        self.assertTrue(verdict.agrees)
        self.assertFalse(verdict.decides)


@cache
def runs(case: Case, seeds: range, plant: Plant) -> list[Values]:
    values = case.values(short=True)
    return [case.run(values, seed, plant) for seed in seeds]


def differing(case: Case, plant: Plant) -> list[str]:
    """What a check of the model against a model with a fault says, under other seeds."""
    ours, theirs = runs(case, range(1, 11), Plant()), runs(case, range(101, 111), plant)
    verdicts = comparison.compare(case.figures(ours, theirs))
    return [v.figure.name for v in verdicts if not v.agrees] + case.unequal(ours, theirs)


class PowerTests(unittest.TestCase):
    def test_the_model_agrees_with_itself_under_other_seeds(self) -> None:
        for case in CASES:
            with self.subTest(case.name):
                self.assertEqual(differing(case, Plant()), [])

    def test_every_planted_fault_is_found(self) -> None:
        for name, (scenario, plant) in PLANTS.items():
            with self.subTest(name):
                case = next(case for case in CASES if case.name == scenario)
                self.assertNotEqual(differing(case, plant), [])


if __name__ == "__main__":
    unittest.main()
