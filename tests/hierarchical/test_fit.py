"""Fitting a table: periods together and in time's order, what is left out, what is refused."""

import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.errors import TableError, UsageError

pytestmark = pytest.mark.slow

MONTHS = ["Apr-16", "Aug-16", "Dec-16", "Feb-17"]


def frame(periods=MONTHS, units=8, **changes):
    columns = {
        "unit": [f"U{at}" for _ in periods for at in range(units)],
        "period": [period for period in periods for _ in range(units)],
        "numerator": [at % 5 + 3 for at in range(units * len(periods))],
        "denominator": 60,
    }
    return pd.DataFrame(columns | changes)


def fit(data, *, read=None, **options):
    table = varstat.read_table(data, **({"period": "period"} | (read or {})))
    return varstat.fit_model(table, **({"draws": 100} | options))


@pytest.mark.parametrize(
    "periods",
    [
        MONTHS,
        ["01/09/2015", "01/06/2016", "01/01/2017"],
        ["Jan-Mar 2018", "Apr-Jun 2018", "Jul-Sep 2018"],
        [str(number) for number in range(1, 12)],
        ["summer", "autumn", "midwinter"],
    ],
)
def test_the_periods_of_a_model_are_in_the_order_of_time(periods):
    (posterior,) = fit(frame(periods, units=4))
    design = posterior.design
    assert design.period == tuple(periods)
    assert design.row_period.tolist() == [*range(len(periods))] * 4


def test_a_model_takes_periods_together_with_a_part_that_passes():
    (posterior,) = fit(frame())
    assert posterior.by == {}
    assert posterior.design.transient is None
    apart = fit(frame(), read={"by": "period"})
    assert [each.by["period"] for each in apart] == MONTHS


def test_a_saved_fit_keeps_the_order_of_its_periods(tmp_path):
    fits = fit(frame(["summer", "autumn", "midwinter"]))
    varstat.write_fit(fits, tmp_path / "fit.nc")
    (loaded,) = varstat.load_fit(tmp_path / "fit.nc")
    assert loaded.design.period == ("summer", "autumn", "midwinter")
    np.testing.assert_array_equal(loaded.design.row_period, fits[0].design.row_period)


def test_units_of_a_group_are_named_as_in_their_last_period():
    data = frame(["Dec-16", "Apr-16"], units=3, unit_name=["new"] * 3 + ["old"] * 3)
    (posterior,) = fit(data, read={"unit_name": "unit_name"})
    assert posterior.design.unit_name.tolist() == ["new"] * 3


def test_covariates_are_those_of_the_table_unless_some_are_named():
    data = frame(age=[50.0 + at for at in range(32)], need=[at % 7 for at in range(32)])
    read = {"covariates": ["age", "need"]}
    names = {
        None: {"coefficient[age]", "coefficient[need]"},
        "age": {"coefficient[age]"},
        (): set(),
    }
    for covariates, expected in names.items():
        (posterior,) = fit(data, read=read, covariates=covariates)
        found = {name for name in posterior.design.locations if name in names[None]}
        assert found == expected
    with pytest.raises(UsageError, match=r"no 'agee' among its covariates. Did you mean 'age'"):
        fit(data, read=read, covariates="agee")


def test_rows_without_a_covariate_are_left_out_and_accounted_for():
    data = frame(units=8, age=[None, *map(float, range(31))])
    fits = fit(data, read={"covariates": "age"})
    assert len(fits[0].design.event) == 31
    assert [(each.reason, each.rows) for each in fits.account.exclusions] == [("no age", 1)]
    assert fits.account.rows_kept == 31
    assert fit(data, read={"covariates": "age"}, covariates=()).account.rows_kept == 32


def test_a_covariate_of_the_card_that_is_nowhere_is_refused():
    card = varstat.load_card("default-proportion")
    model = card.model.model_copy(update={"covariates": ("need",)})
    card = card.model_copy(update={"model": model})
    with pytest.raises(TableError, match="the covariate 'need', and there is no such column"):
        fit(frame(), read={"card": card})
    assert len(fit(frame(), read={"card": card}, covariates=())) == 1


def test_strata_are_those_of_the_table_and_none_leaves_a_unit_twice():
    data = frame(["F", "M"]).rename(columns={"period": "sex"})
    read = {"period": None, "stratum": "sex"}
    assert fit(data, read=read)[0].design.strata == ("sex",)
    with pytest.raises(TableError, match=r"a model takes each unit and period once.*--stratum sex"):
        fit(data, read=read, strata=())
    with pytest.raises(UsageError, match="no 'age' among its strata"):
        fit(data, read=read, strata="age")
