"""Monte Carlo errors."""

import numpy as np
import pytest
from scipy.signal import lfilter

from varstat.errors import UsageError
from varstat.estimands.monte_carlo import effective_draws, probability_mcse, quantile_places


@pytest.mark.parametrize("length", [1000, 999])
def test_effective_draws_are_those_of_arviz(length):
    # Takes its time to import, and no other test needs it.
    import arviz

    rng = np.random.default_rng(1)
    correlation = (-0.6, -0.2, 0.0, 0.3, 0.9)
    chains = np.stack(
        [lfilter([1], [1, -r], rng.normal(size=(4, length)), axis=1) for r in correlation], axis=-1
    )
    ours = effective_draws(chains.reshape(4 * length, -1), chains=4)
    theirs = [float(arviz.ess(chains[..., i], method="mean")) for i in range(len(correlation))]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_chains_that_disagree_are_worth_a_few_draws():
    rng = np.random.default_rng(2)
    series = np.concatenate([rng.normal(size=(500, 1)), 50 + rng.normal(size=(500, 1))])
    assert effective_draws(series, chains=2)[0] < 6


def test_what_never_changes_is_worth_all_draws():
    assert effective_draws(np.ones((40, 2)), chains=2).tolist() == [40, 40]


@pytest.mark.parametrize("chains", [0, 3, 10])
def test_draws_that_do_not_divide_into_chains_are_refused(chains):
    with pytest.raises(UsageError, match="chains"):
        effective_draws(np.zeros((20, 1)), chains=chains)


def test_what_was_never_seen_is_not_known_to_be_impossible():
    few, many = probability_mcse(np.zeros(2), np.array([100.0, 1000.0]))
    assert few > many > 0


def test_places_lie_on_either_side_of_the_quantile():
    low, high = quantile_places(0.975, draws=4000, effective=np.array([4000.0, 40.0]))
    assert np.all(low <= 3900)
    assert np.all(high >= 3899)
    assert low[1] < low[0]
    assert high[1] > high[0]
