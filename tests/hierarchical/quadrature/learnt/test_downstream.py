"""Learnt effects go on to comparisons, ArviZ and files as other effects do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import varstat

LEARNT = ("normal-mixture", "learnt")


def frame():
    rng = np.random.default_rng(3)
    theta = -1.5 + np.where(np.arange(40) < 6, 0.9, 0.0) + 0.1 * rng.normal(size=40)
    return pd.DataFrame(
        {
            "unit": [f"u{i:02}" for i in range(40)],
            "numerator": rng.binomial(400, expit(theta)),
            "denominator": 400,
        }
    )


@pytest.fixture(scope="module", params=LEARNT)
def fits(request):
    return varstat.fit(
        frame(), effects=request.param, direction="lower-is-better", draws=800, seed=2
    )


def test_two_units_are_compared_in_each_draw(fits):
    found = varstat.compare_units(fits, ("u00", "u20"))[0]
    draws = fits[0].theta_draws()
    apart = (draws["u00"] - draws["u20"]).to_numpy()
    assert found.difference == pytest.approx(apart.mean(), rel=1e-6)
    assert found.p_better == pytest.approx(np.mean(apart < 0), abs=1e-9)
    assert found.p_better < 0.05


def test_arviz_gets_units_and_hyper_parameters(fits):
    group = fits[0].to_arviz()["posterior"]
    draws = fits[0].theta_draws()
    theta = np.asarray(group["theta"]).reshape(len(draws), -1)
    np.testing.assert_array_equal(theta, draws)
    np.testing.assert_array_equal(np.asarray(group["tau"]).ravel(), fits[0].natural()["tau"])
    assert np.asarray(group["shape"]).shape[-1] == fits[0].design.effects.shapes


def test_a_saved_fit_compares_alike(fits, tmp_path: Path):
    varstat.write_fit(fits, tmp_path / "fit.nc")
    again = varstat.load_fit(tmp_path / "fit.nc")
    one, two = (varstat.compare_units(each, ("u00", "u20"))[0] for each in (fits, again))
    assert one.difference == two.difference
