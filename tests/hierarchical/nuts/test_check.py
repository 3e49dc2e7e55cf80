"""Chains that don't agree are found, and those that do are left in peace."""

import numpy as np
import pytest

from varstat.hierarchical.nuts.check import check_chains

pytestmark = pytest.mark.nuts


def chains_of(rng: np.random.Generator, columns: int, *, draws: int = 4000) -> np.ndarray:
    return rng.standard_normal((draws, columns))


def check(hyper: np.ndarray, effect: np.ndarray, divergences: int = 0):
    return check_chains(
        hyper, effect, chains=4, divergences=divergences, names=("intercept", "tau")
    )


def test_chains_that_mix_have_no_problems_even_with_thousands_of_units():
    rng = np.random.default_rng(1)
    # Correlated draws, worth about a third of independent ones: the worst R-hat is above 1.01.
    effect = chains_of(rng, 2000).reshape(4, 1000, -1)
    for at in range(1, 1000):
        effect[:, at] = 0.5 * effect[:, at - 1] + np.sqrt(0.75) * effect[:, at]
    found = check(chains_of(rng, 2), effect.reshape(4000, -1))
    assert found.problems == ()
    assert 1.005 < found.r_hat < 1.05


def test_a_hyper_parameter_whose_chains_differ_is_named():
    rng = np.random.default_rng(1)
    hyper = chains_of(rng, 2)
    hyper[:1000, 1] += 1.0
    found = check(hyper, chains_of(rng, 3))
    assert "R-hat of tau is up to 1." in found.problems[0]
    assert not found.passed
    assert found.r_hat > 1.05


def test_one_unit_among_many_whose_chains_differ_widely_is_a_problem():
    rng = np.random.default_rng(1)
    effect = chains_of(rng, 300)
    effect[:1000, 7] += 3.0
    assert "units' effects" in check(chains_of(rng, 2), effect).problems[0]


def test_chains_that_never_moved_are_a_problem():
    rng = np.random.default_rng(1)
    effect = chains_of(rng, 3)
    effect[:, 1] = np.repeat(np.arange(4.0), 1000)
    found = check(chains_of(rng, 2), effect)
    assert not found.passed
    assert found.r_hat > 1.05


def test_few_draws_are_a_problem_that_more_draws_mend():
    rng = np.random.default_rng(1)
    found = check(chains_of(rng, 2, draws=200), chains_of(rng, 3, draws=200))
    assert any("less than the 400" in each and "more draws" in each for each in found.problems)


@pytest.mark.parametrize(("divergences", "passed"), [(4, True), (5, False)])
def test_more_than_one_divergence_in_a_thousand_draws_is_a_problem(divergences, passed):
    rng = np.random.default_rng(1)
    found = check(chains_of(rng, 2), chains_of(rng, 3), divergences)
    assert found.passed is passed
    assert found.divergences == divergences
