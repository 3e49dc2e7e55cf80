"""Limits for the eye against enumeration of every event."""

import numpy as np
import pytest

from varstat.funnel.limits import tail_area
from varstat.funnel.smooth import smooth_rates
from varstat.funnel.tails import Predictive
from varstat.measure import MEAN, PROPORTION, RATIO

CASES = [
    (PROPORTION, np.arange(1.0, 80.0), 0.3, 0.0),
    (PROPORTION, np.arange(1.0, 80.0), 0.01, 0.0),
    (PROPORTION, np.arange(1.0, 80.0), 0.995, 0.0),
    (PROPORTION, np.arange(1.0, 80.0), 0.95, 0.01),
    (RATIO, np.geomspace(0.001, 400.0, 90), 1.0, 0.0),
    (RATIO, np.geomspace(0.01, 400.0, 60), 1.3, 0.2),
    (RATIO, np.geomspace(0.01, 40.0, 40), 0.9, 9.0),
]


def predictive(measure, size, target, extra=0.0):
    size = np.asarray(size, dtype=float)
    return Predictive(
        measure=measure,
        size=size,
        target=np.full_like(size, target),
        extra=np.full_like(size, extra),
        exact=True,
    )


@pytest.mark.parametrize(("measure", "size", "target", "extra"), CASES)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.998])
def test_a_unit_is_outside_the_line_if_and_only_if_it_is_flagged(
    measure, size, target, extra, level
):
    area = (1 - level) / 2
    for n in size[::3]:
        most = np.floor(n) if measure is PROPORTION else np.ceil(n * 4) + 30
        events = np.arange(most + 1)
        p = predictive(measure, np.full(events.shape, n), target, extra)
        lower, upper = smooth_rates(p, level, sides="both")
        tails, rates = p.tails(events), events / n
        high, low = rates > target, rates < target
        np.testing.assert_array_equal(rates > upper, (tails.at_least < area) & high)
        np.testing.assert_array_equal(rates < lower, (tails.at_most < area) & low)
        assert np.all(lower <= target + 1e-12)
        assert np.all(upper >= target - 1e-12)


def test_the_line_has_no_steps():
    # Exact limits of a Poisson count jump by one event; this line's slope hardly changes.
    size = np.linspace(3.0, 12.0, 400)
    lower, upper = smooth_rates(predictive(RATIO, size, 1.0), 0.95, sides="both")
    for line in (lower[lower > 0], upper):
        bend = np.abs(np.diff(line, 2))
        assert np.all(np.diff(line[line < 1]) >= 0)
        assert np.all(np.diff(line[line > 1]) <= 0)
        assert bend.max() < 4e-3


def test_no_line_lies_above_a_zero_that_is_not_flagged():
    size = np.linspace(0.1, 12.0, 200)
    p = predictive(RATIO, size, 1.0)
    lower, _ = smooth_rates(p, 0.95, sides="both")
    nothing = p.at_most(np.zeros_like(size)) >= tail_area(0.95, "low", "both")
    np.testing.assert_array_equal(lower == 0, nothing)


def test_a_side_that_is_not_watched_has_no_line():
    p = predictive(PROPORTION, [20.0, 400.0], 0.3)
    lower, upper = smooth_rates(p, 0.95, sides="high")
    assert np.isnan(lower).all()
    assert np.isfinite(upper).all()


def test_limits_of_means_are_normal():
    lower, upper = smooth_rates(predictive(MEAN, [0.5, 1.0], 10.0), 0.95, sides="both")
    np.testing.assert_allclose(upper - 10, 10 - lower)
