"""Posterior predictive checks: quiet where the model holds, loud where it doesn't."""

from dataclasses import replace

import numpy as np
import pytest
from designs import half_normal, make_design, make_posterior
from nations import PRIORS, Nation, draw_nation
from scipy import stats
from scipy.special import expit

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.predictive import (
    check_predictive,
    draw_new_effects,
    draw_rows,
    replicate,
    tail_of_rows,
    withhold,
)

FAMILIES = ("binomial", "beta-binomial", "poisson", "negative-binomial", "normal")


def check(design: Design, *, seed: int = 1) -> dict[str, float]:
    """Fit and check."""
    posterior = make_posterior(design, draws=1000, seed=seed)
    return check_predictive(design, posterior.hyper, seed=seed)


def counts(theta: np.ndarray, *, size: int = 400, seed: int = 2) -> np.ndarray:
    """Draw events of units of one size."""
    return np.random.default_rng(seed).binomial(size, 1 / (1 + np.exp(-theta))).astype(float)


def with_an_outlier(distance: float) -> np.ndarray:
    """Give events of 40 units of which the first lies `distance` SDs of the others away."""
    theta = -1.0 + 0.3 * np.random.default_rng(3).normal(size=40)
    theta[0] = -1.0 + 0.3 * distance
    return counts(theta)


@pytest.mark.slow
@pytest.mark.parametrize("likelihood", ["binomial", "poisson", "normal"])
def test_p_values_are_about_uniform_where_the_model_holds(likelihood):
    nation = Nation(likelihood=likelihood, units=40, smallest=100, largest=1000)
    rng = np.random.default_rng(4)
    found = [check(draw_nation(nation, rng).design, seed=seed) for seed in range(200)]
    for name in ("spread", "extreme"):
        p = np.array([each[name] for each in found])
        # The same data fitted the model, which draws p towards a half: conservative, not wild.
        assert np.mean(p < 0.05) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / len(p))
        assert np.mean(p < 0.005) < 0.005 + 4 * np.sqrt(0.005 / len(p))
        assert abs(p.mean() - 0.5) < 0.1
    extreme = np.array([each["extreme"] for each in found])
    assert extreme.std() > 0.2


def test_a_unit_that_lies_far_out_is_seen():
    within, out, far = (
        check(make_design(with_an_outlier(d), [400] * 40)) for d in (1.0, 6.0, 10.0)
    )
    assert within["extreme"] > 0.05
    # One of forty widens tau, which hides it in part: leaving it out is sharper.
    assert out["extreme"] < 0.05
    assert far["extreme"] < 0.005


@pytest.mark.slow
def test_tails_that_the_model_lacks_are_seen_and_those_it_has_are_not():
    theta = -1.0 + 0.2 * np.random.default_rng(5).standard_t(2, 150)
    event = counts(theta)
    found = {
        effects: check(make_design(event, np.full(150, 400), effects=effects))
        for effects in ("normal", "student-t", "contaminated-normal")
    }
    assert found["normal"]["extreme"] < 0.02
    assert found["student-t"]["extreme"] > 0.05
    assert found["contaminated-normal"]["extreme"] > 0.05


def test_units_more_spread_out_than_the_prior_lets_them_be_are_seen():
    event = counts(-1.0 + 0.6 * np.random.default_rng(6).normal(size=40))
    tight = make_design(event, [400] * 40, priors={"tau": half_normal(0.02)})
    assert check(tight)["spread"] < 0.005
    assert check(make_design(event, [400] * 40))["spread"] > 0.2


@pytest.mark.slow
def test_withheld_counts_are_as_spread_out_as_those_that_would_be_withheld():
    # Taken mid-range in the data alone, they look alike next to replications: p is 0.74 on average.
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        event = rng.binomial(60, expit(rng.normal(-2.3, 0.3, 60))).astype(float)
        withheld = (event >= 1) & (event <= 7)
        assert withheld.mean() > 0.6
        bounds = np.where(withheld, 1.0, event), np.where(withheld, 7.0, event)
        design = make_design(np.where(withheld, np.nan, event), np.full(60, 60), bounds=bounds)
        found.append(check(design, seed=seed)["spread"])
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)


