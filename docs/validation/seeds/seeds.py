#!/usr/bin/env python3
"""Runs weir under one seed after another and counts what it says: how many plans call a design good, or how many of the intervals
that a comparison prints hold the truth, which is the mean difference of all seeds together."""

from __future__ import annotations

import argparse
import json
import subprocess
from collections import Counter
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the binary")
    parser.add_argument("what", choices=["plan", "compare"])
    parser.add_argument("file")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--reliability", help="of plan")
    parser.add_argument("--replications", nargs="+", default=[], help="of each seed; of compare several, the most for the truth")
    parser.add_argument("--change", default="streams.s.shards=3", help="of compare: the other design")
    options = parser.parse_args()
    (plans if options.what == "plan" else comparisons)(options)


def weir(options: argparse.Namespace, *arguments: str) -> Any:
    """The JSON that a command prints; 12 is `no plan`."""
    done = subprocess.run(
        [options.weir, *arguments, "--format", "json"], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 10, 12):
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def seeds(options: argparse.Namespace) -> range:
    return range(options.first, options.first + options.seeds)


def plans(options: argparse.Namespace) -> None:
    """Of a search of one design: by how many seeds it is called good, and why not by the others."""
    more = ["--reliability", options.reliability] if options.reliability else []
    more += ["--replications", *options.replications] if options.replications else []
    said: Counter[str] = Counter()
    runs = 0
    for seed in seeds(options):
        plan = weir(options, "plan", options.file, "--seed", str(seed), *more)
        runs += plan["effort"]["simulations"]
        said["good" if plan["feasible"] else plan["excuses"][0]["limit"]] += 1
    print(f"{options.seeds} seeds: " + ", ".join(f"{word} {count}" for word, count in sorted(said.items())))
    print(f"{runs / options.seeds:.0f} simulations a seed")


def comparisons(options: argparse.Namespace) -> None:
    """Figure by figure: intervals printed, those that hold the truth, and why the others are withheld."""
    counts = sorted(int(count) for count in options.replications or ["10", "40", "150"])
    found = {count: [differences(options, seed, count) for seed in seeds(options)] for count in counts}
    names = [name for name in found[counts[-1]][0] if all(name in one for many in found.values() for one in many)]
    truth = {name: sum(one[name]["mean"] for one in found[counts[-1]]) / options.seeds for name in names}
    for count in counts:
        print(f"{options.seeds} seeds of {count} replications")
        for name in names:
            rows = [one[name] for one in found[count]]
            printed = [row for row in rows if row["half_width"] is not None]
            held = sum(abs(row["mean"] - truth[name]) <= row["half_width"] for row in printed)
            reasons = Counter(row["withheld"] for row in rows if row["half_width"] is None)
            print(
                f"  {name}: truth {truth[name]:.6g}; {len(printed)} printed, {held} hold it"
                + "".join(f"; withheld {reason}: {times}" for reason, times in sorted(reasons.items()))
            )


def differences(options: argparse.Namespace, seed: int, replications: int) -> dict[str, dict[str, Any]]:
    """By figure what a comparison says of the two designs."""
    change = ["--with", options.change, "--seed", str(seed), "--replications", str(replications)]
    found = weir(options, "compare", options.file, *change)
    return {row["metric"]: row for row in found["differences"]}


if __name__ == "__main__":
    main()
