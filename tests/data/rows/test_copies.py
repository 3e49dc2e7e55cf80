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


def test_some_rows_that_are_alike_are_no_copies():
    data = frame().drop(columns="ward")
    some = pd.concat([data, data.head(6)], ignore_index=True)
    assert read_table(some, roll_up="all").account.rows_kept == 30
