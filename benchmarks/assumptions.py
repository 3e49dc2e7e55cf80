"""Measure what the default says of nations whose units differ otherwise than by a normal.

Nations of 60 units are simulated, whose truth is known: how often the 90% interval of the total
opportunity holds it, how the estimate compares with it, how often ranks' 95% intervals hold the
rank, what P(best quarter) above 0.8 says and what is true, and how often a note or check speaks
against the model. Each figure has its Monte Carlo standard error. Results are added to a CSV, so
that runs of other seeds add up.

    python benchmarks/assumptions.py run --first 0 --last 200 --minutes 10 results.csv
    python benchmarks/assumptions.py table results.csv
"""

import argparse
import csv
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from scipy.special import expit

import varstat

UNITS, LEVEL, DRAWS, SURE = 60, 0.9, 1000, 0.8
Effects = Callable[[np.random.Generator, np.ndarray], np.ndarray]
KINDS: dict[str, tuple[str, Effects]] = {
    "normal": ("normal, as assumed", lambda r, n: 0.3 * r.normal(size=len(n))),
    "bimodal": (
        "two clusters, 0.8 apart",
        lambda r, n: 0.4 * r.choice([-1, 1], len(n)) + 0.05 * r.normal(size=len(n)),
    ),
    "t2": ("Student-t with two degrees of freedom", lambda r, n: 0.2 * r.standard_t(2, len(n))),
    "rarebad": (
        "15% poor units, the others alike",
        lambda r, n: np.where(r.random(len(n)) < 0.15, 0.9, 0.0) + 0.1 * r.normal(size=len(n)),
    ),
    "onesided": ("one-sided: exponential", lambda r, n: 0.4 * r.exponential(size=len(n)) - 0.3),
    "size": (
        "larger units worse, `--inform size`",
        lambda r, n: 0.3 * np.log(n / 300) + 0.2 * r.normal(size=len(n)),
    ),
    "uneven": (
        "smaller units differ more",
        lambda r, n: 0.3 * (n / 300) ** -0.4 * r.normal(size=len(n)),
    ),
}
COLUMNS = [
    *("kind", "seed", "held", "true", "estimate", "ranks", "sure_said", "sure_true", "sure"),
    *("effects", "shape", "size", "failed"),
]


def measure(kind: str, seed: int) -> list[object]:
    """Simulate a nation, and hold what is said of it against the truth."""
    rng = np.random.default_rng([1126, seed])
    size = np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, UNITS))), 3)
    theta = -1.5 + KINDS[kind][1](rng, size)
    rate = expit(theta)
    frame = pd.DataFrame(
        {
            "unit": [f"u{i:02}" for i in range(UNITS)],
            "numerator": rng.binomial(size.astype(int), rate),
            "denominator": size.astype(int),
        }
    )
    inform = "size" if kind == "size" else None
    table = varstat.read_table(frame, direction="lower-is-better", inform=inform)
    fits = varstat.fit_model(table, draws=DRAWS)
    found = varstat.compute_opportunity(fits, level=LEVEL)[0]
    true = float(size @ np.maximum(rate - np.quantile(rate, 0.25), 0.0))
    effect = np.concatenate([block for _, block in fits[0].effects.blocks()])
    drawn = fits[0].beta @ fits[0].design.own.T + effect
    rank = np.argsort(np.argsort(drawn, axis=1), axis=1)
    lower, upper = (np.quantile(rank, q, axis=0, method="inverted_cdf") for q in (0.025, 0.975))
    right = np.argsort(np.argsort(theta))
    best = np.mean(rank < UNITS // 4, axis=0)
    sure = best > SURE
    return [
        kind,
        seed,
        int(found.total.lower <= true <= found.total.upper),
        true,
        found.total.estimate,
        float(np.mean((lower <= right) & (right <= upper))),
        float(best[sure].sum()),
        int(np.sum(right[sure] < UNITS // 4)),
        int(sure.sum()),
        fits[0].design.effects.name,
        found.assumptions.shape_p,
        found.assumptions.size_p,
        int(not found.diagnostics.passed),
    ]


def run(path: Path, first: int, last: int, step: int, minutes: float) -> None:
    """Measure nations of each kind until they are done or the CPU time is up."""
    warnings.filterwarnings("ignore")
    new = not path.exists()
    with path.open("a", newline="") as file:
        write = csv.writer(file)
        if new:
            write.writerow(COLUMNS)
        for seed in range(first, last, step):
            for kind in KINDS:
                if time.process_time() > 60.0 * minutes:
                    return
                write.writerow(measure(kind, seed))
                file.flush()


def say_share(values: pd.Series) -> str:
    """A share of nations in percent, and its standard error."""
    share = float(values.mean())
    error = np.sqrt(max(share * (1.0 - share), 0.25 / len(values)) / len(values))
    return f"{100 * share:.0f} ({100 * error:.1f})"


def tabulate(paths: list[Path]) -> None:
    """Print what was measured as a table in Markdown."""
    frame = pd.concat([pd.read_csv(path) for path in paths]).drop_duplicates(["kind", "seed"])
    print(
        "| how units differ | nations | 90% interval of the total holds it, % | estimate / truth | "
        "ranks' 95%, % | P(best quarter) > 0.8: said | true | others than normal, % | noted, % | "
        "refused, % |\n|---|" + "---|" * 9
    )
    for kind, (name, _) in KINDS.items():
        some = frame[frame["kind"] == kind]
        if some.empty:
            continue
        n = len(some)
        ratio = some["estimate"].sum() / some["true"].sum()
        off = (some["estimate"] - ratio * some["true"]).std() / some["true"].mean() / np.sqrt(n)
        sure = some["sure"].sum()
        true = some["sure_true"].sum() / max(sure, 1)
        # Nations are independent; units of one aren't.
        error = (some["sure_true"] - true * some["sure"]).std() * np.sqrt(n) / max(sure, 1)
        noted = (some["shape"] < 0.005) | (some["size"] < 0.01)
        print(
            f"| {name} | {n} | {say_share(some['held'])} | {ratio:.2f} ({off:.3f}) | "
            f"{100 * some['ranks'].mean():.0f} | {some['sure_said'].sum() / max(sure, 1):.2f} | "
            f"{true:.2f} ({error:.3f}) | {say_share(some['effects'] != 'normal')} | "
            f"{say_share(noted)} | {say_share(some['failed'])} |"
        )


def main() -> None:
    """Run or print, as asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("path", nargs="+", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=200)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10.0, help="of CPU time, at most")
    said = parser.parse_args()
    if said.what == "table":
        tabulate(said.path)
    else:
        run(said.path[0], said.first, said.last, said.step, said.minutes)


if __name__ == "__main__":
    main()
