"""Tiers, against the best that a mixed-integer programme finds."""

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.special import ndtr

from varstat.errors import ModelError, UsageError
from varstat.estimands import (
    discordance_rate,
    grade_draws,
    grade_moments,
    grade_pairs,
    pairwise_probabilities,
)
from varstat.estimands.ranks import pairwise as pairwise_module
from varstat.estimands.ranks import tiers as tiers_module


def objective(pairwise, tier, gain):
    parted = tier[:, None] < tier[None, :]
    return float(np.sum(parted * (pairwise.T - gain * pairwise)))


def least_objective(pairwise, gain):
    """The least over all weak orders: D[i, j] says that i is in a better tier than j."""
    units = pairwise.shape[0]
    at = np.arange(units * units).reshape(units, units)
    rows = [
        # Never both ways, and what parts i from k parts any j from one of them.
        *([(at[i, j], 1), (at[j, i], 1)] for i, j in permutations(range(units), 2) if i < j),
        *(
            [(at[i, k], 1), (at[i, j], -1), (at[j, k], -1)]
            for i, j, k in permutations(range(units), 3)
        ),
    ]
    entries = [(r, column, value) for r, row in enumerate(rows) for column, value in row]
    r, column, value = np.array(entries).T
    constraint = LinearConstraint(
        coo_array((value, (r, column)), shape=(len(rows), units * units)).tocsr(),
        ub=[1.0] * (units * (units - 1) // 2) + [0.0] * (units * (units - 1) * (units - 2)),
    )
    cost = pairwise.T - gain * pairwise
    np.fill_diagonal(cost, 1.0)
    done = milp(cost.ravel(), constraints=constraint, integrality=1, bounds=(0, 1))
    assert done.status == 0
    return done.fun


def normal_pairs(rng, units):
    mean, sd = rng.normal(size=units), np.exp(rng.normal(-0.5, 0.6, units))
    return ndtr((mean[:, None] - mean) / np.sqrt(sd[:, None] ** 2 + sd**2))


def skewed_pairs(rng, units):
    skew = rng.gamma(1.5, size=(300, units)) * rng.choice([-1, 1], units)
    effect = rng.normal(size=units) + np.exp(rng.normal(-0.5, 0.6, units)) * skew
    return pairwise_probabilities(effect, direction="higher-is-better")


@pytest.mark.parametrize("gain", [0.1, 0.25, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("pairs", [normal_pairs, skewed_pairs])
@pytest.mark.parametrize(("units", "seed"), [(8, 1), (12, 1), (16, 1), (12, 1005), (12, 34)])
def test_no_weak_order_is_better(gain, pairs, units, seed):
    pairwise = pairs(np.random.default_rng(seed), units)
    ours = objective(pairwise, grade_pairs(pairwise, gain=gain).tier, gain)
    assert ours == pytest.approx(least_objective(pairwise, gain), abs=1e-7)


def test_two_units_are_parted_where_the_gain_says():
    for probability, tiers in ((0.79, [1, 1]), (0.81, [1, 2]), (0.19, [2, 1])):
        pairwise = np.array([[0.5, probability], [1 - probability, 0.5]])
        assert grade_pairs(pairwise, gain=0.25).tier.tolist() == tiers


def test_a_larger_gain_never_lowers_the_discordance_rate():
    pairwise = skewed_pairs(np.random.default_rng(5), 40)
    found = [grade_pairs(pairwise, gain=gain) for gain in np.linspace(0, 1, 41)]
    assert np.all(np.diff([one.discordance_rate for one in found]) >= -1e-12)
    assert found[0].tier.max() == 1
    assert found[0].discordance_rate == 0.0
    assert found[-1].tier.max() > 30


def test_shares_of_pairs_are_those_of_the_tiers():
    pairwise = normal_pairs(np.random.default_rng(6), 20)
    found = grade_pairs(pairwise, gain=0.25)
    i, j = np.triu_indices(20, 1)
    assert found.parted == pytest.approx(np.mean(found.tier[i] != found.tier[j]))
    wrong = np.where(found.tier[i] < found.tier[j], pairwise[j, i], pairwise[i, j])
    wrong = np.where(found.tier[i] == found.tier[j], 0.0, wrong)
    assert found.discordance_rate == pytest.approx(wrong.mean())
    assert discordance_rate(pairwise, found.tier) == found.discordance_rate


def test_units_that_are_alike_share_a_tier():
    assert grade_pairs(np.full((6, 6), 0.5), gain=1.0).tier.tolist() == [1] * 6


def test_one_unit_is_in_tier_one():
    found = grade_draws(np.zeros((5, 1)), direction="lower-is-better", gain=0.25)
    assert (found.tier.tolist(), found.discordance_rate, found.parted) == ([1], 0.0, 0.0)


def test_pairs_are_compared_draw_by_draw():
    rng = np.random.default_rng(7)
    effect = rng.integers(0, 30, size=(700, 300)).astype(float)
    found = pairwise_probabilities(effect, direction="lower-is-better")
    for i, j in [(0, 299), (255, 256), (299, 1), (3, 3)]:
        a, b = effect[:, i], effect[:, j]
        assert found[i, j] == pytest.approx(np.mean(a < b) + 0.5 * np.mean(a == b))


def test_by_moments_tiers_are_those_of_normal_pairs():
    rng = np.random.default_rng(8)
    mean, sd = rng.normal(size=30), rng.uniform(0.2, 1.0, 30)
    pairwise = ndtr((mean[:, None] - mean) / np.sqrt(sd[:, None] ** 2 + sd**2))
    exact = grade_pairs(pairwise, gain=0.5)
    found = grade_moments(mean, sd, direction="higher-is-better", gain=0.5)
    assert found.tier.tolist() == exact.tier.tolist()
    assert found.discordance_rate == pytest.approx(exact.discordance_rate)
    assert found.parted == pytest.approx(exact.parted)
    turned = grade_moments(-mean, sd, direction="lower-is-better", gain=0.5)
    assert turned.tier.tolist() == exact.tier.tolist()


def test_many_units_lose_little_by_going_in_blocks(monkeypatch):
    rng = np.random.default_rng(9)
    effect = rng.normal(size=600) + rng.uniform(0.2, 0.8, 600) * rng.normal(size=(800, 600))
    # What moves all units alike widens every posterior and parts none of them less.
    effect += 3.0 * rng.normal(size=(800, 1))
    pairwise = pairwise_probabilities(effect, direction="higher-is-better")
    exact = grade_pairs(pairwise, gain=0.25)
    monkeypatch.setattr(tiers_module, "MOST_PAIRED", 200)
    found = grade_draws(effect, direction="higher-is-better", gain=0.25)
    assert found.approximate
    assert not exact.approximate
    ours, best = (objective(pairwise, one.tier, 0.25) for one in (found, exact))
    assert ours == pytest.approx(best, rel=0.005)
    assert found.discordance_rate == pytest.approx(
        discordance_rate(pairwise, found.tier), abs=0.003
    )


def test_too_many_pairs_are_refused(monkeypatch):
    monkeypatch.setattr(pairwise_module, "MOST_PAIRED", 3)
    with pytest.raises(ModelError, match="pairs"):
        pairwise_probabilities(np.zeros((2, 4)), direction="lower-is-better")


@pytest.mark.parametrize("gain", [-0.1, 1.1, np.nan])
def test_a_gain_is_from_nothing_to_one(gain):
    with pytest.raises(UsageError, match="gain"):
        grade_pairs(np.full((2, 2), 0.5), gain=gain)
    with pytest.raises(UsageError, match="gain"):
        grade_moments(np.zeros(2), np.ones(2), direction="lower-is-better", gain=gain)
