"""The series engine against NUTS on the same model: 60 units, 6 periods, some 20 events a cell."""

import numpy as np
import pytest
from scipy.special import expit

from varstat.hierarchical.series.fit import fit_series
from varstat.hierarchical.series.model import SeriesModel
from varstat.hierarchical.series.panel import make_panel


@pytest.mark.nuts
@pytest.mark.slow
def test_lasting_change_and_scales_are_those_of_nuts():
    nutpie = pytest.importorskip("nutpie")
    from varstat.hierarchical.nuts.fit import _quiet
    from varstat.hierarchical.nuts.series import build_series

    rng = np.random.default_rng(21)
    size = np.repeat(np.floor(np.exp(rng.normal(4.5, 0.7, (60, 1)))) + 15.0, 6, axis=1)
    steps = np.column_stack([0.5 * rng.standard_normal(60), 0.12 * rng.standard_normal((60, 5))])
    theta = -1.5 + np.cumsum(steps, axis=1) + 0.10 * rng.standard_normal((60, 6))
    panel = make_panel(rng.binomial(size.astype(int), expit(theta)).astype(float), size)
    model = SeriesModel(breaks=False)
    found = fit_series(panel, model, draws=4000)
    with _quiet():
        sampled = nutpie.sample(
            nutpie.compile_pymc_model(build_series(panel, model), backend="numba"),
            draws=1500,
            tune=1000,
            chains=2,
            cores=1,
            seed=1,
            target_accept=0.95,
            progress_bar=False,
        )
    reference = sampled["posterior"]
    # NUTS itself is worth about a hundred draws of the SDs here.
    for name in ("tau", "step", "passing"):
        other = reference[name].values.ravel()
        assert found.hyper[name].mean() == pytest.approx(other.mean(), abs=0.35 * other.std())
        assert found.hyper[name].std() == pytest.approx(other.std(), rel=0.25)
    level = reference["lasting"].values.reshape(-1, 60, 6)
    one = level[..., 5] - level[..., 0]
    lasting = found.draw((0, 5)).lasting
    other = lasting[..., 1] - lasting[..., 0]
    assert np.max(np.abs(one.mean(axis=0) - other.mean(axis=0)) / one.std(axis=0)) < 0.15
    assert np.mean(other.std(axis=0) / one.std(axis=0)) == pytest.approx(1.0, abs=0.04)
    apart = (one > 0).mean(axis=0) - (other > 0).mean(axis=0)
    assert np.sqrt(np.mean(apart**2)) < 0.025
    assert np.max(np.abs(apart)) < 0.06
