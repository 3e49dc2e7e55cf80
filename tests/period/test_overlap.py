"""Periods that share time, and the most that share none."""

import pytest

from varstat.period.overlap import choose_disjoint, find_overlap
from varstat.period.period import read_periods

OVERLAPPING = [
    (["2008-2010", "2009-2011", "2010-2012", "2011-2013"], ["2008-2010", "2011-2013"]),
    (["2016-17", "2016-17 Q1", "2016-17 Q2"], ["2016-17 Q1", "2016-17 Q2"]),
    (["Apr-16", "May-16", "2016-17"], ["Apr-16", "May-16"]),
    (["2016", "2016-04-01", "2016-05-01"], ["2016-04-01", "2016-05-01"]),
]


@pytest.mark.parametrize(("labels", "disjoint"), OVERLAPPING)
def test_periods_that_share_time_are_found_and_the_most_that_share_none(labels, disjoint):
    periods = tuple(read_periods(labels))
    assert find_overlap(periods) is not None
    assert [each.label for each in choose_disjoint(periods)] == disjoint


@pytest.mark.parametrize(
    "labels",
    [
        ["2008-2010", "2011-2013"],
        ["2016-17 Q1", "2016-17 Q2"],
        ["2016-04-01", "2016-04-08", "2016-04-15"],
        ["Wave 1", "Wave 2"],
        ["before", "after"],
        [],
    ],
)
def test_periods_that_share_none_are_left_alone(labels):
    assert find_overlap(read_periods(labels)) is None
