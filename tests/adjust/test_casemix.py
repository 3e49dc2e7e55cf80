"""Regression on case-mix against statsmodels, and the test of constant effects by simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, special
from scipy import stats as sps
from uniformity import least, misfits

import varstat
from varstat.adjust import check_interactions, fit_casemix, say_interaction, standardise
from varstat.adjust.absorbed import Family, fit_absorbed, refit
from varstat.adjust.columns import independent
from varstat.adjust.discrimination import concordance, explained
from varstat.adjust.redraw import redraw
from varstat.adjust.separation import find_separation
from varstat.errors import ModelError, UsageError
from varstat.measure import MEASURES

OPTIONS = settings(max_examples=60)


def make_table(measure="proportion", *, units=25, seed=4, covariate=True, effects=(0.8, -0.5)):
    """A table with two factors, of which the second has an effect too, and a covariate."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [[f"U{u:02d}" for u in range(units)], ["hip", "knee", "eye"], ["f", "m"]],
        names=["unit", "kind", "sex"],
    ).to_frame(index=False)
    size = rng.integers(20, 200, len(grid)).astype(float)
    size[grid["kind"] == "eye"] *= 3
    eta = -1.0 + grid["kind"].map({"hip": effects[0], "knee": effects[1], "eye": 0.0}).to_numpy()
    eta += 0.3 * (grid["sex"] == "m") + rng.normal(0, 0.2, units)[np.repeat(np.arange(units), 6)]
    grid["age"] = rng.normal(60, 8, len(grid))
    eta = eta + 0.02 * (grid["age"] - 60)
    match measure:
        case "proportion":
            grid["numerator"] = rng.binomial(size.astype(int), special.expit(eta))
            grid["denominator"] = size.astype(int)
        case "ratio":
            grid["observed"] = rng.poisson(size * np.exp(eta) / 5)
            grid["expected"] = size / 5
        case "mean":
            grid["value"] = 10 + eta + rng.normal(0, 1, len(grid)) / np.sqrt(size)
            grid["se"], grid["count"] = 1 / np.sqrt(size), size.astype(int)
    options = {"covariates": ["age"]} if covariate else {}
    return grid, varstat.read_table(grid, stratum=("kind", "sex"), **options)


def by_statsmodels(grid, measure):
    import statsmodels.api as sm

    sex = "m" if reference_sex(grid, measure) == "f" else "f"
    x = np.column_stack(
        [np.ones(len(grid))]
        + [grid["kind"] == level for level in ("hip", "knee")]
        + [grid["sex"] == sex]
        + [(grid["age"] - grid["age"].mean()) / grid["age"].std(ddof=0)]
    ).astype(float)
    match measure:
        case "proportion":
            y = grid[["numerator"]].assign(rest=grid["denominator"] - grid["numerator"])
            model = sm.GLM(y.to_numpy(float), x, family=sm.families.Binomial())
        case "ratio":
            model = sm.GLM(
                grid["observed"], x, family=sm.families.Poisson(), exposure=grid["expected"]
            )
        case "mean":
            model = sm.WLS(grid["value"], x, weights=grid["count"].to_numpy(float))
    how = {} if measure == "mean" else {"tol": 1e-13}
    groups = grid["unit"].str[1:].astype(int).to_numpy()
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups}, **how), x


def reference_sex(grid, measure):
    size = {"proportion": "denominator", "ratio": "expected", "mean": "count"}[measure]
    return grid.groupby("sex")[size].sum().idxmax()


@pytest.mark.parametrize("measure", ["proportion", "ratio", "mean"])
def test_coefficients_and_errors_by_unit_agree_with_statsmodels(measure):
    grid, table = make_table(measure)
    found = fit_casemix(table, draws=0)
    other, x = by_statsmodels(grid, measure)
    frame = found.to_frame()
    assert frame["factor"].to_list() == ["intercept", "kind", "kind", "sex", "age"]
    assert found.references == {"kind": "eye", "sex": reference_sex(grid, measure)}
    np.testing.assert_allclose(frame["estimate"], other.params, atol=1e-8)
    # statsmodels also multiplies by (n - 1) / (n - k), n rows and k columns, which would depend on
    # how the rows are split.
    rows, columns = x.shape
    more = np.sqrt((rows - 1) / (rows - columns))
    np.testing.assert_allclose(frame["se"] * more, other.bse, rtol=1e-6)
    reach = sps.t.ppf(0.975, 24) * frame["se"]
    np.testing.assert_allclose(frame["upper"], frame["estimate"] + reach)
    size = {"proportion": "denominator", "ratio": None, "mean": "count"}[measure]
    fitted = np.asarray(other.fittedvalues) * (grid[size] if size else 1.0)
    np.testing.assert_allclose(found.row_expected, fitted, rtol=1e-7)


