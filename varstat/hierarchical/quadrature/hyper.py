r"""The posterior of the hyper-parameters: its mode, and a lattice over it.

In whitened coordinates z about the mode, :math:`h = \hat h + Lz` with :math:`LL'` the inverse of
the negative Hessian, a posterior that is near normal is round and of unit SD. Up to three
hyper-parameters are summed over a *lattice* in z, grown from the mode until nothing outside it
matters [1]_: the trapezoid rule, whose error for a normal density at step s is
:math:`2e^{-2\pi^2/s^2}` (5e-9 at s = 1) [2]_. Where a posterior is far from normal, as with two
humps of different widths, every other row of the lattice gives another answer than the rest, and
the step is halved.

References
----------
.. [1] Rue, Martino & Chopin (2009). Approximate Bayesian inference for latent Gaussian models by
   using integrated nested Laplace approximations. JRSS B 71(2), 319-392.
   doi:10.1111/j.1467-9868.2008.00700.x
.. [2] Trefethen & Weideman (2014). The exponentially convergent trapezoidal rule. SIAM Review
   56(3), 385-458. doi:10.1137/130932132
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from varstat.errors import ModelError
from varstat.hierarchical.model.design import Design
from varstat.hierarchical.quadrature.marginal import log_posterior, log_posterior_slope
from varstat.hierarchical.quadrature.start import start_values
from varstat.measure import Floats

LATTICE_DIMENSION = 3
# A lattice point this far below the peak in log density, and all beyond it, is left out: a mass of
# 1e-8, or 1e-5 where units are many or each pass is dear.
_DEPTH = 20.0
_DEPTH_OF_MANY = 14.0
_MANY_UNITS = 1000
_MOST_POINTS = 40_000
# Rows of a lattice may differ by as many SDs, at twice its own step; how often it is halved.
_EVEN, _MOST_HALVINGS = 0.1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whitened:
    """Coordinates in which the posterior of the hyper-parameters is about standard normal.

    Attributes
    ----------
    mode : ndarray of float, shape (dimension,)
    scale : ndarray of float, shape (dimension, dimension)
        L: one step along a whitened axis, in hyper-parameters.
    peak : float
        Log density at the mode.
    """

    mode: Floats
    scale: Floats
    peak: float

    def place(self, z: Floats) -> Floats:
        """Give the hyper-parameters at whitened coordinates (points, dimension)."""
        return self.mode + z @ self.scale.T


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """Points that sum the posterior of up to three hyper-parameters.

    Attributes
    ----------
    z, h : ndarray of float, shape (points, dimension)
        In whitened coordinates and as hyper-parameters.
    log_density : ndarray of float, shape (points,)
        Relative to the mode.
    weight : ndarray of float, shape (points,)
        Adds to one.
    step : float
    """

    z: Floats
    h: Floats
    log_density: Floats
    weight: Floats
    step: float


def whiten(design: Design, *, nodes: int) -> Whitened:
    """Find the mode of the hyper-posterior and the Hessian there.

    Raises
    ------
    ModelError
        If there is no mode to be found.
    """
    start, width = start_values(design)

    def lower(x: Floats) -> tuple[float, Floats]:
        value, slope = log_posterior_slope(design, (start + width * x)[None], nodes=nodes)
        return -float(value[0]), -slope[0] * width

    found = minimize(lower, np.zeros(len(start)), jac=True, method="BFGS", options={"gtol": 1e-3})
    if not np.isfinite(found.fun):
        raise ModelError(
            "posterior",
            "no most likely values of the hyper-parameters can be found. Look for counts that "
            "are out of all proportion, and for covariates with extreme values.",
        )
    mode = start + width * found.x
    for _ in range(3):
        scale, newton = _curvature(design, mode, width, nodes=nodes)
        mode = mode + newton
        if np.sum(np.linalg.solve(scale, newton) ** 2) < 1e-4:
            break
    peak = float(log_posterior(design, mode[None], nodes=nodes)[0])
    return Whitened(mode=mode, scale=scale, peak=peak)


def _curvature(design: Design, mode: Floats, width: Floats, *, nodes: int) -> tuple[Floats, Floats]:
    """Difference the gradient for the Hessian; give L and the Newton step still to go."""
    d = len(mode)
    step = 0.05 * width
    around = np.concatenate([mode + np.diag(step), mode - np.diag(step), mode[None]])
    slope = log_posterior_slope(design, around, nodes=nodes)[1]
    hessian = (slope[:d] - slope[d : 2 * d]) / (2.0 * step[:, None])
    hessian = -0.5 * (hessian + hessian.T)
    values, vectors = np.linalg.eigh(hessian * np.outer(width, width))
    # Where the posterior is flat or hollow at the mode its own prior width is the best guess.
    values = np.maximum(values, 1e-2)
    scale = width[:, None] * vectors / np.sqrt(values)
    newton = scale @ (scale.T @ slope[-1])
    size = float(np.linalg.norm(scale.T @ slope[-1]))
    return scale, newton * min(1.0, 1.0 / max(size, 1e-300))


def fill_lattice(design: Design, white: Whitened, *, step: float, nodes: int) -> Lattice:
    """Grow a lattice, and halve its step while what it gives hangs on where its points fall.

    Raises
    ------
    ModelError
        As `grow_lattice`.
    """
    lattice = grow_lattice(design, white, step=step, nodes=nodes)
    for _ in range(_MOST_HALVINGS):
        finer = len(lattice.z) * 2 ** lattice.z.shape[1]
        if unevenness(lattice) <= _EVEN or finer > _MOST_POINTS:
            break
        lattice = grow_lattice(design, white, step=0.5 * lattice.step, nodes=nodes)
    return lattice


def unevenness(lattice: Lattice) -> float:
    """How far means differ between every other row of a lattice and the rest, in SDs."""
    place = np.rint(lattice.z / lattice.step).astype(int) % 2 == 0
    mean = lattice.weight @ lattice.z
    sd = np.sqrt(np.maximum(lattice.weight @ (lattice.z - mean) ** 2, 1e-300))
    worst = 0.0
    for even in place.T:
        if even.all() or not even.any():
            continue
        halves = [
            np.average(lattice.z[half], axis=0, weights=lattice.weight[half])
            for half in (even, ~even)
        ]
        worst = max(worst, float(np.max(np.abs(halves[0] - halves[1]) / sd)))
    return worst


def grow_lattice(design: Design, white: Whitened, *, step: float, nodes: int) -> Lattice:
    """Evaluate the posterior on lattice points from the mode outwards while it matters.

    Raises
    ------
    ModelError
        If the posterior has no end within reach.
    """
    d = len(white.mode)
    many = design.units > _MANY_UNITS or design.effects.parts > 1
    depth = _DEPTH_OF_MANY if many else _DEPTH
    neighbours = [np.array(n) for n in product((-1, 0, 1), repeat=d) if sum(map(abs, n)) == 1]
    seen: dict[tuple[int, ...], float] = {}
    front = [(0,) * d]
    peak = -np.inf
    while front:
        z = step * np.array(front, float)
        values = log_posterior(design, white.place(z), nodes=nodes) - white.peak
        seen |= dict(zip(front, values.tolist(), strict=True))
        peak = max(peak, float(values.max()))
        if len(seen) > _MOST_POINTS:
            raise ModelError(
                "posterior",
                "the posterior of the hyper-parameters has no end within reach. A prior on tau "
                "that is proper and has a light tail mends that: exponential or half-normal.",
            )
        inner = [p for p, v in zip(front, values, strict=True) if v > peak - depth]
        reached = {tuple((np.array(p) + n).tolist()) for p in inner for n in neighbours}
        front = sorted(reached - seen.keys())
    kept = sorted(p for p, v in seen.items() if v > peak - depth)
    z = step * np.array(kept, float)
    log_density = np.array([seen[p] for p in kept])
    return Lattice(
        z=z,
        h=white.place(z),
        log_density=log_density,
        weight=np.exp(log_density - logsumexp(log_density)),
        step=step,
    )
