"""Tails of samples from finite numbers of cases: published numbers, SciPy's, and enumeration."""

import numpy as np
import pytest
from scipy import stats

from varstat.measure import PROPORTION
from varstat.measure.basis import Basis
from varstat.measure.hypergeometric import at_least, correlation


def tail(event, size, marked, cases):
    one = np.ones(1)
    found = at_least(event * one, size * one, marked / cases * one, -one / (cases - 1))
    return float(found[0])


@pytest.mark.parametrize(
    ("event", "size", "marked", "cases", "published"),
    [
        # Fisher (1935), The Design of Experiments: the lady tasting tea, all right and three right.
        (4, 4, 4, 8, 1 / 70),
        (3, 4, 4, 8, 17 / 70),
        # Fisher (1935), JRSS 98: convicted twins, 10 of 13 against 2 of 17; as R's fisher.test.
        (10, 13, 12, 30, 0.0004652),
        # Six numbers of 49: all six, and three or more.
        (6, 6, 6, 49, 1 / 13_983_816),
        (3, 6, 6, 49, 0.0186375),
    ],
)
def test_published_tails_are_found(event, size, marked, cases, published):
    assert tail(event, size, marked, cases) == pytest.approx(published, rel=1e-4)


@pytest.mark.parametrize("most", [12, 80, 2000, 100_000])
def test_tails_are_those_of_scipy(most):
    rng = np.random.default_rng(most)
    cases = rng.integers(2, most + 1, 2000).astype(float)
    size = np.ceil(cases * rng.uniform(0, 1, 2000) ** 2).clip(1, cases)
    marked = np.floor(cases * rng.uniform(0, 1, 2000))
    share = marked / cases
    sd = np.sqrt(size * share * (1 - share) * (cases - size) / (cases - 1))
    event = np.rint(size * share + rng.normal(0, 3, 2000) * sd).clip(0, size)
    found = at_least(event, size, share, -1 / (cases - 1))
    known = stats.hypergeom.sf(event - 1, cases, marked, size)
    np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-300)


def test_of_ever_more_cases_a_sample_is_binomial():
    event, size, target = np.arange(31.0), np.full(31, 30.0), np.full(31, 0.3)
    known = stats.binom.sf(event - 1, 30, 0.3)
    for cases, off in ((1e4, 1e-2), (1e6, 1e-4), (1e8, 1e-6), (1e13, 1e-9)):
        found = at_least(event, size, target, np.full(31, -1 / (cases - 1)))
        assert np.abs(found - known).max() <= off


@pytest.mark.parametrize("target", [0.07, 0.25, 0.5, 0.913])
@pytest.mark.parametrize("between", [0.0, 1e-5, 5e-4, 2e-3, 5e-3, 0.03])
def test_mean_and_variance_are_as_asked_for(target, between):
    """Whether what varies is less, or more, than a sample of the process would."""
    size, cases = 25, 83
    event = np.arange(size + 1.0)
    full = np.full(size + 1, 1.0)
    basis = Basis.of(size * full, sampled_from=cases * full)
    above = basis.at_least(PROPORTION, event, size * full, target * full, between * full)
    chance = np.append(-np.diff(above), above[-1])
    assert chance.min() >= -1e-12
    assert chance.sum() == pytest.approx(1, abs=1e-12)
    assert chance @ event / size == pytest.approx(target, abs=1e-10)
    variance = basis.sampling(PROPORTION, size * full, target * full)[0]
    variance += between * basis.shown(PROPORTION, size * full)[0]
    # Numbers of cases are whole: that alone moves K by half a case at most.
    found = chance @ (event / size - target) ** 2
    assert found == pytest.approx(variance, abs=0.26 / cases**2)
    below = basis.at_most(PROPORTION, event, size * full, target * full, between * full)
    np.testing.assert_allclose(below, 1 - np.append(above[1:], 0), atol=1e-12)


def test_a_sample_of_cases_that_vary_as_beta_binomial_is_one_itself():
    """Drawn in two steps, and by the formula."""
    rng = np.random.default_rng(2)
    target, rho, cases, size = 0.3, 0.05, 120, 40
    p = rng.beta(target * (1 - rho) / rho, (1 - target) * (1 - rho) / rho, 200_000)
    marked = rng.binomial(cases, p)
    event = rng.hypergeometric(marked, cases - marked, size)
    between = target * (1 - target) * (1 + (cases - 1) * rho) / cases
    assert correlation(np.array([cases]), np.array([target]), np.array([between]))[
        0
    ] == pytest.approx(rho)
    at = np.arange(size + 1.0)
    full = np.ones(size + 1)
    basis = Basis.of(size * full, sampled_from=cases * full)
    found = basis.at_least(PROPORTION, at, size * full, target * full, between * full)
    seen = (event[:, None] >= at).mean(axis=0)
    assert np.abs(found - seen).max() <= 4 * np.sqrt(0.25 / 200_000)


def test_of_all_cases_nothing_is_left_to_chance():
    full = np.ones(3)
    basis = Basis.of(40 * full, sampled_from=40 * full)
    event = np.array([9.0, 10.0, 11.0])
    found = basis.at_least(PROPORTION, event, 40 * full, 0.25 * full, 0 * full)
    np.testing.assert_allclose(found, [1, 1, 0], atol=1e-12)
    # Where a quarter of the cases is no whole number, it is one of two.
    half = Basis.of(42 * full, sampled_from=42 * full)
    event = np.array([10.0, 11.0, 12.0])
    found = half.at_least(PROPORTION, event, 42 * full, 0.25 * full, 0 * full)
    np.testing.assert_allclose(found, [1, 0.5, 0], atol=1e-12)