@pytest.mark.parametrize("measure", ["proportion", "ratio", "mean"])
def test_how_rows_are_split_does_not_matter(measure):
    grid, table = make_table(measure, covariate=False)
    whole = fit_casemix(table, draws=19)
    halves = pd.concat([grid, grid], ignore_index=True)
    halves["period"] = np.repeat(["2016-04-01", "2016-07-01"], len(grid))
    first = np.arange(len(halves)) < len(grid)
    if measure != "mean":
        for name in grid.columns.intersection(["numerator", "denominator", "observed"]):
            low = grid[name] // 3
            halves[name] = np.where(first, pd.concat([low, low]), pd.concat([grid[name] - low] * 2))
        if measure == "ratio":
            halves["expected"] *= np.where(first, 0.25, 0.75)
        split = varstat.read_table(halves, stratum=("kind", "sex"), period="period")
        parts = fit_casemix(split, draws=19)
        np.testing.assert_allclose(
            whole.to_frame()[["estimate", "se", "lower"]],
            parts.to_frame()[["estimate", "se", "lower"]],
            rtol=1e-8,
        )
        assert whole.explained == pytest.approx(parts.explained)
        assert whole.interactions == parts.interactions
        np.testing.assert_allclose(whole.expected, parts.expected)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_measurement_of_a_mean_does_not_matter(unit):
    grid, table = make_table("mean")
    other = grid.assign(value=grid["value"] * unit, se=grid["se"] * unit)
    read = varstat.read_table(other, stratum=("kind", "sex"), covariates=["age"])
    one, two = fit_casemix(table, draws=19), fit_casemix(read, draws=19)
    np.testing.assert_allclose(two.to_frame()["se"], one.to_frame()["se"] * unit)
    assert two.explained == pytest.approx(one.explained)
    assert two.explained_units == pytest.approx(one.explained_units)
    for left, right in zip(one.interactions, two.interactions, strict=True):
        assert left.statistic == pytest.approx(right.statistic)
        assert left.p_value == right.p_value
        assert right.sd == pytest.approx(left.sd * unit)


def test_with_one_factor_expected_events_are_those_of_indirect_standardisation():
    for measure in ("proportion", "ratio", "mean"):
        grid, _ = make_table(measure)
        table = varstat.read_table(grid.assign(cell=grid["kind"] + grid["sex"]), stratum="cell")
        found = fit_casemix(table, draws=0)
        units = standardise(table).to_frame()
        np.testing.assert_allclose(found.expected, units["expected"], rtol=1e-9)
        np.testing.assert_allclose(found.unit_frame()["ratio"], units["ratio"], rtol=1e-9)


def test_a_stratum_without_events_expects_none_and_leaves_the_others_alone():
    grid, _ = make_table()
    grid.loc[grid["kind"] == "knee", "numerator"] = 0
    found = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=19)
    rest = grid[grid["kind"] != "knee"]
    alone = fit_casemix(varstat.read_table(rest, stratum=("kind", "sex")), draws=19)
    frame, other = found.to_frame(), alone.to_frame()
    knee = frame[frame["level"] == "knee"].iloc[0]
    assert knee["estimate"] == -np.inf
    assert knee["lower"] == -np.inf
    assert knee["effect"] == 0.0
    assert np.isnan([knee["se"], knee["upper"], knee["p_value"]]).all()
    np.testing.assert_allclose(
        frame.loc[frame["level"] != "knee", ["estimate", "se"]], other[["estimate", "se"]]
    )
    assert np.all(found.row_expected[grid["kind"] == "knee"] == 0)
    np.testing.assert_allclose(
        found.row_expected[grid["kind"] != "knee"], alone.row_expected, rtol=1e-9
    )
    assert "No finite coefficient fits 'knee' of 'kind'" in found.summary()
    assert [i.statistic for i in found.interactions] == pytest.approx(
        [i.statistic for i in alone.interactions]
    )


