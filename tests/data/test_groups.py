"""Groups: in order, and each unit once in each."""

import random

import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.groups import group_rows, refuse_repeats, split_periods
from varstat.errors import TableError

MONTHS = ["Apr-16", "Aug-16", "Dec-16", "Feb-17"]


def frame(periods, **changes):
    columns = {
        "unit": ["A", "B"] * len(periods),
        "period": [period for period in periods for _ in "AB"],
        "numerator": 1,
        "denominator": 10,
    }
    return pd.DataFrame(columns | changes)


def read(data, **options):
    return read_table(data, **{"card": make_card(also={"period": "period"})} | options)


@pytest.mark.parametrize(
    "periods",
    [
        MONTHS,
        [str(number) for number in range(1, 12)],
        ["01/09/2015", "01/06/2016", "01/01/2017"],
        ["Jan-Mar 2018", "Apr-Jun 2018", "Jul-Sep 2018"],
        ["2016-17", "2016-17 Q1", "2017-18"],
    ],
)
def test_periods_are_groups_in_the_order_of_time(periods):
    mixed = list(periods)
    random.Random(1).shuffle(mixed)
    table = read(frame(mixed))
    assert table.periods.labels == tuple(periods)
    group, labels = group_rows(split_periods(table))
    assert [each["period"] for each in labels] == periods
    assert [periods[g] for g in group] == table.frame["period"].tolist()
    assert table.account.notes == ()


def test_any_column_of_times_or_numbers_splits_in_that_order():
    labels = group_rows(read(frame(MONTHS, when=[*"AABBCCDD"]), by="when"))[1]
    assert [each["when"] for each in labels] == list("ABCD")
    table = read_table(
        frame(["10", "9", "1"]).rename(columns={"period": "decile"}), card=make_card(), by="decile"
    )
    assert [each["decile"] for each in group_rows(table)[1]] == ["1", "9", "10"]


def test_periods_that_say_no_time_stand_as_they_appear_and_a_note_says_so():
    table = read(frame(["spring", "autumn", "midwinter"]))
    assert table.periods.labels == ("spring", "autumn", "midwinter")
    assert [each["period"] for each in group_rows(split_periods(table))[1]] == [
        *("spring", "autumn", "midwinter")
    ]
    (note,) = table.account.notes
    assert note == (
        "the periods of 'period' stand in the order of the rows, not of time: 'spring' says no "
        "time that is sure"
    )


def test_groups_of_two_columns_are_ordered_by_the_first():
    table = read(frame(MONTHS[::-1], kind=list("yx") * 4), by="kind")
    assert [tuple(each.values()) for each in group_rows(split_periods(table))[1]] == [
        (month, kind) for month in MONTHS for kind in "xy"
    ]


def test_a_table_is_split_by_its_periods_once():
    table = read(frame(MONTHS))
    assert split_periods(table).by == ("period",)
    by_period = read(frame(MONTHS), by="period")
    assert split_periods(by_period) is by_period
    assert split_periods(read(frame(["Apr-16"]))).by == ()
    other = frame(MONTHS).rename(columns={"period": "month"})
    named = read_table(other, card=make_card(also={"period": "month"}), by="month")
    assert split_periods(named).by == ("month",)


def test_a_unit_twice_in_a_group_is_refused_with_what_would_tell_its_rows_apart():
    with pytest.raises(TableError, match=r"a league takes each unit once in a group") as caught:
        refuse_repeats(read(frame(MONTHS)), what="a league")
    assert "6 rows repeat one" in str(caught.value)
    assert "--by period" in str(caught.value)
    halves = frame(["x", "y"]).rename(columns={"period": "sex"})
    table = read_table(halves, card=make_card(), stratum="sex")
    with pytest.raises(TableError, match=r"Column 'sex' tells them apart.*--by sex.*--stratum sex"):
        refuse_repeats(table, what="a league")
    refuse_repeats(table, within=table.strata, what="a league")


def test_the_name_of_a_unit_is_that_of_its_last_period():
    data = frame(["Dec-16", "Apr-16"], unit_name=["new", "new", "old", "old"])
    table = read_table(
        data, card=make_card(also={"period": "period"}), roll_up="year", unit_name="unit_name"
    )
    assert table.frame["unit_name"].tolist() == ["new", "new"]
