"""Counts of a year to date, period after period."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from varstat import read_table
from varstat.data.overlap import refuse_overlaps
from varstat.errors import TableError

OPTIONS: dict[str, Any] = {"unit": "org", "numerator": "n", "denominator": "d", "period": "p"}
MONTHS = [f"2023-{month:02}" for month in range(4, 13)] + ["2024-01", "2024-02", "2024-03"]


def series(labels: list[str], *, seed: int = 1, units: int = 12, growth: float = 0) -> pd.DataFrame:
    """Counts of each period."""
    rng = np.random.default_rng(seed)
    size = rng.integers(80, 400, units)
    rows = []
    for at, label in enumerate(labels):
        d = rng.poisson(size * np.exp(growth * at))
        rows.append(pd.DataFrame({"org": range(units), "p": label, "d": d, "n": d // 7}))
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(org=[f"R{at:02}" for at in frame["org"]])


def run_on(frame: pd.DataFrame, *, years: bool = False) -> pd.DataFrame:
    """Add up over the periods so far, of all or of each calendar year."""
    keys = ["org", frame["p"].str[-4:] if years else frame["org"]]
    return frame.assign(**{name: frame.groupby(keys)[name].cumsum() for name in ("n", "d")})


@pytest.mark.parametrize(
    ("labels", "years"),
    [
        (MONTHS, False),
        (["Q1 2023/24", "Q2 2023/24", "Q3 2023/24", "Q4 2023/24"], False),
        (["Jan 2022", "Jul 2022", "Okt 2022", "Jan 2023", "Jul 2023", "Okt 2023"], True),
        (["2022-W1", "2022-W2", "2022-W3"], False),
    ],
)
def test_figures_of_the_year_to_date_are_not_added_up_or_modelled(labels, years):
    frame = run_on(series(labels), years=years)
    with pytest.raises(TableError, match=r"year to date.*--only"):
        read_table(frame, **OPTIONS, roll_up="all")
    table = read_table(frame, **OPTIONS)
    with pytest.raises(TableError, match="year to date"):
        refuse_overlaps(table)
    refuse_overlaps(read_table(frame, **OPTIONS, only={"p": [labels[-1]]}))
    refuse_overlaps(read_table(frame, **OPTIONS, by="p"))


def test_vaccinations_to_date_of_one_population_run_on():
    frame = run_on(series(MONTHS))
    frame["d"] = 100_000
    with pytest.raises(TableError, match="year to date"):
        read_table(frame, **OPTIONS, roll_up="all")


@pytest.mark.parametrize("growth", [0, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(10))
def test_counts_of_their_own_period_are_no_such_figures(growth, seed):
    frame = series(MONTHS[:4] if growth else MONTHS, seed=seed, growth=growth)
    frame["n"] = np.random.default_rng(seed).binomial(frame["d"], 0.1)
    refuse_overlaps(read_table(frame, **OPTIONS))
    assert (
        read_table(frame, **OPTIONS, roll_up="all").frame["denominator"].sum() == frame["d"].sum()
    )


@pytest.mark.parametrize("growth", [1.03, 1.1, 1.2])
def test_what_grows_steadily_everywhere_is_no_such_figure(growth):
    labels = [f"{year}" for year in range(2014, 2023)]
    size = np.random.default_rng(3).integers(50_000, 400_000, 9)
    frame = pd.DataFrame(
        {"org": f"R{unit}", "p": label, "d": int(d * growth**at), "n": int(d * growth**at / 9)}
        for unit, d in enumerate(size)
        for at, label in enumerate(labels)
    )
    refuse_overlaps(read_table(frame, **OPTIONS))


def test_numbers_that_hardly_change_are_no_such_figures():
    frame = series(MONTHS)
    frame[["n", "d"]] = [3, 100]
    frame.loc[frame["org"] == "R01", "n"] = np.arange(12)
    assert read_table(frame, **OPTIONS, roll_up="all").account.units == 12
