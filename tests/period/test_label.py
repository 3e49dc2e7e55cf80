import pytest

from varstat.errors import TableError
from varstat.period.label import roll_up_periods


def roll(*labels, roll_up="year"):
    rolled = roll_up_periods(labels, roll_up=roll_up, where="x.csv")
    return [rolled.get(label) for label in labels]


@pytest.mark.parametrize(
    ("label", "quarter"),
    [
        ("2016-04-01", "2016-17 Q1"),
        ("2016-04-01 00:00:00", "2016-17 Q1"),
        ("30/04/2024", "2024-25 Q1"),
        ("1.3.2017", "2016-17 Q4"),
        ("2017-03", "2016-17 Q4"),
        ("201603", "2015-16 Q4"),
        ("April 2016", "2016-17 Q1"),
        ("Apr-16", "2016-17 Q1"),
        ("1 April 2016", "2016-17 Q1"),
        ("31st March 2017", "2016-17 Q4"),
        ("2016 December", "2016-17 Q3"),
        ("2007-08 Q2", "2007-08 Q2"),
        ("Q2 2007-08", "2007-08 Q2"),
        ("2007/08 Q2", "2007-08 Q2"),
        ("2007/2008 q2", "2007-08 Q2"),
    ],
)
def test_quarters_are_financial(label, quarter):
    assert roll(label, roll_up="quarter") == [quarter]


def test_years_run_from_april_to_march():
    assert roll("2016-03-31", "2016-04-01", "1999-04-01") == ["2015-16", "2016-17", "1999-00"]
    assert roll("2016-17", "2016-17 Q4", "FY2016/17", "2016-2017", "201617") == ["2016-17"] * 5
    assert roll("2016\u201317") == ["2016-17"]


def test_calendar_years_can_be_asked_for():
    assert roll("2016-03-31", "2017", roll_up="calendar-year") == ["2016", "2017"]


@pytest.mark.parametrize("label", ["Q4 2006", "2006Q4", "2006 Q4", "q4-2006"])
def test_a_quarter_of_a_single_year_is_refused_with_both_readings(label):
    with pytest.raises(TableError) as caught:
        roll(label)
    message = str(caught.value)
    assert "'2006-07 Q3' (Oct to Dec 2006)" in message
    assert "'2006-07 Q4' (Jan to Mar 2007)" in message


def test_a_label_that_may_be_month_or_year_is_read_beside_the_others():
    assert roll("2011-12", "2011-10") == ["2011-12", "2011-12"]
    assert roll("2011-12", "2016-17") == ["2011-12", "2016-17"]
    assert roll("2010-11", "2011-12") == ["2010-11", "2011-12"]
    assert roll("2011-12", "2011-10", roll_up="calendar-year") == ["2011", "2011"]


def test_a_label_that_may_be_month_or_year_alone_is_refused():
    with pytest.raises(TableError, match="'2011-12-01' or the year as '2011-2012'"):
        roll("2011-12")


@pytest.mark.parametrize(("label", "roll_up"), [("2016", "year"), ("2016-17", "quarter")])
def test_a_longer_period_does_not_go_into_a_shorter(label, roll_up):
    with pytest.raises(TableError, match="covers 12 months"):
        roll(label, roll_up=roll_up)


@pytest.mark.parametrize("label", ["2016-13-01", "summer 2016", "Wave 3", "45/04/2016", "2016-40"])
def test_what_is_no_period_is_left_out(label):
    assert roll(label) == [None]


def test_all_periods_are_named_from_first_to_last():
    assert set(roll("2017-03-01", "2012-04-01", "2014-01-01", roll_up="all")) == {
        "2012-04-01 to 2017-03-01"
    }
    assert set(roll("wave 1", "wave 2", roll_up="all")) == {"wave 1 to wave 2"}
    assert roll("2016", roll_up="all") == ["2016"]
