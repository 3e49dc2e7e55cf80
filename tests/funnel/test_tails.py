"""Tail probabilities against SciPy's distributions."""

import numpy as np
import pytest
from scipy import stats

from varstat.funnel.tails import Predictive
from varstat.measure import MEAN, PROPORTION, RATIO

SIZES = np.array([1.0, 2.0, 7.0, 40.0, 350.0, 5000.0, 2e5])


def spread_over(mean, sd, most=np.inf):
    """Whole counts from far below to far above the mean."""
    steps = np.array([-40.0, -6.0, -2.0, -0.5, 0.0, 0.5, 2.0, 6.0, 40.0])
    counts = np.round(mean[:, None] + steps * sd[:, None])
    return np.clip(counts, 0.0, np.broadcast_to(most, mean.shape)[:, None])


def check(predictive, reference, event):
    tails = predictive.tails(event)
    np.testing.assert_allclose(tails.at_most, reference.cdf(event), atol=1e-10, rtol=0)
    np.testing.assert_allclose(tails.below, reference.cdf(event - 1), atol=1e-10, rtol=0)
    np.testing.assert_allclose(tails.at_least, reference.sf(event - 1), atol=1e-10, rtol=0)
    np.testing.assert_allclose(tails.above, reference.sf(event), atol=1e-10, rtol=0)


@pytest.mark.parametrize("target", [1e-4, 0.03, 0.4, 0.97])
def test_binomial_tails_are_scipys(target):
    event = spread_over(SIZES * target, np.sqrt(SIZES * target * (1 - target)), SIZES)
    size = np.broadcast_to(SIZES[:, None], event.shape).ravel()
    predictive = Predictive(
        measure=PROPORTION,
        size=size,
        target=np.full_like(size, target),
        extra=np.zeros_like(size),
        exact=True,
    )
    check(predictive, stats.binom(size, target), event.ravel())
    tails = predictive.tails(event.ravel())
    # Relative accuracy as well: a p-value of 1e-200 is still one.
    np.testing.assert_allclose(
        tails.at_least, stats.binom(size, target).sf(event.ravel() - 1), rtol=1e-9
    )


@pytest.mark.parametrize("target", [0.02, 1.0, 3.0])
def test_poisson_tails_are_scipys(target):
    event = spread_over(SIZES * target, np.sqrt(SIZES * target))
    size = np.broadcast_to(SIZES[:, None], event.shape).ravel()
    predictive = Predictive(
        measure=RATIO,
        size=size,
        target=np.full_like(size, target),
        extra=np.zeros_like(size),
        exact=True,
    )
    check(predictive, stats.poisson(size * target), event.ravel())


@pytest.mark.parametrize("extra", [1e-4, 0.02, 0.9])
def test_negative_binomial_tails_are_scipys(extra):
    target = 1.2
    mean = SIZES * target
    omega = extra / target**2
    event = spread_over(mean, np.sqrt(mean + omega * mean**2))
    size = np.broadcast_to(SIZES[:, None], event.shape).ravel()
    predictive = Predictive(
        measure=RATIO,
        size=size,
        target=np.full_like(size, target),
        extra=np.full_like(size, extra),
        exact=True,
    )
    reference = stats.nbinom(1 / omega, 1 / (1 + omega * size * target))
    assert reference.var() == pytest.approx(size**2 * predictive.variance)
    check(predictive, reference, event.ravel())


@pytest.mark.parametrize("rho", [1e-3, 0.02, 0.4])
@pytest.mark.parametrize("target", [0.02, 0.4, 0.9])
def test_beta_binomial_tails_are_scipys(target, rho):
    sizes = SIZES[:-2]
    event = spread_over(
        sizes * target, sizes * np.sqrt(target * (1 - target) * (1 / sizes + rho)), sizes
    )
    size = np.broadcast_to(sizes[:, None], event.shape).ravel()
    predictive = Predictive(
        measure=PROPORTION,
        size=size,
        target=np.full_like(size, target),
        extra=np.full_like(size, rho * target * (1 - target)),
        exact=True,
    )
    total = (1 - rho) / rho
    reference = stats.betabinom(size.astype(int), target * total, (1 - target) * total)
    check(predictive, reference, event.ravel())


def test_dispersion_that_vanishes_leaves_the_tails_of_chance():
    size = np.full(6, 50.0)
    event = np.array([0.0, 10.0, 20.0, 25.0, 40.0, 50.0])
    for measure in (PROPORTION, RATIO):
        target = np.full(6, 0.4)
        chance, nearly = (
            Predictive(
                measure=measure, size=size, target=target, extra=np.full(6, extra), exact=True
            ).tails(event)
            for extra in (0.0, 1e-9)
        )
        for name in ("at_most", "below", "at_least", "above"):
            np.testing.assert_allclose(getattr(nearly, name), getattr(chance, name), atol=1e-6)


def test_the_tails_of_a_mean_are_normal():
    se, value = np.array([0.5, 2.0]), np.array([3.0, -1.0])
    tails = Predictive(
        measure=MEAN, size=se, target=np.full(2, 1.0), extra=np.full(2, 0.75), exact=True
    ).tails(value)
    sd = np.sqrt(se**2 + 0.75)
    np.testing.assert_allclose(tails.at_most, stats.norm.cdf(value, 1, sd), rtol=1e-12)
    np.testing.assert_allclose(tails.at_least, stats.norm.sf(value, 1, sd), rtol=1e-12)


def test_no_events_anywhere_are_no_surprise():
    size = np.array([1.0, 100.0])
    zero = np.zeros(2)
    for measure in (PROPORTION, RATIO):
        tails = Predictive(measure=measure, size=size, target=zero, extra=zero, exact=True).tails(
            zero
        )
        assert tails.at_most.tolist() == [1, 1]
        assert tails.at_least.tolist() == [1, 1]
