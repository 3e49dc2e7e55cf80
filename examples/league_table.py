"""From a data frame to a league table as CSV and a chart, with and without an adjustment.

Run it as ``python examples/league_table.py [FOLDER]``. The files go to the folder, or to a new
temporary one.
"""

import sys
import tempfile
from pathlib import Path

import varstat


def main() -> None:
    """Rank the districts, then again at the average share of low-income families."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    districts = varstat.load_example("star98")
    for name, covariates in (("as they stand", None), ("adjusted for LOWINC", ["LOWINC"])):
        table = varstat.read_table(districts, direction="higher-is-better", covariates=covariates)
        leagues = varstat.compute_league(varstat.fit_model(table))
        if not leagues.trusted:
            sys.exit(leagues.summary())
        frame = leagues.to_frame()
        worst = frame[frame["p_bottom_quartile"] > 0.95]
        wide = (frame["rank_upper"] - frame["rank_lower"] + 1).median()
        print(
            f"{name}: {len(worst)} districts are surely in the worst quarter; "
            f"half of all rank intervals hold {wide:.0f} places or more"
        )
        path = folder / f"league_{'adjusted' if covariates else 'plain'}"
        varstat.write(leagues, path.with_suffix(".csv"))
        varstat.write(leagues, path.with_suffix(".png"), highlight=["D108"], chart="ranks")
    print(f"The tables and charts are in {folder}")


if __name__ == "__main__":
    main()
