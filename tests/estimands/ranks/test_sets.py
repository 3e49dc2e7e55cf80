"""Rank confidence sets without a model."""

import numpy as np
import pytest

from varstat.errors import ModelError, UsageError
from varstat.estimands import find_rank_sets
from varstat.estimands.ranks import sets as rank_sets_module


def sets(estimate, se, *, seed=1, draws=4000, level=0.95, stepdown=True):
    return find_rank_sets(
        np.asarray(estimate, dtype=float),
        np.broadcast_to(np.asarray(se, dtype=float), np.shape(estimate)),
        direction="lower-is-better",
        seed=seed,
        draws=draws,
        level=level,
        stepdown=stepdown,
    )


def test_what_can_be_told_apart_is_ranked_and_what_cannot_is_not():
    far = sets([3.0, 1.0, 2.0], 0.01)
    assert far.lower.tolist() == far.upper.tolist() == [3, 1, 2]
    near = sets([3.0, 1.0, 2.0], 10.0)
    assert near.lower.tolist() == [1, 1, 1]
    assert near.all_upper.tolist() == [3, 3, 3]


def test_one_comparison_is_a_z_test():
    # Two units: at 95% on two sides the threshold is 1.96 standard errors of the difference.
    for z, upper in ((1.85, 2), (2.07, 1)):
        found = sets([0.0, z * np.sqrt(2)], 1.0, draws=100_000)
        assert found.upper[0] == upper
        assert found.all_upper[0] == upper


def test_sets_for_all_units_at_once_are_wider():
    rng = np.random.default_rng(1)
    se = rng.uniform(0.2, 0.6, 25)
    found = sets(rng.normal(size=25), se, stepdown=False)
    assert np.all(found.all_lower <= found.lower)
    assert np.all(found.all_upper >= found.upper)
    assert np.sum(found.all_upper - found.all_lower) > np.sum(found.upper - found.lower)


def test_stepdown_only_narrows():
    rng = np.random.default_rng(2)
    estimate, se = 2 * rng.normal(size=25), rng.uniform(0.2, 0.6, 25)
    single, stepped = sets(estimate, se, stepdown=False), sets(estimate, se)
    assert np.all(stepped.lower >= single.lower)
    assert np.all(stepped.all_upper <= single.all_upper)
    assert np.sum(stepped.all_upper) < np.sum(single.all_upper)


def test_sets_hold_the_true_ranks_as_often_as_they_say():
    rng = np.random.default_rng(3)
    truth, se = np.linspace(-1.0, 1.0, 10), np.linspace(0.2, 0.6, 10)
    own, together = [], []
    for seed in range(300):
        found = sets(truth + se * rng.normal(size=10), se, seed=seed, draws=999, level=0.9)
        rank = np.arange(1, 11)
        own.append((found.lower <= rank) & (rank <= found.upper))
        together.append(np.all((found.all_lower <= rank) & (rank <= found.all_upper)))
    # Three binomial standard errors below.
    assert np.min(np.mean(own, axis=0)) > 0.9 - 3 * np.sqrt(0.09 / 300)
    assert np.mean(together) > 0.9 - 3 * np.sqrt(0.09 / 300)


def test_the_same_seed_gives_the_same_sets():
    rng = np.random.default_rng(4)
    estimate = rng.normal(size=30)
    one, two = sets(estimate, 0.3, seed=7), sets(estimate, 0.3, seed=7)
    assert one.lower.tolist() == two.lower.tolist()
    assert one.all_upper.tolist() == two.all_upper.tolist()


def test_a_raw_proportion_of_zero_has_no_error_and_is_referred_to_counts():
    with pytest.raises(ModelError, match="counts"):
        sets([0.0, 0.1, 0.5], [0.0, 0.02, 0.02])


def test_one_unit_is_first():
    found = sets([0.5], 0.1)
    assert (found.lower[0], found.upper[0], found.all_upper[0]) == (1, 1, 1)


def test_too_many_units_are_refused(monkeypatch):
    monkeypatch.setattr(rank_sets_module, "MOST_UNITS", 3)
    with pytest.raises(ModelError, match="too many pairs"):
        sets(np.zeros(4), 1.0)


def test_a_level_that_the_draws_cannot_tell_is_refused():
    with pytest.raises(UsageError, match="draws"):
        sets([0.0, 1.0], 1.0, draws=100, level=0.999)
