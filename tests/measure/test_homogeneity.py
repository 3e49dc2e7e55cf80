"""Whether units differ: given their total, at the rate that is said, and with a power."""

import numpy as np
import pytest
from scipy import stats

from varstat.measure import EXPOSURE_RATIO, MEAN, PROPORTION, RATIO
from varstat.measure.homogeneity import UNTESTED, check_homogeneity
from varstat.prose.homogeneity import say_homogeneity

MEASURES = {"proportion": PROPORTION, "ratio": RATIO, "rate": EXPOSURE_RATIO}


def test_where_counts_are_large_it_is_the_chi_square_of_a_table():
    event, size = np.array([30.0, 50.0, 41.0]), np.array([100.0, 110.0, 150.0])
    found = check_homogeneity(PROPORTION, event, size)
    reference = stats.chi2_contingency(np.stack([event, size - event]), correction=False)
    assert found.statistic == pytest.approx(reference.statistic)
    assert found.p_value == pytest.approx(reference.pvalue)
    assert (found.df, found.draws) == (2, 0)


def test_of_ratios_it_is_that_of_expected_counts():
    event, size = np.array([30.0, 50.0, 41.0]), np.array([40.0, 41.0, 45.0])
    found = check_homogeneity(RATIO, event, size)
    reference = stats.chisquare(event, size * event.sum() / size.sum())
    assert found.p_value == pytest.approx(reference.pvalue)


def test_of_means_it_is_cochran_s_q():
    value, error = np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, 0.7])
    centre = np.average(value, weights=error**-2)
    q = np.sum(((value - centre) / error) ** 2)
    found = check_homogeneity(MEAN, value, error)
    assert found.statistic == pytest.approx(q)
    assert found.p_value == pytest.approx(stats.chi2.sf(q, 2))


def test_of_small_counts_it_is_fisher_s_exact_test():
    event, size = np.array([7.0, 1.0]), np.array([20.0, 20.0])
    found = check_homogeneity(PROPORTION, event, size)
    exact = stats.fisher_exact([[7, 1], [13, 19]]).pvalue
    # Of 2,000 draws a share of 0.04 has a standard error of 0.005.
    assert abs(found.p_value - exact) < 0.02
    assert found.draws == 2000


def test_small_counts_are_placed_among_multinomials():
    event, size = np.array([5.0, 0.0, 1.0, 0.0]), np.array([1.0, 2.0, 1.0, 2.0])
    found = check_homogeneity(RATIO, event, size)
    drawn = np.random.default_rng(1).multinomial(6, size / 6, 100_000)
    statistic = ((drawn - size) ** 2 / size).sum(axis=1)
    exact = np.mean(statistic >= found.statistic - 1e-9)
    assert abs(found.p_value - exact) < 0.02


@pytest.mark.parametrize("name", MEASURES)
def test_redrawn_events_keep_their_total_and_fall_as_sizes_are(name):
    rng = np.random.default_rng(2)
    event, size = np.array([4.0, 9.0, 30.0]), np.array([20.0, 60.0, 80.0])
    drawn = MEASURES[name].redraw(event, size, 4000, rng)
    assert np.all(drawn.sum(axis=1) == event.sum())
    np.testing.assert_allclose(drawn.mean(axis=0), size * event.sum() / size.sum(), rtol=0.03)


def test_redrawn_means_keep_their_weighted_mean():
    value, error = np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, 0.7])
    drawn = MEAN.redraw(value, error, 50, np.random.default_rng(3))
    weight = error**-2 / np.sum(error**-2)
    np.testing.assert_allclose(drawn @ weight, value @ weight)


def test_more_cases_than_can_be_drawn_given_their_total_are_drawn_at_its_rate():
    event, size = np.array([5.0, 9.0]), np.array([8e8, 9e8])
    drawn = PROPORTION.redraw(event, size, 2000, np.random.default_rng(4))
    np.testing.assert_allclose(drawn.mean(axis=0), size * 14 / 1.7e9, rtol=0.1)


