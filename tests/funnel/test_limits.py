"""Limits against enumeration of every event."""

import numpy as np
import pytest
from scipy import stats

from varstat.funnel.limits import attained_size, critical_events, limit_rates
from varstat.funnel.tails import Predictive
from varstat.measure import MEAN, PROPORTION, RATIO


def predictive(measure, size, target, extra=0.0):
    size = np.asarray(size, dtype=float)
    return Predictive(
        measure=measure,
        size=size,
        target=np.full_like(size, target),
        extra=np.full_like(size, extra),
        exact=True,
    )


CASES = [
    (PROPORTION, np.arange(1.0, 80.0), 0.3, 0.0),
    (PROPORTION, np.arange(1.0, 80.0), 0.01, 0.0),
    (PROPORTION, np.arange(1.0, 80.0), 0.95, 0.01),
    (PROPORTION, np.array([1e3, 1e5]), 0.4, 1e-3),
    (RATIO, np.geomspace(0.05, 400.0, 60), 1.0, 0.0),
    (RATIO, np.geomspace(0.05, 400.0, 60), 1.3, 0.2),
]


@pytest.mark.parametrize(("measure", "size", "target", "extra"), CASES)
@pytest.mark.parametrize("level", [0.5, 0.95, 0.998])
def test_critical_events_are_the_first_whose_tail_is_below(measure, size, target, extra, level):
    p = predictive(measure, size, target, extra)
    critical = critical_events(p, level, sides="both")
    area = (1 - level) / 2
    high, low = ~np.isnan(critical.high), ~np.isnan(critical.low)
    assert np.all(p.take(high).at_least(critical.high[high]) < area)
    assert np.all(p.take(high).at_least(critical.high[high] - 1) >= area)
    assert np.all(p.take(low).at_most(critical.low[low]) < area)
    assert np.all(p.take(low).at_most(critical.low[low] + 1) >= area)
    assert np.all(p.take(~low).at_most(np.zeros(int(np.sum(~low)))) >= area)
    if measure is PROPORTION:
        assert np.all(p.take(~high).at_least(p.size[~high]) >= area)


@pytest.mark.parametrize(("measure", "size", "target", "extra"), CASES)
def test_the_attained_size_is_never_above_nominal(measure, size, target, extra):
    for sides in ("both", "high", "low"):
        sizes = attained_size(predictive(measure, size, target, extra), 0.95, sides=sides)
        assert np.all(sizes <= 0.05 + 1e-10)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_the_attained_size_is_that_of_enumeration(level):
    n, area = 37, (1 - level) / 2
    events = np.arange(n + 1.0)
    p = predictive(PROPORTION, np.full(n + 1, float(n)), 0.2)
    tails = p.tails(events)
    flagged = (tails.at_least < area) | (tails.at_most < area)
    enumerated = stats.binom.pmf(events, n, 0.2)[flagged].sum()
    assert attained_size(p, level, sides="both")[0] == pytest.approx(enumerated, abs=1e-12)


@pytest.mark.parametrize(("measure", "size", "target", "extra"), CASES[:3] + CASES[4:])
def test_a_unit_is_outside_exact_limits_if_and_only_if_it_is_flagged(measure, size, target, extra):
    level, area = 0.9, 0.05
    for n in size[::7]:
        events = np.arange(np.floor(n) + 1 if measure is PROPORTION else np.ceil(n * 4) + 12)
        p = predictive(measure, np.full(events.shape, n), target, extra)
        lower, upper = limit_rates(p, level, sides="both", method="exact")
        tails = p.tails(events)
        np.testing.assert_array_equal(events / n > upper, tails.at_least < area)
        np.testing.assert_array_equal(events / n < lower, tails.at_most < area)


def test_limits_nest_as_levels_grow():
    p = predictive(PROPORTION, np.arange(1.0, 300.0), 0.2, 0.003)
    for method in ("exact", "interpolated", "normal"):
        inner, outer = (limit_rates(p, level, sides="both", method=method) for level in (0.9, 0.99))
        assert np.all(outer[0] <= inner[0])
        assert np.all(outer[1] >= inner[1])


def test_interpolated_limits_are_spiegelhalters():
    # Each limit is (r - (F(r) - p) / f(r)) / n with r the smallest count such that F(r) >= p.
    n, target = np.arange(5.0, 200.0), 0.4
    lower, upper = limit_rates(
        predictive(PROPORTION, n, target), 0.95, sides="both", method="interpolated"
    )
    for p, found in ((0.025, lower), (0.975, upper)):
        r = stats.binom.ppf(p, n, target)
        share = (stats.binom.cdf(r, n, target) - p) / stats.binom.pmf(r, n, target)
        np.testing.assert_allclose(found, np.clip((r - share) / n, 0, 1), atol=1e-9)


def test_limits_of_means_are_normal():
    lower, upper = limit_rates(
        predictive(MEAN, [0.5, 1.0], 10.0), 0.95, sides="both", method="exact"
    )
    np.testing.assert_allclose(upper, 10 + stats.norm.ppf(0.975) * np.array([0.5, 1.0]))
    np.testing.assert_allclose(lower, 10 - stats.norm.ppf(0.975) * np.array([0.5, 1.0]))


def test_no_count_is_too_low_for_a_unit_that_expects_next_to_nothing():
    # 0.28 expected deaths and none observed is no outlier at any level (P = 0.76).
    critical = critical_events(predictive(RATIO, [0.28], 1.0), 0.998, sides="both")
    assert np.isnan(critical.low[0])


def test_one_side_takes_the_whole_tail():
    p = predictive(RATIO, [20.0], 1.0)
    one = critical_events(p, 0.95, sides="high")
    assert one.high[0] == stats.poisson.isf(0.05, 20.0) + 1
    assert np.isnan(one.low[0])
    lower, _ = limit_rates(p, 0.95, sides="high", method="exact")
    assert np.isnan(lower[0])


@pytest.mark.parametrize("n", [1e9, 1e6, 1.0])
def test_limits_hold_at_any_denominator(n):
    for extra in (0.0, 1e-4):
        critical = critical_events(predictive(PROPORTION, [n], 0.3, extra), 0.998, sides="both")
        if n > 1:
            assert 0 < critical.low[0] < 0.3 * n < critical.high[0] < n
        else:
            assert np.isnan(critical.low[0])
            assert np.isnan(critical.high[0])
