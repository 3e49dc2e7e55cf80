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

NUMBER = 1000
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
    # Of 1,000 the share has a standard error of one point: 2.6 of them on either side.
    assert 0.875 <= held / NUMBER <= 0.925
    assert abs(found / true - 1) < 0.02


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
