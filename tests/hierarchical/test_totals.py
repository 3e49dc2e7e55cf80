"""What others lead to expect of a unit's total: exact where that can be known, and uniform."""

import numpy as np
import pytest
from designs import make_design
from numpy.polynomial.hermite_e import hermegauss
from scipy import stats
from scipy.special import expit

from varstat.hierarchical.left_out import leave_out, predict_left_out
from varstat.hierarchical.totals import _below, predict_totals


@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [
        (stats.binom(40, 0.3), 12.0, 8.4),
        (stats.binom(7, 0.999), 6.993, 0.006993),
        (stats.poisson(6.5), 6.5, 6.5),
        (stats.nbinom(3, 0.2), 12.0, 60.0),
    ],
)
def test_a_known_distribution_is_found_from_its_moments(law, mean, variance):
    y = np.arange(-1.0, 8.0)
    found = _below(y, np.full(9, mean), np.full(9, variance))
    np.testing.assert_allclose(found, law.cdf(y), atol=1e-9)


@pytest.mark.parametrize(
    ("measure", "likelihood"),
    [("proportion", "binomial"), ("ratio", "poisson"), ("mean", "normal")],
)
def test_with_one_row_a_unit_it_is_what_is_found_of_the_row(measure, likelihood):
    rng = np.random.default_rng(2)
    size = np.round(np.exp(rng.uniform(1.5, 8.0, 30)))
    event = rng.binomial(size.astype(int), expit(-1.5 + 0.4 * rng.normal(size=30))).astype(float)
    if measure == "mean":
        event, size = event / size, 1.0 / np.sqrt(size)
    design = make_design(event, size, measure=measure, likelihood=likelihood)
    at = 0.0 if measure == "mean" else -1.5
    h = np.array([[at, np.log(0.4)], [at + 0.1, np.log(0.3)], [at, np.log(0.02)]])
    hyper, share = leave_out(design, h, np.zeros(3))
    by_row = predict_left_out(design, hyper, share)
    np.testing.assert_allclose(predict_totals(design, hyper, share), by_row, atol=2e-3)


def _cells(rng, units=12):
    """Units whose four cells have rates from one in twenty to one in two."""
    size = rng.integers(3, 60, (units, 4))
    theta = np.array([-3.0, -2.0, -1.0, 0.0]) + 0.4 * rng.normal(size=(units, 1))
    unit, cell = np.indices(size.shape).reshape(2, -1)
    event = rng.binomial(size, expit(theta)).ravel().astype(float)
    return make_design(
        event,
        size.ravel(),
        unit=[f"u{i:02d}" for i in unit],
        strata={"cell": [f"c{j}" for j in cell]},
    )


def test_the_total_of_cells_of_different_rates_is_nearly_their_convolution():
    design = _cells(np.random.default_rng(3))
    h = np.zeros((1, design.dimension))
    h[0, 0], h[0, 1:4], h[0, -1] = -1.5, [-1.3, -0.4, 0.5], np.log(0.4)
    hyper, share = leave_out(design, h, np.zeros(1))
    found = predict_totals(design, hyper, share)
    x, weight = hermegauss(60)
    exact = np.zeros(design.units)
    for i in range(design.units):
        rows = slice(4 * i, 4 * i + 4)
        y = int(design.event[rows].sum())
        for at, w in zip(x, weight / weight.sum(), strict=True):
            rate = expit(hyper.eta[0, rows] + 0.4 * at)
            law = np.ones(1)
            for n, p in zip(design.size[rows].astype(int), rate, strict=True):
                law = np.convolve(law, stats.binom.pmf(np.arange(n + 1), n, p))
            exact[i] += w * (law[y + 1 :].sum() + 0.5 * law[y])
    np.testing.assert_allclose(found, exact, atol=2e-3)


def test_a_unit_with_a_withheld_row_says_nothing():
    event = np.array([3.0, np.nan, 5.0, 6.0])
    bounds = (np.array([3.0, 1, 5, 6]), np.array([3.0, 7, 5, 6]))
    design = make_design(
        event, np.full(4, 50), unit=["a", "a", "b", "b"], period=[1, 2, 1, 2], bounds=bounds
    )
    h = np.zeros((1, design.dimension))
    h[0, -2:] = np.log(0.3)
    found = predict_totals(design, *leave_out(design, h, np.zeros(1)))
    assert np.isnan(found[0])
    assert 0.0 < found[1] < 1.0
