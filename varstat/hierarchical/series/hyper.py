r"""Draws of the series model's hyper-parameters: by importance, from several proposals at once.

A Student-t about the mode comes first; proposals that follow are fitted to the points weighted so
far, folded at zero for the scales (`quadrature.folded`). All points count, each with the mixture of
what all were drawn from in its weight [1]_.

References
----------
.. [1] Cornuet, Marin, Mira & Robert (2012). Adaptive multiple importance sampling. Scandinavian
   Journal of Statistics 39(4), 798-812. doi:10.1111/j.1467-9469.2011.00756.x
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, minimize
from scipy.special import logsumexp

from varstat.errors import ModelError
from varstat.hierarchical.diagnostics import fit_tail
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.quadrature.proposal import Proposal, about_mode, adapt
from varstat.hierarchical.quadrature.student import resample
from varstat.hierarchical.series.marginal import integrate
from varstat.hierarchical.series.mode import find_mode
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats

# Numbers in a working array, and the accuracy of log densities at a mode and elsewhere.
_BLOCK = 60_000
_FINE, _COARSE = 1e-8, 1e-3
# Unconstrained hyper-parameters stay inside: beyond, scales are nothing or beyond reason.
_LEAST, _MOST = -12.0, 6.0
# Rounds of proposals at most, and what all points together shall be worth.
_ROUNDS, _ENOUGH = 5, 420.0
_FIXED = 20
# Points of a round, by the number of cells above which there are as many.
_POINTS = {20_000: 260, 2_000: 400, 0: 1000}
# Units that show where the mode is, and a gain that ends a search for it.
_SEARCHED = 300
_LEAST_GAIN = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Start:
    """A mode to begin others from.

    Attributes
    ----------
    theta : ndarray of float, shape (periods, 1, units)
    location : ndarray of float, shape (1, locations)
    """

    theta: Floats
    location: Floats


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
    white, start, passes = _whiten(problem)
    number = next(points for cells, points in _POINTS.items() if problem.size > cells)
    # The same points whatever the seed: so that what is accepted hangs on the data alone.
    rng = np.random.default_rng(_FIXED)
    proposals: list[Proposal] = [about_mode(white)]
    z = proposals[0].draw(rng, number)
    log_p = log_density(problem, white.place(z), start)
    pareto_k, weight = np.inf, np.full(len(z), 1.0 / len(z))
    for round_ in range(_ROUNDS):
        log_q = np.logaddexp.reduce([each.log_density(z) for each in proposals], axis=0)
        pareto_k, smoothed = fit_tail(log_p - log_q)
        weight = np.exp(smoothed - logsumexp(smoothed))
        worth = float(1.0 / np.sum(weight**2))
        if round_ and worth >= _ENOUGH and pareto_k < 0.5:
            break
        if round_ == _ROUNDS - 1:
            break
        proposals.append(adapt(white, z, weight, problem.model.scales))
        more = proposals[-1].draw(rng, number)
        z = np.concatenate([z, more])
        log_p = np.concatenate([log_p, log_density(problem, white.place(more), start)])
    chosen = resample(np.random.default_rng([seed, 1]), weight, draws)
    h = _inside(white.place(z[chosen]))
    location, covariance = _locate(problem, h, start)
    return Hyper(
        mode=white.mode,
        h=h,
        location=location,
        covariance=covariance,
        start=start,
        pareto_k=pareto_k,
        worth=worth,
        passes=passes + len(z),
    )


def log_density(problem: Problem, h: Floats, start: Start, *, tolerance: float = _COARSE) -> Floats:
    """Log posterior density, up to a constant, at unconstrained points (points, dimension)."""
    inside = _inside(h)
    value = problem.model.log_prior(inside)
    for some in _blocks(problem, len(h)):
        chain = problem.chain(inside[some])
        mode = find_mode(
            chain,
            problem.cells,
            problem.locations,
            theta=start.theta,
            location=start.location,
            tolerance=tolerance,
        )
        value[some] += integrate(chain, problem.cells, problem.locations, mode).value
    # Falling off beyond the ends keeps a search inside.
    return np.asarray(value - ((h - inside) ** 2).sum(axis=1))


def _inside(h: Floats) -> Floats:
    return np.clip(h, _LEAST, _MOST)


def _blocks(problem: Problem, points: int) -> list[slice]:
    step = max(_BLOCK // problem.size, 1)
    return [slice(first, min(first + step, points)) for first in range(0, points, step)]


def _locate(problem: Problem, h: Floats, start: Start) -> tuple[Floats, Floats]:
    """Locations, and their covariance, given each of some hyper-parameters."""
    distinct, back = np.unique(h, axis=0, return_inverse=True)
    location, covariance = [], []
    for some in _blocks(problem, len(distinct)):
        chain = problem.chain(distinct[some])
        mode = find_mode(
            chain,
            problem.cells,
            problem.locations,
            theta=start.theta,
            location=start.location,
            tolerance=_COARSE,
        )
        location.append(integrate(chain, problem.cells, problem.locations, mode).location)
        covariance.append(mode.covariance)
    back = back.ravel()
    return np.concatenate(location)[back], np.concatenate(covariance)[back]


def _whiten(problem: Problem) -> tuple[Whitened, Start, int]:
    """Find the mode of the hyper-parameters and the Hessian there, by differences."""
    units = problem.start.shape[-1]
    guess, passes = start_values(problem), 0
    # How sharp the peak may be: of a log SD, some observations each unit.
    inverse = np.eye(len(guess)) * 4.0 / units
    if units > _SEARCHED:
        # A part of the units shows where to look, and how sharp the peak is.
        part = problem.part(slice(None, None, -(-units // _SEARCHED)))
        near, _, passes = _whiten(part)
        guess = near.mode
        inverse = near.scale @ near.scale.T * (part.start.shape[-1] / units)
    start = _start_at(problem, guess, None)
    mode, more = _climb(problem, guess, inverse, start)
    start = _start_at(problem, mode, start)
    scale, peak = _spread(problem, mode, start)
    passes += more + 2 * len(mode) ** 2 + 1
    return Whitened(mode=mode, scale=scale, peak=peak), start, passes


def _climb(problem: Problem, guess: Floats, inverse: Floats, start: Start) -> tuple[Floats, int]:
    """Go to the mode, until a step gains next to nothing; give it, and the points that took."""
    d, passes = len(guess), 0
    step = 0.02 * np.eye(d)
    last = np.inf

    def lower(x: Floats) -> tuple[float, Floats]:
        nonlocal passes
        passes += 2 * d + 1
        value = log_density(problem, np.concatenate([x[None], x + step, x - step]), start)
        return -float(value[0]), (value[d + 1 :] - value[1 : d + 1]) / 0.04

    def stop(intermediate_result: OptimizeResult) -> None:
        nonlocal last
        gained, last = last - float(intermediate_result.fun), float(intermediate_result.fun)
        if gained < _LEAST_GAIN:
            raise StopIteration

    found = minimize(
        lower,
        guess,
        jac=True,
        method="BFGS",
        callback=stop,
        options={"gtol": 0.05, "maxiter": 60, "hess_inv0": inverse},
    )
    if not np.isfinite(found.fun):
        raise ModelError(
            "posterior",
            "no most likely values of the hyper-parameters can be found. Look for counts that "
            "are out of all proportion.",
        )
    return _inside(found.x), passes


def start_values(problem: Problem) -> Floats:
    """Guess the hyper-parameters from moments of the units' own rates."""
    between = float(np.std(problem.start.mean(axis=0)))
    guess = {
        "tau": np.log(max(between, 0.05)),
        "step": -3.0,
        "passing": -3.0,
        "share": -2.2,
        "jump": -1.3,
        "reversion": 2.0,
    }
    return np.array([guess[name] for name in problem.model.names])


