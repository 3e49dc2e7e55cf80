"""Draws of the hyper-parameters: from a lattice, or by importance.

Draws come from the exact log density where that is cheap, and else from a polynomial in whitened
coordinates, so that the number of passes over the data doesn't grow with the number of draws.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.lattice import Filled
from varstat.hierarchical.quadrature.marginal import log_posterior
from varstat.hierarchical.quadrature.proposal import (
    Proposal,
    about_mode,
    adapt,
    draw_mixture,
)
from varstat.hierarchical.quadrature.quantile import on_grid
from varstat.hierarchical.quadrature.student import resample
from varstat.hierarchical.quadrature.surrogate import Density, fit_slopes
from varstat.measure import Floats

# Above this many hyper-parameters too few of a Student-t's draws are where the posterior is.
MOST_DIMENSION = 30
# Evaluations of a likelihood for which no polynomial is needed, and those that can be afforded
# where no polynomial fits.
_CHEAP, _AFFORDABLE = 10_000_000, 300_000_000
# What a polynomial may be off by in log density, root mean square over the posterior, and how often
# it is fitted to more points where it is off by more.
_ROUGH = 0.05
_MOST_REFINED, _MORE = 2, 60
# A tail of the importance ratios that is light enough to leave as it is, and how often a proposal
# is fitted to the points where it isn't.
_LIGHT = 0.5
_MOST_FITTED = 3
# Points by which a posterior is accepted or refused, and draws that it is checked with; the same
# whatever seed and number of draws are asked for.
POOL, CHECKED, _FIXED = 8000, 500, 20
# Points that a polynomial is checked at, and those at which draws are weighed where none fits: at
# most, and at least.
_CHECKS, _WEIGHED, _LEAST_WEIGHED = 100, 4000, 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HyperDraws:
    """Draws of the hyper-parameters.

    Attributes
    ----------
    z, h : ndarray of float, shape (draws, dimension)
    pareto_k : float
        Shape of the tail of the importance ratios; NaN where draws are not by importance.
    effective : float
        Effective number of draws.
    surrogate_error : float
        Root mean square error of the log density drawn from, at points checked; 0 if exact.
    passes : int
        Evaluations of the whole likelihood that these took.
    check : ndarray of float, shape (500, dimension)
        Draws of h for checks, the same whatever the seed and the number of draws.
    worth : float
        Independent draws that the points by importance are worth; infinite on a lattice.
    """

    z: Floats
    h: Floats
    pareto_k: float
    effective: float
    surrogate_error: float
    passes: int
    check: Floats
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """What hyper-parameters are drawn from by importance.

    Attributes
    ----------
    proposals : list of Proposal
    target : Density
    z : ndarray of float, shape (points, dimension)
    weight : ndarray of float, shape (points,)
        Add to one.
    pareto_k : float
    spent : int
        Evaluations of the target.
    again : bool
        Whether the points were weighed again, by another density than the target.
    """

    proposals: list[Proposal]
    target: Density
    z: Floats
    weight: Floats
    pareto_k: float
    spent: int
    again: bool = False


def draw_from_lattice(white: Whitened, filled: Filled, *, draws: int, seed: int) -> HyperDraws:
    """Draw hyper-parameters by rejection from a mixture of normals about the lattice points."""
    rng = np.random.default_rng([seed, 1])
    lattice, passes = filled.lattice, filled.passes
    # Wider than the step, so that the mixture falls off more slowly than what it covers.
    width = max(lattice.step, 0.75)
    matters = lattice.weight > 1e-6 * lattice.weight.max()
    centre, weight = lattice.z[matters], lattice.weight[matters] / lattice.weight[matters].sum()

    # Half the squared distances in widths, but for z's own square.
    towards = np.vstack([centre.T, -0.5 * np.sum(centre**2, axis=1)]) / width**2

    def propose(number: int) -> tuple[Floats, Floats]:
        at = rng.choice(len(weight), size=number, p=weight)
        z = centre[at] + width * rng.standard_normal((number, centre.shape[1]))
        apart = np.column_stack([z, np.ones(number)]) @ towards
        apart -= 0.5 * np.sum((z / width) ** 2, axis=1)[:, None]
        return z, np.log(np.exp(apart, out=apart) @ weight)

    kept: list[Floats] = []
    have, bound = 0, -np.inf
    while have < draws:
        z, log_q = propose(2 * draws)
        ratio = filled.density(z) - log_q
        passes += len(z) if filled.error == 0.0 else 0
        if not kept:
            # The bound is the largest of the first batch; a later ratio above it is cut to it,
            # which at this size of batch concerns less than one draw in a thousand.
            bound = float(np.max(ratio))
        accepted = np.log(rng.random(len(z))) < ratio - bound
        kept.append(z[accepted])
        have += int(accepted.sum())
    z = np.concatenate(kept)[:draws]
    return HyperDraws(
        z=z,
        h=white.place(z),
        pareto_k=float("nan"),
        effective=float(draws),
        surrogate_error=filled.error,
        passes=passes,
        check=lattice.h[resample(np.random.default_rng(_FIXED), lattice.weight, CHECKED)],
        worth=float("inf"),
    )


def draw_by_importance(
    design: Design, white: Whitened, *, draws: int, nodes: int, seed: int
) -> HyperDraws:
    """Draw hyper-parameters by importance resampling from a Student-t about the mode.

    Where that has too light a tail it is mixed with one that is fitted to the weighted points, up
    to three times over. Points that settle what is drawn from, and whether that can be trusted, are
    the same whatever the seed and the number of draws; above half as many draws as there are of
    them, more are drawn from the same. Where no polynomial fits, points drawn by the nearest are
    weighed by the exact density; where these lie too far from it, all are drawn by the exact one if
    that can be afforded.
    """
    fixed = np.random.default_rng(_FIXED)
    exact = _exact(design, white, nodes=nodes)
    if POOL * _cost(design, nodes) <= _CHEAP:
        settled, error = _settle(white, exact, fixed, scales=_scales(design)), 0.0
        passes = settled.spent
    else:
        settled, error, passes = _settle_by_polynomial(design, white, fixed, nodes=nodes)
        points = min(_AFFORDABLE // _cost(design, nodes), _WEIGHED)
        if error > _ROUGH and points >= _LEAST_WEIGHED:
            settled, error = _weigh_again(settled, exact, fixed, points), 0.0
            passes += len(settled.z)
        # What a polynomial has too little of, no weights bring back.
        if settled.pareto_k > _LIGHT and POOL * _cost(design, nodes) <= _AFFORDABLE:
            settled, error = _settle(white, exact, fixed, scales=_scales(design)), 0.0
            passes += settled.spent
    z, weight = settled.z, settled.weight
    check = white.place(z[resample(fixed, weight, CHECKED)])
    worth = float(1.0 / np.sum(weight**2))
    rng = np.random.default_rng([seed, 1])
    if 2 * draws > len(z) and not settled.again:
        z, log_p, log_q = _weigh(settled.proposals, settled.target, rng, 2 * draws)
        passes += 2 * draws if error == 0.0 else 0
        weight = _smooth(log_p - log_q)[1]
    z = z[resample(rng, weight, draws)]
    return HyperDraws(
        z=z,
        h=white.place(z),
        pareto_k=settled.pareto_k,
        effective=float(min(1.0 / np.sum(weight**2), draws)),
        surrogate_error=error,
        passes=passes,
        check=check,
        worth=worth,
    )


def _settle(
    white: Whitened, target: Density, rng: np.random.Generator, *, scales: list[int]
) -> Settled:
    """Settle what is drawn from."""
    proposals: list[Proposal] = [about_mode(white)]
    z, log_p, log_q = _weigh(proposals, target, rng, POOL)
    spent = POOL
    for _ in range(_MOST_FITTED):
        pareto_k, weight = _smooth(log_p - log_q)
        if pareto_k <= _LIGHT:
            break
        proposals = [proposals[0], adapt(white, z, weight, scales)]
        z, log_p, log_q = _weigh(proposals, target, rng, POOL)
        spent += POOL
    pareto_k, weight = _smooth(log_p - log_q)
    return Settled(
        proposals=proposals, target=target, z=z, weight=weight, pareto_k=pareto_k, spent=spent
    )


def _settle_by_polynomial(
    design: Design, white: Whitened, rng: np.random.Generator, *, nodes: int
) -> tuple[Settled, float, int]:
    """Settle the same by a polynomial, fitted again to where the posterior is if it is off there.

    Returns
    -------
    settled : Settled
    error : float
    passes : int
    """
    fitted, passes = fit_slopes(design, white, rng, nodes=nodes), 0
    for refined in range(_MOST_REFINED + 1):
        settled = _settle(white, fitted, rng, scales=_scales(design))
        check = settled.z[resample(rng, settled.weight, _CHECKS)]
        error = fitted.error_at(check)
        passes += _CHECKS
        if error <= _ROUGH or refined == _MOST_REFINED:
            break
        fitted = fitted.refined(check[:_MORE], settled.z, settled.weight)
    return settled, error, passes + len(fitted.z)


def _weigh_again(
    settled: Settled, exact: Density, rng: np.random.Generator, points: int
) -> Settled:
    """Draw points by a polynomial, and weigh them by the exact density."""
    # A point that was drawn several times is one draw still.
    chosen, times = np.unique(resample(rng, settled.weight, points), return_counts=True)
    z = settled.z[chosen]
    pareto_k, ratio = _smooth(exact(z) - settled.target(z))
    return replace(
        settled,
        z=z,
        weight=times * ratio / np.sum(times * ratio),
        pareto_k=max(pareto_k, settled.pareto_k),
        again=True,
    )


def _weigh(
    proposals: list[Proposal], target: Density, rng: np.random.Generator, number: int
) -> tuple[Floats, Floats, Floats]:
    """Draw points from a mixture: these, the log density of the posterior, and of the mixture."""
    z, log_q = draw_mixture(proposals, rng, number)
    return z, target(z), log_q


def _smooth(log_ratio: Floats) -> tuple[float, Floats]:
    """Give the shape of the ratios' tail, and smoothed weights that add to one."""
    pareto_k, log_ratio = fit_tail(log_ratio)
    return pareto_k, np.exp(log_ratio - logsumexp(log_ratio))


def _scales(design: Design) -> list[int]:
    """Which hyper-parameters are logs of scales."""
    return [at for at, name in enumerate(design.names) if name.startswith("tau")]


def _exact(design: Design, white: Whitened, *, nodes: int) -> Density:
    def density(z: Floats) -> Floats:
        h = white.place(z)
        return np.asarray(log_posterior(on_grid(design, h), h, nodes=nodes) - white.peak)

    return density


def _cost(design: Design, nodes: int) -> int:
    """Evaluations of a row's likelihood that one pass takes."""
    inner = 15 if isinstance(design.family, Smeared) else 1
    return design.rows * nodes * design.effects.parts * inner
