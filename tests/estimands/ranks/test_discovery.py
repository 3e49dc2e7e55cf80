"""Exceedance and discoveries."""

import numpy as np
import pytest

from varstat.errors import ModelError, UsageError
from varstat.estimands import discover, exceedance


def test_a_threshold_may_move_from_draw_to_draw():
    effect = np.array([[0.0, 2.0], [1.0, 3.0], [2.0, 4.0], [3.0, 5.0]])
    moving = np.array([1.0, 1.0, 3.0, 3.0])
    for threshold in (moving, moving[:, None]):
        assert exceedance(effect, threshold).probability.tolist() == [0.25, 1.0]
    assert exceedance(effect, 2.5).probability.tolist() == [0.25, 0.75]


def test_a_draw_at_its_threshold_counts_half():
    effect = np.zeros((10, 2))
    assert exceedance(effect, 0.0).probability.tolist() == [0.5, 0.5]


def test_the_error_is_that_of_a_share_and_larger_in_sticky_chains():
    effect = np.repeat(np.random.default_rng(1).normal(size=(500, 1)), 8, axis=0)
    alone, chained = exceedance(effect, 0.0), exceedance(effect, 0.0, chains=4)
    assert alone.mcse[0] == pytest.approx(0.5 / np.sqrt(4000), rel=0.01)
    assert 2.0 < chained.mcse[0] / alone.mcse[0] < 4.0


@pytest.mark.parametrize("threshold", [np.zeros(3), np.zeros((1, 4)), np.nan])
def test_a_threshold_that_fits_no_draw_is_refused(threshold):
    with pytest.raises(ModelError, match="threshold"):
        exceedance(np.zeros((4, 4)), threshold)


def test_an_effect_that_is_no_number_is_refused():
    with pytest.raises(ModelError, match="isn't a number"):
        exceedance(np.array([[np.nan], [0.0]]), 0.0)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_no_larger_set_keeps_to_the_rate(alpha):
    probability = np.random.default_rng(2).beta(0.5, 0.5, 60)
    named = discover(probability, alpha=alpha)
    assert named.false_discovery_rate == pytest.approx(np.mean(1 - probability[named.found]))
    assert named.false_discovery_rate <= alpha
    best_left = probability[~named.found].max()
    assert best_left < probability[named.found].min()
    assert np.mean(1 - np.append(probability[named.found], best_left)) > alpha


def test_units_alike_are_named_together_or_not_at_all():
    # One of the two at 0.8 would pass, both would not.
    named = discover(np.array([1.0, 0.8, 0.8, 0.1]), alpha=0.12)
    assert named.found.tolist() == [True, False, False, False]
    named = discover(np.array([1.0, 0.8, 0.8, 0.1]), alpha=0.14)
    assert named.found.tolist() == [True, True, True, False]


def test_nobody_may_be_found():
    named = discover(np.array([0.5, 0.2]), alpha=0.05)
    assert (named.found.any(), named.false_discovery_rate) == (False, 0.0)
    assert discover(np.array([]), alpha=0.05).found.size == 0


def test_a_rate_in_percent_is_refused():
    with pytest.raises(UsageError, match="alpha"):
        discover(np.array([0.5]), alpha=5)
