"""Rows of boards among hospitals, which a column names over them."""

import numpy as np
import pandas as pd
import pytest

from varstat import read_table

OPTIONS = {"unit": "Hospital", "numerator": "Deaths", "denominator": "Stays"}


def boards(*, missing: float) -> pd.DataFrame:
    """Hospitals in five boards, some cases in none, and each board's own row."""
    rng = np.random.default_rng(4)
    rows = []
    for board in range(5):
        size = rng.integers(300, 900, 4 + board)
        events = rng.binomial(size, 0.1)
        rows += [
            (f"H{board}{at}", f"S{board}", y, n)
            for at, (y, n) in enumerate(zip(events, size, strict=True))
        ]
        more = int(missing * size.sum()) + 1
        rows.append((f"S{board}", f"S{board}", events.sum() + more // 9, size.sum() + more))
    return pd.DataFrame(rows, columns=["Hospital", "Board", "Deaths", "Stays"])


@pytest.mark.parametrize("missing", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("by", [(), ("Board",)])
def test_a_board_that_holds_a_little_more_than_its_hospitals_is_no_unit(missing, by):
    frame = boards(missing=missing)
    table = read_table(frame, **OPTIONS, by=by)
    hospitals = frame[frame["Hospital"] != frame["Board"]]
    assert table.account.units == len(hospitals)
    assert table.frame["denominator"].sum() == hospitals["Stays"].sum()


def test_a_hospital_that_leads_a_group_stays_one():
    frame = boards(missing=0.0)
    leads = frame["Hospital"] == frame["Board"]
    frame.loc[leads, ["Deaths", "Stays"]] = [[40, 500], [60, 700], [30, 410], [55, 820], [33, 390]]
    assert read_table(frame, **OPTIONS).account.units == len(frame)


def test_boards_are_kept_where_they_are_asked_for():
    frame = boards(missing=0.1)
    table = read_table(frame, **OPTIONS, only={"Hospital": [f"S{at}" for at in range(5)]})
    assert table.account.units == 5
