"""Two stretches of time that can be compared."""

import pytest

from varstat.errors import TableError, UsageError
from varstat.period.choose import choose_one, choose_pair
from varstat.period.period import read_periods

QUARTERS = [f"{y}-{(y + 1) % 100:02d} Q{q}" for y in range(2012, 2017) for q in (1, 2, 3, 4)]


def choose(before, after, labels=QUARTERS):
    return choose_pair(read_periods(labels), before, after, where="x.csv")


def test_a_year_is_its_quarters():
    first, last = choose("2013", "2016")
    assert (first.places, last.places) == ((3, 4, 5, 6), (15, 16, 17, 18))
    assert choose("2013-14", "2016-17")[0].places == (4, 5, 6, 7)


def test_a_period_may_be_written_otherwise():
    first, last = choose("2012-13Q1", "2013-14  Q1")
    assert (first.label, last.label) == ("2012-13 Q1", "2013-14 Q1")
    months = choose("2013-04", "2013-05", labels=["April 2013", "May 2013"])
    assert [span.label for span in months] == ["April 2013", "May 2013"]


def test_periods_without_dates_are_chosen_by_name():
    before, after = choose("before", "after", labels=["before", "after"])
    assert (before.places, after.places) == ((0,), (1,))


@pytest.mark.parametrize(
    ("before", "after", "labels", "error", "message"),
    [
        ("Q4 2013", "2016", QUARTERS, TableError, "calendar or a financial quarter"),
        ("Q4 2006", "Q1 2007", ["Q4 2006", "Q1 2007"], TableError, "calendar or a financial"),
        ("2012", "2016", QUARTERS, UsageError, "has 9 of its 12 months"),
        ("2009", "2016", QUARTERS, UsageError, "has nothing of it"),
        ("2013", "2013-14 Q3", QUARTERS, UsageError, "share time"),
        ("2013-14", "2013-14", QUARTERS, UsageError, "share time"),
        ("2014-15 Q1", "2013-14 Q1", QUARTERS, UsageError, "Turn them round"),
        ("2014-15 Q1", "2015", QUARTERS, UsageError, "two of the same length"),
        ("spring", "2015", QUARTERS, UsageError, "no period 'spring'"),
        ("2013", "2014", ["2013"], UsageError, "there is one, '2013'"),
        ("2013", "2014", [], UsageError, "--period"),
        ("2012-13", "2013-14", ["2012-13", "2012-13 Q1", "2013-14"], UsageError, "share time"),
    ],
)
def test_what_can_not_be_compared_is_refused(before, after, labels, error, message):
    with pytest.raises(error, match=message):
        choose(before, after, labels=labels)


@pytest.mark.parametrize(
    ("label", "found"), [("2013-14 Q2", "2013-14 Q2"), ("2013-14q2", "2013-14 Q2")]
)
def test_one_period_may_be_written_otherwise(label, found):
    assert choose_one(read_periods(QUARTERS), label, option="--at") == found


@pytest.mark.parametrize(
    ("label", "message"), [("2013", "is 4 periods"), ("2030-31 Q1", "nothing of it")]
)
def test_one_period_is_one_of_those_there(label, message):
    with pytest.raises(UsageError, match=message):
        choose_one(read_periods(QUARTERS), label, option="--at")
