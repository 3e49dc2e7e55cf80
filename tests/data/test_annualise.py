"""Quarters as years: times four, or four in a row added up."""

import numpy as np
import pandas as pd
import pytest
from cards import make_card
from hypothesis import given, settings
from hypothesis import strategies as st

from varstat.data import read_table
from varstat.data.annualise import annualise
from varstat.errors import TableError, UsageError

QUARTERS = [f"20{y}-{y + 1} Q{q}" for y in (15, 16) for q in (1, 2, 3, 4)]


def frame(quarters=QUARTERS[:5], units=("A", "B"), **changes):
    rows = [(unit, quarter) for unit in units for quarter in quarters]
    data = pd.DataFrame(rows, columns=["unit", "quarter"])
    data["numerator"] = np.arange(1, len(rows) + 1)
    data["denominator"] = 10 * data["numerator"] + 100
    return data.assign(**changes)


def read(data=None, **options):
    options = {"card": make_card(), "period": "quarter"} | options
    return read_table(frame() if data is None else data, **options)


def test_nothing_is_done_unless_asked_for():
    table = read()
    assert annualise(table, "none") == (table, 1.0)


def test_four_times_a_quarter_keeps_each_quarter_apart():
    table, factor = annualise(read(), "x4")
    assert factor == 4.0
    assert table.by == ("period",)
    assert table.frame["numerator"].tolist() == read().frame["numerator"].tolist()
    assert "doubles the part that is noise" in table.account.notes[-1]


def test_four_consecutive_quarters_are_added_up():
    table, factor = annualise(read(), "rolling4")
    assert factor == 1.0
    assert table.by == ("period",)
    assert table.frame[["unit", "period"]].values.tolist() == [
        ["A", "2015-16 Q1 to 2015-16 Q4"],
        ["B", "2015-16 Q1 to 2015-16 Q4"],
        ["A", "2015-16 Q2 to 2016-17 Q1"],
        ["B", "2015-16 Q2 to 2016-17 Q1"],
    ]
    assert table.frame["numerator"].tolist() == [10, 30, 14, 34]
    assert table.frame["denominator"].tolist() == [500, 700, 540, 740]
    assert table.frame["event_lower"].tolist() == [10, 30, 14, 34]
    assert table.account.notes == (
        "each period is four consecutive quarters added up: 2 overlapping years",
    )


def test_rows_that_stand_in_another_order_add_up_alike():
    data = frame()
    table, _ = annualise(read(data.iloc[::-1]), "rolling4")
    straight, _ = annualise(read(data), "rolling4")
    keys = ["period", "unit"]
    assert table.frame.sort_values(keys).to_dict("list") == straight.frame.sort_values(
        keys
    ).to_dict("list")


def test_a_unit_that_lacks_a_quarter_is_left_out_of_its_years():
    data = frame()
    gone = (data["unit"] == "B") & (data["quarter"] == "2015-16 Q1")
    table, _ = annualise(read(data[~gone]), "rolling4")
    assert table.frame["unit"].tolist() == ["A", "A", "B"]
    assert table.account.notes[-1].endswith("left out for lack of a quarter: a unit, 1 time")
    assert table.account.units == 2


def test_a_quarter_that_nobody_has_ends_a_run():
    data = frame([*QUARTERS[:4], *QUARTERS[5:]])
    table, _ = annualise(read(data), "rolling4")
    assert set(table.frame["period"]) == {"2015-16 Q1 to 2015-16 Q4"}


@pytest.mark.parametrize("quarters", [QUARTERS[:3], [*QUARTERS[:2], *QUARTERS[3:6]]])
def test_fewer_than_four_in_a_row_are_refused(quarters):
    with pytest.raises(TableError) as caught:
        annualise(read(frame(quarters)), "rolling4")
    assert "no more than 3 follow each other" in str(caught.value)
    assert "--annualise x4 or none" in str(caught.value)


def test_a_table_in_which_no_unit_has_a_year_is_refused():
    data = frame(QUARTERS[:4])
    data = data.drop(index=[0, 5])
    with pytest.raises(TableError, match="no unit has 4 consecutive quarters"):
        annualise(read(data), "rolling4")


def test_strata_are_added_up_each_on_its_own():
    data = pd.concat([frame(QUARTERS[:4], sex="F"), frame(QUARTERS[:4], sex="M")])
    # A cell without cases in one quarter is a cell of the year all the same.
    data = data.reset_index(drop=True).drop(index=0)
    table, _ = annualise(read(data, stratum="sex"), "rolling4")
    assert table.strata == ("sex",)
    got = table.frame.set_index(["unit", "sex"])["numerator"]
    assert got.to_dict() == {("A", "F"): 9, ("A", "M"): 10, ("B", "F"): 26, ("B", "M"): 26}


def test_groups_stay_apart_and_come_after_the_period():
    data = frame(QUARTERS[:4], kind=np.repeat(["x", "y"], 4))
    table, _ = annualise(read(data, by="kind"), "rolling4")
    assert table.by == ("period", "kind")
    assert table.frame["kind"].tolist() == ["x", "y"]
    assert annualise(read(data, by="kind"), "x4")[0].by == ("period", "kind")


