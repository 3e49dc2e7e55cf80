import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.errors import TableError

MONTHS = ["2016-03-01", "2016-04-01", "2016-05-01", "2016-07-01"]


def frame(**changes):
    columns = {
        "unit": ["B"] * 4 + ["A"] * 4,
        "name": ["old", "old", "new", None] + ["Ash"] * 4,
        "month": MONTHS * 2,
        "numerator": [1, 2, 3, 4, 10, 20, 30, 40],
        "denominator": [10] * 4 + [100] * 4,
    }
    return pd.DataFrame(columns | changes)


def read(data=None, **options):
    also = options.pop("also", {}) | {"period": "month", "unit_name": "name"}
    return read_table(frame() if data is None else data, card=make_card(also=also), **options)


@pytest.mark.parametrize(
    ("roll_up", "periods", "sums"),
    [
        ("year", ["2015-16", "2016-17"] * 2, [1, 9, 10, 90]),
        ("quarter", ["2015-16 Q4", "2016-17 Q1", "2016-17 Q2"] * 2, [1, 5, 4, 10, 50, 40]),
        ("calendar-year", ["2016"] * 2, [10, 100]),
        ("all", ["2016-03-01 to 2016-07-01"] * 2, [10, 100]),
    ],
)
def test_counts_are_summed_over_longer_periods(roll_up, periods, sums):
    table = read(roll_up=roll_up)
    assert table.frame["period"].tolist() == periods
    assert table.frame["numerator"].tolist() == sums
    assert table.frame["unit"].iloc[0] == "B"
    assert table.account.rows_kept == 8
    assert table.account.rows_kept - table.account.rows_merged == len(table.frame)
    assert table.account.totals["numerator"] == (110, 110, 0)


def test_the_last_name_seen_is_kept():
    assert read(roll_up="all").frame["unit_name"].tolist() == ["new", "Ash"]


def test_a_table_keeps_its_periods_and_is_split_by_them_only_if_the_caller_says_so():
    assert read().by == ()
    assert read().periods.labels == tuple(MONTHS)
    assert read(roll_up="year").by == ()
    assert read(roll_up="year", by="year").by == ("year",)
    assert read(by="month").by == ("month",)
    assert read(roll_up="all").by == ()


def test_a_by_column_named_after_the_roll_up_holds_the_periods():
    table = read(roll_up="year", by="year")
    assert table.frame["year"].tolist() == table.frame["period"].tolist()


def test_a_column_of_that_name_in_the_file_wins():
    table = read(frame(year=["x"] * 8), roll_up="year", by="year")
    assert set(table.frame["year"]) == {"x"}
    assert table.by == ("year",)


def test_ends_are_summed_and_a_sum_with_a_hidden_count_is_hidden():
    data = frame(numerator=["*", 2, 3, 4, 10, 20, 30, 40])
    table = read(data, roll_up="all", also={"suppressed": (1, 7)})
    assert np.isnan(table.frame["numerator"].iloc[0])
    assert table.frame["event_lower"].tolist() == [10, 100]
    assert table.frame["event_upper"].tolist() == [16, 100]


def test_all_without_a_period_adds_up_the_rows_of_a_unit():
    table = read_table(frame(), card=make_card(), roll_up="all")
    assert table.frame["numerator"].tolist() == [10, 100]


def test_rows_of_one_period_are_not_merged_silently():
    with pytest.raises(TableError, match="the same unit and period"):
        read(frame(month=["2016-03-01"] * 8), roll_up="year")


def test_a_period_that_cannot_be_understood_is_refused_only_by_a_roll_up():
    data = frame(month=["wave 1", *MONTHS[1:]] * 2)
    table = read(data)
    assert table.periods.labels == ("wave 1", *MONTHS[1:])
    (note,) = table.account.notes
    assert note.startswith("the periods of 'month' stand in the order of the rows, not of time")
    assert "'wave 1'" in note
    with pytest.raises(TableError, match=r"cannot be understood \(rows 0 and 4\)"):
        read(data, roll_up="year")


def test_means_cannot_be_added_up():
    data = pd.DataFrame({"unit": ["A"], "value": [1.0], "se": [0.1], "month": ["2016-04"]})
    card = make_card("mean", also={"period": "month"}, counts="continuous")
    with pytest.raises(TableError, match="cannot be added up"):
        read_table(data, card=card, roll_up="year")
