"""Measure how often what is said of a change holds the truth, in simulated nations.

Nations of 60 units in eight quarters drift and break, return to a level of their own, or don't
change at all, as in tests/calibration/test_change.py; every other one has volumes like practices'.
Each figure has its Monte Carlo standard error. Results are added to a CSV, so that runs add up.

    PYTHONPATH=tests python benchmarks/change.py run --last 240 --minutes 30 results.csv
    PYTHONPATH=tests python benchmarks/change.py table results.csv
"""

import argparse
import csv
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from calibration.test_change import CHANGING, STILL, Held, simulate

TRUTHS = (*CHANGING, STILL)
VOLUMES = ("trusts", "practices")
BINS = 10
COLUMNS = ["truth", "seed", "lasting", "rank", "total", "z", "listed"]
COLUMNS += [f"{name}_{k}" for name in ("units", "p", "improved") for k in range(BINS)]


def to_row(truth: str, seed: int, held: Held) -> list[str | float]:
    """Sum up a nation: what its intervals hold, and its units by `p_improved` in tenths."""
    tenth = np.minimum((BINS * held.p).astype(int), BINS - 1)
    sums = [
        np.bincount(tenth, weights=each, minlength=BINS)
        for each in (np.ones(len(tenth)), held.p, held.improved.astype(float))
    ]
    first = [truth, seed, held.lasting, held.rank, int(held.total), held.z, int(held.listed)]
    return [*first, *np.concatenate(sums).tolist()]


def run(first: int, last: int, minutes: float, results: Path) -> None:
    """Simulate the nations that aren't yet among the results, until time is up."""
    begun, done = time.monotonic(), set()
    if results.exists():
        known = pd.read_csv(results)
        done = set(zip(known.truth, known.seed, strict=True))
    with results.open("a", newline="") as file:
        writer = csv.writer(file)
        if not done:
            writer.writerow(COLUMNS)
        for seed in range(first, last):
            for truth in TRUTHS:
                if (truth, seed) in done:
                    continue
                if time.monotonic() - begun > 60.0 * minutes:
                    return
                writer.writerow(to_row(truth, seed, simulate(truth, seed)))
                file.flush()


def share(values: pd.Series) -> str:
    """Write a mean in percent, and its Monte Carlo error."""
    return f"{100 * values.mean():.1f}% ({100 * values.std(ddof=1) / np.sqrt(len(values)):.1f})"


def print_table(results: Path) -> None:
    """Print what all nations so far come to, as rows of Markdown."""
    nations = pd.read_csv(results)
    nations["volumes"] = np.array(VOLUMES)[nations.seed % 2]
    for truth in TRUTHS:
        for volumes in VOLUMES:
            some = nations[(nations.truth == truth) & (nations.volumes == volumes)]
            print(
                f"| {truth}, {volumes} | {share(some.lasting)} | {share(some['rank'])} "
                f"| {share(some.total)} | {some.z.mean():.2f}, {some.z.std():.2f} "
                f"| {some.listed.sum()} of {len(some)} |"
            )
    for truth in CHANGING:
        some = nations[nations.truth == truth]
        sums = {
            name: some[[f"{name}_{k}" for k in range(BINS)]].sum().to_numpy()
            for name in ("units", "p", "improved")
        }
        print("| mean |", " | ".join(f"{x:.2f}" for x in sums["p"] / sums["units"]), "|")
        print(f"| {truth} |", " | ".join(f"{x:.2f}" for x in sums["improved"] / sums["units"]), "|")


def main() -> None:
    """Run, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["run", "table"])
    parser.add_argument("results", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=240)
    parser.add_argument("--minutes", type=float, default=30.0)
    asked = parser.parse_args()
    if asked.verb == "run":
        run(asked.first, asked.last, asked.minutes, asked.results)
    else:
        print_table(asked.results)


if __name__ == "__main__":
    main()
