"""Time reading a file, every row accounted for, against `pandas.read_csv` of the same file.

The files have made-up numbers: indicators times units, a name and a region for each unit, printed
as publishers do, with a title above the header and marks instead of some numbers. pandas reads the
same bytes and does nothing else: it is the floor. Each side runs in a process of its own, in turns;
reported are the medians of CPU seconds without imports, the median of the ratios of the pairs, and
the memory that reading takes at its peak, against the size of the frame that pandas makes.

    python benchmarks/reading.py [--runs 5] [--million 5]

`--million` is the rows of the long file, in millions; 0 leaves it out.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

TELL = """
import json, re, sys, time
source = sys.argv[1]
def peak():
    # Of this program, on Linux: what getrusage tells may be of the one that started it.
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) / 1024
def begin():
    global cpu, before
    before, cpu = peak(), time.process_time()
def tell(**found):
    print(json.dumps({"cpu": time.process_time() - cpu, "before": before, "peak": peak(), **found}))
"""

FLOOR = """
import pandas as pd
pd.read_csv
begin()
frame = pd.read_csv(source, skiprows=1)
tell(rows=len(frame), frame=int(frame.memory_usage(deep=True).sum()) / 2**20)
"""

OURS = """
import varstat
varstat.read_table
begin()
table = varstat.read_table(source, unit="code", unit_name="name", by="indicator")
account = table.account
tell(rows=account.rows_read, kept=account.rows_kept)
"""


def make_file(path: Path, *, indicators: int, units: int) -> None:
    """Make a file of a row an indicator and unit, the same on every run."""
    rng = np.random.default_rng(1)
    rows = indicators * units
    unit = np.tile(np.arange(units), indicators)
    size = rng.integers(50, 5000, units)[unit] + rng.integers(0, 50, rows)
    rate = np.clip(rng.normal(0.2, 0.05, units)[unit], 0.01, 0.9)
    events = rng.binomial(size, rate).astype(object)
    events[rng.random(rows) < 0.01] = "*"
    frame = pd.DataFrame(
        {
            "indicator": np.repeat([f"I{at:02d}" for at in range(indicators)], units),
            "code": [f"U{at:06d}" for at in unit],
            "name": [f"Practice {at}, Town {at % 977}" for at in unit],
            "region": [f"Region {at % 7}" for at in unit],
            "numerator": events,
            "denominator": size,
        }
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Published figures\n")
        frame.to_csv(file, index=False)


def measure(script: str, source: Path) -> dict[str, float]:
    """Run a script in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", TELL + script, source], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def compare(path: Path, runs: int) -> None:
    """Print a line for each side, and the ratios."""
    scripts = {"pandas": FLOOR, "varstat": OURS}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in scripts}
    for _ in range(runs):
        for name, script in scripts.items():
            found[name].append(measure(script, path))
    rows, kept = int(found["varstat"][0]["rows"]), int(found["varstat"][0]["kept"])
    if rows != found["pandas"][0]["rows"]:
        raise SystemExit("the two read different numbers of rows")
    frame = found["pandas"][0]["frame"]
    print(
        f"{rows:,} rows ({path.stat().st_size / 2**20:,.0f} MB of CSV, {frame:,.0f} MB as a "
        f"frame), {kept:,} kept"
    )
    print(f"{'':<8} {'CPU s':>8} {'peak MB':>8} {'x frame':>8}")
    for name, each in found.items():
        cpu, peak, before = (
            float(np.median([run[key] for run in each])) for key in ("cpu", "peak", "before")
        )
        print(f"{name:<8} {cpu:>8.2f} {peak:>8,.0f} {(peak - before) / frame:>8.2f}")
    ratios = [
        ours["cpu"] / floor["cpu"]
        for ours, floor in zip(found["varstat"], found["pandas"], strict=True)
    ]
    spread = f"({min(ratios):.1f} to {max(ratios):.1f})"
    print(f"ratio of CPU: median {np.median(ratios):.1f} {spread}\n")


def main() -> None:
    """Read the file of 21 indicators and 6,571 units, and a long one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--million", type=float, default=5, help="rows of the long file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "published.csv"
        make_file(path, indicators=21, units=6571)
        compare(path, asked.runs)
        if asked.million:
            make_file(path, indicators=10, units=int(1e5 * asked.million))
            compare(path, 1)


if __name__ == "__main__":
    main()
