"""Ranks drawn, and what is said of them."""

import numpy as np
import pytest
from scipy.stats import rankdata

from varstat.errors import ModelError, UsageError
from varstat.estimands import RankTally, operating_characteristic, rank_draws
from varstat.estimands.ranks.ranks import RankSummary, quartile_size


def tally(effect, *, blocks=1, direction="lower-is-better"):
    found = RankTally(direction=direction)
    for block in np.array_split(effect, blocks):
        found.add(block)
    return found


def test_ranks_with_ties_are_scipys():
    effect = np.random.default_rng(1).integers(0, 6, size=(200, 9)).astype(float)
    np.testing.assert_array_equal(
        rank_draws(effect, direction="lower-is-better"), rankdata(effect, axis=1)
    )
    np.testing.assert_array_equal(
        rank_draws(effect, direction="higher-is-better"), rankdata(-effect, axis=1)
    )


def test_units_that_are_all_alike_share_the_middle():
    ranks = rank_draws(np.zeros((3, 5)), direction="higher-is-better")
    assert np.unique(ranks).tolist() == [3.0]


def test_no_direction_has_no_ranks():
    with pytest.raises(ModelError, match="direction"):
        rank_draws(np.zeros((1, 2)), direction="neither")
    with pytest.raises(ModelError, match="direction"):
        RankTally(direction="neither")


def test_an_effect_that_is_no_number_is_refused():
    with pytest.raises(ModelError, match="isn't a number"):
        rank_draws(np.array([[1.0, np.nan, 0.0]]), direction="higher-is-better")


@pytest.mark.parametrize(("units", "size"), [(1, 1), (3, 1), (7, 1), (8, 2), (151, 37)])
def test_a_quartile_is_a_quarter_rounded_down_but_someone(units, size):
    assert quartile_size(units) == size


