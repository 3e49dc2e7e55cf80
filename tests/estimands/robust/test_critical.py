"""Critical values whatever the distribution of the bias."""

import numpy as np
import pytest
from scipy.optimize import brentq, linprog
from scipy.stats import norm

from varstat.estimands.robust.critical import critical_value, worst_miss

# Of kolesarm/ebci (R), tests/testthat/test-cv.R: the bias's root second moment, its kurtosis,
# the level, and the critical value.
REFERENCE = [
    (5.0, 3.0, 0.95, 11.88358367),
    (1.0, 3.0, 0.80, 1.8494683),
    (10.0, 3.0, 0.95, 24.86172217),
    (2.8, 8.0, 0.90, 7.0779747158),
]


@pytest.mark.parametrize(("root", "kurtosis", "level", "expected"), REFERENCE)
def test_values_are_those_of_ebci(root, kurtosis, level, expected):
    found = critical_value(np.array([root**2]), kurtosis, level=level)
    assert found[0] == pytest.approx(expected, rel=5e-4)


def test_shares_missed_are_those_of_ebci():
    assert worst_miss(np.array([1.0]), 3.0, 11.9699639845401)[0] == pytest.approx(
        6.0216e-05, rel=0.01
    )
    assert worst_miss(np.array([2.8**2]), 8.0, 7.1324290147839)[0] == pytest.approx(
        0.09805099, rel=1e-3
    )


def test_without_bias_it_is_the_normals():
    found = critical_value(np.zeros(3), 4.0, level=0.95)
    np.testing.assert_allclose(found, 1.959964, atol=1e-5)


def test_a_bias_that_is_the_same_for_all_is_that_of_a_shifted_normal():
    expected = brentq(lambda c: norm.cdf(1.0 - c) + norm.cdf(-1.0 - c) - 0.05, 1, 4)
    assert critical_value(np.ones(1), 1.0, level=0.95)[0] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("m2", "kurtosis", "reach"), [(0.5, 3.0, 2.5), (2.0, 6.0, 4.0)])
def test_the_share_missed_is_what_a_linear_programme_finds(m2, kurtosis, reach):
    t = np.linspace(0, reach + 6, 4000) ** 2
    r = norm.cdf(np.sqrt(t) - reach) + norm.cdf(-np.sqrt(t) - reach)
    found = linprog(
        -r, A_ub=[t**2], b_ub=[kurtosis * m2**2], A_eq=[np.ones_like(t), t], b_eq=[1, m2]
    )
    assert worst_miss(np.array([m2]), kurtosis, reach)[0] == pytest.approx(-found.fun, rel=2e-3)


def test_values_of_many_units_are_interpolated():
    m2 = np.geomspace(0.01, 50, 300)
    some = m2[::60]
    many = critical_value(m2, 5.0, level=0.9)[::60]
    np.testing.assert_allclose(many, critical_value(some, 5.0, level=0.9), rtol=1e-3)
    alike = critical_value(np.full(100, 2.0), 5.0, level=0.9)
    np.testing.assert_allclose(alike, critical_value(np.array([2.0]), 5.0, level=0.9)[0])