def test_a_range_holds_for_all_rows_unless_a_count_in_it_was_reported():
    lower, upper = [1.0, 1.0, 0.0, 9.0], [7.0, 5.0, 0.0, 9.0]
    event = [np.nan, np.nan, 0.0, 9.0]
    replicated = np.array([[7.0, 5.0, 7.0, 6.0], [8.0, 0.0, 8.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    rule = make_design(event, [60, 5, 60, 60], bounds=(lower, upper))
    assert withhold(rule, replicated).tolist() == [[4, 3, 4, 4], [8, 0, 8, 0], [4, 3, 4, 4]]
    # A second count was withheld lest the first be worked out: 4 says that 1 to 7 is no rule.
    lower[2] = upper[2] = event[2] = 4.0
    loose = make_design(event, [60, 5, 60, 60], bounds=(lower, upper))
    assert withhold(loose, replicated).tolist() == [[4, 3, 7, 6], [8, 0, 8, 0], [4, 3, 1, 1]]
    plain = make_design([3.0, 9.0], [50, 60])
    assert np.array_equal(withhold(plain, replicated[:, :2]), replicated[:, :2])


def test_two_units_have_nothing_to_be_checked_against():
    assert check(make_design([3.0, 9.0], [50, 60])) == {}


def test_the_same_seed_gives_the_same_replications():
    design = make_design(with_an_outlier(1.0), [400] * 40)
    h = make_posterior(design, draws=100).hyper
    one, same, other = (replicate(design, h, seed=seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("effects", "variance"),
    [("normal", 1.0), ("student-t", 2.0), ("contaminated-normal", 1 + 0.2 * 24)],
)
def test_effects_are_drawn_from_their_distribution(effects, variance):
    design = make_design([5.0] * 4, [50] * 4, effects=effects)
    draws = 50_000
    log_share = design.effects.log_shares(np.full(draws, 0.2))
    rng = np.random.default_rng(7)
    u = draw_new_effects(design, np.full((draws, 4), 0.3), log_share, rng) / 0.3
    x = np.array([-3.0, -1.0, 0.0, 0.5, 2.0, 4.0])
    cdf = {
        "normal": stats.norm.cdf(x),
        "student-t": stats.t(4).cdf(x),
        "contaminated-normal": 0.8 * stats.norm.cdf(x) + 0.2 * stats.norm.cdf(x / 5.0),
    }[effects]
    share = np.mean(u.ravel() <= x[:, None], axis=1)
    np.testing.assert_allclose(share, cdf, atol=4.5 * 0.5 / np.sqrt(4 * draws))
    assert effects == "student-t" or u.var() == pytest.approx(variance, rel=0.05)


def one_rate(likelihood: str, transient: float) -> Design:
    """Make a design of ten rows of one size for a family."""
    rows, measure = 10, {"normal": "mean", "poisson": "ratio", "negative-binomial": "ratio"}
    return make_design(
        np.arange(rows) + 1.0,
        np.full(rows, 0.5 if likelihood == "normal" else 60.0),
        measure=measure.get(likelihood, "proportion"),
        likelihood=likelihood,
        transient=transient,
        scaled=False,
    )


@pytest.mark.parametrize("likelihood", FAMILIES)
def test_rows_are_drawn_from_the_distribution_whose_tails_are_computed(likelihood):
    inside = likelihood in ("beta-binomial", "negative-binomial", "normal")
    design = one_rate(likelihood, 0.4 if inside else 0.0)
    draws, spread = 40_000, np.full((1, 1), 0.4)
    theta = np.full((draws, design.rows), -1.3 if likelihood != "normal" else 4.0)
    event = draw_rows(design, theta, spread, np.random.default_rng(8))
    above = np.mean(event > design.event, axis=0) + 0.5 * np.mean(event == design.event, axis=0)
    tail = tail_of_rows(design, theta[:1], spread)[0]
    np.testing.assert_allclose(above, tail, atol=4.5 * 0.5 / np.sqrt(draws))
    assert tail[0] > tail[-1]


@pytest.mark.parametrize("likelihood", ["binomial", "poisson"])
def test_a_transient_effect_widens_what_rows_report(likelihood):
    design = one_rate(likelihood, 0.6)
    assert isinstance(design.family, Smeared)
    theta = np.full((20_000, design.rows), -1.3)
    rng = np.random.default_rng(9)
    drawn = draw_rows(design, theta, np.full((1, 1), 0.6), rng)
    passing = theta + 0.6 * rng.normal(size=theta.shape)
    again = draw_rows(replace(design, family=design.family.inner), passing, np.ones((1, 1)), rng)
    assert drawn.mean() == pytest.approx(again.mean(), rel=0.01)
    assert drawn.std() == pytest.approx(again.std(), rel=0.02)
    still = draw_rows(replace(design, family=design.family.inner), theta, np.ones((1, 1)), rng)
    assert drawn.std() > 1.5 * still.std()


def test_replications_of_a_nation_look_like_the_nation():
    # Given the true hyper-parameters, what is replicated is what the nation was drawn from.
    nation = Nation(units=400, smallest=50, largest=60, priors=PRIORS)
    truth = draw_nation(nation, np.random.default_rng(10))
    h = np.repeat(truth.hyper[None], 200, axis=0)
    event = replicate(truth.design, h, seed=1)[1]
    rate, own = event / truth.design.size, truth.design.event / truth.design.size
    assert stats.percentileofscore(rate.mean(axis=1), own.mean()) == pytest.approx(50, abs=49.9)
    assert stats.percentileofscore(rate.std(axis=1), own.std()) == pytest.approx(50, abs=49.9)
