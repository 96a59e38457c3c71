#!/usr/bin/env python3
"""Holds weir against the model in this folder, seed by seed: `python3 docs/validation/check.py --weir PATH`.

Ends with 0 when every figure agrees, with 1 when one differs, with 2 when an interval is too wide to tell.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from model.cases import CASES, PLANTS, Case, Plant, Values
from model.comparison import CONFIDENCE, Figure, Verdict, compare

def main() -> int:
    arguments = _arguments()
    plant = PLANTS[arguments.plant][1] if arguments.plant else Plant()
    only = arguments.only or ([PLANTS[arguments.plant][0]] if arguments.plant else None)
    cases = [case for case in CASES if only is None or case.name in only]
    figures: list[Figure] = []
    unequal: list[str] = []
    for case in cases:
        values = case.values(arguments.short)
        documents = _weir(arguments.weir, case, values, arguments.seeds)
        weir = [{measure.name: measure.weir(document) for measure in case.measures} for document in documents]
        model = [case.run(values, seed, plant) for seed in range(1, arguments.seeds + 1)]
        figures += case.figures(model, weir)
        unequal += case.unequal(model, weir)
    verdicts = compare(figures)
    return _report(verdicts, unequal, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True, help="the weir binary")
    parser.add_argument("--seeds", type=int, default=10, help="runs of each side and scenario (10)")
    parser.add_argument("--short", action="store_true", help="shorter scenarios, as CI runs them")
    parser.add_argument("--only", action="append", choices=[case.name for case in CASES], help="this scenario; repeatable")
    parser.add_argument("--plant", choices=sorted(PLANTS), help="put a fault into the model, which is to be found")
    parser.add_argument("--markdown", action="store_true", help="the table as docs/validation.md has it")
    return parser.parse_args()


def _weir(binary: str, case: Case, values: Values, seeds: int) -> list[dict[str, Any]]:
    """run.json of each seed. Both sides run with the same values."""
    settings = [part for name, value in sorted(values.items()) for part in ("--set", f"vars.{name}={value:g}")]

    def run(seed: int) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            command = [binary, "run", str(case.path), "--seed", str(seed), "--out", folder, *settings]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode not in (0, 10):
                sys.exit(f"`{' '.join(command)}` ended with {done.returncode}\n{done.stderr}")
            document: dict[str, Any] = json.loads((Path(folder) / "run.json").read_text())
            return document

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run, range(1, seeds + 1)))


def _report(verdicts: list[Verdict], unequal: list[str], arguments: argparse.Namespace) -> int:
    differing = [v for v in verdicts if not v.agrees]
    vague = [v for v in verdicts if v.agrees and not v.decides]
    if arguments.markdown:
        _table(verdicts, markdown=True)
        return 0
    _table(verdicts, markdown=False)
    level = 1 - (1 - CONFIDENCE) / max(1, len(verdicts))
    print(
        f"{len(verdicts)} figures, {arguments.seeds} seeds; each interval at {100 * level:.3f} %, all together at {100 * CONFIDENCE:g} %: "
        f"{len(differing) + len(unequal)} differ, {len(vague)} undecided"
    )
    for verdict in differing:
        print(f"DIFFERS {verdict.figure.name}: weir is {verdict.difference:+.4g} ± {verdict.half_width:.2g} {verdict.figure.unit} off")
    for verdict in vague:
        print(f"UNDECIDED {verdict.figure.name}: ± {verdict.half_width:.2g} of {verdict.value:.4g} is too wide to tell")
    for name in unequal:
        print(f"DIFFERS {name}")
    return 1 if differing or unequal else 2 if vague else 0


def _number(value: float, digits: int) -> str:
    """So many significant digits, and no exponent."""
    if not np.isfinite(value) or value == 0:
        return f"{value:g}"
    decimals = digits - 1 - int(np.floor(np.log10(abs(value))))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def _table(verdicts: list[Verdict], markdown: bool) -> None:
    rows = [("figure", "model", "weir", "weir − model", "")]
    for v in verdicts:
        scale, unit = (100.0, "%") if v.figure.unit == "share" else (1.0, v.figure.unit)
        verdict = "differs" if not v.agrees else "agrees" if v.decides else "undecided"
        weir = float(np.mean(v.figure.weir))
        rows.append((
            f"{v.figure.name}, {unit}", _number(scale * v.value, 4), _number(scale * weir, 4),
            f"{_number(scale * v.difference, 2)} ± {_number(scale * v.half_width, 2)}", verdict,
        ))
    if markdown:
        for number, row in enumerate(rows):
            print("| " + " | ".join(row) + " |" + ("\n|---|---:|---:|---:|---|" if number == 0 else ""))
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    sys.exit(main())
