r"""Move draws of a learnt density by Hamiltonian trajectories.

Draws by importance that are worth little are resampled, and each is then moved by trajectories of
its own that leave the posterior as it is [1]_ [2]_. They run in the coordinates of the draw's
roughness, whose scale is learnt from the chains while those that count haven't begun.

References
----------
.. [1] Gilks & Berzuini (2001). Following a moving target: Monte Carlo inference for dynamic
   Bayesian models. JRSS B 63(1), 127-146. doi:10.1111/1467-9868.00280
.. [2] Neal (2011). MCMC using Hamiltonian dynamics. Handbook of Markov Chain Monte Carlo,
   chapter 5. doi:10.1201/b10905-6
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from varstat.hierarchical.quadrature.learnt.density import (
    Density,
    learnt_moments,
    log_prior_roughness,
)
from varstat.hierarchical.quadrature.learnt.mode import Component
from varstat.measure import Floats

# Trajectories that are left out, those from one state that is kept to the next, and their leaps.
_BURN, _BETWEEN, _LEAPS = 8, 2, 8
# Trajectories before which the scale is learnt again; the first step, and one after that.
_LEARN = (2, 4, 6)
_STEP, _STEP_LEARNT = 0.35, 0.22


def move(
    density: Density,
    components: Sequence[Component],
    p: Floats,
    which: np.ndarray,
    *,
    kept: int,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """Move draws until they no longer hang together.

    Parameters
    ----------
    density : Density
    components : sequence of Component
    p : ndarray of float, shape (chains, dimension)
    which : ndarray of int, shape (chains,)
        The component of each.
    kept : int
        States to keep of each chain.
    rng : Generator

    Returns
    -------
    p : ndarray of float, shape (kept * chains, dimension)
    effective : float
        Independent draws that these are worth.
    """
    step, states = _STEP, []
    for turn in range(_BURN + kept * _BETWEEN):
        which = _draw_roughness(density, components, p, rng)
        if turn in _LEARN:
            components = [_adapt(each, p[which == at]) for at, each in enumerate(components)]
            step = _STEP_LEARNT
        with np.errstate(over="ignore", invalid="ignore"):
            # A trajectory that leaves for where nothing is finite isn't accepted.
            rate, p = _trajectories(density, components, p, which, step, rng)
        if turn < _BURN:
            step *= 0.6 if rate < 0.6 else 1.2 if rate > 0.9 else 1.0
        elif (turn - _BURN) % _BETWEEN == _BETWEEN - 1:
            states.append(p)
    return np.concatenate(states), len(p) * kept * _worth(density, states)


def _worth(density: Density, states: Sequence[Floats]) -> float:
    """What a draw is worth, by the correlation of one state with the next."""
    worst = correlation_of(density, states)
    return (1.0 - worst) / (1.0 + worst)


def correlation_of(density: Density, states: Sequence[Floats]) -> float:
    """Give the largest correlation of one state with the next among what is reported."""
    told = []
    for each in states:
        mean, variance = learnt_moments(density.design, density.shape(each))
        free = each if density.design.effects.mixture else each[:, : density.free]
        told.append(np.column_stack([mean, np.log(variance), free]))
    one, two = np.concatenate(told[:-1]), np.concatenate(told[1:])
    worst = 0.0
    for a, b in zip(one.T, two.T, strict=True):
        if np.std(a) > 0 and np.std(b) > 0:
            worst = max(worst, float(np.corrcoef(a, b)[0, 1]))
    return worst


def _adapt(component: Component, p: Floats) -> Component:
    """Learn a component's scale from states that are of it."""
    n, d = p.shape
    if n < 3:
        return component
    weight = n / (n + 2.0 * d)
    covariance = (1.0 - weight) * component.scale @ component.scale.T + weight * np.cov(p.T)
    values, vectors = np.linalg.eigh(covariance)
    return replace(component, scale=vectors * np.sqrt(np.maximum(values, 1e-12)))


def _draw_roughness(
    density: Density, components: Sequence[Component], p: Floats, rng: np.random.Generator
) -> np.ndarray:
    """Draw each state's roughness given its splines."""
    z = p[:, density.free + 2 :]
    roughness = np.array([each.roughness for each in components])
    prior = np.array([log_prior_roughness(each) for each in roughness])
    log_p = prior - z.shape[1] * np.log(roughness)
    log_p = log_p - 0.5 * np.sum(z**2, axis=1)[:, None] / roughness**2
    # Gumbel's way of drawing from log probabilities.
    return np.asarray(np.argmax(log_p + rng.gumbel(size=log_p.shape), axis=1))


def _trajectories(
    density: Density,
    components: Sequence[Component],
    p: Floats,
    which: np.ndarray,
    step: float,
    rng: np.random.Generator,
) -> tuple[float, Floats]:
    """Move each state by a trajectory; how many moved, and where to."""
    out, moved = p.copy(), 0
    for at, component in enumerate(components):
        some = np.flatnonzero(which == at)
        if not some.size:
            continue
        x = p[some]
        scale, roughness = component.scale, component.roughness
        momentum = rng.standard_normal(x.shape)
        start = _log_posterior(density, x, roughness) - 0.5 * np.sum(momentum**2, axis=1)
        length = step * rng.uniform(0.8, 1.2)
        momentum = momentum + 0.5 * length * density.force(x, roughness) @ scale
        for leap in range(_LEAPS):
            x = x + length * momentum @ scale.T
            pull = length * density.force(x, roughness) @ scale
            momentum = momentum + (0.5 * pull if leap == _LEAPS - 1 else pull)
        end = _log_posterior(density, x, roughness) - 0.5 * np.sum(momentum**2, axis=1)
        accepted = np.log(rng.random(some.size)) < end - start
        out[some[accepted]] = x[accepted]
        moved += int(accepted.sum())
    return moved / len(p), out


def _log_posterior(density: Density, p: Floats, roughness: float) -> Floats:
    value = density.log_likelihood(p) + density.log_prior(p, roughness)
    return np.where(np.isfinite(value), value, -np.inf)
