"""Posteriors as ArviZ takes them, and their draws with names."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import varstat
from varstat.hierarchical import Posterior

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import arviz as az


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    """Of a proportion in two peer groups."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "unit": [f"u{at}" for at in range(12)],
            "kind": ["x", "y"] * 6,
            "numerator": rng.integers(10, 60, 12),
            "denominator": 120,
        }
    )
    return varstat.fit(frame, peer_group="kind", draws=400)[0]


def test_draws_have_the_names_of_units(posterior: Posterior) -> None:
    draws = posterior.theta_draws()
    assert draws.shape == (400, 12)
    assert sorted(draws) == sorted(posterior.design.unit)
    assert ((draws > 0) & (draws < 1)).all(axis=None)


def test_arviz_gets_all_draws_by_chain_and_unit(posterior: Posterior) -> None:
    tree = posterior.to_arviz()
    group = tree["posterior"]
    assert group["theta"].dims == ("chain", "draw", "unit")
    assert group["theta"].shape == (4, 100, 12)
    np.testing.assert_array_equal(
        np.asarray(group["theta"]).reshape(400, 12), posterior.theta_draws()
    )
    assert list(group["peer_mean"].coords["peer_group"].values) == ["x", "y"]
    np.testing.assert_array_equal(np.asarray(group["tau"]).ravel(), posterior.natural()["tau"])
    assert group.attrs["engine"] == "quadrature"
    assert tree["observed_data"]["event"].sizes["row"] == 12


def test_arviz_diagnoses_what_it_gets(posterior: Posterior) -> None:
    group = posterior.to_arviz()["posterior"]
    data = group.to_dataset() if hasattr(group, "to_dataset") else group
    r_hat = az.rhat(data[["tau", "theta"]])
    assert float(r_hat["tau"]) < 1.05
    assert r_hat["theta"].sizes["unit"] == 12


def test_a_saved_fit_gives_the_same_tree(posterior: Posterior, tmp_path: Path) -> None:
    fits = varstat.fit(
        pd.DataFrame({"unit": ["a", "b", "c"], "numerator": [3, 5, 9], "denominator": 20}),
        draws=100,
    )
    varstat.write_fit(fits, tmp_path / "fit.nc")
    again = varstat.load_fit(tmp_path / "fit.nc")[0].to_arviz()["posterior"]
    straight = fits[0].to_arviz()["posterior"]
    for name in ("effect", "theta", "tau"):
        np.testing.assert_array_equal(np.asarray(again[name]), np.asarray(straight[name]))
