"""Compare like with like: how much of the spread goes with one characteristic of the units.

Run it as ``python examples/peer_groups.py [FOLDER]``. The small multiples go to the folder, or to
a new temporary one.
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

import varstat


def main() -> None:
    """Group the districts by thirds of low income and see what spread is left."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    districts = varstat.load_example("star98")
    thirds = pd.qcut(districts["LOWINC"], 3, labels=["fewest", "middle", "most"])
    districts["poor_pupils"] = thirds.astype(str)

    whole = varstat.compute_funnel(varstat.read_table(districts))[0]
    table = varstat.read_table(districts, by="poor_pupils", direction="higher-is-better")
    funnels = varstat.compute_funnel(table)
    print(f"all districts:         target {whole.target:.1%}, tau {whole.tau:.2f} (logit scale)")
    for f in funnels:
        print(f"poor pupils, {f.by['poor_pupils']:<8}: target {f.target:.1%}, tau {f.tau:.2f}")

    within = sum(f.units.unit.size * f.tau**2 for f in funnels) / len(districts)
    print(f"Grouping takes away {1 - within / whole.tau**2:.0%} of the variance between districts.")
    chart = folder / "peer_groups.png"
    varstat.write(funnels, chart)
    print(f"The chart is in {chart}")


if __name__ == "__main__":
    main()
