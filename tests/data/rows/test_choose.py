"""Choosing rows by the values of a column."""

import pandas as pd
import pytest
from cards import make_card

from varstat.cli.parse import parse_only, parse_strata, split_commas
from varstat.data import read_table
from varstat.errors import TableError, UsageError


def frame(**changes):
    columns = {
        "unit": ["A", "A", "B", "B"],
        "month": ["2016-03-01", "2016-04-01", "2016-03-01", "2016-04-01"],
        "type": ["Acute", "Acute", "Small", "Small"],
        "numerator": [1, 2, 3, 4],
        "denominator": [10, 20, 30, 40],
    }
    return pd.DataFrame(columns | changes)


def read(data=None, **options):
    options = {"card": make_card(), "period": "month"} | options
    return read_table(frame() if data is None else data, **options)


def test_only_the_rows_asked_for_are_kept():
    table = read(only={"type": "Acute"})
    assert table.frame["unit"].tolist() == ["A", "A"]
    (excluded,) = table.account.exclusions
    assert excluded.reason == "not among the rows asked for (type)"
    assert excluded.first_rows == (2, 3)
    assert table.account.totals["numerator"] == (10, 3, 7)


def test_choices_of_several_columns_hold_together():
    table = read(only={"type": ["Acute", "Small"], "month": "2016-04-01"})
    assert table.frame["numerator"].tolist() == [2, 4]
    assert table.by == ()


@pytest.mark.parametrize("column", ["period", "year", "month"])
def test_after_a_roll_up_a_period_goes_by_its_new_name(column):
    table = read(only={column: "2016-17"}, roll_up="year")
    assert table.frame["period"].tolist() == ["2016-17", "2016-17"]
    assert table.frame["numerator"].tolist() == [2, 4]


def test_without_a_roll_up_a_period_goes_by_its_own_name():
    assert read(only={"period": "2016-03-01"}).frame["numerator"].tolist() == [1, 3]
    with pytest.raises(TableError, match="there is no column 'year'"):
        read(only={"year": "2016-17"})


def test_a_column_of_a_lookup_chooses_too():
    lookup = pd.DataFrame({"code": ["A"], "region": ["North"]})
    table = read(only={"region": "North"}, lookup=(lookup, "code"))
    assert table.frame["unit"].tolist() == ["A", "A"]


def test_units_are_chosen_by_their_code():
    assert read(only={"unit": ["B"]}).frame["unit"].tolist() == ["B", "B"]


def test_a_stratum_and_a_group_may_choose_too():
    table = read(only={"type": "Small"}, by="type")
    assert table.by == ("type",)
    assert table.frame["numerator"].tolist() == [3, 4]


def test_what_no_row_has_is_an_error_with_the_nearest_spelling():
    with pytest.raises(UsageError) as caught:
        read(only={"type": "acut"})
    assert str(caught.value) == "only: no row has 'acut' in 'type'. Did you mean 'Acute'?"
    with pytest.raises(UsageError, match="Did you mean '2016-17'"):
        read(only={"year": "2016-16"}, roll_up="year")


def test_counts_choose_no_rows():
    with pytest.raises(UsageError, match="'numerator' holds counts"):
        read(only={"numerator": "1"})


def test_a_column_that_is_nowhere_is_an_error():
    with pytest.raises(TableError, match="there is no column 'tipe'"):
        read(only={"tipe": "Acute"})


def test_faults_in_other_rows_dont_matter():
    data = frame(numerator=[1, 2, 300, 4])
    with pytest.raises(TableError):
        read(data)
    assert read(data, only={"type": "Acute"}).frame["numerator"].tolist() == [1, 2]


def test_a_period_that_cannot_be_understood_is_still_an_error():
    data = frame(month=["Q4 2006", "Q4 2006", "Q4 2007", "Q4 2007"])
    with pytest.raises(TableError, match="may be a calendar or a financial quarter"):
        read(data, only={"year": "2006-07"}, roll_up="year")


COMMAS = pd.DataFrame(
    {
        "unit": ["A", "B", "A", "B"],
        "Age, sex": ["18-64, F", "18-64, F", "65+, M", "65+, M"],
        "numerator": [1, 2, 3, 4],
        "denominator": [10, 10, 10, 10],
    }
)


@pytest.mark.parametrize("by", ['"Age, sex"', "Age, sex", "Age,sex"])
def test_a_column_with_a_comma_can_be_named(by):
    table = read_table(COMMAS, card=make_card(), by=split_commas([by]))
    assert table.by == ("Age, sex",)


@pytest.mark.parametrize("stratum", ['"Age, sex"', "Age, sex"])
def test_a_stratum_with_a_comma_can_be_named(stratum):
    table = read_table(COMMAS, card=make_card(), stratum=parse_strata([stratum]))
    assert table.strata == ("Age, sex",)


@pytest.mark.parametrize("value", ['"65+, M"', "65+, M", "65+,M"])
@pytest.mark.parametrize("option", ["only", "exclude"])
def test_a_value_with_a_comma_can_be_named(option, value):
    chosen = parse_only([f"Age, sex={value}"])
    table = read_table(COMMAS, card=make_card(), by="Age, sex", **{option: chosen})
    assert table.frame["numerator"].tolist() == ([3, 4] if option == "only" else [1, 2])


def test_several_values_of_which_some_have_a_comma(tmp_path):
    chosen = parse_only(['Age, sex="65+, M","18-64, F"'])
    assert len(read_table(COMMAS, card=make_card(), by="Age, sex", only=chosen).frame) == 4


def test_columns_that_there_are_stay_apart():
    frame = COMMAS.assign(Age="x", sex="y")
    table = read_table(frame, card=make_card(), by=["Age", "sex"], only={"Age, sex": "65+, M"})
    assert table.by == ("Age", "sex")