def test_a_stratum_of_nothing_but_events_expects_nothing_else():
    grid, _ = make_table()
    knee = grid["kind"] == "knee"
    grid.loc[knee, "numerator"] = grid.loc[knee, "denominator"]
    found = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=0)
    frame = found.to_frame()
    assert frame.loc[frame["level"] == "knee", "estimate"].to_list() == [np.inf]
    np.testing.assert_allclose(found.row_expected[knee], grid.loc[knee, "denominator"])


def test_the_reference_is_the_most_common_level_that_saw_events():
    grid, _ = make_table()
    grid.loc[grid["kind"] == "eye", "numerator"] = 0
    found = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=0)
    assert found.references["kind"] in ("hip", "knee")
    frame = found.to_frame()
    assert frame.loc[frame["level"] == "eye", "estimate"].to_list() == [-np.inf]
    assert np.isfinite(frame.loc[frame["level"] != "eye", "estimate"]).all()


def test_a_combination_of_strata_can_be_separated_too():
    # No level of x or y is without events, or without others, but as one coefficient falls the
    # others can rise for ever.
    grid = pd.DataFrame(
        {
            "unit": np.repeat(["A", "B", "C"], 4),
            "x": ["lo", "lo", "hi", "hi"] * 3,
            "y": ["lo", "hi"] * 6,
            "numerator": [0, 2, 3, 9] * 3,
            "denominator": [9, 5, 7, 9] * 3,
        }
    )
    found = fit_casemix(varstat.read_table(grid, stratum=("x", "y")), draws=0)
    np.testing.assert_allclose(found.row_expected, grid["numerator"], atol=1e-8)
    frame = found.to_frame().set_index("factor")
    assert frame.loc[["x", "y"], "estimate"].abs().to_list() == [np.inf, np.inf]
    assert np.isfinite(frame.loc["intercept", "estimate"])
    assert found.explained == pytest.approx(1.0)


def test_no_events_at_all_is_said():
    grid, _ = make_table()
    grid["numerator"] = 0
    found = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=19)
    assert np.all(found.row_expected == 0)
    assert found.to_frame()["estimate"][0] == -np.inf
    assert np.isnan(found.concordance)
    assert np.isnan(found.explained)
    assert "can't be tested" in found.summary()


@OPTIONS
@given(
    events=st.lists(st.integers(0, 3), min_size=4, max_size=7),
    bits=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=7, max_size=7),
)
def test_what_is_not_separated_has_a_finite_maximum_and_what_is_has_none(events, bits):
    rows = len(events)
    x = np.column_stack([np.ones(rows), np.array(bits[:rows])]).astype(float)
    x = x[:, independent(sparse.csr_array(x))]
    event, most = np.array(events, dtype=float), np.full(rows, 3.0)
    found = find_separation(sparse.csr_array(x), event, most)
    # Every separated row moves the right way, and no other row moves.
    along = x @ found.direction
    assert np.all(along[found.rows & (event == 0)] < 0)
    assert np.all(along[found.rows & (event == 3)] > 0)
    assert not np.any(found.rows & (event > 0) & (event < 3))
    np.testing.assert_allclose(along[~found.rows], 0.0, atol=1e-6)

    def slope(beta):
        return x[~found.rows].T @ (event - most * special.expit(x @ beta))[~found.rows]

    if (~found.rows).any():
        # The others have a maximum where the scores are zero, near by.
        from scipy.optimize import least_squares

        best = least_squares(slope, np.zeros(x.shape[1]), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        assert np.max(np.abs(best.fun)) < 1e-5
        assert np.max(np.abs(x[~found.rows] @ best.x)) < 12


def test_a_factor_that_another_determines_is_left_out_and_said():
    grid, _ = make_table(covariate=False)
    grid["part"] = grid["kind"].map({"hip": "bone", "knee": "bone", "eye": "eye"})
    nested = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex", "part")), draws=0)
    plain = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=0)
    np.testing.assert_allclose(nested.expected, plain.expected, rtol=1e-9)
    frame = nested.to_frame()
    assert frame.loc[frame["factor"] == "part", "estimate"].isna().all()
    assert np.isfinite(frame.loc[frame["factor"] == "kind", "estimate"]).all()
    assert "determined by what stands before" in nested.summary()


