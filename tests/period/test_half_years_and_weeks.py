"""Half-years and weeks, in time's order."""

import pytest

from varstat.period.pattern import read_label
from varstat.period.period import read_periods


@pytest.mark.parametrize(
    "labels",
    [
        ["H1 2022/23", "H2 2022/23", "H1 2023/24"],
        ["2022 H2", "2023 H1", "2023 H2"],
        ["2022S1", "2022S2", "2023S1"],
        ["Semester 1 2022", "Semester 2 2022", "Semester 1 2023"],
        ["2022-W52", "2023-W1", "2023-W2", "2023-W10"],
        ["Week 51, 2022", "Week 1, 2023", "Week 11, 2023"],
        ["KW 9 2023", "KW 10 2023", "KW 11 2023"],
        ["w/e 07/04/2023", "w/e 14/04/2023", "w/e 28/04/2023", "w/e 05/05/2023"],
        ["Week ending 31 March 2023", "Week ending 7 April 2023"],
        ["w/c 2023-03-27", "w/c 2023-04-03"],
    ],
)
def test_whatever_the_order_of_rows_they_stand_in_that_of_time(labels: list[str]) -> None:
    for start in range(len(labels)):
        periods = read_periods([*labels[start:], *labels[:start]][::-1])
        assert periods.in_time
        assert list(periods.labels) == labels


def test_halves_of_a_year_follow_each_other() -> None:
    first, second, third = read_periods(["H1 2022/23", "H2 2022/23", "H1 2023/24"])
    assert second.follows(first)
    assert third.follows(second)
    assert not third.follows(first)


@pytest.mark.parametrize("label", ["2023-W54", "H3 2023", "week 7", "w/e soon", "H1"])
def test_what_is_neither_says_no_time(label: str) -> None:
    assert read_label(label) == {}


def test_weeks_whose_dates_may_begin_with_day_or_month_are_not_put_in_order() -> None:
    assert read_periods(["w/e 04/05/2023", "w/e 07/04/2023"]).unread == "w/e 04/05/2023"
