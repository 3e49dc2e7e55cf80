"""Modes of the posterior of a learnt density, one for each roughness."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.quadrature.learnt.density import Density, log_prior_roughness
from varstat.measure import Floats

_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Component:
    """A Student-t about a mode, for one roughness.

    Attributes
    ----------
    roughness : float
    mode : ndarray of float, shape (dimension,)
    scale : ndarray of float, shape (dimension, dimension)
    log_evidence : float
        By Laplace's method.
    """

    roughness: float
    mode: Floats
    scale: Floats
    log_evidence: float


def find_component(density: Density, start: Floats, roughness: float) -> tuple[Component, Density]:
    """Find the mode for one roughness by Newton's method, and the curvature there."""
    p, damping = start, 1e-3
    value = _value(density, p, roughness)
    for _ in range(_STEPS):
        gradient, hessian = derivatives(density, p, roughness)
        step = _newton(gradient, hessian, damping)
        moved = density.moved((p + step)[: density.free])
        new = _value(moved, p + step, roughness)
        if new > value - 1e-9:
            done = new - value < 1e-4 and float(gradient @ step) < 1e-3
            p, value, density, damping = p + step, new, moved, damping / 5.0
            if done:
                break
        else:
            damping = 10.0 * damping + 1e-3
            if damping > 1e12:
                break
    _, hessian = derivatives(density, p, roughness)
    values, vectors = np.linalg.eigh(-hessian)
    values = np.maximum(values, 1e-2)
    component = Component(
        roughness=roughness,
        mode=p,
        scale=vectors / np.sqrt(values),
        log_evidence=value - 0.5 * float(np.log(values).sum()) + log_prior_roughness(roughness),
    )
    return component, density


def _value(density: Density, p: Floats, roughness: float) -> float:
    both = density.log_likelihood(p[None]) + density.log_prior(p[None], roughness)
    return float(both[0])


def _newton(gradient: Floats, hessian: Floats, damping: float) -> Floats:
    values, vectors = np.linalg.eigh(-hessian)
    values = np.maximum(np.abs(values), 1e-3) * (1.0 + damping) + damping
    step = vectors @ ((vectors.T @ gradient) / values)
    return np.asarray(step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300)))


def derivatives(density: Density, p: Floats, roughness: float) -> tuple[Floats, Floats]:
    """Gradient and Hessian of the log posterior at `density.at`."""
    q, basis, seen = density.free, density.design.effects.basis, density.likelihoods
    shape = density.shape(p[None])
    g = density.design.effects.masses(shape)[0]
    share = seen.value * g
    m = np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    share = share / m
    mean, plain = share @ basis, g @ basis
    units = density.design.units
    natural = mean.sum(axis=0) - units * plain
    curve = basis.T @ (share.sum(axis=0)[:, None] * basis) - mean.T @ mean
    curve -= units * (basis.T @ (g[:, None] * basis) - np.outer(plain, plain))
    size = q + basis.shape[1]
    jacobian = np.eye(size)
    a1, a2 = shape[0, :2]
    jacobian[q, q : q + 2] = -2.0 * a2, -2.0 * a1
    jacobian[q + 1, q : q + 2] = 0.0, -2.0 * a2
    gradient, hessian = np.zeros(size), np.zeros((size, size))
    gradient[q:], hessian[q:, q:] = natural, curve
    if seen.first is not None and seen.second is not None:
        tilted = seen.first * g / m
        slope = tilted.sum(axis=1)
        bend = (seen.second * g / m).sum(axis=1) - slope**2
        gradient[:q] = density.rest.T @ slope
        hessian[:q, :q] = (density.rest.T * np.minimum(bend, 0.0)) @ density.rest
        hessian[:q, q:] = density.rest.T @ (tilted @ basis - slope[:, None] * mean)
        hessian[q:, :q] = hessian[:q, q:].T
    gradient, hessian = jacobian.T @ gradient, jacobian.T @ hessian @ jacobian
    cross = 4.0 * a2 * natural[0]
    hessian[q, q + 1] += cross
    hessian[q + 1, q] += cross
    hessian[q + 1, q + 1] += 4.0 * (a1 * natural[0] + a2 * natural[1])
    _add_prior(density, p, roughness, gradient, hessian)
    return gradient, hessian


def _add_prior(
    density: Density, p: Floats, roughness: float, gradient: Floats, hessian: Floats
) -> None:
    """Add the prior's derivatives, those of tau by differences."""
    q, design = density.free, density.design
    linear = density.locations(np.eye(len(p))) - density.locations(np.zeros((1, len(p))))
    away = (density.locations(p[None])[0] - design.location_mean) / design.location_sd**2
    gradient -= linear @ away
    hessian -= (linear / design.location_sd**2) @ linear.T
    log_tau = p[q + 1] + np.log(design.effects.unit)
    around = design.tau_prior.slope(log_tau + np.array([-1e-4, 0.0, 1e-4]))
    gradient[q + 1] += around[1]
    hessian[q + 1, q + 1] += (around[2] - around[0]) / 2e-4
    gradient[q + 2 :] -= p[q + 2 :] / roughness**2
    hessian[np.arange(q + 2, len(p)), np.arange(q + 2, len(p))] -= 1.0 / roughness**2