def _start_at(problem: Problem, h: Floats, start: Start | None) -> Start:
    length = problem.start.shape[0]
    location = np.zeros((1, len(problem.locations.mean)))
    location[0, :length] = problem.start.mean(axis=(1, 2))
    mode = find_mode(
        problem.chain(h[None]),
        problem.cells,
        problem.locations,
        theta=problem.start if start is None else start.theta,
        location=location if start is None else start.location,
        tolerance=_FINE,
    )
    return Start(theta=mode.linear.theta, location=mode.location)


def _spread(problem: Problem, mode: Floats, start: Start) -> tuple[Floats, float]:
    """A root of the inverse of the negative Hessian at the mode, and the log density there."""
    d, step = len(mode), 0.15
    axes = step * np.eye(d)
    one = [(i, j) for i in range(d) for j in range(i)]
    points = [mode, *(mode + axes), *(mode - axes)]
    points += [mode + axes[i] + axes[j] for i, j in one]
    points += [mode - axes[i] - axes[j] for i, j in one]
    value = log_density(problem, np.array(points), start, tolerance=1e-5)
    peak, up, down = value[0], value[1 : d + 1], value[d + 1 : 2 * d + 1]
    both = value[2 * d + 1 :].reshape(2, len(one)).sum(axis=0)
    hessian = np.diag(up + down - 2.0 * peak)
    for k, (i, j) in enumerate(one):
        bend = both[k] - 2.0 * peak - hessian[i, i] - hessian[j, j]
        hessian[i, j] = hessian[j, i] = 0.5 * bend
    values, vectors = np.linalg.eigh(-hessian / step**2)
    # Where it is flat or hollow a width of two is the guess: a scale by a factor of seven.
    return np.asarray(vectors / np.sqrt(np.maximum(values, 0.25))), float(peak)
