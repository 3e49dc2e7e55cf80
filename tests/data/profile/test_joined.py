"""A period that two columns tell."""

from typing import Any

import pandas as pd
import pytest

from varstat.data.profile.profile import profile_source
from varstat.data.profile.sheet import Sheet
from varstat.data.source.open import open_source


def profiled(**columns: Any) -> Sheet:
    rows = max(len(cells) for cells in columns.values())
    units = [f"R{at // 4:02}" for at in range(rows)]
    return profile_source(open_source(pd.DataFrame({"unit": units, **columns}))).best


@pytest.mark.parametrize(
    ("columns", "period"),
    [
        ({"Year": ["2019", "2020"] * 8, "Quarter": ["1", "1", "2", "2"] * 4}, "Year,Quarter"),
        ({"FY": ["2018/19"] * 16, "Month": ["April", "May", "June", "July"] * 4}, "FY,Month"),
        ({"FY": ["2018/19", "2019/20"] * 8, "Month": ["1", "1", "2", "2"] * 4}, "FY"),
        ({"Month": ["2019-01", "2019-02"] * 8, "Year": ["2019"] * 16}, "Month"),
        ({"Year": ["2019", "2020"] * 8, "Month": ["All", "April"] * 8}, "Year"),
    ],
)
def test_two_columns_are_joined_where_both_together_are_a_period(
    columns: dict[str, list[str]], period: str
) -> None:
    found = profiled(**columns).period
    assert found is not None
    assert found.heading == period


def test_a_month_that_a_date_tells_already_is_left_alone() -> None:
    dates = ["2019-01-01", "2019-02-01", "2019-01-01", "2019-02-01"] * 4
    sheet = profiled(Date=dates, Year=["2019"] * 16, Month=["1", "2"] * 8)
    assert sheet.period is not None
    assert sheet.period.heading == "Date"
