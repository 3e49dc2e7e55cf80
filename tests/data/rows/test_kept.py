"""The rows that a table is made of."""

import numpy as np
import pandas as pd

from varstat.data.read import read_table
from varstat.data.table import Table


def _read(**options: str) -> Table:
    return read_table(
        pd.DataFrame(
            {
                "unit": ["A", "B", "A", "B"],
                "period": ["2021-01", "2021-01", "2022-01", "2022-01"],
                "numerator": [3, 4, 5, 7],
                "denominator": [30, 41, 52, 68],
            }
        ),
        period="period",
        **options,
    )


def test_a_table_and_its_kept_rows_hold_each_column_once() -> None:
    table = _read()
    assert table.kept is not None
    unit = table.kept.records.roles["unit"].values
    assert np.shares_memory(unit, table.frame["unit"].to_numpy())
    assert np.shares_memory(table.kept.counts.event, table.frame["numerator"].to_numpy())
    assert np.shares_memory(table.kept.counts.size, table.kept.records.size.values)


def test_no_two_columns_of_a_table_are_one_array() -> None:
    frame = _read(by="period").frame
    columns = [frame[name].to_numpy() for name in frame]
    assert not any(
        np.shares_memory(one, other)
        for at, one in enumerate(columns)
        for other in columns[at + 1 :]
    )


def test_rows_left_out_later_leave_a_column_of_two_uses_one() -> None:
    kept = _read(by="period").kept
    assert kept is not None
    left = kept.take(np.array([True, True, True, False]))
    assert left.records.by["period"] is left.records.roles["period"]
    assert left.frame["numerator"].tolist() == [3, 4, 5]
    assert left.frame["period"].tolist() == ["2021-01", "2021-01", "2022-01"]
