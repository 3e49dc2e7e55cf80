"""Intervals that hold on average over units, whatever units differ by."""

import numpy as np
import pytest
from designs import make_design, make_posterior
from scipy.special import expit

from varstat.errors import ModelError
from varstat.estimands.robust.intervals import estimate_robust, find_robust_intervals

pytestmark = pytest.mark.slow

SHAPES = {
    "student-t of two degrees": lambda rng, n: 0.3 * rng.standard_t(2, n),
    "two clusters": lambda rng, n: 0.5 * rng.choice([-1.0, 1.0], n) + 0.05 * rng.normal(size=n),
    "few far out": lambda rng, n: np.where(rng.random(n) < 0.1, 2.0, 0.0) - 0.2,
    "normal": lambda rng, n: 0.4 * rng.normal(size=n),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_on_average_over_units_intervals_hold_the_truth(shape):
    rng, covered = np.random.default_rng(1), []
    for _ in range(60):
        truth = SHAPES[shape](rng, 300)
        se = rng.uniform(0.2, 0.8, 300)
        found = find_robust_intervals(truth + se * rng.normal(size=300), se)
        covered.append(np.mean((found.lower <= truth) & (truth <= found.upper)))
    # Three standard errors below.
    assert np.mean(covered) > 0.95 - 3 * np.std(covered) / np.sqrt(60)


def test_they_are_narrower_than_without_the_others():
    rng = np.random.default_rng(2)
    se = np.full(400, 0.5)
    found = find_robust_intervals(0.3 * rng.normal(size=400) + se * rng.normal(size=400), se)
    assert np.all(found.upper - found.lower < 2 * 1.96 * se)
    assert found.second_moment == pytest.approx(0.09, abs=0.04)


def test_units_that_differ_by_chance_alone_still_have_intervals():
    rng = np.random.default_rng(3)
    found = find_robust_intervals(rng.normal(size=50), np.full(50, 2.0))
    assert found.second_moment == pytest.approx(2 * 4 / 50)
    assert np.isfinite(found.lower).all()


def test_too_few_units_are_refused():
    with pytest.raises(ModelError, match="5 units"):
        find_robust_intervals(np.zeros(4), np.ones(4))


def test_rates_of_counts_are_covered_on_average_at_the_average_case_mix():
    rng = np.random.default_rng(4)
    covered = []
    for seed in range(5):
        rng = np.random.default_rng([4, seed])
        need = rng.normal(size=150)
        size = rng.integers(60, 600, 150)
        effect = 0.5 * rng.choice([-1.0, 1.0], 150)
        event = rng.binomial(size, expit(-1 + 0.4 * need + effect))
        posterior = make_posterior(make_design(event, size, covariates={"need": need}), draws=400)
        lower, upper = estimate_robust(posterior, level=0.95)
        truth = expit(-1 + 0.4 * need.mean() + effect)
        covered.append(np.mean((lower <= truth) & (truth <= upper)))
    assert np.mean(covered) > 0.93


def test_means_keep_their_units_and_withheld_counts_have_no_interval():
    value = np.array([10.0, 12.0, 9.0, 15.0, 11.0, 10.5])
    posterior = make_posterior(make_design(value, np.full(6, 0.5), measure="mean"), draws=200)
    lower, upper = estimate_robust(posterior, level=0.95)
    assert np.all((lower < value) & (value < upper))
    event = np.array([np.nan, 20, 30, 25, 28, 22])
    bounds = (np.where(np.isnan(event), 1, event), np.where(np.isnan(event), 7, event))
    hidden = make_design(event, np.full(6, 100), bounds=bounds)
    lower, _ = estimate_robust(make_posterior(hidden, draws=200), level=0.95)
    assert np.isnan(lower).tolist() == [True] + [False] * 5


def test_several_rows_a_unit_are_refused():
    design = make_design(
        [5, 6, 7, 8], [20] * 4, unit=["a", "a", "b", "b"], period=["1", "2", "1", "2"]
    )
    with pytest.raises(ModelError, match="one row"):
        estimate_robust(make_posterior(design, draws=200), level=0.95)
