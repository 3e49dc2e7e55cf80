"""Reliability by the methods that reviewers know, against numbers that others computed."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from varstat.review.signal import (
    anova,
    fit_beta_binomial,
    fit_gamma_poisson,
    normal_normal,
    reliability_at_own_rate,
)

# Means of the units' reliabilities by another program's own code (Nelder-Mead for the
# beta-binomial), to four decimals: ANOVA, beta-binomial at own rate, n/(n+a+b), share >= 0.7.
GOLDEN = {
    "sim200": (0.7644, 0.7528, 0.7477, 0.685),
    "star98": (0.9727, 0.9749, 0.9743, 1.0),
    "surgical": (0.6659, 0.6750, 0.6203, 1 / 3),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_methods_give_the_reference_numbers(shared, name):
    frame = pd.read_csv(shared / "reference" / f"{name}.csv")
    y, n = frame["y"].to_numpy(float), frame["n"].to_numpy(float)
    rate = y / n
    a, b = fit_beta_binomial(y, n)
    by_anova, at_own, weight, reliable = GOLDEN[name]
    own = reliability_at_own_rate(rate, n, a, b)
    assert anova(rate, n, n * rate * (1 - rate)).mean() == pytest.approx(by_anova, abs=5e-5)
    assert own.mean() == pytest.approx(at_own, abs=5e-5)
    assert (n / (n + a + b)).mean() == pytest.approx(weight, abs=5e-5)
    assert np.mean(own >= 0.7) == pytest.approx(reliable, abs=5e-4)


def test_the_beta_of_a_simulated_nation_is_that_of_the_reference(shared):
    frame = pd.read_csv(shared / "reference" / "sim200.csv")
    found = fit_beta_binomial(frame["y"].to_numpy(float), frame["n"].to_numpy(float))
    assert found == pytest.approx((47.769, 16.291), abs=2e-3)


def test_a_beta_binomial_fit_is_where_the_likelihood_is_greatest():
    rng = np.random.default_rng(3)
    n = rng.integers(20, 200, 80)
    y = rng.binomial(n, rng.beta(4, 12, 80)).astype(float)
    a, b = fit_beta_binomial(y, n.astype(float))
    best = stats.betabinom.logpmf(y, n, a, b).sum()
    for by_a, by_b in ((1.05, 1.0), (0.95, 1.0), (1.0, 1.05), (1.0, 0.95), (1.1, 1.1)):
        assert stats.betabinom.logpmf(y, n, a * by_a, b * by_b).sum() < best


def test_a_gamma_poisson_fit_is_where_the_likelihood_is_greatest():
    rng = np.random.default_rng(4)
    size = rng.uniform(5, 80, 80)
    y = rng.poisson(size * rng.gamma(6.0, 1 / 6.0, 80)).astype(float)
    a, b = fit_gamma_poisson(y, size)

    def likelihood(a: float, b: float) -> float:
        return float(stats.nbinom.logpmf(y, a, b / (b + size)).sum())

    best = likelihood(a, b)
    for by_a, by_b in ((1.05, 1.0), (0.95, 1.0), (1.0, 1.05), (1.0, 0.95), (1.1, 1.1)):
        assert likelihood(a * by_a, b * by_b) < best


def test_units_that_differ_by_chance_alone_have_no_reliability():
    n = np.full(200, 100.0)
    # Closer together than chance would have them.
    y = np.where(np.arange(200) % 2, 29.0, 31.0)
    a, b = fit_beta_binomial(y, n)
    assert (n / (n + a + b)).max() < 1e-5
    assert reliability_at_own_rate(y / n, n, a, b).max() < 1e-5
    assert anova(y / n, n, y * (1 - y / n)).max() == 0.0
    assert normal_normal(y / n, np.full(200, 0.05)).max() == 0.0


def test_analysis_of_variance_of_means_agrees_with_that_of_their_cases():
    rng = np.random.default_rng(6)
    sizes = rng.integers(5, 30, 25)
    cases = [rng.normal(rng.normal(), 2.0, each) for each in sizes]
    mean = np.array([each.mean() for each in cases])
    within = np.array([((each - each.mean()) ** 2).sum() for each in cases])
    found = anova(mean, sizes.astype(float), within)
    f = stats.f_oneway(*cases).statistic
    total = sizes.sum()
    typical = (total - (sizes**2).sum() / total) / (len(sizes) - 1)
    # Of a unit of typical size the reliability is 1 - 1/F.
    ratio = found / (1 - found) / sizes
    assert ratio * typical == pytest.approx(np.full(25, f - 1))


def test_one_case_a_unit_has_no_analysis_of_variance():
    assert np.isnan(anova(np.array([0.0, 1.0]), np.ones(2), np.zeros(2))).all()


def test_a_normal_normal_finds_the_reliability_that_was_simulated():
    rng = np.random.default_rng(7)
    error = rng.uniform(0.5, 1.0, 2000)
    value = rng.standard_normal(2000) + error * rng.standard_normal(2000)
    assert normal_normal(value, error).mean() == pytest.approx(
        (1 / (1 + error**2)).mean(), abs=0.02
    )