def test_the_summary_is_that_of_all_draws_at_once():
    rng = np.random.default_rng(2)
    effect = np.linspace(-2, 2, 23) + rng.normal(size=(401, 23))
    ranks = rankdata(effect, axis=1)
    summary = tally(effect, blocks=7).finish(level=0.9)
    np.testing.assert_allclose(summary.expected, ranks.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(
        summary.expected_mcse, ranks.std(axis=0, ddof=1) / np.sqrt(401), rtol=1e-9
    )
    np.testing.assert_allclose(summary.p_top, (ranks <= 5).mean(axis=0))
    np.testing.assert_allclose(summary.p_bottom, (ranks >= 19).mean(axis=0))
    for bound, share in ((summary.lower, 0.05), (summary.upper, 0.95)):
        reached = [(ranks <= r).mean(axis=0) >= share - 1e-12 for r in range(1, 24)]
        np.testing.assert_array_equal(bound, np.argmax(reached, axis=0) + 1)


def test_the_bounds_are_where_the_definition_puts_them():
    # Of 40 draws the first is 2.5% of them exactly: P(R <= 1) >= 0.025 holds at once.
    effect = np.tile([0.0, 1.0], (40, 1))
    effect[0] = [1.0, 0.0]
    summary = tally(effect).finish(level=0.95)
    assert summary.lower.tolist() == [1, 1]
    assert summary.upper.tolist() == [1, 2]
    summary = tally(effect).finish(level=0.94)
    assert summary.lower.tolist() == [1, 2]


def test_halves_are_rounded_up_to_whole_ranks():
    summary = tally(np.zeros((10, 2))).finish(level=0.9)
    assert (summary.expected[0], summary.lower[0], summary.upper[0]) == (1.5, 2, 2)
    assert (summary.p_top[0], summary.p_bottom[0]) == (0, 0)


def test_monte_carlo_errors_of_independent_draws_are_what_repeats_show():
    rng = np.random.default_rng(3)
    centre = np.linspace(-1.5, 1.5, 12)
    found = [tally(centre + rng.normal(size=(400, 12))).finish(level=0.9) for _ in range(300)]
    for name in ("expected", "p_top", "p_bottom"):
        spread = np.std([getattr(one, name) for one in found], axis=0)
        said = np.mean([getattr(one, f"{name}_mcse") for one in found], axis=0)
        np.testing.assert_allclose(said, spread, rtol=0.25, atol=1e-3)


@pytest.mark.slow
def test_monte_carlo_errors_of_bounds_are_what_repeats_show():
    # Of so many units a bound is nearly continuous; places are rounded outwards, so that the
    # error said is a little too large.
    rng = np.random.default_rng(4)
    centre = np.linspace(-1, 1, 400)
    found = [tally(centre + rng.normal(size=(2000, 400))).finish(level=0.9) for _ in range(60)]
    for name in ("lower", "upper"):
        spread = np.std([getattr(one, name) for one in found], axis=0)[100:300]
        said = np.mean([getattr(one, f"{name}_mcse") for one in found], axis=0)[100:300]
        assert 0.95 < said.mean() / spread.mean() < 1.15


def test_draws_in_sticky_chains_have_larger_errors():
    rng = np.random.default_rng(5)
    effect = np.repeat(np.arange(6) / 3 + rng.normal(size=(500, 6)), 8, axis=0)
    found = tally(effect, blocks=3)
    independent, chained = found.finish(level=0.9), found.finish(level=0.9, chains=4)
    np.testing.assert_array_equal(independent.expected, chained.expected)
    for name in ("expected_mcse", "p_top_mcse", "p_bottom_mcse"):
        ratio = getattr(chained, name) / getattr(independent, name)
        assert np.all((ratio > 2.0) & (ratio < 4.0))


def test_coarsely_kept_ranks_only_widen_the_interval():
    rng = np.random.default_rng(6)
    effect = np.linspace(-3, 3, 70_000) + 0.2 * rng.normal(size=(40, 70_000))
    summary = tally(effect, blocks=2).finish(level=0.9)
    ranks = rankdata(effect, axis=1)
    ordered = np.sort(ranks, axis=0)
    assert np.all(summary.lower <= ordered[1])
    assert np.all(summary.upper >= ordered[37])
    assert np.max(ordered[1] - summary.lower) <= 2
    assert np.max(summary.upper - ordered[37]) <= 2
    np.testing.assert_allclose(summary.expected, ranks.mean(axis=0))
    assert summary.p_top.sum() == pytest.approx(17_500)


def test_a_summary_is_locked():
    summary = tally(np.random.default_rng(7).normal(size=(10, 3))).finish(level=0.9)
    with pytest.raises(ValueError, match="read-only"):
        summary.expected[0] = 1.0


def test_blocks_must_have_the_same_units():
    found = tally(np.zeros((2, 3)))
    with pytest.raises(ModelError, match="units"):
        found.add(np.zeros((2, 4)))


def test_one_draw_tells_no_distribution():
    with pytest.raises(ModelError, match="fewer than two draws"):
        tally(np.zeros((1, 3))).finish(level=0.9)
    with pytest.raises(ModelError, match="fewer than two draws"):
        RankTally(direction="lower-is-better").finish(level=0.9)


def test_a_level_in_percent_is_refused():
    with pytest.raises(UsageError, match=r"0\.95"):
        tally(np.zeros((3, 3))).finish(level=95)


def test_a_choice_by_lot_is_as_bad_as_one_and_a_sure_one_as_good_as_nothing():
    chosen = np.arange(8) < 2
    assert operating_characteristic(np.full(8, 0.25), chosen) == pytest.approx(1.0)
    assert operating_characteristic(chosen.astype(float), chosen) == 0.0
    assert np.isnan(operating_characteristic(np.ones(1), np.ones(1, dtype=bool)))


def test_the_choice_and_its_worth_are_what_the_draws_say():
    rng = np.random.default_rng(8)
    effect = np.linspace(0, 2, 20) + rng.normal(size=(500, 20))
    summary: RankSummary = tally(effect).finish(level=0.9)
    chosen = summary.best()
    assert chosen.sum() == 5
    top = rankdata(effect, axis=1) <= 5
    by_draw = (~top[:, chosen]).mean(axis=1) + top[:, ~chosen].mean(axis=1)
    assert summary.misclassification() == pytest.approx(by_draw.mean())
