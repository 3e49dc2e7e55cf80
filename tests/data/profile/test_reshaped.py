"""Sheets whose columns are periods, or whose rows are measures."""

from typing import Any

import numpy as np
import pandas as pd

from varstat.data.profile.profile import profile_source
from varstat.data.profile.sheet import Sheet
from varstat.data.source.open import open_source

UNITS = [f"R{at:02}" for at in range(20)]


def profiled(**columns: Any) -> Sheet:
    return profile_source(open_source(pd.DataFrame(columns))).best


def counts(seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    size = rng.integers(200, 900, 20)
    return rng.binomial(size, 0.2), size


def test_a_quotient_of_families_is_told_once_and_a_single_period_is_no_pair() -> None:
    columns: dict[str, Any] = {"unit": UNITS}
    for year in (2019, 2020, 2021):
        y, n = counts(year)
        columns |= {f"Deaths {year}": y, f"Stays {year}": n, f"Rate {year}": (100 * y / n).round(2)}
    sheet = profiled(**columns)
    assert sheet.pairs == ()
    assert [each for each in sheet.suspicious if " / " in each] == [
        "'Rate {period}' is 100 × 'Deaths {period}' / 'Stays {period}'"
    ]
    pair = sheet.meant.pairs[0]
    assert (pair.event.heading, pair.size.heading) == ("Deaths {period}", "Stays {period}")


def test_families_of_other_periods_are_left_out() -> None:
    columns: dict[str, Any] = {"unit": UNITS}
    for year in (2019, 2020, 2021):
        columns[f"Deaths {year}"], columns[f"Stays {year}"] = counts(year)
    columns |= {"Beds 2010": counts(1)[1], "Beds 2011": counts(2)[1]}
    sheet = profiled(**columns)
    assert len(sheet.families) == 3
    assert sheet.reshaped is not None
    assert sheet.reshaped.dated
    assert sheet.meant.rows == 60


def test_a_category_of_units_is_no_column_of_measures() -> None:
    y, _ = counts(1)
    sheet = profiled(unit=np.repeat(UNITS[:10], 2), sex=["F", "M"] * 10, deaths=y)
    assert sheet.reshaped is None


def test_months_that_may_be_words_are_no_periods() -> None:
    y, n = counts(3)
    assert profiled(unit=UNITS, May=y, Total=n).families == ()
