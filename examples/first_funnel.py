"""From a table to a funnel, a sentence and a chart.

Run it as ``python examples/first_funnel.py [FOLDER]``. The chart goes to the folder, or to a new
temporary one.
"""

import sys
import tempfile
from pathlib import Path

import varstat


def main() -> None:
    """Compute one funnel and say what it found."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    table = varstat.read_table("example:star98", direction="higher-is-better")
    print(table.account.summary(), "\n")

    funnels = varstat.compute_funnel(table)
    funnel = funnels[0]
    print(funnel.summary(), "\n")

    flagged = funnel.to_frame().dropna(subset="flag").sort_values("p_value")
    columns = ["unit", "numerator", "denominator", "rate", "p_value", "q_value", "flag_level"]
    print(flagged[columns].round(4).to_string(index=False), "\n")

    chart = folder / "first_funnel.png"
    varstat.write(funnels, chart, highlight=["D108"])
    print(f"The chart is in {chart}")


if __name__ == "__main__":
    main()
