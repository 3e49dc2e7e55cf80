"""Power-scaling sensitivity, against ArviZ and where it is known."""

import json
from pathlib import Path

import numpy as np
import pytest

from varstat.review.scaling import effective_share, power_sensitivity, power_weights


def _normal_model() -> tuple[np.ndarray, np.ndarray]:
    """Draw mu and sigma, and log prior and likelihood, where the prior is far from the data."""
    rng = np.random.default_rng(1)
    y, n = rng.normal(10, 1, 100), 100
    m, s = np.linspace(8, 11, 601), np.exp(np.linspace(np.log(0.6), np.log(3), 601))
    mu, sigma = np.meshgrid(m, s, indexing="ij")
    fit = -n * np.log(sigma) - 0.5 * ((y[:, None, None] - mu) ** 2).sum(0) / sigma**2
    prior = -0.5 * mu**2 - 0.5 * (sigma / 2.5) ** 2
    w = np.exp(fit + prior - (fit + prior).max()) * sigma
    k = rng.choice(w.size, 20000, p=(w / w.sum()).ravel())
    jitter = rng.uniform(-0.5, 0.5, 20000) * (m[1] - m[0])
    value = np.column_stack([mu.ravel()[k] + jitter, sigma.ravel()[k]])
    return value, np.column_stack([prior.ravel()[k], fit.ravel()[k]])


def test_sensitivity_is_as_published_to_all_digits() -> None:
    # Of these draws arviz-stats 1.3.3 gives the same, with plain weights.
    expected = [[0.1270953577, 0.1950724859], [0.0165978013, 0.1332931843]]
    np.testing.assert_allclose(power_sensitivity(*_normal_model()), expected, rtol=1e-8)


def test_sensitivity_agrees_with_arviz(references: Path) -> None:
    found = json.loads((references / "power_scaling_reference.json").read_text())
    draws = {name: np.array(each) for name, each in found["draws"].items()}
    component = np.column_stack([draws["log_prior"], draws["log_likelihood"]])
    ours = power_sensitivity(np.column_stack([draws["mu"], draws["sigma"]]), component)
    for i, quantity in enumerate(("mu", "sigma")):
        for j, name in enumerate(("log_prior", "log_likelihood")):
            theirs = found["sensitivity"][f"{quantity} {name}"]
            assert ours[i, j] == pytest.approx(theirs, rel=1e-10)
            # Smoothing of the weights hardly matters so near to a power of one.
            assert ours[i, j] == pytest.approx(found["smoothed"][f"{quantity} {name}"], rel=0.05)


def test_sensitivity_does_not_hang_on_units_or_on_which_way_is_up() -> None:
    value, component = _normal_model()
    value, component = value[:2000], component[:2000]
    plain = power_sensitivity(value, component)
    np.testing.assert_allclose(power_sensitivity(3.0 - 7.0 * value, component), plain, rtol=1e-9)
    np.testing.assert_allclose(power_sensitivity(value, component + 900.0), plain, rtol=1e-9)


def test_what_never_changes_and_a_flat_prior_have_no_sensitivity() -> None:
    rng = np.random.default_rng(2)
    value = np.column_stack([np.full(500, 3.0), rng.normal(size=500)])
    component = np.column_stack([rng.normal(size=500), np.zeros(500)])
    found = power_sensitivity(value, component)
    assert found[0].tolist() == [0.0, 0.0]
    assert found[1, 1] == pytest.approx(0.0, abs=1e-6)


def test_weights_are_those_of_the_scaled_posterior() -> None:
    # A standard normal prior alone: raised to a power of two its variance is a half.
    x = np.random.default_rng(3).normal(size=200_000)
    weight = power_weights((-0.5 * x**2)[:, None], 2.0)
    assert weight[:, 0] @ x**2 == pytest.approx(0.5, abs=0.01)
    assert power_weights(np.array([[-1e9], [0.0]]), 2.0).ravel().tolist() == [0.0, 1.0]


def test_equal_weights_are_worth_all_draws_and_one_large_one_is_worth_one() -> None:
    weight = np.column_stack([np.full(50, 0.02), np.eye(50)[0]])
    np.testing.assert_allclose(effective_share(weight), [1.0, 0.02])
