"""Where the hyper-parameters of a series are most likely, and how sharp the peak is."""

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from varstat.errors import ModelError
from varstat.hierarchical.quadrature.hyper import Whitened
from varstat.hierarchical.series.density import Start, find_density, hold_inside
from varstat.hierarchical.series.mode import find_mode
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats

# How far the log density may be from its peak, where the mode of all is.
_FINE = 1e-8
# Units that show where the mode is, and a gain that ends a search for it.
_SEARCHED = 300
_LEAST_GAIN = 0.02
# The step by which a Hessian is differenced where nothing is known of the peak, on log scales.
_STEP = 0.15
# Steps of Newton's at most, in SDs: one that need not be followed by another, and one too far.
_TRIES, _NEAR, _FAR = 5, 1.0, 20.0
# An axis along which the peak is flatter than a part of the units shows is as flat as this.
_FLAT = 0.05
# A peak that bends by less than this part of what was found nearby has another shape.
_BENT = 0.5


def find_peak(problem: Problem) -> tuple[Whitened, Start, int]:
    """Find the mode of the hyper-parameters and the Hessian there, by differences.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    white : Whitened
    start : Start
        At the mode.
    passes : int
        Points at which the log density was computed.

    Raises
    ------
    ModelError
        If no mode can be found.
    """
    units = problem.start.shape[-1]
    guess, passes = start_values(problem), 0
    # How sharp the peak may be: of a log SD, some observations each unit.
    root = np.eye(len(guess)) * 2.0 / np.sqrt(units)
    if units > _SEARCHED:
        # A part of the units shows where to look, and how sharp the peak is.
        part = problem.part(slice(None, None, -(-units // _SEARCHED)))
        near, _, passes = find_peak(part)
        guess, root = near.mode, near.scale * np.sqrt(part.start.shape[-1] / units)
        found = _approach(problem, guess, root)
        if found is not None:
            return found[0], found[1], passes + found[2]
    start = _start_at(problem, guess, None)
    mode, more = _climb(problem, guess, root @ root.T, start)
    start = _start_at(problem, mode, start)
    axes = _STEP * np.eye(len(mode))
    # Where it is flat or hollow a width of two is the guess: a scale by a factor of seven.
    scale, peak, last = _spread(problem, mode, start, axes, least=0.25 * _STEP**2)
    return Whitened(mode=mode, scale=scale, peak=peak), start, passes + more + last


def _approach(problem: Problem, guess: Floats, root: Floats) -> tuple[Whitened, Start, int] | None:
    """Go from near the mode to it by steps of Newton's with one Hessian; None if that fails."""
    start = _start_at(problem, guess, None)
    scale, _, passes = _spread(problem, guess, start, root, least=_FLAT)
    mode = guess
    for _ in range(_TRIES):
        around = np.concatenate([mode[None], mode + scale.T, mode - scale.T])
        height, *sides = find_density(problem, around, start).value
        up, down = np.reshape(sides, (2, -1))
        passes += len(around)
        slope = 0.5 * (up - down)
        away = float(np.linalg.norm(slope))
        if not away <= _FAR:
            return None
        mode = hold_inside(mode + scale @ slope)
        start = _start_at(problem, mode, start)
        if away < _NEAR:
            if np.any(2.0 * height - up - down < _BENT):
                # The guess lay where it is far sharper than at its peak, as where a scale that
                # may be nothing is taken for something.
                return None
            peak = float(find_density(problem, mode[None], start).value[0])
            return Whitened(mode=mode, scale=scale, peak=peak), start, passes + 1
    return None


def _climb(problem: Problem, guess: Floats, inverse: Floats, start: Start) -> tuple[Floats, int]:
    """Go to the mode, until a step gains next to nothing; give it, and the points that took."""
    d, passes = len(guess), 0
    step = 0.02 * np.eye(d)
    last = np.inf

    def lower(x: Floats) -> tuple[float, Floats]:
        nonlocal passes
        passes += 2 * d + 1
        value = find_density(problem, np.concatenate([x[None], x + step, x - step]), start).value
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
    return hold_inside(found.x), passes


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


def _spread(
    problem: Problem, mode: Floats, start: Start, axes: Floats, *, least: float
) -> tuple[Floats, float, int]:
    """Difference the Hessian along some axes, its columns.

    Returns
    -------
    scale : ndarray of float, shape (dimension, dimension)
        A root of the inverse of the negative Hessian.
    peak : float
        The log density at the mode.
    passes : int
    """
    d = len(mode)
    along = axes.T
    one = [(i, j) for i in range(d) for j in range(i)]
    points = [mode, *(mode + along), *(mode - along)]
    points += [mode + along[i] + along[j] for i, j in one]
    points += [mode - along[i] - along[j] for i, j in one]
    value = find_density(problem, np.array(points), start, tolerance=1e-5).value
    peak, up, down = value[0], value[1 : d + 1], value[d + 1 : 2 * d + 1]
    both = value[2 * d + 1 :].reshape(2, len(one)).sum(axis=0)
    hessian = np.diag(up + down - 2.0 * peak)
    for k, (i, j) in enumerate(one):
        bend = both[k] - 2.0 * peak - hessian[i, i] - hessian[j, j]
        hessian[i, j] = hessian[j, i] = 0.5 * bend
    values, vectors = np.linalg.eigh(-hessian)
    return axes @ (vectors / np.sqrt(np.maximum(values, least))), float(peak), len(points)
