"""Size and shape are tested on what the others lead to expect, and said where they fail."""

from dataclasses import replace

import numpy as np
import pytest
from designs import fits_of, make_design, make_posterior
from scipy import stats
from scipy.special import expit

from varstat.estimands import compute_league
from varstat.estimands.assumptions import (
    DOUBTFUL,
    MISSHAPEN,
    UNEVEN,
    UNTESTED,
    say_assumptions,
)
from varstat.hierarchical.shape import anderson_darling


def league_of(theta, size, rng, **said):
    event = rng.binomial(size.astype(int), expit(theta)).astype(float)
    design = make_design(event, size, direction="lower-is-better", **said)
    return compute_league(fits_of(make_posterior(design, draws=200)))[0]


def sizes(rng, units=80):
    return np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, units))), 5.0)


@pytest.mark.parametrize("slope", [0.5, -0.5])
def test_a_rate_that_goes_with_size_is_noted_with_its_slope(slope):
    rng = np.random.default_rng(1)
    size = sizes(rng)
    league = league_of(-1.5 + slope * np.log(size / 300) + 0.2 * rng.normal(size=80), size, rng)
    assert league.assumptions.size_p < DOUBTFUL
    assert league.assumptions.size_slope == pytest.approx(slope, abs=0.2)
    way = "larger" if slope > 0 else "smaller"
    assert any(f"{way} units have higher rates" in note for note in league.notes)


def test_a_few_poor_units_among_equals_have_not_the_shape_of_a_normal():
    rng = np.random.default_rng(2)
    size = np.full(80, 600.0)
    theta = -1.5 + 1.0 * (np.arange(80) < 10)
    league = league_of(theta, size, rng)
    assert league.assumptions.shape_p < MISSHAPEN
    assert any("don't have the shape" in note for note in league.notes)
    assert set(league.assumptions.furthest) <= {f"u{i:03}" for i in range(10)} | set(
        league.units.unit[-12:]
    )


def panel_of(kind, theta, size, rng, *, passing=0.2):
    """A league of units with four rows each: cells of their case-mix, or periods."""
    units = len(theta)
    unit, row = np.indices((units, 4)).reshape(2, -1)
    each = np.maximum(np.round(size / 4), 1.0)[unit]
    at = theta[unit] + np.array([-1.0, -0.3, 0.3, 1.0])[row] * (kind == "strata")
    at = at + passing * rng.normal(size=len(at)) * (kind == "period")
    event = rng.binomial(each.astype(int), expit(at)).astype(float)
    level = [f"c{j}" for j in row] if kind == "strata" else list(2001 + row)
    said = {kind: {"cell": level} if kind == "strata" else level}
    unit = [f"u{i:03}" for i in unit]
    design = make_design(event, each, unit=unit, direction="lower-is-better", **said)
    return compute_league(fits_of(make_posterior(design, draws=200)))[0]


@pytest.mark.parametrize("kind", ["strata", "period"])
def test_units_of_several_rows_are_tested_on_their_totals(kind):
    rng = np.random.default_rng(6)
    size, u = sizes(rng), rng.normal(size=80)
    by_size = panel_of(kind, -1.5 + 0.5 * np.log(size / 300) + 0.2 * u, size, rng)
    assert by_size.assumptions.size_p < DOUBTFUL
    assert by_size.assumptions.size_slope == pytest.approx(0.5, abs=0.2)
    poor = panel_of(kind, -1.5 + 1.2 * (np.arange(80) < 8), np.full(80, 800.0), rng)
    assert poor.assumptions.shape_p < MISSHAPEN
    uneven = np.where(size < np.median(size), 0.8, 0.15)
    wide = panel_of(kind, -1.5 + uneven * u, 3 * size, rng)
    assert wide.assumptions.spread_p < UNEVEN
    assert wide.assumptions.spread_slope < 0
    holds = panel_of(kind, -1.5 + 0.3 * u, size, rng)
    assert say_assumptions(holds.assumptions) == ()


def test_nothing_is_noted_where_the_model_holds():
    rng = np.random.default_rng(4)
    league = league_of(-1.5 + 0.3 * rng.normal(size=80), sizes(rng), rng)
    assert say_assumptions(league.assumptions) == ()


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_counts_of_a_handful_of_cases_are_no_sign_that_size_matters(seed):
    # Weights that go with the counts, and scores with steps, doubted six in ten such nations.
    rng = np.random.default_rng(seed)
    league = league_of(np.full(300, -1.0), rng.integers(1, 6, 300).astype(float), rng)
    assert league.assumptions.size_p > DOUBTFUL


def test_counts_that_are_withheld_are_no_sign_that_size_matters():
    rng, p = np.random.default_rng(14), []
    for _ in range(6):
        size = np.maximum(np.round(np.exp(rng.normal(4.5, 1.0, 150))), 1.0)
        event = rng.binomial(size.astype(int), expit(-2.2 + 0.3 * rng.normal(size=150)))
        withheld = (event >= 1) & (event <= 4) & (size > 1)
        bounds = np.where(withheld, 1, event), np.where(withheld, np.minimum(4, size), event)
        design = make_design(np.where(withheld, np.nan, event), size, bounds=bounds)
        league = compute_league(fits_of(make_posterior(design, draws=400)))[0]
        p.append(league.assumptions.size_p)
    # As good p-values go, their product is smaller in one of a thousand such sixes.
    assert stats.combine_pvalues(p).pvalue > 1e-3


@pytest.mark.parametrize(("normal", "remedy"), [(True, "--effects auto"), (False, "Look at")])
def test_who_has_learnt_effects_is_not_told_to_learn_them(normal, remedy):
    found = replace(UNTESTED, shape_p=1e-4, furthest=("A", "B"), normal=normal)
    (note,) = say_assumptions(found)
    assert remedy in note
    assert ("--effects auto" in note) is normal


def test_of_few_units_nothing_is_tested():
    rng = np.random.default_rng(4)
    league = league_of(np.full(8, -1.5), sizes(rng, 8), rng)
    assert league.assumptions is UNTESTED


def test_the_p_value_of_shape_is_uniform_for_normals():
    rng = np.random.default_rng(5)
    p = [anderson_darling(rng.normal(size=40)) for _ in range(2000)]
    assert stats.kstest(p, "uniform").statistic < 0.04


@pytest.mark.slow
def test_a_good_model_is_doubted_in_three_of_a_hundred_nations_at_most():
    rng = np.random.default_rng(6)
    noted, spread = 0, []
    for _ in range(200):
        size = sizes(rng, 60)
        league = league_of(-1.5 + 0.3 * rng.normal(size=60), size, rng)
        noted += bool(say_assumptions(league.assumptions))
        spread.append(league.assumptions.spread_p)
    # Of 200 the share has a standard error of one point.
    assert noted / 200 <= 0.03 + 0.012
    assert stats.kstest(spread, "uniform").pvalue > 1e-3
