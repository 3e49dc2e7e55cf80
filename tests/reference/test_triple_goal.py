"""Triple-goal estimates and expected ranks by HETOP 0.2-6, `triple_goal`, run in R 4.2.2.

1,000 posterior draws of twelve hospitals go in; ten decimals come out. Rank 1 is the lowest.
"""

import json

import numpy as np
import pandas as pd
import pytest

from varstat.estimands import RankTally, estimate_ensemble, pairwise_probabilities


@pytest.fixture
def draws(references):
    return pd.read_csv(references / "triple_goal_draws_surgical.csv").to_numpy()


@pytest.fixture
def reference(references):
    return json.loads((references / "triple_goal_reference.json").read_text())


def test_estimates_are_hetops_to_the_last_digit_printed(draws, reference):
    theirs = pd.DataFrame(reference["triple_goal"])
    goals = estimate_ensemble(draws, direction="lower-is-better")
    for ours, column in [
        (goals.posterior_mean, "theta_pm"),
        (goals.posterior_sd, "theta_psd"),
        (goals.constrained_bayes, "theta_cb"),
        (goals.triple_goal, "theta_gr"),
        (goals.expected_rank, "rbar"),
        (goals.rank, "rhat"),
    ]:
        np.testing.assert_allclose(ours, theirs[column], rtol=0, atol=1e-10)


def test_quartile_probabilities_are_the_shares_of_draws(draws, reference):
    tally = RankTally(direction="lower-is-better")
    tally.add(draws)
    summary = tally.finish(level=0.95)
    np.testing.assert_allclose(summary.p_top, reference["pr_bottom_quartile"], atol=1e-12)
    np.testing.assert_allclose(summary.p_bottom, reference["pr_top_quartile"], atol=1e-12)
    np.testing.assert_allclose(summary.expected, reference["expected_rank"], atol=1e-12)


def test_pairwise_probabilities_are_the_shares_of_draws(draws, reference):
    theirs = np.array(reference["pairwise_prob_row_gt_col"])
    ours = pairwise_probabilities(draws, direction="higher-is-better")
    # Theirs leave ties out: of 66,000 pairs of draws, one is equal to the six digits given.
    tied = np.array([[np.mean(draws[:, i] == draws[:, j]) for j in range(12)] for i in range(12)])
    assert np.count_nonzero(np.triu(tied, 1)) == 1
    np.testing.assert_allclose(ours - 0.5 * tied, theirs, atol=1e-12)