def test_the_c_statistic_of_grouped_data_is_that_of_single_cases():
    rng = np.random.default_rng(8)
    size = rng.integers(1, 12, 20)
    rate = np.round(rng.random(20), 1)
    event = rng.binomial(size, rate)
    yes, no = np.repeat(rate, event), np.repeat(rate, size - event)
    pairs = np.sign(yes[:, None] - no[None, :])
    assert concordance(event.astype(float), size.astype(float), rate) == pytest.approx(
        np.mean(0.5 + 0.5 * pairs)
    )


@pytest.mark.parametrize("measure", ["proportion", "ratio", "mean"])
def test_the_cells_own_rates_explain_all_and_one_common_rate_nothing(measure):
    event, size = np.array([0.0, 3.0, 5.0]), np.array([5.0, 10.0, 5.0])
    assert explained(event, size, event, measure=MEASURES[measure]) == pytest.approx(1.0)
    assert explained(event, size, size * 0.4, measure=MEASURES[measure]) == pytest.approx(0.0)
    assert np.isnan(explained(size, size, size, measure=MEASURES[measure]))


def rows_of(family, *, units=40, cells=4, sd=0.0, mean_size=20.0, base=-1.0, seed=0, slope=0.0):
    """Rows of units with effects of their own, one a cell, and an interaction with SD `sd`."""
    rng = np.random.default_rng(seed)
    unit, cell = np.repeat(np.arange(units), cells), np.tile(np.arange(cells), units)
    size = rng.poisson(rng.gamma(1.0, mean_size, unit.size)) + 1.0
    z = rng.standard_normal(unit.size)
    eta = base + 0.4 * rng.standard_normal(units)[unit] + np.linspace(-0.8, 0.8, cells)[cell]
    eta = eta + sd * rng.standard_normal(unit.size) + slope * rng.standard_normal(units)[unit] * z
    match family:
        case "proportion":
            event = rng.binomial(size.astype(int), special.expit(eta)).astype(float)
        case "ratio":
            event = rng.poisson(size * np.exp(eta)).astype(float)
        case "mean":
            size = 1.0 / size
            event = eta + rng.standard_normal(unit.size) * np.sqrt(size)
    x = np.column_stack([*(cell == k for k in range(1, cells)), z]).astype(float)
    return sparse.csr_array(x), event, size, unit, cell, z


@pytest.mark.parametrize("family", ["proportion", "ratio"])
def test_absorbed_effects_are_those_of_a_column_for_each_unit(family):
    import statsmodels.api as sm

    x, event, size, unit, _, _ = rows_of(family, units=12)
    columns = np.column_stack([x.toarray(), unit[:, None] == np.arange(12)]).astype(float)
    if family == "proportion":
        y = np.column_stack([event, size - event])
        other = sm.GLM(y, columns, family=sm.families.Binomial()).fit(tol=1e-13)
        fitted = other.fittedvalues * size
    else:
        other = sm.GLM(event, columns, family=sm.families.Poisson(), exposure=size).fit(tol=1e-13)
        fitted = other.fittedvalues
    found = fit_absorbed(Family(measure=MEASURES[family], unit=unit, units=12, size=size), x, event)
    # A prior of next to no weight stands on the coefficients.
    np.testing.assert_allclose(found.beta, other.params[:4], atol=2e-5)
    np.testing.assert_allclose(found.alpha, other.params[4:], atol=2e-5)
    np.testing.assert_allclose(found.mean, fitted, rtol=1e-4)


@pytest.mark.parametrize("family", ["proportion", "ratio", "mean"])
def test_a_refit_ends_where_a_fit_from_scratch_does(family):
    x, event, size, unit, _, _ = rows_of(family, units=30)
    if family == "mean":
        event, size = event / size, 1.0 / size
    shape = Family(measure=MEASURES[family], unit=unit, units=30, size=size)
    near = fit_absorbed(shape, x, event)
    rng = np.random.default_rng(1)
    for other in redraw(shape, near, event, draws=3, rng=rng):
        mean, information = refit(shape, x, other, near)
        whole = fit_absorbed(shape, x, other)
        spread = np.sqrt(np.maximum(whole.information, 1e-9))
        assert np.max(np.abs(mean - whole.mean) / spread) < 0.02
        np.testing.assert_allclose(information, whole.information, rtol=0.02, atol=1e-3)


