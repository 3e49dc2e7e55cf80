"""What holds of any ranks, tiers and discoveries."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from varstat.estimands import (
    RankTally,
    discover,
    estimate_ensemble,
    grade_pairs,
    pairwise_probabilities,
    rank_draws,
)
from varstat.estimands.ranks.pmf import rank_pmf, summarise_pmf

OPTIONS = settings(max_examples=60)
DIRECTIONS = st.sampled_from(["higher-is-better", "lower-is-better"])
SHARES = st.floats(0, 1)


@st.composite
def effects(draw, *, ties=True):
    """Draws of effects; with ties, from a few values."""
    shape = draw(st.integers(2, 30)), draw(st.integers(1, 12))
    if ties:
        return draw(arrays(float, shape, elements=st.integers(-3, 3).map(float)))
    return np.random.default_rng(draw(st.integers(0, 2**32))).normal(size=shape)


def summarise(effect, direction, level=0.9):
    tally = RankTally(direction=direction)
    tally.add(effect)
    return tally.finish(level=level)


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS)
def test_ranks_of_every_draw_add_up(effect, direction):
    units = effect.shape[1]
    ranks = rank_draws(effect, direction=direction)
    np.testing.assert_allclose(ranks.sum(axis=1), units * (units + 1) / 2)
    np.testing.assert_allclose(summarise(effect, direction).expected.sum(), units * (units + 1) / 2)


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS)
def test_the_other_direction_turns_ranks_round(effect, direction):
    other = {"higher-is-better": "lower-is-better", "lower-is-better": "higher-is-better"}
    one, two = (rank_draws(effect, direction=way) for way in (direction, other[direction]))
    np.testing.assert_array_equal(one + two, effect.shape[1] + 1.0)


@OPTIONS
@given(effect=effects(ties=False), direction=DIRECTIONS)
def test_a_quartile_is_always_full_without_ties(effect, direction):
    summary = summarise(effect, direction)
    np.testing.assert_allclose(summary.p_top.sum(), summary.quartile)
    np.testing.assert_allclose(summary.p_bottom.sum(), summary.quartile)
    assert summary.best().sum() == summary.quartile


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS, level=st.floats(0.05, 0.99))
def test_intervals_are_in_order_within_the_league_and_nest(effect, direction, level):
    summary, wider = (summarise(effect, direction, x) for x in (level, 0.5 * (1 + level)))
    assert np.all((summary.lower >= 1) & (summary.upper <= effect.shape[1]))
    assert np.all((wider.lower <= summary.lower) & (summary.lower <= summary.upper))
    assert np.all(summary.upper <= wider.upper)


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS, seed=st.integers(0, 99))
def test_the_order_of_units_never_matters(effect, direction, seed):
    order = np.random.default_rng(seed).permutation(effect.shape[1])
    one, two = summarise(effect, direction), summarise(effect[:, order], direction)
    for name in ("expected", "lower", "upper", "p_top", "p_bottom", "expected_mcse", "upper_mcse"):
        np.testing.assert_array_equal(getattr(one, name)[order], getattr(two, name))
    pairs = pairwise_probabilities(effect, direction=direction)
    np.testing.assert_array_equal(
        pairs[np.ix_(order, order)], pairwise_probabilities(effect[:, order], direction=direction)
    )
    goals, moved = (
        estimate_ensemble(each, direction=direction) for each in (effect, effect[:, order])
    )
    np.testing.assert_allclose(goals.triple_goal[order], moved.triple_goal, atol=1e-12)


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS, size=st.integers(1, 30))
def test_blocks_never_matter(effect, direction, size):
    tally = RankTally(direction=direction)
    for start in range(0, len(effect), size):
        tally.add(effect[start : start + size])
    one, two = summarise(effect, direction), tally.finish(level=0.9)
    for name in ("expected", "lower", "upper", "p_top", "expected_mcse", "lower_mcse"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


@OPTIONS
@given(effect=effects(), direction=DIRECTIONS)
def test_expected_ranks_are_sums_of_pairwise_probabilities(effect, direction):
    pairs = pairwise_probabilities(effect, direction=direction)
    np.testing.assert_allclose(pairs + pairs.T, 1.0)
    np.testing.assert_allclose(summarise(effect, direction).expected, 0.5 + pairs.sum(axis=0))


@OPTIONS
@given(data=st.data(), units=st.integers(1, 8), nodes=st.integers(1, 4))
def test_distributions_of_ranks_are_distributions(data, units, nodes):
    beats = data.draw(arrays(float, (units, nodes, units), elements=SHARES))
    pmf = rank_pmf(beats, np.full((units, nodes), 1 / nodes))
    assert np.all(pmf >= 0)
    np.testing.assert_allclose(pmf.sum(axis=1), 1.0)
    others = beats.mean(axis=1).sum(axis=1) - beats.mean(axis=1)[np.arange(units), np.arange(units)]
    np.testing.assert_allclose(summarise_pmf(pmf, level=0.9).expected, 1.0 + others)


@OPTIONS
@given(seed=st.integers(0, 2**32), units=st.integers(1, 15), gains=st.lists(SHARES, min_size=2))
def test_tiers_begin_at_one_and_a_larger_gain_is_never_less_discordant(seed, units, gains):
    rng = np.random.default_rng(seed)
    effect = rng.normal(size=units) + rng.uniform(0.1, 2, units) * rng.normal(size=(50, units))
    pairs = pairwise_probabilities(effect, direction="higher-is-better")
    found = [grade_pairs(pairs, gain=gain) for gain in sorted(gains)]
    for one in found:
        assert np.unique(one.tier).tolist() == list(range(1, one.tier.max() + 1))
        if one.tier.max() > 1:
            assert one.discordance_rate <= 0.5 * one.parted + 1e-12
    assert np.all(np.diff([one.discordance_rate for one in found]) >= -1e-9)
    assert np.all(np.diff([one.parted for one in found if one.gain in (0, 1)]) >= 0)


@OPTIONS
@given(
    probability=arrays(float, st.integers(1, 30), elements=SHARES),
    alphas=st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99)),
    seed=st.integers(0, 99),
)
def test_a_looser_rate_names_no_fewer_whatever_the_order(probability, alphas, seed):
    strict, loose = (discover(probability, alpha=alpha) for alpha in sorted(alphas))
    assert np.all(strict.found <= loose.found)
    assert loose.false_discovery_rate <= loose.alpha + 1e-9
    order = np.random.default_rng(seed).permutation(probability.size)
    moved = discover(probability[order], alpha=loose.alpha)
    np.testing.assert_array_equal(moved.found, loose.found[order])
