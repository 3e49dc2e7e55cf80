r"""Draw a mixture's shape from its posterior, from its prior through tempered densities.

The posterior of a mixture can have several modes (two clusters, or a few units far out), so no one
mode is searched for. States begin where the shape is its prior's and the rest is spread widely
about a normal's fit, :math:`q_0`, and pass through
:math:`\pi_\lambda \propto q_0^{1-\lambda}\,\pi^{\lambda}` [1]_. Each :math:`\lambda` is as far on
as leaves half of the states effective; they are resampled, and moved by differences of other
states [2]_.

References
----------
.. [1] Del Moral, Doucet & Jasra (2006). Sequential Monte Carlo samplers. JRSS B 68(3), 411-436.
   doi:10.1111/j.1467-9868.2006.00553.x
.. [2] ter Braak (2006). A Markov chain Monte Carlo version of the genetic algorithm differential
   evolution. Statistics and Computing 16, 239-249. doi:10.1007/s11222-006-8769-1
"""

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.mixture import (
    MIXTURE_SHAPES,
    draw_prior_mixture,
    log_prior_mixture,
    mirrored,
)
from varstat.hierarchical.quadrature.hyper_draws import CHECKED, HyperDraws
from varstat.hierarchical.quadrature.learnt.density import Density, report, start_density
from varstat.hierarchical.quadrature.learnt.move import correlation_of
from varstat.hierarchical.quadrature.student import draw_student, log_student, resample
from varstat.measure import Floats

# States at most and at least, and products that one of their moves may cost.
_MOST, _FEWEST, _PRODUCTS = 1200, 500, 1.5e8
# Times that each is moved at a temperature and before those that are kept, and between these.
# They double where there are ten offsets.
_TURNS, _BURN, _BETWEEN, _OFFSETS = 6, 8, 3, 10
# Draws that are kept; what chains are worth that began alike, and were moved since.
_KEPT, _APART = 7200, 0.5
# How widely the mean and log SD begin, in SDs of the effects; the offsets, in standard errors.
_MEAN, _LOG_SD, _STANDARD_ERRORS = 0.7, 0.7, 3.0
# How often a whole difference is taken, which leads from one mode to another, and how often a shape
# is mirrored.
_WHOLE, _CHANGED = 0.1, 0.1

_LogDensity = Callable[[Floats], Floats]


def draw_mixtures(design: Design, *, draws: int, seed: int) -> HyperDraws:
    """Draw hyper-parameters of effects that are a mixture.

    Parameters
    ----------
    design : Design
        With effects of that kind.
    draws : int
    seed : int

    Returns
    -------
    HyperDraws
        Locations with the mean of the mixture as intercept (or largest peer group's mean), the log
        of its SD, and its shape.
    """
    rng = np.random.default_rng([seed, 6])
    density, _ = start_density(design)
    more = 1.0 + density.free / _OFFSETS
    cost = design.units * len(design.effects.grid)
    number = int(np.clip(_PRODUCTS / cost, _FEWEST, _MOST))
    p, log_q = _begin(density, rng, number)
    p, passes = _temper(p, log_q, _posterior(density), rng, turns=round(_TURNS * more))
    # The likelihood is followed in the offsets as a quadratic about where they are.
    density = density.moved(p[:, : density.free].mean(axis=0))
    target = _posterior(density)
    p = _move(p, target, rng, turns=round(_BURN * more))
    states = [p]
    while len(states) * number < _KEPT:
        states.append(_move(states[-1], target, rng, turns=round(_BETWEEN * more)))
    worth = _APART * number * _worth(correlation_of(density, states), len(states))
    pool = np.concatenate(states)
    kept = pool[resample(rng, np.full(len(pool), 1.0 / len(pool)), draws)]
    reported = report(density, kept)
    return HyperDraws(
        z=kept,
        h=reported,
        pareto_k=float("nan"),
        effective=min(worth, float(draws)),
        surrogate_error=0.0,
        passes=passes + _BETWEEN * len(pool),
        check=reported[np.linspace(0, draws - 1, CHECKED).astype(int)],
        worth=worth,
    )


def _worth(correlation: float, kept: int) -> float:
    """Independent draws that a chain's states are worth, of which each is one already."""
    lag = np.arange(1, kept)
    return float(kept / (1.0 + 2.0 * np.sum((1.0 - lag / kept) * correlation**lag)))


