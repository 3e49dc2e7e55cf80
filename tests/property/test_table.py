"""Counts in are counts out, whatever the rows."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from varstat.data import read_table
from varstat.data.complete import keep_complete
from varstat.data.source.numbers import MISSING, parse_numbers
from varstat.errors import TableError

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
from cards import make_card

CELLS = st.one_of(
    st.integers(-2, 50),
    st.integers(0, 10**6).map("{:,}".format),
    st.sampled_from([*MISSING, "*", "[c]", None, "", "text", "inf", "50%", "12.5%", 1.5]),
)
UNITS = st.sampled_from(["A", "B", "5E1", "001", "England", "Total", None, "C\nD", "=1+1"])
PERIODS = st.sampled_from(["2016-03-01", "2016-04-01", "2016-05-01", None])
ROWS = st.lists(st.tuples(UNITS, PERIODS, CELLS, CELLS), max_size=30)
COLUMNS = ["unit", "period", "numerator", "denominator"]
CARD = make_card(also={"period": "period", "suppressed": (1, 7)})
# One good row, so that something is always left.
GOOD = ("Good", "2016-04-01", 3, 10)


def frame(rows):
    return pd.DataFrame([GOOD, *rows], columns=COLUMNS, dtype=object)


@given(rows=ROWS, roll_up=st.sampled_from([None, "year", "quarter", "all"]))
def test_every_row_and_every_count_is_accounted_for(rows, roll_up):
    data = frame(rows)
    try:
        table = read_table(data, card=CARD, lenient=True, roll_up=roll_up)
    except TableError as error:
        # Rows of one unit that can't be added up: refused only where some do stand twice.
        if "same as earlier" in str(error) and roll_up and data.duplicated().any():
            return
        raise
    account, result = table.account, table.frame
    empty = data.isna() | (data == "")
    assert account.rows_read == int((~empty.all(axis=1)).sum())
    assert account.rows_read == account.rows_kept + account.rows_excluded
    assert len(result) == account.rows_kept - account.rows_merged
    assert account.units == result["unit"].nunique()
    for column, (read, kept, excluded) in account.totals.items():
        np.testing.assert_allclose(read, kept + excluded)
        if not result["numerator"].isna().any():
            np.testing.assert_allclose(result[column].sum(), kept)


@given(rows=ROWS)
def test_what_is_kept_is_possible(rows):
    result = read_table(frame(rows), card=CARD, lenient=True).frame
    assert (result["denominator"] > 0).all()
    assert (result["event_lower"] <= result["event_upper"]).all()
    assert (result["event_lower"] >= 0).all()
    assert (result["event_upper"] <= result["denominator"]).all()
    known = result["numerator"].dropna()
    assert (known == known.round()).all()
    assert not result.duplicated(["unit", "period"]).any()
    assert result["unit"].notna().all()


@given(rows=st.lists(st.tuples(st.integers(0, 999), st.integers(1, 999)), min_size=1))
def test_good_rows_are_kept_whole_and_rolling_up_conserves_their_sums(rows):
    data = pd.DataFrame(
        {
            "unit": [f"U{at % 3}" for at in range(len(rows))],
            "period": [f"{2000 + at // 3}-05-01" for at in range(len(rows))],
            "numerator": [min(row) for row in rows],
            "denominator": [max(row) for row in rows],
        }
    )
    read = read_table(data, card=CARD)
    rolled = read_table(data, card=CARD, roll_up="all")
    assert read.account.rows_excluded == 0
    for column in ("numerator", "denominator", "event_lower", "event_upper"):
        source = {"event_lower": "numerator", "event_upper": "numerator"}.get(column, column)
        assert read.frame[column].sum() == rolled.frame[column].sum() == data[source].sum()


@given(order=st.permutations(range(8)))
def test_the_order_of_rows_changes_nothing_but_the_order(order):
    rows = [(f"U{at}", "2016-04-01", at, 10 + at) for at in range(8)]
    table = read_table(frame([rows[at] for at in order]), card=CARD)
    assert table.frame["unit"].tolist() == ["Good", *(f"U{at}" for at in order)]
    by_unit = table.frame.set_index("unit")["denominator"]
    assert all(by_unit[f"U{at}"] == 10 + at for at in range(8))


COVARIATES = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([None, "*", "..", "text", "inf", "5%", float("inf")])
)


@given(rows=st.lists(st.tuples(UNITS, PERIODS, CELLS, CELLS, COVARIATES), max_size=20))
def test_rows_are_accounted_for_and_covariates_known_to_a_model(rows):
    # More than there are others: where percentages and plain numbers are mixed, most decide.
    good = [(f"Good{at}", *GOOD[1:], 1.5) for at in range(21)]
    data = pd.DataFrame([*good, *rows], columns=[*COLUMNS, "age"], dtype=object)
    table = read_table(data, card=CARD, covariates="age", lenient=True)
    account, result = table.account, table.frame
    assert account.rows_read == account.rows_kept + account.rows_excluded
    assert len(result) == account.rows_kept
    assert table.by == ()
    complete = keep_complete(table, covariates=table.covariates)
    account, result = complete.account, complete.frame
    assert len(result) == account.rows_kept
    assert np.isfinite(result["age"]).all()
    assert account.totals["denominator"][1] == result["denominator"].sum()
    plain = read_table(data, card=CARD, lenient=True)
    assert account.rows_read == plain.account.rows_read
    for column, (read, _, _) in account.totals.items():
        np.testing.assert_allclose(read, plain.account.totals[column][0])


@given(
    rows=st.lists(st.tuples(st.integers(1, 999), st.floats(-1e6, 1e6)), min_size=1, max_size=30),
    constant=st.floats(-1e6, 1e6),
)
def test_a_rolled_up_covariate_is_between_its_ends_and_weighted_by_size(rows, constant):
    data = pd.DataFrame(
        {
            "unit": [f"U{at % 3}" for at in range(len(rows))],
            "period": [f"{2000 + at // 3}-05-01" for at in range(len(rows))],
            "numerator": 0,
            "denominator": [size for size, _ in rows],
            "age": [age for _, age in rows],
            "same": constant,
        }
    )
    table = read_table(data, card=CARD, covariates=["age", "same"], roll_up="all").frame.set_index(
        "unit"
    )
    assert (table["same"] == constant).all()
    for unit, group in data.groupby("unit"):
        age = table.loc[unit, "age"]
        assert abs(age - np.average(group["age"], weights=group["denominator"])) < 1e-6
        assert group["age"].min() - 1e-6 <= age <= group["age"].max() + 1e-6


@given(numbers=st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1))
def test_a_printed_number_is_read_to_the_last_bit(numbers):
    texts = np.empty(len(numbers) + 1, dtype=object)
    texts[:] = [*map(repr, numbers), "*"]
    assert parse_numbers(texts[:-1]).values.tolist() == numbers
    assert parse_numbers(texts).values[:-1].tolist() == numbers
