"""How often units are flagged that are not out of the ordinary, by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import varstat
from varstat.funnel.flags import raise_flags
from varstat.funnel.limits import attained_size
from varstat.funnel.tails import Predictive
from varstat.measure import PROPORTION, RATIO

LEVELS = (0.95, 0.998)
# The share flagged with estimated dispersion, less the share with known, measured over 30,000
# units in nations of 60: at most 0.2 points at 95% and 0.12 at 99.8%.
TOLERANCE = {0.95: 0.005, 0.998: 0.0025}


def flagged(levels, level):
    return float(np.mean(levels >= level))


def monte_carlo(p, draws):
    """Four standard errors of a share."""
    return 4 * np.sqrt(p * (1 - p) / draws)


@pytest.mark.parametrize(("size", "target"), [(37, 0.2), (400, 0.015), (9, 0.5)])
def test_exact_and_mid_p_flags_have_the_size_of_enumeration(size, target):
    draws = 60_000
    events = np.random.default_rng(size).binomial(size, target, draws)
    frame = pd.DataFrame({"unit": np.arange(draws), "numerator": events, "denominator": size})
    table = varstat.read_table(frame.astype({"unit": str}))
    units = varstat.compute_funnel(table, target=f"rate:{target}", dispersion="none")[0].units
    every = np.arange(size + 1)
    chance = stats.binom(size, target)
    low, high = chance.cdf(every), chance.sf(every - 1)
    mid = 2 * np.minimum(low - chance.pmf(every) / 2, high - chance.pmf(every) / 2)
    for level in LEVELS:
        exact = chance.pmf(every)[(low < (1 - level) / 2) | (high < (1 - level) / 2)].sum()
        assert exact <= 1 - level
        share = flagged(units.flag_level, level)
        assert abs(share - exact) <= monte_carlo(exact, draws) + 1e-12
        mid_p = chance.pmf(every)[mid < 1 - level].sum()
        share = float(np.mean(units.p_value < 1 - level))
        assert abs(share - mid_p) <= monte_carlo(mid_p, draws) + 1e-12


@pytest.mark.parametrize("measure", [PROPORTION, RATIO])
def test_flags_with_known_dispersion_are_at_nominal(measure):
    rng, draws = np.random.default_rng(8), 150_000
    size = np.round(np.exp(rng.normal(np.log(300), 0.8, draws))).clip(20)
    target, extra = (0.15, 0.0013) if measure is PROPORTION else (1.0, 0.02)
    if measure is PROPORTION:
        total = target * (1 - target) / extra - 1
        p = rng.beta(target * total, (1 - target) * total, draws)
        event = rng.binomial(size.astype(int), p).astype(float)
    else:
        event = rng.poisson(size * rng.gamma(1 / extra, extra, draws)).astype(float)
    predictive = Predictive(
        measure=measure,
        size=size,
        target=np.full(draws, target),
        extra=np.full(draws, extra),
        exact=True,
    )
    flags = raise_flags(predictive.tails(event), event / size - target, LEVELS, sides="both")
    for level in LEVELS:
        size_attained = attained_size(predictive.take(np.arange(4000)), level, sides="both").mean()
        assert 0.75 * (1 - level) < size_attained <= 1 - level
        # The attained size varies with the unit's size; 4,000 units tell its mean.
        bound = monte_carlo(size_attained, draws) + 0.02 * size_attained
        assert abs(flagged(flags.level, level) - size_attained) <= bound


def nations(kind, *, number, units, seed):
    """Nations of units that differ, but of which none is out of the ordinary."""
    rng = np.random.default_rng(seed)
    size = np.round(np.exp(rng.normal(np.log(300), 0.8, number * units))).clip(20)
    if kind == "beta-binomial":
        rho, target = 0.01, 0.15
        total = (1 - rho) / rho
        p = rng.beta(target * total, (1 - target) * total, size.size)
        counts = {"numerator": rng.binomial(size.astype(int), p), "denominator": size}
    else:
        underlying = rng.gamma(1 / 0.02, 0.02, size.size)
        counts = {"observed": rng.poisson(size / 4 * underlying), "expected": size / 4}
    keys = {
        "unit": np.tile(np.arange(units), number).astype(str),
        "nation": np.repeat(np.arange(number), units).astype(str),
    }
    return varstat.read_table(pd.DataFrame(keys | counts), by="nation")


def share_flagged(funnels, level):
    levels = np.concatenate([funnel.units.flag_level for funnel in funnels])
    expected = sum(funnel.expected_false_flags[level] for funnel in funnels) / levels.size
    return flagged(levels, level), expected


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["beta-binomial", "negative-binomial"])
def test_flags_with_estimated_dispersion_stay_near_nominal(kind):
    table = nations(kind, number=400, units=60, seed=3)
    ours = varstat.compute_funnel(table)
    for level in LEVELS:
        share, expected = share_flagged(ours, level)
        assert expected <= 1 - level
        bound = TOLERANCE[level] + monte_carlo(expected, 24_000)
        assert abs(share - expected) <= bound


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "method"),
    [("beta-binomial", "cqc"), ("negative-binomial", "cqc"), ("negative-binomial", "shmi")],
)
def test_flags_are_far_nearer_nominal_than_the_published_recipes(kind, method):
    table = nations(kind, number=200, units=60, seed=4)
    ours, theirs = varstat.compute_funnel(table), varstat.compute_funnel(table, method=method)
    for level in LEVELS:
        off, recipe_off = (
            abs(share_flagged(funnels, level)[0] - (1 - level)) for funnels in (ours, theirs)
        )
        assert recipe_off > 5 * off


@pytest.mark.slow
@pytest.mark.parametrize("robust", ["none", "trim", "winsorise"])
@pytest.mark.parametrize("estimator", ["pm", "reml"])
def test_the_interval_of_tau_covers_what_it_says(estimator, robust):
    from varstat.funnel.dispersion import estimate_spread

    rng, number, units = np.random.default_rng(6), 2000, 40
    group = np.repeat(np.arange(number), units)
    chance = np.exp(rng.normal(0, 1, group.size))
    rate = rng.normal(0, np.sqrt(chance + 1.0))
    spread = estimate_spread(
        rate, chance, np.zeros(group.size), group, estimator=estimator, robust=robust
    )
    covers = (spread.between_lower <= 1) & (spread.between_upper >= 1)
    bound = monte_carlo(0.95, number) + 0.005
    # Trimmed sums with the weights of REML are steadier than the chi-square they are held to.
    too_wide = 0.04 if (estimator, robust) == ("reml", "trim") else bound
    assert -bound <= covers.mean() - 0.95 <= too_wide
    # The estimate itself is centred: the interval isn't wide to make up for a bias.
    assert spread.between.mean() == pytest.approx(1, abs=0.1 if robust == "trim" else 0.06)


def estimated_sizes(kind, units, seed):
    """Units at the target, and what was expected of them, known with an error of its own."""
    rng = np.random.default_rng(seed)
    size, cv = np.exp(rng.normal(np.log(80), 0.7, units)).clip(10), rng.uniform(0.03, 0.25, units)
    drawn = size * rng.gamma(1 / cv**2, cv**2)
    true, expected = (drawn, size) if kind == "true about given" else (size, drawn)
    frame = pd.DataFrame({"unit": np.arange(units).astype(str), "observed": rng.poisson(true)})
    return frame.assign(expected=expected, se=expected * cv)


def with_and_without(frame):
    """Funnels about a ratio of 1, told of the errors of what was expected and not told."""
    tables = (
        varstat.read_table(frame, expected_se="se"),
        varstat.read_table(frame.drop(columns="se")),
    )
    return [varstat.compute_funnel(t, target="rate:1", dispersion="none")[0] for t in tables]


def test_flags_are_at_nominal_where_expected_events_carry_an_error_that_is_given():
    units = 20_000
    frame = estimated_sizes("true about given", units, seed=3)
    funnel, blind = with_and_without(frame)
    for level in LEVELS:
        said = funnel.expected_false_flags[level] / units
        share = flagged(funnel.units.flag_level, level)
        # The number to expect is itself summed over a thousand of the units.
        assert abs(share - said) <= monte_carlo(said, units) + 0.002 * said / (1 - level)
        assert share <= 1 - level + monte_carlo(1 - level, units)
        assert flagged(blind.units.flag_level, level) > 4 * (1 - level)


def test_flags_are_near_nominal_where_what_is_given_is_drawn_about_the_truth():
    units = 20_000
    frame = estimated_sizes("given about true", units, seed=3)
    funnel, blind = with_and_without(frame)
    # Measured over 40,000 units: 5.0% and 0.34%.
    for level, most in ((0.95, 0.055), (0.998, 0.005)):
        assert flagged(funnel.units.flag_level, level) <= most
        assert flagged(blind.units.flag_level, level) > 4 * (1 - level)


def test_flags_are_at_nominal_where_cases_are_sampled_from_so_many():
    rng, units = np.random.default_rng(12), 20_000
    cases = 10 * rng.integers(8, 50, units)
    size = np.minimum(rng.integers(30, 200, units), (0.8 * cases).astype(int))
    marked = 3 * cases // 10
    met = rng.hypergeometric(marked, cases - marked, size)
    frame = pd.DataFrame({"unit": np.arange(units).astype(str), "numerator": met})
    frame = frame.assign(denominator=size, cases=cases)
    options = {"target": "rate:0.3", "dispersion": "none"}
    funnel = varstat.compute_funnel(varstat.read_table(frame, sampled_from="cases"), **options)[0]
    blind = varstat.compute_funnel(varstat.read_table(frame), **options)[0]
    for level in LEVELS:
        said = funnel.expected_false_flags[level] / units
        share = flagged(funnel.units.flag_level, level)
        # The number to expect is itself summed over a thousand of the units.
        assert abs(share - said) <= monte_carlo(said, units) + 0.05 * said
        assert share <= 1 - level
        assert flagged(blind.units.flag_level, level) < 0.4 * share