@pytest.mark.parametrize("family", ["proportion", "ratio"])
def test_redrawn_units_have_the_events_that_they_had_and_spread_them_as_the_model_does(family):
    x, event, size, unit, _, _ = rows_of(family, units=30, mean_size=4.0)
    total = np.bincount(unit, event)
    told = (total > 0) & ((family == "ratio") | (total < np.bincount(unit, size)))
    rows = told[unit]
    _, of = np.unique(unit[rows], return_inverse=True)
    x, event, size = x[rows], event[rows], size[rows]
    shape = Family(measure=MEASURES[family], unit=of, units=int(told.sum()), size=size)
    fit = fit_absorbed(shape, x, event)
    drawn = np.array(list(redraw(shape, fit, event, draws=600, rng=np.random.default_rng(2))))
    assert np.all(drawn >= 0)
    if family == "proportion":
        assert np.all(drawn <= size)
    totals = np.array([shape.total(each) for each in drawn])
    np.testing.assert_array_equal(totals, np.broadcast_to(shape.total(event), totals.shape))
    # Given the sum, the mean is not quite the fitted one; it is for Poisson counts.
    error = np.sqrt(np.maximum(fit.information, 0.05) / 600)
    tolerance = 4.5 if family == "ratio" else 8.0
    assert np.max(np.abs(drawn.mean(axis=0) - fit.mean) / error) < tolerance


def test_given_its_events_a_unit_is_drawn_from_the_exact_distribution():
    # Two cells: Fisher's noncentral hypergeometric distribution.
    size, event, odds = np.array([6.0, 9.0] * 2), np.array([3.0, 2.0, 1.0, 0.0]), 2.5
    family = Family(measure=MEASURES["proportion"], unit=np.array([0, 0, 1, 1]), units=2, size=size)
    x = sparse.csr_array(np.array([[np.log(odds)], [0.0]] * 2))
    fit = fit_absorbed(family, x, event)
    eta = x @ np.ones(1) + np.array([-1.0, -1.0, -2.5, -2.5])
    mean, information = family.moments(eta)
    at = type(fit)(
        beta=np.ones(1), alpha=fit.alpha, mean=mean, information=information, inverse=fit.inverse
    )
    rng = np.random.default_rng(3)
    drawn = np.array(list(redraw(family, at, event, draws=4000, rng=rng)))
    for first, total in ((0, 5), (2, 1)):
        seen = np.bincount(drawn[:, first].astype(int), minlength=7)[:7]
        exact = sps.nchypergeom_fisher(15, 6, total, odds).pmf(np.arange(7))
        keep = exact > 1e-3
        assert sps.chisquare(seen[keep], 4000 * exact[keep] / exact[keep].sum()).pvalue > 1e-3


def p_values(family, number, *, draws=99, **shape):
    found = []
    for seed in range(number):
        x, event, size, unit, cell, z = rows_of(family, seed=seed, **shape)
        tested = check_interactions(
            x,
            event,
            size,
            unit=unit,
            factors={"cell": cell},
            covariates={"z": z},
            measure=MEASURES[family],
            draws=draws,
            seed=seed,
        )
        found.append([each.p_value for each in tested])
    # Spread evenly over the steps that p-values take.
    steps = np.random.default_rng(number).random((number, 2)) / (draws + 1)
    return np.array(found) - steps


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "shape"),
    [
        ("proportion", {}),
        ("proportion", {"units": 150, "cells": 5, "mean_size": 2.0, "base": -2.5}),
        ("proportion", {"units": 10, "cells": 3, "mean_size": 8.0}),
        ("ratio", {"units": 150, "cells": 5, "mean_size": 2.0, "base": -2.0}),
        ("mean", {"units": 25}),
    ],
)
def test_without_interaction_p_values_are_uniform_however_few_the_events(family, shape):
    found = p_values(family, 200, **shape)
    worst = least({"factor": found[:, 0], "covariate": found[:, 1]})
    assert worst[0] > 1e-3, worst


@pytest.mark.slow
def test_without_interaction_p_values_are_about_uniform():
    found = p_values("proportion", 60, draws=39, units=15, cells=3, mean_size=6.0)
    for column in found.T:
        assert min(misfits(column).values()) > 1e-3


