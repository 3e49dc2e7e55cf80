"""Means: of how many cases they are, and means from sums."""

import numpy as np
import pandas as pd
import pytest
from cards import make_card
from hypothesis import given
from hypothesis import strategies as st

from varstat.card import load_card, override_card
from varstat.data import read_table
from varstat.data.rows.means import state_mean
from varstat.errors import CardError, TableError, UsageError


def values_frame(**changes):
    columns = {"unit": ["A", "B", "C"], "value": [3.5, 4.0, 4.5], "se": [0.1, 0.2, 0.3]}
    return pd.DataFrame(columns | changes)


def sums_frame(**changes):
    columns = {
        "unit": ["A", "B"],
        "days": [12.0, 40.0],
        "spells": [3, 8],
        "days_squared": [50.0, 214.0],
    }
    return pd.DataFrame(columns | changes)


def read_sums(data=None, **options):
    named = {"total": "days", "count": "spells", "sum_of_squares": "days_squared"}
    return read_table(sums_frame() if data is None else data, **named, **options)


def test_a_mean_says_of_how_many_cases_it_is():
    table = read_table(values_frame(n=[120, 35, 60]), value="value", se="se", count="n")
    assert table.frame["count"].tolist() == [120.0, 35.0, 60.0]
    assert table.frame["count"].dtype == np.float64
    assert table.account.notes == ()


def test_a_column_called_count_is_found_without_being_named():
    assert read_table(values_frame(count=[1, 2, 3])).frame["count"].tolist() == [1, 2, 3]


def test_without_a_count_it_isnt_known():
    table = read_table(values_frame())
    assert table.frame["count"].isna().all()
    assert table.frame["count"].dtype == np.float64
    counts = read_table("example:star98")
    assert "count" not in counts.frame


def test_a_count_that_isnt_given_is_no_error_but_is_said():
    table = read_table(values_frame(n=["10", "*", None]), value="value", se="se", count="n")
    np.testing.assert_array_equal(table.frame["count"], [10.0, np.nan, np.nan])
    assert table.account.notes == ("2 of 3 means have no 'n'",)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("many", "no usable number in column 'n'"),
        ("5%", "no usable number in column 'n'"),
        ("inf", "no usable number in column 'n'"),
        ("0", "a count of zero or less in column 'n'"),
        ("-3", "a count of zero or less in column 'n'"),
    ],
)
def test_a_count_that_cannot_be_is_refused(cell, words):
    with pytest.raises(TableError) as caught:
        read_table(values_frame(n=["10", cell, "20"]), value="value", se="se", count="n")
    assert words in str(caught.value)
    assert "row 1" in str(caught.value)


def test_a_count_that_was_named_must_be_there():
    with pytest.raises(TableError, match="there is no column 'n'"):
        read_table(values_frame(), value="value", se="se", count="n")


def test_means_are_made_from_sums():
    table = read_sums()
    assert table.measure.name == "mean"
    # Of 2, 4, 6: hardly; of any three that add to 12 with squares adding to 50: variance 1.
    np.testing.assert_allclose(table.frame["value"], [4.0, 5.0], rtol=1e-15)
    np.testing.assert_allclose(
        table.frame["se"], [np.sqrt(2 / 2 / 3), np.sqrt(14 / 7 / 8)], rtol=1e-14
    )
    assert table.frame["count"].tolist() == [3.0, 8.0]
    assert table.frame["event_lower"].tolist() == [4.0, 5.0]
    assert table.account.totals == {}


def test_sums_are_found_by_their_own_names():
    names = {"days": "total", "spells": "count", "days_squared": "sum_of_squares"}
    table = read_table(sums_frame().rename(columns=names))
    assert table.frame["value"].tolist() == [4.0, 5.0]
    assert table.card.columns.total == ("total",)


def test_a_card_may_give_sums():
    named = {"total": "days", "count": "spells", "sum_of_squares": "days_squared"}
    table = read_table(sums_frame(), card=make_card("mean", columns=named))
    assert table.frame["value"].tolist() == [4.0, 5.0]


def test_sums_may_be_by_stratum():
    table = read_sums(sums_frame(unit=["A", "A"], sex=["F", "M"]), stratum="sex")
    assert table.strata == ("sex",)
    assert table.frame["value"].tolist() == [4.0, 5.0]


SAMPLES = st.lists(st.floats(-1e3, 1e3).map(lambda value: round(value, 3)), min_size=2, max_size=30)


