"""A table that stands twice in its file is not added up."""

import numpy as np
import pandas as pd
import pytest

from varstat.data import read_table
from varstat.errors import TableError


def frame(units=8, parts=3):
    rng = np.random.default_rng(1)
    size = rng.integers(200, 900, units * parts)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"U{at}" for at in range(units)], parts),
            "ward": np.tile([f"W{at}" for at in range(parts)], units),
            "numerator": rng.binomial(size, 0.2),
            "denominator": size,
        }
    )


def test_a_table_that_stands_twice_is_refused_where_its_rows_are_added_up():
    twice = pd.concat([frame(), frame()], ignore_index=True)
    for data in (twice, twice.drop(columns="ward")):
        with pytest.raises(TableError, match=r"24 rows are the same .* Delete the copies"):
            read_table(data, roll_up="all")


def test_rows_that_differ_in_any_cell_are_no_copies():
    twice = pd.concat([frame(), frame()], ignore_index=True).drop(columns="ward")
    table = read_table(twice.assign(cost=range(48)), roll_up="all")
    assert table.account.rows_kept == 48


def test_some_rows_that_stand_twice_are_copies_too():
    for parts, copied in ((3, 6), (1, 1)):
        data = frame(parts=parts).drop(columns="ward")
        some = pd.concat([data, data.head(copied)], ignore_index=True)
        with pytest.raises(TableError, match="the same as earlier"):
            read_table(some, roll_up="all")


@pytest.mark.parametrize("size", [[4, 5, 6], [30]])
def test_rows_that_chance_makes_alike_are_no_copies(size):
    # Few cases, or as many in each: in 60 rows of a unit some are the same.
    rng = np.random.default_rng(1)
    sizes = rng.choice(size, 600)
    data = pd.DataFrame({"unit": np.repeat([f"U{at}" for at in range(10)], 60)})
    data = data.assign(numerator=rng.binomial(sizes, 0.3), denominator=sizes)
    assert data.duplicated().any()
    assert read_table(data, roll_up="all").account.rows_kept == 600


def test_a_unit_again_in_other_capitals_is_a_copy_unless_its_numbers_differ():
    data = frame(parts=1)
    again = data.iloc[[3]].assign(unit="u3")
    with pytest.raises(TableError, match="but for the capitals of a code"):
        read_table(pd.concat([data, again], ignore_index=True).drop(columns="ward"))
    other = pd.concat([data, again.assign(numerator=7)], ignore_index=True)
    assert len(read_table(other).frame) == 9