def test_differences_between_strata_are_none_between_units():
    rng = np.random.default_rng(5)
    unit, stratum = np.repeat(np.arange(20), 2), np.tile([0, 1], 20)
    size = rng.integers(20, 200, 40).astype(float)
    event = rng.binomial(size.astype(int), np.where(stratum, 0.6, 0.1)).astype(float)
    apart = check_homogeneity(PROPORTION, event, size, unit=unit, stratum=stratum)
    mixed = check_homogeneity(PROPORTION, event, size, unit=unit)
    assert apart.df == mixed.df == 19
    assert apart.p_value > 0.05 > mixed.p_value


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_alike_units_are_said_to_differ_as_often_as_the_level_says(rate):
    rng = np.random.default_rng(6)
    size = np.round(np.exp(rng.normal(4.0, 0.8, 25))) + 1
    found = [
        check_homogeneity(
            PROPORTION, rng.binomial(size.astype(int), rate).astype(float), size, numbers=5000
        ).p_value
        for _ in range(400)
    ]
    # Standard errors of one and two points.
    assert np.mean(np.less(found, 0.05)) < 0.08
    assert 0.12 < np.mean(np.less(found, 0.2)) < 0.27


def test_power_is_how_often_such_differences_are_found():
    rng = np.random.default_rng(7)
    size = np.full(30, 120.0)
    powers, found = [], []
    for _ in range(300):
        rate = 1 / (1 + np.exp(1.5 - 0.25 * rng.normal(size=30)))
        event = rng.binomial(120, rate).astype(float)
        each = check_homogeneity(PROPORTION, event, size)
        powers.append(each.power)
        found.append(each.p_value < 0.1)
    assert abs(np.mean(powers) - np.mean(found)) < 0.06


def test_a_rare_event_leaves_the_question_open():
    event, size = np.array([1.0, 0.0, 1.0, 0.0, 0.0]), np.full(5, 30.0)
    found = check_homogeneity(PROPORTION, event, size)
    assert not found.differs
    assert not found.alike


def test_what_is_withheld_and_a_unit_alone_are_not_tested():
    event, size = np.array([np.nan, 3.0]), np.array([10.0, 20.0])
    assert check_homogeneity(PROPORTION, event, size) is UNTESTED


def test_without_an_event_units_are_as_alike_as_can_be():
    found = check_homogeneity(RATIO, np.zeros(4), np.ones(4))
    assert found.p_value == 1.0
    assert not found.alike


@pytest.mark.parametrize(("cases", "spread"), [(5, 0.0), (5, 0.5), (20, 0.0)])
def test_like_means_of_few_cases_differ_by_no_more_than_chance(cases, spread):
    rng, p = np.random.default_rng(7), []
    n = np.full(60, float(cases))
    for _ in range(100):
        se = 2.0 * np.exp(spread * rng.normal(size=60)) / np.sqrt(n)
        value = rng.normal(5.0, se)
        found = se * np.sqrt(rng.chisquare(n - 1.0) / (n - 1.0))
        p.append(check_homogeneity(MEAN, value, found, count=n, numbers=24_000).p_value)
    assert np.mean(np.array(p) < 0.05) < 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / 100)


def test_means_of_few_cases_that_differ_are_found():
    rng, n = np.random.default_rng(8), np.full(60, 10.0)
    value = rng.normal(5.0, np.sqrt(4.0 / n + 2.0))
    se = np.sqrt(4.0 / n * rng.chisquare(9.0, 60) / 9.0)
    assert check_homogeneity(MEAN, value, se, count=n).p_value < 0.001


def test_rates_more_alike_than_chance_leaves_any_are_told():
    found = check_homogeneity(PROPORTION, np.full(15, 12.0), np.full(15, 400.0))
    assert found.too_alike
    assert not found.differs
    assert found.p_alike < 1e-6
    assert "more alike than chance leaves any" in say_homogeneity(found)


@pytest.mark.parametrize(("rate", "size"), [(0.2, 400), (0.03, 60), (0.5, 5)])
def test_like_units_are_seldom_said_to_be_too_alike(rate, size):
    rng, told = np.random.default_rng(9), 0
    for _ in range(400):
        event = rng.binomial(size, rate, 20).astype(float)
        told += check_homogeneity(
            PROPORTION, event, np.full(20, float(size)), numbers=8000
        ).too_alike
    # One in two hundred is, within three standard errors.
    assert told <= 2 + 3 * np.sqrt(2)
