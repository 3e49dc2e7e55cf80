"""How often the interval of a total opportunity holds the truth, over simulated nations.

Nations have known parameters, as a frequentist would have it: rates are drawn from a normal on the
logit scale, counts from binomials, and the truth is the sum of gaps to the type-7 quartile of the
true rates.
"""

import numpy as np
import pytest
from designs import fits_of, make_design, make_posterior
from scipy.special import expit

from varstat.estimands import compute_opportunity

NUMBER = 400
# Units, smallest and largest size, mean and SD of the logits.
NATIONS = {
    "trusts": (150, 300, 20_000, 1.2, 0.3),
    "practices": (200, 20, 400, 0.4, 0.4),
}


def simulate(units, smallest, largest, mean, tau, rng, *, seed, draws=1000):
    """The posterior of one nation's total, and the truth."""
    size = np.exp(rng.uniform(np.log(smallest), np.log(largest), units)).astype(int)
    rate = expit(mean + tau * rng.normal(size=units))
    event = rng.binomial(size, rate)
    truth = (size * np.maximum(np.quantile(rate, 0.75) - rate, 0.0)).sum()
    posterior = make_posterior(make_design(event, size), draws=draws, seed=seed)
    return compute_opportunity(fits_of(posterior), level=0.9)[0], truth


@pytest.mark.slow
@pytest.mark.parametrize("name", NATIONS)
def test_nine_in_ten_intervals_of_the_total_hold_the_truth(name):
    rng = np.random.default_rng(5)
    held, found, true = 0, 0.0, 0.0
    for seed in range(NUMBER):
        opportunity, truth = simulate(*NATIONS[name], rng, seed=seed)
        total = opportunity.total
        held += total.lower <= truth <= total.upper
        found, true = found + total.estimate, true + truth
    # Of 400 the share has a standard error of a point and a half: 2.6 of them on either side.
    assert 0.861 <= held / NUMBER <= 0.939
    assert abs(found / true - 1) < 0.03


@pytest.mark.slow
def test_where_nobody_differs_the_posterior_finds_a_third_of_what_is_published_at_most():
    rng = np.random.default_rng(7)
    found, published, told = 0.0, 0.0, 0
    for seed in range(60):
        opportunity, _ = simulate(150, 50, 2000, 1.0, 0.0, rng, seed=seed)
        found += opportunity.total.estimate
        published += opportunity.total.published
        told += "is what chance gives" in opportunity.summary()
    assert found / published < 0.35
    # The published total lies above its 95% limit by chance in one nation of twenty.
    assert told >= 0.9 * 60 * 0.95


# Units, middle size, spread of sizes, rate and SD of the logits: who differs, and who doesn't.
DIFFERENT = {
    "a dozen": lambda rng: (12, -1.5 + 0.3 * rng.normal(size=12)),
    "close together": lambda rng: (60, -1.5 + 0.15 * rng.normal(size=60)),
    "few much better": lambda _: (40, np.where(np.arange(40) < 6, -2.3, -1.5)),
}
ALIKE = {"a dozen": 12, "twenty": 20, "sixty": 60}


def _opportunity_of(theta, rng, *, seed):
    size = np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, len(theta)))), 5).astype(int)
    event = rng.binomial(size, expit(theta))
    design = make_design(event, size, direction="lower-is-better")
    posterior = make_posterior(design, draws=300, seed=seed)
    return compute_opportunity(fits_of(posterior))[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", DIFFERENT)
def test_nations_that_surely_differ_are_hardly_ever_said_to_vary_by_chance(name):
    rng = np.random.default_rng(8)
    said = surely = 0
    for seed in range(200):
        _, theta = DIFFERENT[name](rng)
        found = _opportunity_of(theta, rng, seed=seed)
        if found.homogeneity.p_value < 0.001:
            surely += 1
            said += "is what chance gives" in found.summary()
    assert surely >= 50
    assert said <= 0.01 * surely


@pytest.mark.slow
@pytest.mark.parametrize("name", ALIKE)
def test_four_in_five_nations_without_differences_are_said_to_vary_by_chance(name):
    rng = np.random.default_rng(9)
    theta = np.full(ALIKE[name], -1.5)
    said = sum(
        "is what chance gives" in _opportunity_of(theta, rng, seed=seed).summary()
        for seed in range(200)
    )
    # Of 200 the share has a standard error of two points.
    assert said / 200 >= 0.8