def _posterior(density: Density) -> _LogDensity:
    """Log posterior density of hyper-parameters, and minus infinity where there is none."""

    def value(p: Floats) -> Floats:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = density.log_likelihood(p) + density.log_prior_moments(p)
            found += log_prior_mixture(density.shape(p))
        return np.where(np.isfinite(found), found, -np.inf)

    return value


def _begin(density: Density, rng: np.random.Generator, number: int) -> tuple[Floats, _LogDensity]:
    """Draw the first states; these, and the log density that they are from."""
    design, q = density.design, density.free
    root = np.sqrt(1.0 / (design.link_variance + design.effects.unit**2))
    scale = np.diag(np.append(np.ones(q), [_MEAN, _LOG_SD]))
    weighted = density.rest * root[:, None]
    scale[:q, :q] = _STANDARD_ERRORS * np.linalg.inv(np.linalg.cholesky(_informed(weighted))).T
    centre = np.append(density.at, [0.0, 0.0])
    inverse = np.linalg.inv(scale)
    constant = float(np.linalg.slogdet(scale)[1])

    def value(p: Floats) -> Floats:
        moments = log_student((p[:, : q + 2] - centre) @ inverse.T) - constant
        return np.asarray(moments + log_prior_mixture(p[:, q:]))

    moments = centre + draw_student(rng, number, q + 2) @ scale.T
    return np.concatenate([moments, draw_prior_mixture(rng, number)], axis=1), value


def _informed(weighted: Floats) -> Floats:
    """Information of the offsets, and a little more, so that it can be inverted."""
    found = weighted.T @ weighted
    return np.asarray(found + 1e-6 * np.eye(len(found)))


def _temper(
    p: Floats, log_q: _LogDensity, target: _LogDensity, rng: np.random.Generator, *, turns: int
) -> tuple[Floats, int]:
    """Bring states from where they begin to the posterior; these, and the passes it took."""
    reached, passes = 0.0, 0
    while reached < 1.0:
        apart = target(p) - log_q(p)
        step = _step(apart, 1.0 - reached)
        weight = np.exp(step * apart - logsumexp(step * apart))
        reached = min(reached + step, 1.0) if step < 1.0 - reached else 1.0
        p = _move(p[resample(rng, weight, len(p))], _between(log_q, target, reached), rng, turns)
        passes += (turns + 1) * len(p)
    return p, passes


def _between(log_q: _LogDensity, target: _LogDensity, reached: float) -> _LogDensity:
    return lambda p: (1.0 - reached) * log_q(p) + reached * target(p)


def _step(apart: Floats, most: float) -> float:
    """Find how far on half of the states are effective still, by bisection."""

    def effective(step: float) -> float:
        log_w = step * apart
        return float(np.exp(2.0 * logsumexp(log_w) - logsumexp(2.0 * log_w)))

    half = 0.5 * len(apart)
    if effective(most) >= half:
        return most
    low, high = 0.0, most
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) >= half else (low, middle)
    # Where states without a likelihood are more than half, they alone are left behind.
    return max(low, 1e-6)


def _move(p: Floats, target: _LogDensity, rng: np.random.Generator, turns: int) -> Floats:
    """Move each half of the states by differences of states of the other half."""
    n, d = p.shape
    p, value = p.copy(), target(p)
    halves = np.array_split(rng.permutation(n), 2)
    usual = 2.38 / np.sqrt(2.0 * d)
    for _ in range(turns):
        for some, others in (halves, reversed(halves)):
            x, there = p[some], p[others]
            one, two = (rng.integers(len(there), size=len(x)) for _ in range(2))
            length = usual * np.exp(rng.uniform(-1.6, 0.2, size=(len(x), 1)))
            length = np.where(rng.random((len(x), 1)) < _WHOLE, 1.0, length)
            new = x + length * (there[one] - there[two]) + 1e-5 * rng.standard_normal(x.shape)
            changed = np.flatnonzero(rng.random(len(x)) < _CHANGED)
            new[changed] = x[changed]
            new[changed, -MIXTURE_SHAPES:] = mirrored(x[changed, -MIXTURE_SHAPES:])
            found = target(new)
            accepted = np.log(rng.random(len(x))) < found - value[some]
            p[some] = np.where(accepted[:, None], new, x)
            value[some] = np.where(accepted, found, value[some])
    return p
