"""Periods that overlap never enter a model as independent, nor a sum."""

import pandas as pd
import pytest

from varstat.data import read_table
from varstat.data.overlap import refuse_overlaps
from varstat.errors import TableError

ROLLING = ["2008-2010", "2009-2011", "2010-2012", "2011-2013"]
CASES = [
    (ROLLING, "--only period=2008-2010,2011-2013"),
    (["2016-17", "2016-17 Q1", "2016-17 Q2", "2016-17 Q3"], "--exclude period=2016-17"),
    (["Apr-16", "May-16", "Jun-16", "2016-17"], "--exclude period=2016-17"),
    (["2019", "2020", "2019-2020"], "--exclude period=2019-2020"),
    (["2018-2020", "2019-2021"], "--only period=2019-2021"),
]


def table(periods, **options):
    frame = pd.DataFrame({"unit": list("ABC")}).merge(
        pd.DataFrame({"period": periods}), how="cross"
    )
    frame["numerator"] = range(3, 3 + len(frame))
    frame["denominator"] = [101 + 17 * at for at in range(len(frame))]
    return read_table(frame, period="period", **options)


@pytest.mark.parametrize(("periods", "cure"), CASES)
def test_a_model_refuses_periods_that_overlap_and_names_those_that_dont(periods, cure):
    with pytest.raises(TableError) as caught:
        refuse_overlaps(table(periods))
    assert cure in str(caught.value)


@pytest.mark.parametrize(("periods", "cure"), CASES)
def test_periods_that_overlap_are_not_added_up(periods, cure):
    with pytest.raises(TableError) as caught:
        table(periods, roll_up="all")
    assert cure in str(caught.value)


def test_periods_that_are_analysed_apart_may_overlap():
    refuse_overlaps(table(ROLLING, by="period"))
    refuse_overlaps(table(ROLLING, only={"period": ["2008-2010", "2011-2013"]}))
