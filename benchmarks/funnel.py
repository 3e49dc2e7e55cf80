"""Time `varstat funnel` as a whole process, against the floor and against FunnelPlotR.

The floor is what no Python program of this kind can go below: starting Python and importing
numpy, pandas and scipy.special, measured in the same run. FunnelPlotR's seconds were measured
once, on another machine (R 4.2.2, FunnelPlotR 0.6.0, two shared cores), with the same recipe for
the data; where Rscript and FunnelPlotR are installed here, they are measured again.

    python benchmarks/funnel.py [--runs 3]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FLOOR = "import numpy, pandas, scipy.special"
# CPU seconds of FunnelPlotR: a table, and a table with pictures.
FUNNELPLOTR = {
    "200": (1.0, 1.7),
    "7000": (1.2, 2.5),
    "100000": (3.4, 17.6),
    "100x200": (13.6, 58.7),
}
R_SCRIPT = """
library(FunnelPlotR)
d <- read.csv(commandArgs(TRUE)[1])
for (g in split(d, d$indicator)) {
  f <- funnel_plot(g, observed, expected, unit,
    data_type = "SR", draw_unadjusted = TRUE, limit = 99
  )
  write.csv(source_data(f), commandArgs(TRUE)[2])
  if (length(commandArgs(TRUE)) > 2)
    ggplot2::ggsave(commandArgs(TRUE)[3], plot(f), width = 8, height = 6, dpi = 100)
}
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory of a process."""

    cpu: float
    megabytes: float


def run(command: list[str]) -> Cost:
    """Run a process and account for it."""
    # Compiled modules are kept, as they are where a package is installed for use.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(command: list[str], runs: int) -> Cost:
    """Median of several runs after one that is not counted."""
    run(command)
    costs = [run(command) for _ in range(runs)]
    return Cost(
        statistics.median(c.cpu for c in costs), statistics.median(c.megabytes for c in costs)
    )


def write_data(path: Path, *, units: int, indicators: int) -> None:
    """Observed ~ Poisson(expected x lognormal(0, 0.12)), expected lognormal around 200."""
    rng = np.random.default_rng(1)
    number = units * indicators
    expected = 200 * np.exp(rng.normal(0, 0.8, number))
    observed = rng.poisson(expected * np.exp(rng.normal(0, 0.12, number)))
    pd.DataFrame(
        {
            "unit": [f"U{i:06d}" for i in range(units)] * indicators,
            "indicator": np.repeat([f"I{i:03d}" for i in range(indicators)], units),
            "observed": observed,
            "expected": expected.round(4),
        }
    ).to_csv(path, index=False)


def main() -> None:
    """Print a table of costs and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    varstat = [str(Path(sys.executable).with_name("varstat")), "funnel"]
    floor = median([sys.executable, "-c", FLOOR], runs)
    print(f"floor ({FLOOR}): {floor.cpu:.2f} CPU s, {floor.megabytes:.0f} MB")
    has_r = shutil.which("Rscript") and not subprocess.call(
        ["Rscript", "-e", "library(FunnelPlotR)"], stderr=subprocess.DEVNULL
    )
    print(f"{'case':<16}{'CPU s':>8}{'x floor':>9}{'MB':>7}{'FunnelPlotR':>13}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case, reference in FUNNELPLOTR.items():
            indicators, units = case.split("x") if "x" in case else ("1", case)
            data = folder / f"{case}.csv"
            write_data(data, units=int(units), indicators=int(indicators))
            by = ["--by", "indicator"] if int(indicators) > 1 else []
            jobs = {"table": ["-o", str(folder / "t.csv")], "PNG": ["-o", str(folder / "t.png")]}
            for (job, output), peer in zip(jobs.items(), reference, strict=True):
                cost = median([*varstat, str(data), *by, *output], runs)
                if has_r:
                    picture = [str(folder / "r.png")] if job == "PNG" else []
                    script = folder / "peer.R"
                    script.write_text(R_SCRIPT)
                    command = ["Rscript", str(script), str(data), str(folder / "r.csv"), *picture]
                    peer = median(command, runs).cpu
                print(
                    f"{case + ' ' + job:<16}{cost.cpu:>8.2f}{cost.cpu / floor.cpu:>9.2f}"
                    f"{cost.megabytes:>7.0f}{peer:>13.1f}{cost.cpu / peer:>8.2f}"
                )


if __name__ == "__main__":
    main()
