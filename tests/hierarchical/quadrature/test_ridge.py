"""A posterior with two humps is summed as finely as it needs."""

import numpy as np
import pytest
from designs import make_design, normal
from scipy.special import gammaln, logsumexp

from varstat.hierarchical.quadrature.fit import fit_quadrature
from varstat.hierarchical.quadrature.lattice import unevenness

EVENT = np.array([0.0, 1, 0, 2, 0, 1, 0, 0, 1, 0])
DAYS = np.full(10, 36_525_000.0)


def brute_force(centre: float) -> float:
    """Posterior mean of tau, on a plain grid over intercept, log tau and effects."""
    mu, log_tau = np.linspace(-30, -2, 141), np.linspace(-5, 3, 65)
    pairs, counts = np.unique(np.stack([EVENT, DAYS]), axis=1, return_counts=True)
    total = np.zeros((mu.size, log_tau.size))
    for j, tau in enumerate(np.exp(log_tau)):
        u = np.linspace(-8, 8, 301 if tau < 2 else 901)
        weight = -0.5 * u**2 - np.log(np.exp(-0.5 * u**2).sum())
        theta = mu[:, None] + tau * u
        for (y, days), number in zip(pairs.T, counts, strict=True):
            mean = days * np.exp(np.minimum(theta, 60.0))
            log_p = y * (theta + np.log(days)) - mean - gammaln(y + 1)
            total[:, j] += number * logsumexp(log_p + weight, axis=1)
    log_p = total - 0.5 * ((mu[:, None] - centre) / 2.5) ** 2 - np.exp(log_tau) + log_tau
    p = np.exp(log_p - log_p.max()).sum(axis=0)
    return float(p @ np.exp(log_tau) / p.sum())


@pytest.mark.parametrize("centre", [0.0, float(np.log(5.5 / DAYS.sum()))])
def test_the_lattice_gives_the_tau_of_a_plain_grid(centre):
    design = make_design(
        EVENT,
        DAYS,
        measure="ratio",
        direction="lower-is-better",
        priors={"intercept": normal(centre, 2.5)},
    )
    lattice = fit_quadrature(design, draws=200, seed=1).lattice
    assert unevenness(lattice) < 0.1
    assert lattice.weight @ np.exp(lattice.h[:, 1]) == pytest.approx(brute_force(centre), rel=0.01)