@pytest.mark.parametrize("family", ["proportion", "ratio", "mean"])
def test_an_interaction_is_found_and_its_size_is_about_right(family):
    sizes, found = [], []
    for seed in range(12):
        x, event, size, unit, cell, z = rows_of(family, sd=0.3, mean_size=100.0, seed=seed)
        (tested, _) = check_interactions(
            x,
            event,
            size,
            unit=unit,
            factors={"cell": cell},
            covariates={"z": z},
            measure=MEASURES[family],
            draws=59,
            seed=seed,
        )
        found.append(tested.p_value)
        sizes.append(tested.sd)
    assert max(found) == pytest.approx(1 / 60)
    assert np.mean(sizes) == pytest.approx(0.3, abs=0.04)


def test_slopes_that_differ_between_units_are_found():
    sizes = []
    for seed in range(8):
        x, event, size, unit, _, z = rows_of("proportion", slope=0.3, mean_size=150.0, seed=seed)
        (tested,) = check_interactions(
            x,
            event,
            size,
            unit=unit,
            factors={},
            covariates={"z": z},
            measure=MEASURES["proportion"],
            draws=39,
            seed=seed,
        )
        assert tested.p_value == pytest.approx(1 / 40)
        sizes.append(tested.sd)
    assert np.mean(sizes) == pytest.approx(0.3, abs=0.06)


def test_the_same_seed_gives_the_same_p_value_and_another_a_like_one():
    _, table = make_table(units=15)
    one, same, other = (fit_casemix(table, draws=99, seed=seed) for seed in (3, 3, 4))
    assert one.interactions == same.interactions
    assert one.interactions != other.interactions
    for left, right in zip(one.interactions, other.interactions, strict=True):
        assert left.statistic == right.statistic
        assert abs(left.p_value - right.p_value) < 0.25


def test_the_order_of_rows_never_matters():
    grid, table = make_table(units=10)
    mixed = grid.sample(frac=1.0, random_state=1).reset_index(drop=True)
    other = varstat.read_table(mixed, stratum=("kind", "sex"), covariates=["age"])
    one, two = fit_casemix(table, draws=19), fit_casemix(other, draws=19)
    np.testing.assert_allclose(one.to_frame()["se"], two.to_frame()["se"], rtol=1e-8)
    np.testing.assert_allclose(one.expected, two.expected, rtol=1e-8)
    for left, right in zip(one.interactions, two.interactions, strict=True):
        assert left.statistic == pytest.approx(right.statistic)
        assert left.df == right.df


def test_what_varies_only_between_units_cannot_be_tested_and_that_is_said():
    grid, _ = make_table(units=20)
    grid["teaching"] = np.where(grid["unit"] < "U08", "yes", "no")
    grid["beds"] = grid["unit"].str[1:].astype(float)
    table = varstat.read_table(grid, stratum=("kind", "sex", "teaching"), covariates=["beds"])
    found = fit_casemix(table, draws=19)
    tested = {each.factor: each for each in found.interactions}
    assert tested["kind"].df > 0
    for name in ("teaching", "beds"):
        assert tested[name].df == 0
        assert np.isnan(tested[name].p_value)
        assert "can't be tested" in say_interaction(tested[name])
    frame = found.interaction_frame()
    assert frame["factor"].to_list() == ["kind", "sex", "teaching", "beds"]


def test_say_interaction_says_how_sure_it_is():
    _, table = make_table(units=10)
    (kind, *_) = fit_casemix(table, draws=19).interactions
    assert "'kind'" in say_interaction(kind)
    assert kind.link == "logit"
    from dataclasses import replace

    strong = say_interaction(replace(kind, p_value=0.005, sd=0.4))
    assert "may mislead" in strong
    assert "SD 0.4" in strong
    assert "No more than chance" in say_interaction(replace(kind, p_value=0.5))


def test_one_unit_has_no_errors_by_unit_and_no_interactions():
    grid, _ = make_table()
    table = varstat.read_table(grid[grid["unit"] == "U03"], stratum=("kind", "sex"))
    found = fit_casemix(table, draws=19)
    assert found.to_frame()["se"].isna().all()
    assert np.isfinite(found.to_frame()["estimate"]).all()
    assert "With one unit" in found.summary()
    assert np.isnan(found.explained_units)


