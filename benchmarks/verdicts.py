"""Measure how often a review believes claims that are true, and claims that are false.

Nations of 60 units are simulated, of a median of 300 cases (1,500 where units are reliable), in
which a claim is true, or false, by construction. Each claim is judged by its rules from the base of
a review alone: no specification besides, no calibration. Each figure has its Monte Carlo standard
error. Results are added to a CSV, so that runs of other seeds add up.

    python benchmarks/verdicts.py run --first 0 --last 100 --minutes 20 results.csv
    python benchmarks/verdicts.py table results.csv
"""

import argparse
import csv
import os
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.special import expit

from varstat.data import read_table
from varstat.review.amounts import judge_total, judge_unit
from varstat.review.claim import Claim
from varstat.review.evidence import gather_evidence
from varstat.review.outliers import judge_outliers
from varstat.review.pairs import judge_pair
from varstat.review.reviewed import Reviewed, make_reviewed
from varstat.review.verdicts import judge_differ, judge_quarter, judge_quarters, judge_ranks

UNITS, LEVEL, DRAWS = 60, 0.95, 1000
COLUMNS = ["nation", "claim", "truth", "seed", "verdict"]
NATIONS = {
    "reliable": "units differ by a normal of SD 0.6; 1,500 cases",
    "planted": "SD 0.3, and one unit 1.5 better, one 1.5 worse than all",
    "alike": "no unit differs from another",
    "size": "larger units have higher rates: 0.3 for one of log size, and SD 0.2",
    "clusters": "two clusters 0.8 apart, alike within",
    "noise": "SD 0.3; a middling unit of 12 cases has none of the events",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nation:
    """A nation, and what it reports."""

    theta: np.ndarray
    size: np.ndarray
    event: np.ndarray
    reviewed: Reviewed

    @property
    def opportunity(self) -> np.ndarray:
        """What each unit would really gain by reaching the best quarter."""
        rate = expit(self.theta)
        return np.asarray(self.size * np.maximum(rate - np.quantile(rate, 0.25), 0.0))


def simulate(name: str, seed: int) -> Nation:
    """Simulate a nation, and fit it."""
    rng = np.random.default_rng([15, seed, list(NATIONS).index(name)])
    median = 1500 if name == "reliable" else 300
    size = np.maximum(np.round(np.exp(rng.normal(np.log(median), 0.8, UNITS))), 12).astype(int)
    spread = {"reliable": 0.6, "planted": 0.3, "noise": 0.3, "size": 0.2}.get(name, 0.0)
    theta = -1.5 + spread * rng.normal(size=UNITS)
    match name:
        case "planted":
            theta[[0, -1]] = theta.min() - 1.5, theta.max() + 1.5
        case "size":
            theta += 0.3 * np.log(size / 300)
        case "clusters":
            theta += 0.4 * np.where(np.arange(UNITS) < UNITS // 2, -1.0, 1.0)
        case "noise":
            theta[0], size[0] = np.median(theta[1:]), 12
    event = rng.binomial(size, expit(theta))
    if name == "noise":
        event[0] = 0
    frame = pd.DataFrame(
        {"unit": [f"u{i:02}" for i in range(UNITS)], "numerator": event, "denominator": size}
    )
    table = read_table(frame, direction="lower-is-better")
    reviewed = make_reviewed(table, by={}, target=None, level=LEVEL, draws=DRAWS, seed=1)
    return Nation(theta=theta, size=size, event=event, reviewed=reviewed)


def judge_all(name: str, nation: Nation) -> list[tuple[str, bool, str]]:
    """Judge a nation's claims of which the truth is known: claim, whether true, and verdict."""
    reviewed, evidence = nation.reviewed, gather_evidence(nation.reviewed)
    place = evidence.place()
    raw = nation.event / nation.size
    low, high = (f"u{int(i):02}" for i in (np.argmin(raw), np.argmax(raw)))
    assert reviewed.opportunity is not None
    own = reviewed.opportunity.total

    def label(code: str) -> Claim:
        return judge_quarter(evidence, place[code], "best")

    match name:
        case "reliable":
            found = [
                ("units differ", True, judge_differ(evidence)),
                ("the ranking can be relied on", True, judge_ranks(reviewed, evidence)),
                ("the total is what it is", True,
                 judge_total(reviewed, evidence, float(nation.opportunity.sum()))),
            ]  # fmt: skip
        case "planted":
            worst = f"u{UNITS - 1:02}"
            units = [str(code) for code in reviewed.opportunity.units.unit]
            true = float(nation.opportunity[-1])
            outlying = {c.units[0]: c for c in judge_outliers(reviewed, evidence) if c.units}
            found = [
                ("the planted unit is in the best quarter", True, label("u00")),
                ("it is better than the middling unit", True,
                 judge_pair(reviewed, evidence, ("u00", _middling(nation)))),
                ("the worst is an outlier", True, outlying.get(worst)),
                ("the worst's opportunity is what it is", True,
                 judge_unit(reviewed, evidence, units.index(worst), true)),
            ]  # fmt: skip
        case "alike":
            outlying = {c.units[0]: c for c in judge_outliers(reviewed, evidence) if c.units}
            found = [
                ("units differ", False, judge_differ(evidence)),
                ("the ranking can be relied on", False, judge_ranks(reviewed, evidence)),
                ("the first is in the best quarter", False, label(low)),
                ("the best quarter belongs there", False, judge_quarters(evidence, "best")),
                ("the first is better than the last", False,
                 judge_pair(reviewed, evidence, (low, high))),
                ("the total is as published", False,
                 judge_total(reviewed, evidence, own.published)),
                ("the total is as estimated", False,
                 judge_total(reviewed, evidence, own.estimate)),
                ("the last is an outlier", False, outlying.get(high)),
            ]  # fmt: skip
        case "size":
            found = [
                ("the total is as published", False,
                 judge_total(reviewed, evidence, own.published)),
                ("the total is as estimated without size", False,
                 judge_total(reviewed, evidence, own.estimate)),
                ("the best quarter belongs there", False, judge_quarters(evidence, "best")),
            ]  # fmt: skip
        case "clusters":
            half = np.arange(UNITS // 2)
            a, b = (f"u{int(half[i]):02}" for i in (np.argmin(raw[half]), np.argmax(raw[half])))
            found = [
                ("the ranking can be relied on", False, judge_ranks(reviewed, evidence)),
                ("the best quarter belongs there", False, judge_quarters(evidence, "best")),
                ("the first of a cluster is better than its last", False,
                 judge_pair(reviewed, evidence, (a, b))),
            ]  # fmt: skip
        case _:
            found = [("the middling unit is in the best quarter", False, label("u00"))]
    return [(claim, true, "not" if c is None else c.verdict) for claim, true, c in found]


def _middling(nation: Nation) -> str:
    """The unit of which half of the others are better."""
    return f"u{int(np.argsort(nation.theta)[UNITS // 2]):02}"


def run(path: Path, first: int, last: int, minutes: float) -> None:
    """Judge nations of each kind until they are done or the CPU time is up."""
    warnings.filterwarnings("ignore")
    new = not path.exists()
    with path.open("a", newline="") as file:
        write = csv.writer(file)
        if new:
            write.writerow(COLUMNS)
        for seed in range(first, last):
            for name in NATIONS:
                if time.process_time() > 60.0 * minutes:
                    return
                for claim, true, verdict in judge_all(name, simulate(name, seed)):
                    write.writerow([name, claim, int(true), seed, verdict])
                file.flush()


def tabulate(paths: list[Path]) -> None:
    """Print what was measured as a table in Markdown."""
    frame = pd.concat([pd.read_csv(path) for path in paths])
    frame = frame.drop_duplicates(["nation", "claim", "seed"])
    print(
        "| nation | claim | it is | nations | believed, % | with care, % | not, % |\n"
        "|---|---|---|---|---|---|---|"
    )
    for name, words in NATIONS.items():
        some = frame[frame["nation"] == name]
        for claim in some["claim"].unique():
            rows = some[some["claim"] == claim]
            shares = [(rows["verdict"] == each).mean() for each in ("believed", "with care", "not")]
            true = "true" if rows["truth"].iloc[0] else "false"
            error = np.sqrt(max(shares[0] * (1 - shares[0]), 0.25 / len(rows)) / len(rows))
            print(
                f"| {words} | {claim} | {true} | {len(rows)} | {100 * shares[0]:.0f} "
                f"({100 * error:.1f}) | {100 * shares[1]:.0f} | {100 * shares[2]:.0f} |"
            )


def main() -> None:
    """Run or print, as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("path", nargs="+", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=20.0, help="of CPU time, at most")
    said = parser.parse_args()
    if said.what == "table":
        tabulate(said.path)
    else:
        run(said.path[0], said.first, said.last, said.minutes)


if __name__ == "__main__":
    main()
