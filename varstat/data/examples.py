"""Examples: real tables that come with the packages varstat needs."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from varstat.errors import UsageError, did_you_mean, one_of

STAR98_COVARIATES = ("LOWINC", "PERASIAN", "PERBLACK", "PERHISP", "PCTCHRT", "PCTYRRND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A table to try things on.

    Attributes
    ----------
    description : str
        One line.
    title : str
        Of the indicator.
    card : str
        The card that reads it.
    """

    description: str
    title: str
    card: str


EXAMPLES: dict[str, Example] = {
    "star98": Example(
        description="303 Californian school districts: pupils above the national median in "
        "mathematics, 1998 (public domain)",
        title="Pupils above the national median in mathematics",
        card="default-proportion",
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
        per cent.

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
    return _load_star98()


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
