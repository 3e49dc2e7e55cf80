"""Complete rows: what a model leaves out is in the account."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from cards import make_card

from varstat.data import read_table
from varstat.data.annualise import annualise
from varstat.data.complete import keep_complete
from varstat.errors import TableError

QUARTERS = ["2015-16 Q1", "2015-16 Q2", "2015-16 Q3", "2015-16 Q4"]


def frame(**changes):
    columns = {
        "unit": ["A", "B", "C", "D"],
        "numerator": [1, 2, 3, 4],
        "denominator": [10, 20, 30, 40],
        "age": [50, None, 52, 53],
        "kind": ["x", "x", None, "y"],
    }
    return pd.DataFrame(columns | changes)


def read(data=None, **options):
    options = {"card": make_card(), "covariates": "age", "peer_group": "kind"} | options
    return read_table(frame() if data is None else data, **options)


def keep(table, **options):
    return keep_complete(table, **{"covariates": table.covariates} | options)


def test_what_a_model_cannot_take_is_left_out_and_accounted_for():
    table = keep(read())
    assert table.frame["unit"].tolist() == ["A", "D"]
    account = table.account
    assert [(each.reason, each.rows, each.first_rows) for each in account.exclusions] == [
        ("no kind", 1, (2,)),
        ("no age", 1, (1,)),
    ]
    assert account.totals == {"numerator": (10, 5, 5), "denominator": (100, 50, 50)}
    assert (account.rows_kept, account.units) == (2, 2)


def test_only_what_is_asked_for_is_left_out():
    assert keep(read(), covariates=()).frame["unit"].tolist() == ["A", "B", "D"]
    assert keep(read(), peer_groups=False).frame["unit"].tolist() == ["A", "C", "D"]
    table = read(frame(kind=None, age=1))
    assert keep(table) is table


def test_leaving_out_twice_is_leaving_out_once():
    once = keep(read())
    assert keep(once) is once


def test_a_unit_that_has_a_peer_group_on_some_row_stays():
    data = frame(unit=list("AABB"), when=["2015", "2016"] * 2, kind=["x", None, None, None], age=1)
    assert keep(read(data, period="when")).frame["unit"].tolist() == ["A", "A"]


def test_nothing_left_is_an_error():
    with pytest.raises(TableError, match=r"no rows are left to analyse. Excluded: 4 rows: no age"):
        keep(read(frame(age=None, kind="x")))


def test_a_table_made_of_another_is_cut_by_its_own_rows():
    table = read(frame(kind=["x", "x", None, "y"]))
    made = replace(table, frame=table.frame.assign(age=[1.0, np.nan, 3.0, 4.0]))
    cut = keep(made)
    assert cut.frame["unit"].tolist() == ["A", "D"]
    assert cut.account.notes == (
        "1 row without a peer group left out",
        "1 row without 'age' left out",
    )
    with pytest.raises(TableError, match="no rows are left"):
        keep(replace(table, frame=table.frame.assign(age=np.nan)), peer_groups=False)


def test_a_quarter_without_a_covariate_is_in_no_rolling_year():
    data = pd.DataFrame(
        {
            "unit": ["A", "B"] * 4,
            "quarter": np.repeat(QUARTERS, 2),
            "numerator": 1,
            "denominator": 10,
            "age": [None, *range(7)],
        }
    )
    table = read_table(data, card=make_card(), covariates="age", period="quarter")
    year, _ = annualise(table, "rolling4")
    assert year.frame["unit"].tolist() == ["B"]
    assert year.account.exclusions[0].reason == "no age"
    assert keep(year) is year
