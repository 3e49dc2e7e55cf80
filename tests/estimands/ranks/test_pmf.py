"""Exact ranks."""

from itertools import product

import numpy as np
import pytest

from varstat.errors import UsageError
from varstat.estimands.ranks.pmf import rank_pmf, summarise_pmf


def by_enumeration(beats, weight):
    units, nodes = weight.shape
    pmf = np.zeros((units, units))
    for i, k in product(range(units), range(nodes)):
        others = [j for j in range(units) if j != i]
        for outcome in product([0, 1], repeat=units - 1):
            chance = [
                beats[i, k, j] if hit else 1 - beats[i, k, j]
                for j, hit in zip(others, outcome, strict=True)
            ]
            pmf[i, sum(outcome)] += weight[i, k] * np.prod(chance)
    return pmf


@pytest.mark.parametrize("units", [1, 2, 3, 6])
def test_ranks_are_those_of_every_outcome_enumerated(units):
    rng = np.random.default_rng(units)
    beats = rng.uniform(size=(units, 4, units))
    weight = rng.dirichlet(np.ones(4), size=units)
    np.testing.assert_allclose(rank_pmf(beats, weight), by_enumeration(beats, weight), atol=1e-14)


def test_what_is_said_of_a_unit_against_itself_is_ignored():
    rng = np.random.default_rng(1)
    beats, weight = rng.uniform(size=(5, 3, 5)), np.full((5, 3), 1 / 3)
    changed = beats.copy()
    changed[np.arange(5), :, np.arange(5)] = np.nan
    np.testing.assert_array_equal(rank_pmf(changed, weight), rank_pmf(beats, weight))


def test_work_in_pieces_is_the_work_at_once():
    rng = np.random.default_rng(2)
    beats, weight = rng.uniform(size=(90, 40, 90)), np.full((90, 40), 1 / 40)
    alone = rank_pmf(beats[:, :1], np.ones((90, 1)))
    assert rank_pmf(beats, weight).sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(rank_pmf(np.repeat(beats[:, :1], 40, axis=1), weight), alone)


def test_an_exact_summary_has_no_monte_carlo_error():
    summary = summarise_pmf(np.eye(8), level=0.9)
    assert summary.exact
    assert summary.expected.tolist() == summary.lower.tolist() == list(range(1, 9))
    assert summary.upper.tolist() == list(range(1, 9))
    assert summary.p_top.tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert summary.p_bottom.tolist() == [0, 0, 0, 0, 0, 0, 1, 1]
    assert not any([summary.expected_mcse.any(), summary.p_top_mcse.any()])


def test_one_unit_is_first_and_last():
    summary = summarise_pmf(np.ones((1, 1)), level=0.95)
    assert (summary.lower[0], summary.upper[0], summary.p_top[0], summary.p_bottom[0]) == (
        1,
        1,
        1,
        1,
    )


def test_a_level_in_percent_is_refused():
    with pytest.raises(UsageError, match=r"0\.95"):
        summarise_pmf(np.eye(2), level=95)
