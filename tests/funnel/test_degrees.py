"""Variances that are themselves estimated widen limits as a t does."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.funnel.tails import Predictive
from varstat.measure import MEAN, PROPORTION

LEVELS = (0.95, 0.998)


def means(units, cases, seed=1, groups=1):
    x = np.random.default_rng(seed).normal(10, 3, (units * groups, cases))
    return pd.DataFrame(
        {
            "unit": np.tile(np.arange(units), groups).astype(str),
            "nation": np.repeat(np.arange(groups), units).astype(str),
            "value": x.mean(1),
            "se": x.std(1, ddof=1) / np.sqrt(cases),
            "count": cases,
        }
    )


def counts(units, seed=1, groups=1):
    rng = np.random.default_rng(seed)
    number = units * groups
    size = np.maximum(np.round(np.exp(rng.normal(np.log(300), 0.8, number))), 5).astype(int)
    return pd.DataFrame(
        {
            "unit": np.tile(np.arange(units), groups).astype(str),
            "nation": np.repeat(np.arange(groups), units).astype(str),
            "numerator": rng.binomial(size, rng.beta(0.15 * 99, 0.85 * 99, number)),
            "denominator": size,
        }
    )


def test_a_mean_of_few_cases_is_judged_by_a_t_of_one_case_less():
    table = varstat.read_table(means(20, 5))
    funnel = varstat.compute_funnel(table, dispersion="none", target="rate:10")[0]
    units = funnel.units
    expected = 2 * stats.t.sf(np.abs(units.rate - 10) / units.size, 4)
    np.testing.assert_allclose(units.p_value, expected, rtol=1e-10)
    (line,) = funnel.band.lines(units.size, np.full(20, 10.0), (0.998,))
    outside = (units.rate < line.lower) | (units.rate > line.upper)
    np.testing.assert_array_equal(outside, units.flag_level == 0.998)


def test_a_mean_whose_number_of_cases_is_not_known_is_judged_by_a_normal():
    table = varstat.read_table(means(20, 5).drop(columns="count"))
    units = varstat.compute_funnel(table, dispersion="none", target="rate:10")[0].units
    expected = 2 * stats.norm.sf(np.abs(units.rate - 10) / units.size)
    np.testing.assert_allclose(units.p_value, expected, rtol=1e-10)


def test_units_of_one_size_know_their_variance_by_the_others():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(20)], "value": rng.normal(10, 1, 20), "se": 0.2}
    )
    funnel = varstat.compute_funnel(varstat.read_table(frame), target="rate:10", robust="none")[0]
    sd = np.sqrt(0.2**2 + funnel.tau**2)
    expected = 2 * stats.t.sf(np.abs(funnel.units.rate - 10) / sd, 19)
    np.testing.assert_allclose(funnel.units.p_value, expected, rtol=1e-8)


def test_chance_alone_has_nothing_to_estimate():
    funnel = varstat.compute_funnel(varstat.read_table(counts(20)), dispersion="none")[0]
    units = funnel.units
    plain = Predictive(
        measure=PROPORTION, size=units.size, target=units.target, extra=0 * units.size, exact=True
    ).tails(units.event)
    expected = np.minimum(1.0, 2.0 * np.minimum(plain.mid_lower, plain.mid_upper))
    np.testing.assert_allclose(units.p_value, expected, rtol=1e-12)


def test_tails_of_a_t_add_up_to_one_and_never_fall_below_those_of_a_normal():
    one = np.ones(3)
    x = np.array([7.0, 10.0, 14.0])
    wide = Predictive(
        measure=MEAN,
        size=one,
        target=10 * one,
        extra=0 * one,
        exact=True,
        degrees=np.array([4.0, 19.0, np.inf]),
    )
    np.testing.assert_allclose(wide.at_least(x) + wide.at_most(x), 1.0)
    np.testing.assert_allclose(wide.at_most(x)[0], stats.t.cdf(-3, 4))
    np.testing.assert_allclose(wide.at_least(x)[2], stats.norm.sf(4))


def test_recipes_stay_as_they_were_published():
    rng = np.random.default_rng(1)
    expected = rng.uniform(20, 200, 15)
    frame = pd.DataFrame(
        {"unit": [f"u{i}" for i in range(15)], "observed": rng.poisson(expected)}
    ).assign(expected=expected)
    funnel = varstat.compute_funnel(varstat.read_table(frame), method="cqc")[0]
    assert not hasattr(funnel.band, "information")
    units = funnel.units
    y = np.sqrt(units.event / units.size) - 1.0
    z = y / np.sqrt(0.25 / units.size + funnel.tau**2)
    np.testing.assert_allclose(units.p_value, 2 * stats.norm.sf(np.abs(z)), rtol=1e-10)


def share_flagged(frame, level, **said):
    funnels = varstat.compute_funnel(varstat.read_table(frame, by="nation"), **said)
    return float(np.mean(np.concatenate([f.units.flag_level >= level for f in funnels])))


@pytest.mark.parametrize("cases", [5, 10])
def test_two_of_a_thousand_means_of_few_cases_are_flagged(cases):
    frame = means(30, cases, seed=2, groups=300)
    # Of 9,000 units 18 are expected; a normal flags some 300 of 5 cases, and 90 of 10.
    assert share_flagged(frame, 0.998, dispersion="none") < 0.0035


@pytest.mark.parametrize("units", [12, 30])
def test_few_units_flag_no_more_than_two_of_a_thousand(units):
    frame = counts(units, seed=units, groups=4800 // units)
    # Of 4,800 units 10 are expected; with a tau that is taken for known 17 to 35 are flagged.
    assert share_flagged(frame, 0.998) < 0.0035
