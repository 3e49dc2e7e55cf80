"""Grades by the objective of Kline, Rose and Walters, by a mixed-integer programme (HiGHS).

Source: report_card_reference.json. Grade 1 is the highest mortality, so higher is better here.
Their objective counts every pair from both ends, so that it is twice ours; their discordance
rate adds a little to its divisor and is good to five decimals.
"""

import json

import numpy as np
import pytest

from varstat.estimands import grade_pairs


@pytest.fixture
def pairwise(references):
    found = json.loads((references / "triple_goal_reference.json").read_text())
    return np.array(found["pairwise_prob_row_gt_col"])


@pytest.mark.parametrize("gain", [0.1, 0.25, 0.5, 0.8, 1.0])
def test_tiers_are_the_best_there_are(references, pairwise, gain):
    found = json.loads((references / "report_card_reference.json").read_text())
    theirs = found["results"][f"lambda_{gain}"]
    tiers = grade_pairs(pairwise, gain=gain)
    assert tiers.tier.tolist() == theirs["grades"]
    assert tiers.discordance_rate == pytest.approx(theirs["DR"], abs=1e-5)
    parted = tiers.tier[:, None] < tiers.tier[None, :]
    objective = np.sum(parted * (pairwise.T - gain * pairwise))
    assert 2.0 * objective == pytest.approx(theirs["objective"], abs=1e-9)
