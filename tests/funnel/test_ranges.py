"""What hidden and rounded counts tell of the target and the dispersion."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.funnel.ranges import expect_events
from varstat.measure import MEASURES, PROPORTION, RATIO

pytestmark = pytest.mark.slow


def draw(rng, *, units=60, rate=0.1, tau=0.0, least=100, most=200):
    size = rng.integers(least, most, units)
    theta = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + tau * rng.normal(size=units))))
    return pd.DataFrame(
        {
            "unit": [f"U{at:03}" for at in range(units)],
            "numerator": rng.binomial(size, theta),
            "denominator": size,
        }
    )


def compute(frame, **said):
    return varstat.compute_funnel(varstat.read_table(frame, **said))[0]


def rounded(frame, base):
    return frame.assign(numerator=(base * np.rint(frame["numerator"] / base)).astype(int))


@pytest.mark.parametrize("measure", [PROPORTION, RATIO])
@pytest.mark.parametrize("extra", [0.0, 0.002])
def test_the_probabilities_of_neighbouring_counts_are_those_of_the_tails(measure, extra):
    event, size = np.arange(0.0, 40.0), np.full(40, 60.0)
    target, wide = np.full(40, 0.2), np.full(40, extra)
    upper = [measure.at_least(event + more, size, target, wide) for more in (0.0, 1.0, 2.0)]
    here, then = upper[0] - upper[1], upper[1] - upper[2]
    sure = here > 1e-6
    found = measure.next_probability(event, size, target, wide)
    np.testing.assert_allclose(found[sure], (then / here)[sure], rtol=1e-6)


def test_a_value_that_is_no_count_has_no_neighbour():
    one = np.ones(1)
    assert np.isnan(MEASURES["mean"].next_probability(one, one, one, one)).all()


def test_an_event_in_a_range_is_expected_as_often_as_chance_has_it_there():
    event = np.array([*[10.0] * 200, np.nan])
    lower, upper = np.append(event[:-1], 1.0), np.append(event[:-1], 7.0)
    size, group = np.full(201, 100.0), np.zeros(201, dtype=int)
    found = expect_events(event, lower, upper, size, group, measure=PROPORTION)
    counts = np.arange(1, 8)
    weight = stats.binom.pmf(counts, 100, 0.1)
    mean = (counts * weight).sum() / weight.sum()
    assert found.event[-1] == pytest.approx(mean, abs=0.01)
    assert found.variance[-1] == pytest.approx(
        ((counts - mean) ** 2 * weight).sum() / weight.sum(), abs=0.02
    )
    assert not found.variance[:-1].any()


def test_known_events_stay_as_they_are_to_the_last_bit():
    event = np.array([3.0, 5.0, 9.0])
    found = expect_events(event, event, event, np.full(3, 20.0), np.zeros(3, int), measure=RATIO)
    assert found.event is event
    assert not found.variance.any()


def test_a_group_without_any_known_event_has_no_expectation():
    event, group = np.array([np.nan, np.nan, 4.0]), np.array([0, 0, 1])
    ends = np.array([1.0, 1.0, 4.0]), np.array([7.0, 7.0, 4.0])
    found = expect_events(event, *ends, np.full(3, 50.0), group, measure=PROPORTION)
    assert np.isnan(found.event[:2]).all()


def test_wide_ranges_are_expected_as_narrow_ones():
    size, group = np.full(50, 1e5), np.zeros(50, dtype=int)
    event = np.linspace(29_000.0, 31_000.0, 50)
    found = expect_events(event, event - 100, event + 100, size, group, measure=PROPORTION)
    assert np.abs(found.event - event).max() < 20
    assert found.variance.max() < 200**2 / 12 * 1.05


@pytest.mark.parametrize("base", [5, 10, 20])
def test_rounding_is_no_difference_between_units(base):
    rng = np.random.default_rng(base)
    found = {"exact": [], "rounded": [], "printed": []}
    for _ in range(25):
        frame = draw(rng)
        found["exact"].append(compute(frame).phi)
        found["rounded"].append(compute(rounded(frame, base), rounded=base).phi)
        found["printed"].append(compute(rounded(frame, base)).phi)
    exact, ours, printed = (np.mean(found[name]) for name in ("exact", "rounded", "printed"))
    assert ours < exact + 0.1
    assert printed > exact + 0.1


def test_differences_between_units_are_found_beneath_rounding():
    rng = np.random.default_rng(3)
    pairs = [
        (compute(frame).tau, compute(rounded(frame, 5), rounded=5).tau)
        for frame in (draw(rng, tau=0.4) for _ in range(15))
    ]
    exact, ours = np.mean(pairs, axis=0)
    assert ours == pytest.approx(exact, rel=0.1)


def test_suppressed_counts_do_not_shift_the_target_or_the_dispersion():
    rng = np.random.default_rng(4)
    exact, ours, without = [], [], []
    for _ in range(25):
        frame = draw(rng, rate=0.05, least=50, most=250)
        small = frame["numerator"].between(1, 7)
        hidden = frame.assign(numerator=frame["numerator"].astype(object).where(~small, "*"))
        exact.append((compute(frame).target, compute(frame).phi))
        funnel = compute(hidden, suppressed=(1, 7))
        ours.append((funnel.target, funnel.phi))
        without.append((compute(hidden).target, compute(hidden).phi))
    (target, phi), (near, close), (far, _) = (np.mean(x, axis=0) for x in (exact, ours, without))
    assert near == pytest.approx(target, rel=0.02)
    assert far > 1.08 * target
    assert phi - 0.2 < close < phi + 0.1


def test_rates_of_observed_over_expected_take_ranges_too():
    rng = np.random.default_rng(5)
    expected = rng.uniform(5, 40, 80)
    observed = rng.poisson(expected)
    frame = pd.DataFrame({"unit": range(80), "observed": observed, "expected": expected})
    frame["unit"] = [f"U{at:02}" for at in frame["unit"]]
    exact = compute(frame)
    printed = frame.assign(observed=(5 * np.rint(observed / 5)).astype(int))
    ours = compute(printed, rounded=5)
    assert ours.target == pytest.approx(exact.target, rel=0.02)
    assert ours.phi < exact.phi + 0.1