@given(values=SAMPLES, shift=st.sampled_from([0.0, 10.0, -1e4]))
def test_sums_say_what_the_values_say_or_are_refused(values, shift):
    x = np.array(values) + shift
    sums = (np.array([x.sum()]), np.array([float(len(x))]), np.array([np.square(x).sum()]))
    value, se, scatter = state_mean(*sums)
    exact = x.std(ddof=1) / np.sqrt(len(x))
    if np.isnan(se[0]):
        # Only where the SD is below some 3e-5 of the root mean square.
        assert x.std() <= 4e-5 * np.sqrt(np.mean(x**2))
        assert np.isnan(value[0])
        assert abs(scatter[0]) <= 2e-9
    else:
        np.testing.assert_allclose(value[0], x.mean(), rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(se[0], exact, rtol=1e-5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spells": [1, 8]}, "a count below two in column 'spells'"),
        ({"spells": [0, 8]}, "a count below two in column 'spells'"),
        ({"spells": [-3, 8]}, "a count below two in column 'spells'"),
        ({"days_squared": [47.9, 214]}, "is below what the total and the count allow"),
        ({"days_squared": [-50, 214]}, "is below what the total and the count allow"),
        ({"days_squared": [0, 214]}, "is below what the total and the count allow"),
        ({"days_squared": [48, 214]}, "no variation can be seen in columns 'days', 'spells'"),
        ({"days": [0, 40], "days_squared": [0, 214]}, "no variation can be seen"),
        ({"days_squared": [48.00000001, 214]}, "no variation can be seen"),
        ({"days_squared": [47.99999999, 214]}, "no variation can be seen"),
        ({"days_squared": ["many", 214]}, "text where a number should be"),
        ({"days_squared": [None, 214]}, "column 'days_squared' is blank"),
        ({"days_squared": ["50%", 214]}, "a percentage in column 'days_squared'"),
        ({"days": ["inf", 40]}, "an infinite number in column 'days'"),
        ({"days": [1e17, 40], "days_squared": [1e35, 214]}, "a number in column 'days' is above"),
        ({"days": [0, 40], "days_squared": [1e-250, 214]}, "is too near zero to compute with"),
    ],
)
def test_sums_that_make_no_mean_are_refused(changes, words):
    with pytest.raises(TableError) as caught:
        read_sums(sums_frame(**changes))
    assert words in str(caught.value)
    assert "row 0" in str(caught.value)
    assert "problems" not in str(caught.value)


def test_sums_that_make_no_mean_can_be_left_out():
    table = read_sums(sums_frame(days_squared=[48, 214]), lenient=True)
    assert table.frame["unit"].tolist() == ["B"]
    assert table.account.exclusions[0].rows == 1


def test_a_sum_that_is_withheld_leaves_the_row_out():
    table = read_sums(sums_frame(days_squared=["*", "214"]))
    assert table.frame["unit"].tolist() == ["B"]
    assert table.account.exclusions[0].reason == "column 'days_squared': suppressed (marked '*')"


def test_a_sum_that_is_nowhere_is_an_error():
    with pytest.raises(TableError, match="there is no column 'sum_of_squares'"):
        read_table(sums_frame(), total="days", count="spells")


def test_values_and_sums_exclude_each_other():
    with pytest.raises(CardError, match="either value and se, or total, count and sum_of_squares"):
        read_table(values_frame(), value="value", total="days")


def test_one_way_to_give_a_mean_takes_the_place_of_the_other():
    sums = override_card(load_card("default-mean"), {"columns": {"total": "days"}}, where="x")
    assert sums.needed == ("total", "count", "sum_of_squares")
    assert sums.columns.value is None
    values = override_card(sums, {"columns": {"value": "mean"}}, where="x")
    assert values.needed == ("value", "se")
    assert values.columns.total is None
    assert values.columns.se == ("se",)


def test_sums_in_one_column_are_refused():
    with pytest.raises(CardError, match="total and sum_of_squares name the same column"):
        read_table(sums_frame(), total="days", sum_of_squares="days")
    with pytest.raises(CardError, match="se and count name the same column"):
        read_table(values_frame(), value="value", se="se", count="se")


def test_columns_of_a_mean_dont_go_with_those_of_counts():
    with pytest.raises(UsageError, match="belong to different measures"):
        read_table(sums_frame(), total="days", numerator="spells")
    with pytest.raises(UsageError, match="card shmi is of a ratio"):
        read_table(sums_frame(), card="shmi", count="spells")


def test_a_count_is_no_covariate_of_a_mean():
    with pytest.raises(CardError, match="covariates names 'spells', which"):
        read_sums(covariates="spells")
