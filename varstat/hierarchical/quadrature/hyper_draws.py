"""Draws of the hyper-parameters: from a lattice, or by importance.

Draws come from the exact log density where that is cheap, and else from a polynomial in whitened
coordinates, so that the number of passes over the data doesn't grow with the number of draws.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.model.smeared import Smeared
from varstat.hierarchical.quadrature.folded import MOST_FOLDED, Folded, fold
from varstat.hierarchical.quadrature.hyper import Lattice, Whitened
from varstat.hierarchical.quadrature.marginal import log_posterior
from varstat.hierarchical.quadrature.student import draw_student, log_student, resample
from varstat.hierarchical.quadrature.surrogate import Density, fit_slopes, fit_values
from varstat.measure import Floats

# Above this many hyper-parameters too few of a Student-t's draws are where the posterior is.
MOST_DIMENSION = 30
# Evaluations of a likelihood for which no polynomial is needed, and those that can be afforded
# where no polynomial fits.
_CHEAP, _AFFORDABLE = 10_000_000, 200_000_000
# What a polynomial may be off by in log density, root mean square over the posterior.
_ACCURACY = 0.003
_ROUGH = 0.05
# A tail of the importance ratios that is light enough to leave as it is.
_LIGHT = 0.5


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
    """

    z: Floats
    h: Floats
    pareto_k: float
    effective: float
    surrogate_error: float
    passes: int


def draw_from_lattice(
    design: Design, white: Whitened, lattice: Lattice, *, draws: int, nodes: int, seed: int
) -> HyperDraws:
    """Draw hyper-parameters by rejection from a mixture of normals about the lattice points."""
    rng = np.random.default_rng([seed, 1])
    passes = 0
    target, error = fit_values(lattice)
    if error > _ACCURACY:
        target, error = _exact(design, white, nodes=nodes), 0.0
    # Wider than the step, so that the mixture falls off more slowly than what it covers.
    width = max(lattice.step, 0.75)
    matters = lattice.weight > 1e-6 * lattice.weight.max()
    centre, weight = lattice.z[matters], lattice.weight[matters] / lattice.weight[matters].sum()

    def propose(number: int) -> tuple[Floats, Floats]:
        at = rng.choice(len(weight), size=number, p=weight)
        z = centre[at] + width * rng.standard_normal((number, centre.shape[1]))
        away = (z**2).sum(axis=1)[:, None] - 2.0 * z @ centre.T + (centre**2).sum(axis=1)
        return z, np.log(np.exp(-0.5 * away / width**2) @ weight)

    kept: list[Floats] = []
    have, bound = 0, -np.inf
    while have < draws:
        z, log_q = propose(2 * draws)
        ratio = target(z) - log_q
        passes += len(z) if error == 0.0 else 0
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
        surrogate_error=error,
        passes=passes + len(lattice.z),
    )


def draw_by_importance(
    design: Design, white: Whitened, *, draws: int, nodes: int, seed: int
) -> HyperDraws:
    """Draw hyper-parameters by importance resampling from a Student-t about the mode.

    Where that has too light a tail, as where a scale may be zero, once more from a mixture of it
    and one in the scales themselves.
    """
    rng = np.random.default_rng([seed, 1])
    exact = _exact(design, white, nodes=nodes)
    error, passes = np.inf, 0
    pool = 2 * draws
    z = draw_student(rng, pool, len(white.mode))
    log_q = log_student(z)
    cost = pool * _cost(design, nodes)
    if cost > _CHEAP:
        fitted, error, passes = fit_slopes(design, white, rng, nodes=nodes)
        log_p = fitted(z)
    if cost <= _CHEAP or (error > _ROUGH and cost <= _AFFORDABLE):
        log_p, error, passes = exact(z), 0.0, passes + pool
    pareto_k, log_ratio = fit_tail(log_p - log_q)
    weight = np.exp(log_ratio - logsumexp(log_ratio))
    if pareto_k > _LIGHT and error == 0.0 and 0 < len(_scales(design)) <= MOST_FOLDED:
        folded = fold(white.place(z), weight, _scales(design))
        z, log_q = _mix(white, folded, rng, pool)
        log_p, passes = exact(z), passes + pool
        pareto_k, log_ratio = fit_tail(log_p - log_q)
        weight = np.exp(log_ratio - logsumexp(log_ratio))
    chosen = resample(rng, weight, draws)
    return HyperDraws(
        z=z[chosen],
        h=white.place(z[chosen]),
        pareto_k=pareto_k,
        effective=float(min(1.0 / np.sum(weight**2), draws)),
        surrogate_error=error,
        passes=passes,
    )


def _scales(design: Design) -> list[int]:
    """Which hyper-parameters are logs of scales."""
    return [at for at, name in enumerate(design.names) if name.startswith("tau")]


def _mix(
    white: Whitened, folded: Folded, rng: np.random.Generator, number: int
) -> tuple[Floats, Floats]:
    """Draw half from the Student-t about the mode, half from the folded one: z, and log density."""
    d = len(white.mode)
    half = number // 2
    inverse = np.linalg.inv(white.scale)
    other = (folded.draw(rng, number - half) - white.mode) @ inverse.T
    z = np.concatenate([draw_student(rng, half, d), other])
    # Of h, the one is in z and has its determinant.
    log_scale = np.linalg.slogdet(white.scale)[1]
    one = log_student(z) - log_scale
    two = folded.log_density(white.place(z))
    return z, np.logaddexp(one, two) + log_scale


def _exact(design: Design, white: Whitened, *, nodes: int) -> Density:
    return lambda z: log_posterior(design, white.place(z), nodes=nodes) - white.peak


def _cost(design: Design, nodes: int) -> int:
    """Evaluations of a row's likelihood that one pass takes."""
    inner = 15 if isinstance(design.family, Smeared) else 1
    return design.rows * nodes * design.effects.parts * inner
