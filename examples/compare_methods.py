"""One table under several methods: how many units each flags, and how many it should by chance.

Run it as ``python examples/compare_methods.py [FOLDER]``; the table also goes to the folder.
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

import varstat

METHODS: dict[str, dict[str, str]] = {
    "chance alone": {"dispersion": "none"},
    "multiplicative": {"dispersion": "multiplicative"},
    "additive (the default)": {},
    "CQC, as published": {"method": "cqc"},
}


def main() -> None:
    """Compare the methods on the Californian school districts."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    table = varstat.read_table("example:star98")
    rows = {}
    for name, options in METHODS.items():
        funnel = varstat.compute_funnel(table, **options)[0]
        rows[name] = {f"flagged {level:.1%}": funnel.flagged(level) for level in funnel.levels} | {
            f"expected {level:.1%}": number for level, number in funnel.expected_false_flags.items()
        }
    compared = pd.DataFrame(rows).T.round(1)
    print(f"{table.account.units} districts; expected is by each method's own view of chance")
    print(compared.to_string(float_format="{:g}".format))
    compared.to_csv(folder / "compare_methods.csv")


if __name__ == "__main__":
    main()
