"""Between-unit variance and its interval on the 13 trials of BCG vaccine.

Colditz et al. (1994), log risk ratios. The R package metafor gives tau^2 of 0.3088 (DL), 0.3181
(PM) and 0.3132 (REML) with the Q-profile interval 0.1197 to 1.1115 (Viechtbauer 2010, J Stat
Softw 36(3), doi:10.18637/jss.v036.i03); statsmodels' `combine_effects` agrees with the first two.
"""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from varstat.funnel.dispersion import estimate_spread

# Vaccinated with tuberculosis and without, not vaccinated with and without.
TRIALS = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    dtype=float,
)


@pytest.fixture
def trials():
    a, b, c, d = TRIALS.T
    effect = np.log((a / (a + b)) / (c / (c + d)))
    return effect, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def spread(effect, variance, estimator):
    return estimate_spread(
        effect,
        variance,
        np.zeros_like(effect),
        np.zeros(effect.size, dtype=np.intp),
        estimator=estimator,
        robust="none",
    )


@pytest.mark.parametrize(("estimator", "tau2"), [("dl", 0.3088), ("pm", 0.3181), ("reml", 0.3132)])
def test_tau_is_metafors(trials, estimator, tau2):
    assert spread(*trials, estimator).between[0] == pytest.approx(tau2, abs=5e-5)


def test_the_interval_is_metafors(trials):
    found = spread(*trials, "pm")
    assert found.between_lower[0] == pytest.approx(0.1197, abs=5e-5)
    assert found.between_upper[0] == pytest.approx(1.1115, abs=5e-5)


@pytest.mark.parametrize(("estimator", "method"), [("dl", "chi2"), ("pm", "iterated")])
def test_tau_is_statsmodels(trials, estimator, method):
    effect, variance = trials
    theirs = combine_effects(effect, variance, method_re=method, atol=1e-12).tau2
    assert spread(effect, variance, estimator).between[0] == pytest.approx(theirs, rel=1e-6)
