r"""Draws of the series model's hyper-parameters: by importance, from several proposals at once.

A Student-t about the mode comes first; proposals that follow are fitted to the points weighted so
far, folded at zero for the scales (`quadrature.folded`). All points count, each with the mixture of
what all were drawn from in its weight [1]_. Where cells are many, the log density is that of a
polynomial if one fits (`surface`).

References
----------
.. [1] Cornuet, Marin, Mira & Robert (2012). Adaptive multiple importance sampling. Scandinavian
   Journal of Statistics 39(4), 798-812. doi:10.1111/j.1467-9469.2011.00756.x
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.proposal import Proposal, about_mode, adapt
from varstat.hierarchical.quadrature.student import resample
from varstat.hierarchical.series.density import Density, Start, find_density, hold_inside
from varstat.hierarchical.series.peak import find_peak
from varstat.hierarchical.series.problem import Problem
from varstat.hierarchical.series.surface import fit_surface
from varstat.measure import Floats

# Rounds of proposals at most, and what all points together shall be worth.
_ROUNDS, _ENOUGH = 5, 420.0
_FIXED = 20
# Points of a round, by the number of cells above which there are as many.
_POINTS = {20_000: 260, 2_000: 400, 0: 1000}
# Cells above which a polynomial is tried, what it may be off by, and the points it is drawn from.
_DEAR, _ACCURACY, _POOL = 10_000, 0.05, 4000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hyper:
    """Draws of the hyper-parameters, and of what goes with them.

    Attributes
    ----------
    mode : ndarray of float, shape (dimension,)
    h : ndarray of float, shape (draws, dimension)
        Unconstrained.
    location : ndarray of float, shape (draws, locations)
        The locations' mode given each.
    covariance : ndarray of float, shape (draws, locations, locations)
    start : Start
        At the mode.
    pareto_k : float
        Shape of the tail of the importance ratios.
    worth : float
        Independent draws that all points are worth.
    surface_error : float
        SD of the error of the log density drawn from, at points checked; 0 if it is exact.
    passes : int
        Points at which the log density was computed.
    """

    mode: Floats
    h: Floats
    location: Floats
    covariance: Floats
    start: Start
    pareto_k: float
    worth: float
    surface_error: float
    passes: int


def draw_hyper(problem: Problem, *, draws: int, seed: int) -> Hyper:
    """Draw the hyper-parameters.

    Parameters
    ----------
    problem : Problem
    draws : int
    seed : int

    Returns
    -------
    Hyper

    Raises
    ------
    ModelError
        If no mode can be found.
    """
    white, start, passes = find_peak(problem)
    # The same points whatever the seed: so that what is accepted hangs on the data alone.
    rng = np.random.default_rng(_FIXED)
    again = np.random.default_rng([seed, 1])
    error = 0.0
    surface = fit_surface(problem, white, start, rng) if problem.size > _DEAR else None
    passes += 0 if surface is None else surface.passes
    if surface is not None and surface.error <= _ACCURACY:
        error = surface.error
        points = _weigh_rounds(problem, white, surface.evaluate, rng, _POOL)
        chosen = resample(again, points.weight, draws)
        location, covariance = surface.place(points.z[chosen])
    else:
        found: list[Density] = []

        def evaluate(z: Floats) -> Floats:
            found.append(find_density(problem, white.place(z), start))
            return found[-1].value

        number = next(some for cells, some in _POINTS.items() if problem.size > cells)
        points = _weigh_rounds(problem, white, evaluate, rng, number)
        passes += len(points.z)
        chosen = resample(again, points.weight, draws)
        location = np.concatenate([each.location for each in found])[chosen]
        covariance = np.concatenate([each.covariance for each in found])[chosen]
    return Hyper(
        mode=white.mode,
        h=hold_inside(white.place(points.z[chosen])),
        location=location,
        covariance=covariance,
        start=start,
        pareto_k=points.pareto_k,
        worth=float(1.0 / np.sum(points.weight**2)),
        surface_error=error,
        passes=passes,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """Whitened points by importance, their weights, and the shape of the ratios' tail."""

    z: Floats
    weight: Floats
    pareto_k: float


def _weigh_rounds(
    problem: Problem,
    white: Whitened,
    evaluate: Callable[[Floats], Floats],
    rng: np.random.Generator,
    number: int,
) -> _Points:
    """Draw points in rounds, until all together are worth enough."""
    proposals: list[Proposal] = [about_mode(white)]
    z = proposals[0].draw(rng, number)
    log_p = evaluate(z)
    for round_ in range(_ROUNDS):
        log_q = np.logaddexp.reduce([each.log_density(z) for each in proposals], axis=0)
        pareto_k, smoothed = fit_tail(log_p - log_q)
        weight = np.exp(smoothed - logsumexp(smoothed))
        enough = float(1.0 / np.sum(weight**2)) >= _ENOUGH and pareto_k < 0.5
        if (round_ and enough) or round_ == _ROUNDS - 1:
            break
        proposals.append(adapt(white, z, weight, problem.model.scales))
        more = proposals[-1].draw(rng, number)
        z, log_p = np.concatenate([z, more]), np.concatenate([log_p, evaluate(more)])
    return _Points(z=z, weight=weight, pareto_k=pareto_k)
