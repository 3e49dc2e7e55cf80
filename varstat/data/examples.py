"""Examples: a real table that comes with a package, and a nation that is made up."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from varstat.errors import UsageError, did_you_mean, one_of

if TYPE_CHECKING:
    from varstat.data.nation import Nation

STAR98_COVARIATES = ("LOWINC", "PERASIAN", "PERBLACK", "PERHISP", "PCTCHRT", "PCTYRRND")
_SYNTHETIC = "synthetic: drawn from a seed, of no real organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A table to try things on.

    Attributes
    ----------
    description : str
        One line.
    title : str
        Of the indicator; of what it holds, where there are several.
    card : str or None
        The card that reads it; None where each indicator has one of its own.
    note : str or None
        What stands in the account of whatever is made from it.
    """

    description: str
    title: str
    card: str | None = None
    note: str | None = None


EXAMPLES: dict[str, Example] = {
    "star98": Example(
        description="303 Californian school districts: pupils above the national median in "
        "mathematics, 1998 (public domain)",
        title="Pupils above the national median in mathematics",
        card="default-proportion",
    ),
    "bcbv-2007": Example(
        description="SYNTHETIC: 7 indicators of 168 hospitals and 303 primary care trusts, "
        "2006-07 Q1 to 2007-08 Q2",
        title="Synthetic indicators",
        note=_SYNTHETIC,
    ),
    "bcbv-2007-history": Example(
        description="SYNTHETIC: the hospitals of bcbv-2007 from 2005-06 Q1",
        title="Synthetic indicators",
        note=_SYNTHETIC,
    ),
    "bcbv-2007-map": Example(
        description="SYNTHETIC: who took over whom in bcbv-2007, as a successor map",
        title="Synthetic successors",
        note=_SYNTHETIC,
    ),
    "bcbv-2007-truth": Example(
        description="SYNTHETIC: the true rates, volumes and completeness of bcbv-2007",
        title="Synthetic truth",
        note=_SYNTHETIC,
    ),
}


def load_example(name: str) -> pd.DataFrame:
    """Load an example as it comes.

    Parameters
    ----------
    name : str
        One of `EXAMPLES`.

    Returns
    -------
    DataFrame
        For `star98`: `unit` (D001 to D303), `numerator`, `denominator` and six covariates in
        per cent. Those of `bcbv-2007` are as of `varstat.data.nation.Nation`.

    Raises
    ------
    UsageError
        If there is no such example.
    """
    if name not in EXAMPLES:
        raise UsageError(
            f"example:{name}",
            f"there is no such example.{did_you_mean(name, EXAMPLES)} There is {one_of(EXAMPLES)}.",
        )
    return _LOADERS[name]()


def _load_star98() -> pd.DataFrame:
    """Read statsmodels' own file. Importing statsmodels would take a second, so it is found."""
    spec = find_spec("statsmodels")
    if spec is None or spec.origin is None:
        raise UsageError("example:star98", "the package statsmodels is needed. Install it.")
    raw = pd.read_csv(Path(spec.origin).parent / "datasets" / "star98" / "star98.csv")
    frame = pd.DataFrame(
        {
            "unit": pd.Series([f"D{at:03d}" for at in range(1, len(raw) + 1)], dtype=object),
            "numerator": raw["PR50M"].astype("int64"),
            "denominator": raw["MATHTOT"].astype("int64"),
        }
    )
    return frame.join(raw[list(STAR98_COVARIATES)])


def _nation() -> "Nation":
    # Imported only now: other examples need no numbers drawn.
    from varstat.data.nation import make_nation

    return make_nation()


_LOADERS: dict[str, Callable[[], pd.DataFrame]] = {
    "star98": _load_star98,
    "bcbv-2007": lambda: _nation().to_frame(),
    "bcbv-2007-history": lambda: _nation().history_frame(),
    "bcbv-2007-map": lambda: _nation().successors_frame(),
    "bcbv-2007-truth": lambda: _nation().truth_frame(),
}
