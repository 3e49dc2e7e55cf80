"""The log posterior density of the hyper-parameters, with what goes with it: pass by pass."""

from dataclasses import dataclass

import numpy as np

from varstat.hierarchical.series.marginal import integrate
from varstat.hierarchical.series.mode import find_mode
from varstat.hierarchical.series.problem import Problem
from varstat.measure import Floats

# Numbers in a working array, and the accuracy of modes, by cell.
_BLOCK = 60_000
_COARSE = 1e-3
# Unconstrained hyper-parameters stay inside: beyond, scales are nothing or beyond reason.
_LEAST, _MOST = -12.0, 6.0


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
class Density:
    """The log posterior density at some points, and the locations given each.

    Attributes
    ----------
    value : ndarray of float, shape (points,)
        Up to a constant.
    location : ndarray of float, shape (points, locations)
    covariance : ndarray of float, shape (points, locations, locations)
    """

    value: Floats
    location: Floats
    covariance: Floats


def find_density(
    problem: Problem, h: Floats, start: Start, *, tolerance: float | None = None
) -> Density:
    """Compute the log posterior density at unconstrained points (points, dimension)."""
    inside = hold_inside(h)
    parts: list[Density] = []
    for some in _blocks(problem, len(h)):
        chain = problem.chain(inside[some])
        mode = find_mode(
            chain,
            problem.cells,
            problem.locations,
            theta=start.theta,
            location=start.location,
            tolerance=_COARSE * problem.size if tolerance is None else tolerance,
        )
        found = integrate(chain, problem.cells, problem.locations, mode)
        parts.append(
            Density(value=found.value, location=found.location, covariance=mode.covariance)
        )
    value = problem.model.log_prior(inside) + np.concatenate([part.value for part in parts])
    return Density(
        # Falling off beyond the ends keeps a search inside.
        value=np.asarray(value - ((h - inside) ** 2).sum(axis=1)),
        location=np.concatenate([part.location for part in parts]),
        covariance=np.concatenate([part.covariance for part in parts]),
    )


def hold_inside(h: Floats) -> Floats:
    """Bring unconstrained hyper-parameters that are beyond reason to where reason ends."""
    return np.clip(h, _LEAST, _MOST)


def _blocks(problem: Problem, points: int) -> list[slice]:
    step = max(_BLOCK // problem.size, 1)
    return [slice(first, min(first + step, points)) for first in range(0, points, step)]
