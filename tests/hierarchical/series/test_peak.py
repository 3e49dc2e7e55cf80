"""Where a series' hyper-parameters are most likely, and how sharp that peak is."""

import numpy as np
from scipy.special import expit

from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import make_panel
from varstat.hierarchical.series.peak import find_peak
from varstat.hierarchical.series.problem import pose_problem


def test_scales_that_may_be_nothing_have_a_wide_peak_among_thousands_of_units():
    rng = np.random.default_rng(2)
    rate = expit(-1.0 + 0.3 * rng.standard_normal((4000, 1)))
    panel = make_panel(
        rng.binomial(200, np.repeat(rate, 3, axis=1)).astype(float), np.full((4000, 3), 200.0)
    )
    model = SeriesModel(breaks=False)
    white, _, _ = find_peak(pose_problem(panel, model))
    tau, step, passing = np.linalg.norm(white.scale, axis=1)
    assert model.names == ("tau", "step", "passing")
    assert tau < 0.05
    # Where nothing drifts or passes, the logs of how much may be far below their peaks.
    assert step > 0.3
    assert passing > 0.3
