import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from varstat.period.period import order_labels, overlaps, read_periods


@pytest.mark.parametrize(
    "labels",
    [
        ["Apr-16", "Aug-16", "Dec-16", "Feb-17"],
        ["April 2016", "August 2016", "January 2017"],
        ["2016-Apr", "2016-Aug", "2017-Jan"],
        ["2016-04", "2016-08", "2017-01"],
        ["01/09/2015", "01/06/2016", "01/01/2017"],
        ["30/04/2016", "31/05/2016", "30/06/2016", "31/01/2017"],
        ["09/01/2015", "06/01/2016"],
        ["1 April 2016", "8 April 2016", "15 April 2016"],
        ["2016-04-01", "2016-04-08", "2016-04-15"],
        ["Jan-Mar 2018", "Apr-Jun 2018", "Jul-Sep 2018", "Oct-Dec 2018"],
        ["2016-17", "2016-17 Q1", "2016-17 Q2", "2017-18"],
        ["2016", "Q1 2016", "Q2 2016", "2017"],
        ["Q3 2005", "Q4 2005", "Q1 2006"],
        ["1999-00", "2000-01", "2001-02"],
        ["2008-2010", "2009-2011", "2010-2012"],
        [str(number) for number in range(1, 12)],
        [f"P{number}" for number in range(1, 12)],
        [f"Month {number}" for number in range(1, 13)],
        ["wave_9", "Wave 10"],
        ["2015-16 Q1 to 2015-16 Q4", "2015-16 Q2 to 2016-17 Q1"],
    ],
)
def test_periods_stand_in_the_order_of_time(labels):
    mixed = list(labels)
    for seed in range(5):
        random.Random(seed).shuffle(mixed)
        periods = read_periods(mixed)
        assert periods.labels == tuple(labels)
        assert periods.in_time
        assert [period.order for period in periods] == list(range(len(labels)))


@pytest.mark.parametrize(
    ("labels", "unread"),
    [
        (["spring", "autumn"], "spring"),
        (["2016-17", "autumn"], "autumn"),
        (["2016-17", "3"], "3"),
        (["P1", "M2"], "P1"),
        (["Apr", "May", "Jan"], "Apr"),
        (["01/02/2016", "02/01/2016"], "01/02/2016"),
        (["2011-10", "2011-12", "2016-17"], "2011-12"),
    ],
)
def test_what_has_no_known_order_stands_as_it_appears(labels, unread):
    periods = read_periods(labels)
    assert periods.labels == tuple(labels)
    assert periods.unread == unread
    assert not periods.in_time


def test_one_period_needs_no_order():
    assert read_periods(["spring"]).in_time
    assert read_periods(["2011-12"]).in_time
    assert len(read_periods([])) == 0
    assert read_periods([]).in_time


def test_an_order_that_holds_in_every_reading_is_known():
    periods = read_periods(["Q4 2006", "Q1 2006"])
    assert periods.labels == ("Q1 2006", "Q4 2006")
    assert [period.first for period in periods] == [None, None]
    assert read_periods(["04/05/2016", "05/06/2016"]).in_time


def test_a_period_knows_its_months():
    period = read_periods(["Jan-Mar 2018"])["Jan-Mar 2018"]
    assert (period.first, period.months, period.day) == (12 * 2018, 3, None)
    assert read_periods(["2016-04-08"])["2016-04-08"].day == 8


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("2008-2010", "2009-2011", True),
        ("2008-2010", "2011-2013", False),
        ("2016-17", "2016-17 Q4", True),
        ("2016-17", "2017-18 Q1", False),
        ("Jul 2010 to Jun 2011", "Oct 2010 to Sep 2011", True),
        ("2016-04-01", "2016-04-08", False),
        ("2016-04-08", "Apr-16", True),
        ("2016", "Q1 2016", False),
        ("P1", "P2", False),
        ("spring", "autumn", False),
    ],
)
def test_periods_overlap_where_they_share_months(one, other, share):
    periods = read_periods([one, other])
    assert overlaps(periods[one], periods[other]) is share
    assert overlaps(periods[other], periods[one]) is share
    assert overlaps(periods[one], periods[one])


@pytest.mark.parametrize(
    ("earlier", "later", "follows"),
    [
        ("Mar-16", "Apr-16", True),
        ("Mar-16", "May-16", False),
        ("2016-17 Q4", "2017-18 Q1", True),
        ("2016-17", "Apr-17", True),
        ("9", "10", True),
        ("9", "11", False),
        ("spring", "autumn", False),
    ],
)
def test_a_period_follows_the_one_that_ends_where_it_starts(earlier, later, follows):
    periods = read_periods([earlier, later])
    assert periods[later].follows(periods[earlier]) is follows
    assert not periods[earlier].follows(periods[later])


def test_any_column_is_put_in_order():
    assert order_labels(["10", "9", "1"]) == ["1", "9", "10"]
    assert order_labels(["Feb-17", "Dec-16"]) == ["Dec-16", "Feb-17"]
    assert order_labels(["b", "a", "b"]) == ["a", "b"]
    assert order_labels(["b", "2016"]) == ["2016", "b"]
    assert order_labels([]) == []


@given(st.lists(st.text(max_size=12)))
def test_no_label_is_lost(labels):
    assert sorted(read_periods(labels).labels) == sorted(set(labels))
    assert sorted(order_labels(labels)) == sorted(set(labels))
