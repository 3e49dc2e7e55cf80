"""Estimates for an ensemble."""

import numpy as np
import pytest

from varstat.errors import ModelError
from varstat.estimands import estimate_ensemble


@pytest.fixture
def draws():
    rng = np.random.default_rng(1)
    return rng.normal(size=15) + rng.normal(size=(400, 15))


def test_direction_turns_ranks_round_and_leaves_estimates(draws):
    low = estimate_ensemble(draws, direction="lower-is-better")
    high = estimate_ensemble(draws, direction="higher-is-better")
    np.testing.assert_array_equal(low.triple_goal, high.triple_goal)
    np.testing.assert_array_equal(low.constrained_bayes, high.constrained_bayes)
    np.testing.assert_allclose(low.expected_rank + high.expected_rank, 16.0)
    np.testing.assert_allclose(low.rank + high.rank, 16.0)


def test_constrained_estimates_have_the_spread_the_effects_are_expected_to_have(draws):
    goals = estimate_ensemble(draws, direction="lower-is-better")
    expected = goals.posterior_mean.var(ddof=1) + np.mean(goals.posterior_sd**2)
    assert goals.constrained_bayes.var(ddof=1) == pytest.approx(expected)
    assert goals.constrained_bayes.mean() == pytest.approx(goals.posterior_mean.mean())
    assert goals.posterior_mean.std() < goals.triple_goal.std()


def test_triple_goal_estimates_are_in_the_order_of_expected_ranks(draws):
    goals = estimate_ensemble(draws, direction="higher-is-better")
    assert np.all(np.diff(goals.triple_goal[np.argsort(-goals.expected_rank)]) >= 0)


def test_units_that_are_alike_have_one_estimate():
    same = np.repeat(np.random.default_rng(2).normal(size=(50, 1)), 4, axis=1)
    goals = estimate_ensemble(same, direction="lower-is-better")
    np.testing.assert_allclose(goals.constrained_bayes, goals.posterior_mean)
    assert goals.rank.tolist() == [2.5] * 4
    assert np.ptp(goals.triple_goal) == 0


def test_one_unit_has_its_mean_and_its_median():
    one = np.array([[1.0], [2.0], [6.0]])
    goals = estimate_ensemble(one, direction="lower-is-better")
    assert (goals.constrained_bayes[0], goals.triple_goal[0]) == (3.0, 2.0)


def test_one_draw_is_refused():
    with pytest.raises(ModelError, match="fewer than two draws"):
        estimate_ensemble(np.zeros((1, 3)), direction="lower-is-better")
