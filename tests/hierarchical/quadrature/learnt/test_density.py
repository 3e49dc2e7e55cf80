"""Gradients and Hessians of a learnt density's posterior are what differences give."""

import numpy as np
import pytest
from designs import make_design

from varstat.hierarchical.quadrature.learnt.density import Density
from varstat.hierarchical.quadrature.learnt.fit import start_density
from varstat.hierarchical.quadrature.learnt.mode import derivatives

STEP = 1e-5
KINDS = ["plain", "covariate", "peers"]


def start(kind: str) -> tuple[Density, np.ndarray]:
    rng = np.random.default_rng(3)
    size = rng.integers(50, 500, 40)
    event = rng.binomial(size, 1 / (1 + np.exp(1.5 - 0.4 * rng.normal(size=40))))
    said = {
        "plain": {},
        "covariate": {"covariates": {"x": rng.normal(size=40)}},
        "peers": {"peer_group": list(rng.choice(["a", "b", "c"], 40))},
    }[kind]
    density, p = start_density(make_design(event, size, effects="learnt", **said))
    p = p + 0.05 * rng.normal(size=len(p))
    p[: density.free] = density.at
    return density, p


def differences(function, p):
    return np.array(
        [(function(p + v) - function(p - v)) / (2 * STEP) for v in STEP * np.eye(len(p))]
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shift", [0.0, 0.03])
def test_the_force_is_the_gradient(kind, shift):
    density, p = start(kind)
    p[: density.free] += shift

    def log_posterior(at):
        return float((density.log_likelihood(at[None]) + density.log_prior(at[None], 0.5))[0])

    found = density.force(p[None], 0.5)[0]
    expected = differences(log_posterior, p)
    assert found == pytest.approx(expected, abs=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("kind", KINDS)
def test_the_hessian_is_the_gradients_slope(kind):
    density, p = start(kind)
    gradient, hessian = derivatives(density, p, 0.5)
    assert gradient == pytest.approx(density.force(p[None], 0.5)[0], abs=1e-6)
    expected = differences(lambda at: density.force(at[None], 0.5)[0], p)
    assert hessian == pytest.approx(expected, abs=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("kind", ["covariate", "peers"])
def test_moving_the_offsets_changes_little(kind):
    density, p = start(kind)
    p[: density.free] += 0.03
    moved = density.moved(p[: density.free])
    near = float(density.log_likelihood(p[None])[0])
    assert near == pytest.approx(float(moved.log_likelihood(p[None])[0]), abs=0.005)