def test_a_period_that_splits_the_table_already_does_so_once():
    table, _ = annualise(read(by="quarter"), "rolling4")
    assert table.by == ("period",)
    assert table.frame["quarter"].tolist() == table.frame["period"].tolist()
    assert annualise(read(), "x4")[0].by == ("period",)


def test_months_become_years_by_way_of_quarters():
    months = [f"2016-{month:02d}-01" for month in range(4, 13)]
    months += [f"2017-{month:02d}-01" for month in range(1, 4)]
    data = frame(months)
    with pytest.raises(TableError, match="Add months up to quarters with --roll-up quarter"):
        annualise(read(data), "rolling4")
    table, _ = annualise(read(data, roll_up="quarter"), "rolling4")
    assert table.frame["period"].tolist() == ["2016-17 Q1 to 2016-17 Q4"] * 2
    assert table.frame["numerator"].tolist() == [78, 222]


@pytest.mark.parametrize("how", ["x4", "rolling4"])
@pytest.mark.parametrize("period", ["2016-17", "2016", "before the merger"])
def test_what_is_no_quarter_is_refused(how, period):
    with pytest.raises(TableError, match=f"the period '{period}' is no quarter"):
        annualise(read(frame([period])), how)


def test_a_table_without_periods_is_refused():
    table = read_table(pd.DataFrame({"unit": ["A"], "numerator": [1], "denominator": [9]}))
    with pytest.raises(TableError, match="name the period's column"):
        annualise(table, "rolling4")


def test_means_are_not_added_up():
    data = pd.DataFrame({"unit": "A", "quarter": QUARTERS[:4], "value": 3.0, "se": 0.1})
    table = read_table(data, period="quarter")
    with pytest.raises(TableError, match="means of quarters can't be added up"):
        annualise(table, "rolling4")
    assert annualise(table, "x4")[1] == 4.0


def test_there_are_no_other_ways():
    with pytest.raises(UsageError, match="Did you mean 'rolling4'"):
        annualise(read(), "rolling")


def test_a_suppressed_quarter_leaves_the_year_between_its_ends():
    data = frame(QUARTERS[:4], ("A",)).astype({"numerator": object})
    data.loc[1, "numerator"] = "*"
    table, _ = annualise(read(data, suppressed=(1, 7)), "rolling4")
    assert np.isnan(table.frame["numerator"][0])
    assert table.frame[["event_lower", "event_upper"]].values.tolist() == [[9.0, 15.0]]


def test_a_covariate_becomes_the_mean_of_its_quarters():
    data = frame(QUARTERS[:4], ("A",), need=[1.0, 2.0, 3.0, 4.0], denominator=[10, 10, 10, 70])
    table, _ = annualise(read(data, covariates="need"), "rolling4")
    assert table.frame["need"].tolist() == [(1 + 2 + 3 + 7 * 4) / 10]


def test_the_newest_name_is_kept():
    data = frame(QUARTERS[:4], ("A",), name=["old", "old", "old", "new"]).iloc[::-1]
    table, _ = annualise(read(data, unit_name="name"), "rolling4")
    assert table.frame["unit_name"].tolist() == ["new"]


COUNTS = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(range(8)), st.sampled_from("FM")),
    st.tuples(st.integers(0, 50), st.integers(1, 50)),
    min_size=1,
)


@pytest.mark.slow
@settings(max_examples=50)
@given(counts=COUNTS)
def test_every_rolling_year_is_the_sum_of_its_quarters(counts):
    rows = [
        (unit, QUARTERS[at], sex, min(event, size), size)
        for (unit, at, sex), (event, size) in counts.items()
    ]
    # A unit with every quarter, so that there are years.
    rows += [("Z", quarter, "F", 1, 2) for quarter in QUARTERS]
    columns = ["unit", "quarter", "sex", "numerator", "denominator"]
    data = pd.DataFrame(rows, columns=columns)
    table, _ = annualise(read(data, stratum="sex"), "rolling4")
    got = table.frame.set_index(["period", "unit", "sex"])[["numerator", "denominator"]]
    assert not got.index.has_duplicates
    expected = {}
    for first in range(5):
        window = QUARTERS[first : first + 4]
        inside = data[data["quarter"].isin(window)]
        whole = inside.groupby("unit")["quarter"].nunique() == 4
        inside = inside[inside["unit"].isin(whole.index[whole])]
        label = f"{window[0]} to {window[-1]}"
        for key, part in inside.groupby(["unit", "sex"]):
            expected[label, *key] = part[["numerator", "denominator"]].sum().tolist()
    assert {key: row.tolist() for key, row in got.iterrows()} == expected


def noise(quarters, rng, *, units=4_000, cases=100, rate=0.3):
    """Mean opportunity a unit against a top-quartile target, where all units are alike."""
    events = rng.binomial(quarters * cases, rate, units)
    rates = events / (quarters * cases)
    return np.mean(quarters * cases * np.maximum(0, rates - np.quantile(rates, 0.25)))


def test_four_times_a_quarter_has_twice_the_noise_of_a_year():
    rng = np.random.default_rng(20080131)
    repeats = [(4 * noise(1, rng), noise(4, rng)) for _ in range(25)]
    ratio = np.array(repeats).mean(axis=0)
    # A rate of 100 cases is lumpy: within 5% of two.
    assert ratio[0] / ratio[1] == pytest.approx(2.0, rel=0.05)