def test_a_level_that_one_unit_has_comes_without_errors():
    grid, _ = make_table(covariate=False)
    grid = grid[(grid["kind"] != "knee") | (grid["unit"] == "U02")]
    found = fit_casemix(varstat.read_table(grid, stratum=("kind", "sex")), draws=0)
    frame = found.to_frame().set_index("level")
    assert np.isfinite(frame.loc["knee", "estimate"])
    assert frame.loc["knee", ["se", "lower", "upper", "p_value"]].isna().all()
    assert np.isfinite(frame.loc["hip", "se"])
    assert "Only one unit has 'knee' of 'kind'" in found.summary()


def test_withheld_counts_take_no_part_but_have_expected_events():
    grid, _ = make_table(covariate=False)
    hidden = grid.astype({"numerator": object})
    hidden.loc[[0, 7], "numerator"] = "*"
    found = fit_casemix(
        varstat.read_table(hidden, stratum=("kind", "sex"), suppressed=(1, 7)), draws=19
    )
    rest = fit_casemix(varstat.read_table(grid.drop([0, 7]), stratum=("kind", "sex")), draws=19)
    np.testing.assert_allclose(found.to_frame()["estimate"], rest.to_frame()["estimate"])
    assert np.isfinite(found.row_expected).all()
    assert len(found.row_expected) == len(grid)
    assert "2 counts were withheld" in found.summary()
    np.testing.assert_allclose(found.expected, rest.expected)


def test_a_factor_with_one_level_and_a_constant_covariate_are_said():
    grid, _ = make_table()
    grid["place"], grid["year"] = "here", 2016.0
    table = varstat.read_table(grid, stratum=("kind", "sex", "place"), covariates=["age", "year"])
    found = fit_casemix(table, draws=0)
    assert "'place', 'year' doesn't vary" in found.summary()
    assert set(found.to_frame()["factor"]) == {"intercept", "kind", "sex", "age"}


def test_amounts_are_not_tested():
    grid, _ = make_table(covariate=False)
    grid["numerator"] = grid["numerator"] * 0.5
    table = varstat.read_table(grid, stratum=("kind", "sex"), counts="continuous")
    found = fit_casemix(table)
    assert found.interactions == ()
    assert "can't be tested on amounts" in found.summary()


def test_what_cannot_be_regressed_is_said():
    grid, table = make_table(units=5)
    with pytest.raises(UsageError, match=r"0\.95"):
        fit_casemix(table, level=95)
    with pytest.raises(UsageError, match="draws"):
        fit_casemix(table, draws=-1)
    grouped = varstat.read_table(grid, stratum="kind", by="sex")
    with pytest.raises(ModelError, match="by sex"):
        fit_casemix(grouped)
    plain = grid.groupby("unit", as_index=False)[["numerator", "denominator"]].sum()
    with pytest.raises(ModelError, match="nothing to regress on"):
        fit_casemix(varstat.read_table(plain))


def test_results_are_locked_and_tables_are_copies():
    _, table = make_table(units=5)
    found = fit_casemix(table, draws=0)
    with pytest.raises(ValueError, match="read-only"):
        found.expected[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        found.coefficients.estimate[0] = 1.0
    before = found.coefficients.estimate.copy()
    frame = found.to_frame()
    frame["estimate"] = 0.0
    assert np.array_equal(found.coefficients.estimate, before)


def test_congenital_heart_surgery_has_constant_effects_of_risk(shared):
    frame = pd.read_csv(shared / "data" / "sts_congenital_heart_2015_2018.csv")
    frame = frame[(frame["Procedure Type"] != "Overall") & (frame["Total Procedures"] > 0)]
    table = varstat.read_table(
        frame,
        unit="Hospital Name",
        numerator="Observed Deaths",
        denominator="Total Procedures",
        stratum="Procedure Type",
        title="Deaths",
    )
    found = fit_casemix(table)
    assert 0.75 < found.concordance < 0.81
    assert found.to_frame()["effect"].max() == pytest.approx(10.81, abs=0.01)
    (tested,) = found.interactions
    assert tested.p_value > 0.05
    np.testing.assert_allclose(found.expected, standardise(table).to_frame()["expected"])
